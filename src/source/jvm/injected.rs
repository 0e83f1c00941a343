//! Values that frameworks put into fields and parameters: Spring's and Micronaut's `@Value("${key:default}")`, MicroProfile's
//! `@ConfigProperty(name, defaultValue)`, picocli's `@Option(defaultValue)`. Which field or parameter gets them is left to the
//! front ends.

use crate::ir::{Arg, Expr, ExprId, Name, Piece};
use crate::source::lowering::Builder;
use tree_sitter::Node;

/// Deepest nesting of defaults: `${a:${b:c}}`.
const MAX_DEPTH: u8 = 4;

/// What the annotations of a field or parameter put into it.
pub(in crate::source) fn injected<'t>(b: &mut Builder<'t>, annotations: &[ExprId], node: Node<'t>) -> Option<ExprId> {
    annotations.iter().find_map(|annotation| {
        let Expr::Call(callee, args) = b.module.expr(*annotation) else { return None };
        let (Expr::Name(name) | Expr::Field(_, name)) = b.module.expr(*callee) else { return None };
        let named = |key: &str| args.iter().find(|a| a.name.as_deref() == Some(key)).map(|a| a.value);
        let first = args.iter().find(|a| a.name.is_none()).map(|a| a.value);
        match &**name {
            "Value" => {
                let text = literal(b, first.or_else(|| named("value"))?)?;
                filled(b, &text, node, 0)
            }
            "ConfigProperty" | "Property" => {
                let (key, default) = (literal(b, named("name")?)?, named("defaultValue"));
                Some(property(b, &key, default, node))
            }
            // Spring's of settings, JAX-RS's of parameters.
            "DefaultValue" => first.or_else(|| named("value")),
            _ => named("defaultValue"),
        }
    })
}

fn literal(b: &Builder<'_>, text: ExprId) -> Option<Name> {
    match b.module.expr(text) {
        Expr::Text(pieces) => match pieces.as_slice() {
            [Piece::Text(text)] => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// A text with `${key:default}` in it. What is computed by Spring's own language (`#{…}`) is not known.
fn filled<'t>(b: &mut Builder<'t>, text: &str, node: Node<'t>, depth: u8) -> Option<ExprId> {
    if text.contains("#{") || depth >= MAX_DEPTH {
        return None;
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let end = closing(behind)?;
        let (inside, after) = (behind.get(..end)?, behind.get(end + 1..)?);
        if !before.is_empty() {
            parts.push(b.literal(before, node));
        }
        let (key, default) = inside.split_once(':').map_or((inside, None), |(key, default)| (key, Some(default)));
        let default = default.filter(|d| !d.is_empty()).and_then(|d| filled(b, d, node, depth + 1));
        parts.push(property(b, key, default, node));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(b.literal(rest, node));
    }
    match parts.as_slice() {
        [] => None,
        [one] => Some(*one),
        _ => Some(b.sum(parts, node)),
    }
}

/// Where the brace that is open at the start closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// `System.getProperty(key, default)`.
fn property<'t>(b: &mut Builder<'t>, key: &str, default: Option<ExprId>, node: Node<'t>) -> ExprId {
    let callee = b.dotted("System.getProperty", node);
    let key = b.literal(key, node);
    let args = std::iter::once(key).chain(default).map(Arg::positional).collect();
    b.add(Expr::Call(callee, args), node)
}
