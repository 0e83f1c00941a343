//! Expressions of other languages inside scripts: `${{ secrets.KEY }}`, `{{ var }}`, `<< parameters.x >>`, `$(MAKE_VARIABLE)`.
//!
//! They are replaced by shell variables of the same length, so that columns stay right, and the program is told what each stands for.

use crate::ir::{Expr, ExprId, Name, Piece, Span};
use crate::source::shell::Program;

/// Which expressions a text may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// None.
    Plain,
    /// Those of workflows and other YAML files.
    Braces,
}

/// How long an expression may be.
const MAX_EXPRESSION: usize = 2000;

/// The text with every expression replaced by a variable that the program knows.
pub(super) fn prepare(text: &str, style: Style, program: &mut Program) -> String {
    if style == Style::Plain {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for part in parts(text) {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Expression { inner, length } => {
                let value = expression(inner, program);
                out.push_str(&stand_in(program, value, length));
            }
        }
    }
    out
}

/// The value of a text that is not a script (an environment variable's value).
pub(super) fn value(text: &str, span: Span, program: &mut Program) -> ExprId {
    let mut pieces = Vec::new();
    for part in parts(text) {
        match part {
            Part::Text(text) => pieces.push(Piece::Text(text.into())),
            Part::Expression { inner, .. } => pieces.push(Piece::Expr(expression(inner, program))),
        }
    }
    match pieces.as_slice() {
        [Piece::Expr(one)] => *one,
        _ => program.module_mut().add(Expr::Text(pieces), span),
    }
}

/// A variable of `length` bytes, if that many suffice, which stands for a value: `${_3___}`.
pub(super) fn stand_in(program: &mut Program, value: ExprId, length: usize) -> String {
    let mut name = format!("_{}", program.placeholders());
    while name.len() + 3 < length {
        name.push('_');
    }
    let out = format!("${{{name}}}");
    program.placeholder(Name::from(name), value);
    out
}

enum Part<'t> {
    Text(&'t str),
    Expression { inner: &'t str, length: usize },
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((start, open, close)) = opening(rest) {
        let Some(inner) = rest.get(start + open..) else { break };
        let Some(length) = inner.find(close).filter(|n| *n <= MAX_EXPRESSION) else { break };
        out.push(Part::Text(rest.get(..start).unwrap_or("")));
        let whole = open + length + close.len();
        out.push(Part::Expression { inner: inner.get(..length).unwrap_or(""), length: whole });
        rest = rest.get(start + whole..).unwrap_or("");
    }
    if !rest.is_empty() || out.is_empty() {
        out.push(Part::Text(rest));
    }
    out.retain(|p| !matches!(p, Part::Text("")));
    out
}

/// Where the next expression begins, the length of its opening, and its end.
fn opening(text: &str) -> Option<(usize, usize, &'static str)> {
    let braces = text.find("{{").map(|at| {
        let dollar = at > 0 && text.as_bytes().get(at - 1) == Some(&b'$');
        if dollar { (at - 1, 3, "}}") } else { (at, 2, "}}") }
    });
    let angles = ["<< parameters.", "<<parameters.", "<< pipeline.", "<<pipeline."]
        .iter()
        .filter_map(|o| text.find(o))
        .min()
        .map(|at| (at, 2, ">>"));
    match (braces, angles) {
        (Some(a), Some(b)) => Some(if a.0 <= b.0 { a } else { b }),
        (a, b) => a.or(b),
    }
}

/// What an expression stands for: the last name of a path, a literal, one of several joined by `||`, or nothing known.
fn expression(text: &str, program: &mut Program) -> ExprId {
    let mut values = Vec::new();
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '-');
    let (text, default) = match text.split_once('|') {
        Some((path, filter)) if !filter.starts_with('|') => (path, default_of(filter)),
        _ => (text, None),
    };
    for part in text.split("||").map(str::trim).chain(default) {
        let expr = match literal(part) {
            Some(text) => Expr::Text(vec![Piece::Text(text.into())]),
            None => path(part).map_or(Expr::Unknown, Expr::Name),
        };
        values.push(program.module_mut().add(expr, Span::default()));
    }
    match values.as_slice() {
        [one] => *one,
        _ => program.module_mut().add(Expr::Choice(values), Span::default()),
    }
}

/// The argument of `default('x')` in a filter.
fn default_of(filter: &str) -> Option<&str> {
    let rest = filter.trim_start().strip_prefix("default")?.trim_start();
    let rest = rest.strip_prefix('(').unwrap_or(rest);
    let end = rest.find([')', ',', '|']).unwrap_or(rest.len());
    rest.get(..end).map(str::trim).filter(|t| literal(t).is_some())
}

fn literal(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    text.strip_prefix(quote)?.strip_suffix(quote)
}

fn path(text: &str) -> Option<Name> {
    let plain = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '$'));
    plain.then(|| text.rsplit('.').next().unwrap_or(text).into())
}
