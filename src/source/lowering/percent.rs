//! Formats with `%s`-like placeholders (`fmt.Sprintf`, `String.format`) applied to their arguments where both are in sight.

use crate::ir::Name;

/// A part of a format.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Literal text.
    Text(Name),
    /// The argument with this position, counted from 0.
    Arg(usize),
}

/// Splits a format into text and references to arguments. Understands flags, width, precision, `%[2]s` (Go), `%2$s` (Java) and `%n`.
pub(crate) fn split(format: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut next = 0;
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        let (verb, index, after) = placeholder(&rest[at + 1..]);
        rest = after;
        match verb {
            Some('%') => text.push('%'),
            Some('n') => text.push('\n'),
            Some('w') | None => {}
            Some(_) => {
                if !text.is_empty() {
                    parts.push(Part::Text(Name::new(&text)));
                    text.clear();
                }
                let position = index.unwrap_or(next);
                next = position + 1;
                parts.push(Part::Arg(position));
            }
        }
    }
    text.push_str(rest);
    if !text.is_empty() {
        parts.push(Part::Text(Name::new(&text)));
    }
    parts
}

/// Reads what follows a `%`: the verb, an explicit position, and the rest of the format.
fn placeholder(text: &str) -> (Option<char>, Option<usize>, &str) {
    let mut index = None;
    let mut digits = 0usize;
    for (at, sign) in text.char_indices() {
        match sign {
            '0'..='9' => digits = digits.saturating_mul(10).saturating_add(sign as usize - '0' as usize),
            '[' => digits = 0,
            ']' | '$' => index = digits.checked_sub(1),
            '+' | '-' | '#' | ' ' | '.' | ',' | '*' => digits = 0,
            verb => return (Some(verb), index, &text[at + verb.len_utf8()..]),
        }
    }
    (None, index, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(format: &str) -> String {
        let show = |p: Part| match p {
            Part::Text(t) => t.to_string(),
            Part::Arg(n) => format!("<{n}>"),
        };
        split(format).into_iter().map(show).collect()
    }

    #[test]
    fn placeholders_take_arguments_in_turn() {
        assert_eq!(shown("%s/api/%d%%/%+v"), "<0>/api/<1>%/<2>");
        assert_eq!(shown("%-5.2f|%[1]s|%s"), "<0>|<0>|<1>");
        assert_eq!(shown("%2$s/%1$s"), "<1>/<0>");
        assert_eq!(shown("100%"), "100");
    }
}
