//! C# strings in all their spellings, and string building.

use super::Lowerer;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Arg, Expr, ExprId, FormatStyle, Name, Piece};
use crate::source::lowering::strings::unescape;
use tree_sitter::Node;

impl<'t> Lowerer<'t> {
    /// `"…"`, `'…'`, `@"…"`, `"""…"""`.
    pub(super) fn string(&mut self, node: Node<'t>) -> ExprId {
        let text = self.b.text(node);
        let value = match kind(node) {
            Kind::VerbatimString => {
                let inner = text.strip_prefix("@\"").and_then(|t| t.strip_suffix('"')).unwrap_or_default();
                Name::from(inner.replace("\"\"", "\""))
            }
            Kind::RawString => {
                let content = self.b.kids(node).into_iter().find(|k| kind(*k) == Kind::RawContent);
                Name::new(content.map(|c| self.b.text(c)).unwrap_or_default())
            }
            _ => {
                let inner = text.trim_end_matches("u8").get(1..).unwrap_or_default();
                unescape(inner.get(..inner.len().saturating_sub(1)).unwrap_or_default())
            }
        };
        self.b.literal(value, node)
    }

    /// `$"…{x:F2}…"`.
    pub(super) fn interpolated(&mut self, node: Node<'t>) -> ExprId {
        let mut pieces = Vec::new();
        for part in self.b.kids(node) {
            match kind(part) {
                Kind::InterpolatedContent => {
                    let text = self.b.text(part).replace("{{", "{").replace("}}", "}");
                    pieces.push(Piece::Text(Name::from(text)));
                }
                Kind::Escape => pieces.push(Piece::Text(unescape(self.b.text(part)))),
                Kind::Interpolation => {
                    let inner = self.b.kids(part).into_iter().find(|k| kind(*k) != Kind::InterpolationBrace);
                    if let Some(inner) = inner {
                        let value = self.expr(inner);
                        self.b.push_piece(&mut pieces, value);
                    }
                }
                _ => {}
            }
        }
        self.b.pieces(pieces, node)
    }

    /// `a + b + c`, taken apart without recursion to the left.
    pub(super) fn sum(&mut self, node: Node<'t>) -> ExprId {
        let operands = self.operands(node, "+");
        let values = operands.into_iter().map(|o| self.expr(o)).collect();
        self.b.sum(values, node)
    }

    /// The operands of a chain of one operator, in order.
    pub(super) fn operands(&mut self, node: Node<'t>, operator: &str) -> Vec<Node<'t>> {
        let mut operands = Vec::new();
        let mut current = node;
        loop {
            operands.extend(child(current, Field::Right));
            let Some(left) = child(current, Field::Left) else { break };
            if kind(left) != Kind::Binary || self.operator(left) != operator {
                operands.push(left);
                break;
            }
            current = left;
        }
        operands.reverse();
        operands
    }

    pub(super) fn operator(&self, node: Node<'t>) -> &'t str {
        child(node, Field::Operator).map(|o| self.b.text(o)).unwrap_or_default()
    }

    /// Static methods of `string`: `Format`, `Concat`, `Join`.
    pub(super) fn string_function(&mut self, name: &str, args: &[Arg], node: Node<'t>) -> Option<ExprId> {
        let first = args.first()?.value;
        match name {
            "Format" => Some(self.format(first, args.get(1..)?, node)),
            "Concat" => {
                let values: Vec<ExprId> = args.iter().map(|a| a.value).collect();
                Some(self.b.concat(&values, node))
            }
            "Join" => {
                let rest = args.get(1..)?;
                let list = match rest {
                    [one] => one.value,
                    many => {
                        let values = many.iter().map(|a| a.value).collect();
                        self.b.add(Expr::List(values), node)
                    }
                };
                Some(self.b.call_method(first, "join", vec![Arg::positional(list)], node))
            }
            _ => None,
        }
    }

    fn format(&mut self, format: ExprId, args: &[Arg], node: Node<'t>) -> ExprId {
        let Some(literal) = self.b.literal_text(format) else {
            return self.b.add(Expr::Format(FormatStyle::Brace, format, args.to_vec()), node);
        };
        let mut pieces = Vec::new();
        let mut rest = literal.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            pieces.push(Piece::Text(Name::from(before.replace("}}", "}"))));
            if let Some(after) = after.strip_prefix('{') {
                pieces.push(Piece::Text(Name::new_static("{")));
                rest = after;
                continue;
            }
            let (placeholder, after) = after.split_once('}').unwrap_or((after, ""));
            let position = placeholder.split([',', ':']).next().and_then(|p| p.trim().parse::<usize>().ok());
            match position.and_then(|p| args.get(p)) {
                Some(arg) => self.b.push_piece(&mut pieces, arg.value),
                None => pieces.push(Piece::Expr(self.b.unknown(node))),
            }
            rest = after;
        }
        pieces.push(Piece::Text(Name::from(rest.replace("}}", "}"))));
        self.b.pieces(pieces, node)
    }
}
