//! HCL (`*.tf`, `*.tofu`) → tree. Comments are gone, nested blocks are blocks, heredocs are values.

use super::tree::{Block, Body, Node, Value};
use crate::config::LineIndex;
use crate::error::{Error, Result};
use crate::input::has_more_tokens;
use crate::ir::{Name, Span};
use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::structure;
use std::ops::Range;

/// Most words and signs of a file. Its tree costs a hundred bytes for each; 8 MiB that people or exporters write have fewer.
const MAX_TOKENS: usize = 1 << 21;

/// The tree of one file, which is the `file`th of its folder. The grammar bounds the nesting.
pub(super) fn read(text: &str, file: usize) -> Result<Body> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if has_more_tokens(text, MAX_TOKENS) {
        return Err(Error::new(
            "more than two million words and signs are too much to parse, its resources are not counted",
        )
        .help("split the file, or leave it out with --exclude"));
    }
    let body = hcl_edit::parser::parse_body(text).map_err(|error| {
        Error::new("not valid Terraform, its resources are not counted")
            .line(error.location().line() as u64)
            .help("run `terraform fmt`, which names the mistake")
    })?;
    Ok(Reader { lines: Some(LineIndex::new(text)), span: Span::default(), file }.body(&body))
}

/// The value of an expression that stands inside a JSON text at this place.
pub(super) fn expression(text: &str, span: Span, file: usize) -> Node {
    match text.parse::<Expression>() {
        Ok(expression) => Reader { lines: None, span, file }.node(&expression),
        Err(_) => Node::new(Value::Open, span, file),
    }
}

struct Reader {
    /// Lines of the text; without them everything stands at `span`.
    lines: Option<LineIndex>,
    span: Span,
    file: usize,
}

impl Reader {
    fn span(&self, range: Option<Range<usize>>) -> Span {
        self.lines.as_ref().map_or(self.span, |lines| lines.span(range.unwrap_or_default()))
    }

    fn body(&self, body: &structure::Body) -> Body {
        let mut out = Body::default();
        for attribute in body.attributes() {
            out.attributes.push((attribute.key.as_str().to_owned(), self.node(&attribute.value)));
        }
        out.blocks = body.blocks().map(|block| self.block(block)).collect();
        out
    }

    fn block(&self, block: &structure::Block) -> Block {
        let start = block.ident.span().unwrap_or_default();
        let end = block.labels.last().and_then(|label| label.span()).map_or(start.end, |label| label.end);
        Block {
            keyword: block.ident.as_str().to_owned(),
            labels: block.labels.iter().map(|label| label.as_str().to_owned()).collect(),
            body: self.body(&block.body),
            span: self.span(Some(start.start..end)),
            whole: self.span(block.span()),
            file: self.file,
        }
    }

    fn node(&self, expression: &Expression) -> Node {
        let value = match expression {
            Expression::Null(_) => Value::Null,
            Expression::Bool(value) => Value::Bool(*value.value()),
            Expression::Number(value) => Value::Number(value.value().to_string()),
            Expression::String(value) => Value::Text(value.as_str().to_owned()),
            Expression::Array(list) => Value::List(list.iter().map(|item| self.node(item)).collect()),
            Expression::Object(object) => {
                let fields = object.iter().filter_map(|(key, value)| Some((key_text(key)?, self.node(value.expr()))));
                Value::Object(fields.collect())
            }
            Expression::Parenthesis(inner) => return self.node(inner.inner()),
            Expression::Variable(name) => Value::Reference(vec![Name::new(name.as_str())], None),
            Expression::FuncCall(call) => {
                Value::Call(Name::new(call.name.name.as_str()), call.args.iter().map(|arg| self.node(arg)).collect())
            }
            Expression::Traversal(traversal) => self.traversal(traversal),
            Expression::ForExpr(each) if each.key_expr.is_none() && each.cond.is_none() => Value::Each(
                Name::new(each.intro.value_var.as_str()),
                Box::new(self.node(&each.intro.collection_expr)),
                Box::new(self.node(&each.value_expr)),
            ),
            _ => Value::Open,
        };
        Node::new(value, self.span(expression.span()), self.file)
    }

    fn traversal(&self, traversal: &Traversal) -> Value {
        let Expression::Variable(first) = &traversal.expr else { return Value::Open };
        let mut words = vec![Name::new(first.as_str())];
        for (number, operator) in traversal.operators.iter().enumerate() {
            let last = number + 1 == traversal.operators.len();
            match operator.value() {
                TraversalOperator::GetAttr(name) => words.push(Name::new(name.as_str())),
                TraversalOperator::Index(Expression::String(name)) => words.push(Name::new(name.as_str())),
                // Which element of a counted block is meant changes nothing.
                TraversalOperator::Index(Expression::Number(_)) | TraversalOperator::LegacyIndex(_) => {}
                TraversalOperator::Index(index) if last => {
                    return Value::Reference(words, Some(Box::new(self.node(index))));
                }
                _ => return Value::Open,
            }
        }
        Value::Reference(words, None)
    }
}

fn key_text(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
        ObjectKey::Expression(Expression::String(name)) => Some(name.as_str().to_owned()),
        // `providers = { datadog.eu = … }` is written like this.
        ObjectKey::Expression(Expression::Traversal(traversal)) => {
            let reader = Reader { lines: None, span: Span::default(), file: 0 };
            Node::new(reader.traversal(traversal), Span::default(), 0).dotted()
        }
        ObjectKey::Expression(Expression::Variable(name)) => Some(name.as_str().to_owned()),
        ObjectKey::Expression(_) => None,
    }
}
