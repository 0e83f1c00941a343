//! Answers of bounded size: long lists are cut, and what was left out is told.

use serde_json::{Map, Value};

/// Lists that are an answer only as a whole.
const WHOLE: &[&str] = &["required", "forced", "granted", "missing", "excess", "possibly_excess", "clauses", "scopes"];
/// Longer texts are cut.
const LONGEST_TEXT: usize = 4_000;

/// The value with its lists cut so far that it fits, as nearly as that can be; `left_out` counts what is gone.
pub(super) fn bounded(value: Value, most: usize) -> Value {
    for length in [400, 120, 40, 12, 4, 1] {
        let mut left_out = Map::new();
        let cut = cut(value.clone(), length, "", &mut left_out);
        let with = told(cut, left_out);
        if length == 1 || with.to_string().len() <= most {
            return with;
        }
    }
    value
}

fn told(value: Value, left_out: Map<String, Value>) -> Value {
    match value {
        Value::Object(mut object) if !left_out.is_empty() => {
            object.insert("left_out".to_owned(), Value::Object(left_out));
            Value::Object(object)
        }
        other => other,
    }
}

fn cut(value: Value, length: usize, name: &str, left_out: &mut Map<String, Value>) -> Value {
    match value {
        Value::Array(items) => {
            let whole = WHOLE.contains(&name) && !items.iter().any(Value::is_object);
            let keep = if whole { items.len() } else { items.len().min(length) };
            if items.len() > keep {
                let before = left_out.get(name).and_then(Value::as_u64).unwrap_or(0);
                left_out.insert(name.to_owned(), Value::from(before + (items.len() - keep) as u64));
            }
            Value::Array(items.into_iter().take(keep).map(|item| cut(item, length, name, left_out)).collect())
        }
        Value::Object(object) => Value::Object(
            object.into_iter().map(|(key, item)| (key.clone(), cut(item, length, &key, left_out))).collect(),
        ),
        Value::String(text) if text.len() > LONGEST_TEXT => {
            Value::String(text.chars().take(LONGEST_TEXT).chain("… (cut)".chars()).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn long_lists_are_cut_and_counted_and_answers_are_not() {
        let usages: Vec<Value> =
            (0..500).map(|n| json!({"operation": format!("v1:Op{n}"), "evidence": [1, 2, 3]})).collect();
        let required: Vec<String> = (0..50).map(|n| format!("scope_{n}")).collect();
        let cut = bounded(json!({"usages": usages, "required": required}), 2_000);
        assert!(cut.to_string().len() <= 2_000, "{cut}");
        assert_eq!(cut["required"].as_array().map(Vec::len), Some(50));
        let shown = cut["usages"].as_array().map(Vec::len).unwrap_or_default() as u64;
        assert_eq!(cut["left_out"]["usages"].as_u64(), Some(500 - shown));
    }

    #[test]
    fn what_fits_is_left_alone() {
        let value = json!({"usages": [{"a": 1}], "text": "short"});
        assert_eq!(bounded(value.clone(), 1_000), value);
    }
}
