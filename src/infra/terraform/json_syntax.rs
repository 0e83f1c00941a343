//! Terraform's JSON spelling (`*.tf.json`) → tree.
//!
//! Blocks are objects named by their labels; a string with `${…}` around all of it is an expression, one with
//! interpolation inside is open.

use super::hcl;
use super::tree::{Block, Body, Node, Value};
use crate::error::{Error, Result};
use crate::ir::Span;
use crate::json::{self, Value as Json};

/// Keywords and how many labels their blocks have.
const KEYWORDS: &[(&str, usize)] = &[
    ("resource", 2),
    ("data", 2),
    ("ephemeral", 2),
    ("module", 1),
    ("provider", 1),
    ("variable", 1),
    ("locals", 0),
    ("terraform", 0),
    ("removed", 0),
    ("import", 0),
    ("check", 1),
];

/// The tree of one file, which is the `file`th of its folder.
pub(super) fn read(text: &str, file: usize) -> Result<Body> {
    let values = json::read(text.strip_prefix('\u{feff}').unwrap_or(text))
        .map_err(|error| error.help("run `terraform validate`, which names the mistake"))?;
    let mut body = Body::default();
    for node in &values {
        let Json::Object(fields) = &node.value else {
            return Err(Error::new("not valid Terraform: an object was expected").line(u64::from(node.span.line)));
        };
        for (keyword, value) in fields {
            if let Some((keyword, labels)) = KEYWORDS.iter().find(|(known, _)| known == keyword) {
                blocks(keyword, *labels, value, &mut Vec::new(), file, &mut body.blocks);
            }
        }
    }
    Ok(body)
}

/// The blocks below one keyword; each level of objects is a label, lists hold several blocks of equal labels.
fn blocks(keyword: &str, left: usize, value: &json::Node, labels: &mut Vec<String>, file: usize, out: &mut Vec<Block>) {
    match &value.value {
        Json::List(items) => items.iter().for_each(|item| blocks(keyword, left, item, labels, file, out)),
        Json::Object(fields) if left > 0 => {
            for (label, inner) in fields.iter().filter(|(label, _)| label != "//") {
                labels.push(label.clone());
                blocks(keyword, left - 1, inner, labels, file, out);
                labels.pop();
            }
        }
        Json::Object(fields) => {
            let (line, column) = (value.span.line, value.span.column);
            let attributes = fields.iter().filter(|(name, _)| name != "//");
            let attributes = attributes.map(|(name, value)| (name.clone(), node(value, file))).collect();
            out.push(Block {
                keyword: keyword.to_owned(),
                labels: labels.clone(),
                body: Body { attributes, blocks: Vec::new() },
                span: Span::new(line, column, line, column.saturating_add(1)),
                whole: value.span,
                file,
            });
        }
        _ => {}
    }
}

/// A value. The reader of JSON bounds the nesting.
pub(super) fn node(json: &json::Node, file: usize) -> Node {
    let value = match &json.value {
        Json::Null => Value::Null,
        Json::True => Value::Bool(true),
        Json::False => Value::Bool(false),
        Json::Number(number) => Value::Number(number.clone()),
        Json::List(items) => Value::List(items.iter().map(|item| node(item, file)).collect()),
        Json::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), node(value, file))).collect())
        }
        Json::Text(text) => return text_node(text, json.span, file),
    };
    Node::new(value, json.span, file)
}

fn text_node(text: &str, span: Span, file: usize) -> Node {
    let inner = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    match inner {
        Some(inner) if !inner.contains("${") => hcl::expression(inner.trim(), span, file),
        _ if text.contains("${") || text.contains("%{") => Node::new(Value::Open, span, file),
        _ => Node::new(Value::Text(text.to_owned()), span, file),
    }
}
