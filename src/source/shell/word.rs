//! Words of shell commands: quotes, expansions, arrays, assignments.

use super::Chunk;
use crate::ir::{Expr, ExprId, Key, Name, Param, ParamKind, Piece, Place, Stmt};
use smol_str::SmolStrBuilder;
use tree_sitter::Node;

/// How many parameters by position a function may have.
const MAX_PARAMETERS: usize = 30;

/// How many parameters by position a function's text mentions, those that `shift` takes away included.
pub(super) fn count_parameters(text: &str) -> usize {
    let (mut count, mut shifted) = (0usize, 0usize);
    let mut words = text.split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|')).peekable();
    while let Some(word) = words.next() {
        if word == "shift" {
            shifted += words.peek().and_then(|next| next.parse::<usize>().ok()).unwrap_or(1).min(MAX_PARAMETERS);
            continue;
        }
        for (at, _) in word.match_indices('$') {
            let rest = word.as_bytes().get(at + 1..).unwrap_or_default();
            let rest = rest.strip_prefix(b"{").unwrap_or(rest);
            if let Some(digit @ b'1'..=b'9') = rest.first() {
                count = count.max(usize::from(digit - b'0') + shifted);
            }
        }
    }
    count.max(shifted).min(MAX_PARAMETERS)
}

/// Parameters `1`, `2`, …, and `@` for all that come after.
pub(super) fn parameters(count: usize) -> Vec<Param> {
    let normal = (1..=count).map(|i| Param { name: number(i), ty: None, default: None, kind: ParamKind::Normal });
    let rest = Param { name: Name::new_static("@"), ty: None, default: None, kind: ParamKind::Rest };
    normal.chain(std::iter::once(rest)).collect()
}

fn number(i: usize) -> Name {
    Name::from(i.to_string())
}

/// A string under construction; neighbouring texts are joined.
#[derive(Default)]
pub(super) struct Pieces(Vec<Piece>);

impl Pieces {
    pub fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(Piece::Text(last)) = self.0.last_mut() {
            let mut joined = SmolStrBuilder::new();
            joined.push_str(last);
            joined.push_str(text);
            *last = joined.finish();
        } else {
            self.0.push(Piece::Text(text.into()));
        }
    }

    pub fn expr(&mut self, expr: ExprId) {
        self.0.push(Piece::Expr(expr));
    }

    pub fn done(self) -> Vec<Piece> {
        self.0
    }
}

impl Chunk<'_, '_> {
    /// A word as an expression; a lone expansion is that expression itself.
    pub(super) fn word(&mut self, node: Node<'_>) -> ExprId {
        if self.program.depth >= super::MAX_DEPTH {
            return self.add(Expr::Unknown, node);
        }
        self.program.depth += 1;
        let word = self.word_inside(node);
        self.program.depth -= 1;
        word
    }

    fn word_inside(&mut self, node: Node<'_>) -> ExprId {
        match node.kind() {
            "simple_expansion" | "expansion" => self.expansion(node),
            "command_substitution" | "process_substitution" => self.substitution(node),
            "array" => self.array(node),
            _ => {
                let mut pieces = Pieces::default();
                self.pieces(node, &mut pieces);
                let pieces = pieces.done();
                match pieces.as_slice() {
                    [Piece::Expr(one)] => *one,
                    _ => self.add(Expr::Text(pieces), node),
                }
            }
        }
    }

    /// Appends what a word consists of.
    pub(super) fn pieces(&mut self, node: Node<'_>, out: &mut Pieces) {
        match node.kind() {
            "raw_string" => self.raw(trimmed(self.slice(node), '\''), out),
            "ansi_c_string" => {
                let text = self.slice(node);
                out.text(&unescape(trimmed(text.strip_prefix('$').unwrap_or(text), '\''), true));
            }
            "translated_string" => {
                if let Some(inner) = node.named_child(0) {
                    self.pieces(inner, out);
                }
            }
            "string" => self.between(node, node.start_byte() + 1, node.end_byte().saturating_sub(1), true, out),
            "concatenation" | "heredoc_body" => {
                self.between(node, node.start_byte(), node.end_byte(), node.kind() == "heredoc_body", out);
            }
            "simple_expansion" | "expansion" => {
                // The grammar counts blanks before an expansion inside quotes as part of it.
                let text = self.slice(node);
                out.text(text.get(..text.find('$').unwrap_or(0)).unwrap_or(""));
                let value = self.word(node);
                out.expr(value);
            }
            "command_substitution" | "process_substitution" | "arithmetic_expansion" | "brace_expression" => {
                let value = self.word_or_unknown(node);
                out.expr(value);
            }
            "variable_name" | "special_variable_name" | "string_content" | "heredoc_content" => {
                out.text(self.slice(node))
            }
            _ => out.text(&unescape(self.slice(node), false)),
        }
    }

    /// Text between single quotes, in which only the placeholders of other languages mean something.
    fn raw(&mut self, text: &str, out: &mut Pieces) {
        let mut rest = text;
        while !self.program.placeholders.is_empty()
            && let Some(at) = rest.find("${")
            && let Some(length) = rest.get(at..).and_then(|r| r.find('}'))
        {
            out.text(rest.get(..at).unwrap_or(""));
            match rest.get(at + 2..at + length).and_then(|name| self.program.placeholders.get(name)) {
                Some(value) => out.expr(*value),
                None => out.text(rest.get(at..=at + length).unwrap_or("")),
            }
            rest = rest.get(at + length + 1..).unwrap_or("");
        }
        out.text(rest);
    }

    fn word_or_unknown(&mut self, node: Node<'_>) -> ExprId {
        match node.kind() {
            "command_substitution" | "process_substitution" => self.word(node),
            _ => self.add(Expr::Unknown, node),
        }
    }

    /// Children as pieces, and the text between them, which the grammar does not always give a node.
    fn between(&mut self, node: Node<'_>, start: usize, end: usize, quoted: bool, out: &mut Pieces) {
        let mut at = start;
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            if matches!(child.kind(), "string_content" | "heredoc_content") || child.start_byte() < at {
                continue;
            }
            let gap = self.text.get(at..child.start_byte()).unwrap_or("");
            out.text(&if quoted { unescape_quoted(gap) } else { unescape(gap, false) });
            if self.program.depth < super::MAX_DEPTH {
                self.program.depth += 1;
                self.pieces(child, out);
                self.program.depth -= 1;
            }
            at = child.end_byte();
        }
        if at < end {
            let gap = self.text.get(at..end).unwrap_or("");
            out.text(&if quoted { unescape_quoted(gap) } else { unescape(gap, false) });
        }
    }

    /// `$X`, `${X}`, `${X:-default}` and the other forms.
    fn expansion(&mut self, node: Node<'_>) -> ExprId {
        let mut variable = None;
        let mut operator = "";
        let mut values = Vec::new();
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            match child.kind() {
                "variable_name" | "special_variable_name" | "subscript" if variable.is_none() => variable = Some(child),
                kind if !child.is_named() => {
                    if operator.is_empty() && !matches!(kind.trim_start(), "${" | "$" | "}") {
                        operator = kind;
                    }
                }
                _ => values.push(child),
            }
        }
        let Some(variable) = variable else { return self.add(Expr::Unknown, node) };
        if matches!(operator, "!" | "#") && self.slice(node).starts_with(&format!("${{{operator}")) {
            return self.add(Expr::Unknown, node);
        }
        let value = self.variable(variable);
        match operator {
            ":-" | "-" | ":=" | "=" => {
                let mut pieces = Pieces::default();
                for part in values {
                    self.pieces(part, &mut pieces);
                }
                let default = self.add(Expr::Text(pieces.done()), node);
                self.add(Expr::Choice(vec![value, default]), node)
            }
            ":+" | "+" => {
                let mut pieces = Pieces::default();
                for part in values {
                    self.pieces(part, &mut pieces);
                }
                let given = self.add(Expr::Text(pieces.done()), node);
                let empty = self.add(Expr::Text(Vec::new()), node);
                self.add(Expr::Select(vec![(Some(value), given), (None, empty)]), node)
            }
            ":" => self.add(Expr::Unknown, node),
            _ => value,
        }
    }

    /// The value of a variable by name.
    fn variable(&mut self, node: Node<'_>) -> ExprId {
        if node.kind() == "subscript" {
            let Some(name) = node.child_by_field_name("name") else { return self.add(Expr::Unknown, node) };
            let object = self.add(Expr::Name(self.slice(name).into()), name);
            let Some(index) = node.child_by_field_name("index") else { return object };
            if matches!(self.slice(index), "@" | "*") {
                return object;
            }
            let key = self.word(index);
            return self.add(Expr::Index(object, key), node);
        }
        let name = self.slice(node);
        if let Some(value) = self.program.placeholders.get(name) {
            return *value;
        }
        match name {
            "@" | "*" => self.rest(node),
            "?" | "$" | "!" | "#" | "-" | "_" => self.add(Expr::Unknown, node),
            _ => match name.parse::<usize>() {
                Ok(0) => self.add(Expr::Unknown, node),
                Ok(i) => self.add(Expr::Name(number(i.saturating_add(self.program.shifted))), node),
                Err(_) => self.add(Expr::Name(name.into()), node),
            },
        }
    }

    /// `$@`: all parameters that are left.
    pub(super) fn rest(&mut self, node: Node<'_>) -> ExprId {
        let all = self.add(Expr::Name(Name::new_static("@")), node);
        let mut items: Vec<ExprId> = (self.program.shifted + 1..=self.program.positional)
            .map(|i| {
                let name = Expr::Name(number(i));
                self.add(name, node)
            })
            .collect();
        if items.is_empty() {
            return all;
        }
        items.push(all);
        self.add(Expr::List(items), node)
    }

    /// `(a b)` is a list, `([k]=v)` a table.
    fn array(&mut self, node: Node<'_>) -> ExprId {
        let mut items = Vec::new();
        let mut entries = Vec::new();
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            match self.table_entry(child) {
                Some(entry) => entries.push(entry),
                None => items.push(self.word(child)),
            }
        }
        let expr = if entries.is_empty() { Expr::List(items) } else { Expr::Object(entries) };
        self.add(expr, node)
    }

    /// `[key]=value` inside an array, which the grammar takes for a word.
    fn table_entry(&mut self, node: Node<'_>) -> Option<(Key, ExprId)> {
        let (key, rest) = self.slice(node).strip_prefix('[')?.split_once(']')?;
        let value = rest.strip_prefix('=')?;
        let start = node.end_byte().checked_sub(value.len())?;
        let key = key.trim_matches(['"', '\'']);
        if key.contains('$') {
            return None;
        }
        let mut pieces = Pieces::default();
        let mut at = start;
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            if child.end_byte() <= start {
                continue;
            }
            if child.start_byte() < start {
                at = child.end_byte();
                pieces.text(&unescape(self.text.get(start..at).unwrap_or(""), false));
                continue;
            }
            pieces.text(self.text.get(at..child.start_byte()).unwrap_or(""));
            self.pieces(child, &mut pieces);
            at = child.end_byte();
        }
        let value = self.add(Expr::Text(pieces.done()), node);
        Some((Key::Name(key.into()), value))
    }

    /// `X=value`, `X+=value`, `X[k]=value`.
    pub(super) fn assignment(&mut self, node: Node<'_>, out: &mut Vec<Stmt>) {
        let Some(name) = node.child_by_field_name("name") else { return };
        let value = match node.child_by_field_name("value") {
            Some(value) if value.kind() == "variable_assignment" => {
                self.assignment(value, out);
                return;
            }
            Some(value) => self.word(value),
            None => self.add(Expr::Text(Vec::new()), node),
        };
        let append = self.text.get(name.end_byte()..).is_some_and(|rest| rest.starts_with("+="));
        if name.kind() == "subscript" {
            let (Some(object), Some(index)) = (name.child_by_field_name("name"), name.child_by_field_name("index"))
            else {
                return;
            };
            let key = self.word(index);
            let object = self.add(Expr::Name(self.slice(object).into()), object);
            out.push(Stmt::Assign(Place::Index(object, key), value));
            return;
        }
        let variable = Name::from(self.slice(name));
        let value = if append { self.appended(&variable, value, node) } else { value };
        out.push(Stmt::Assign(Place::Name(variable), value));
    }

    fn appended(&mut self, variable: &Name, value: ExprId, node: Node<'_>) -> ExprId {
        let before = self.add(Expr::Name(variable.clone()), node);
        let expr = match self.program.module.expr(value) {
            Expr::List(items) => Expr::List(std::iter::once(before).chain(items.iter().copied()).collect()),
            Expr::Text(pieces) => {
                Expr::Text(std::iter::once(Piece::Expr(before)).chain(pieces.iter().cloned()).collect())
            }
            _ => Expr::Text(vec![Piece::Expr(before), Piece::Expr(value)]),
        };
        self.add(expr, node)
    }
}

fn trimmed(text: &str, quote: char) -> &str {
    let text = text.strip_prefix(quote).unwrap_or(text);
    text.strip_suffix(quote).unwrap_or(text)
}

/// Resolves backslashes outside of quotes, or those of `$'…'`.
fn unescape(text: &str, ansi: bool) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('\n') | None => {}
            Some('n') if ansi => out.push('\n'),
            Some('t') if ansi => out.push('\t'),
            Some('r') if ansi => out.push('\r'),
            Some(c) => out.push(c),
        }
    }
    out
}

/// Resolves backslashes between double quotes, where only a few are special.
pub(super) fn unescape_quoted(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('\n')) => {
                chars.next();
            }
            ('\\', Some(special @ ('"' | '\\' | '$' | '`'))) => {
                out.push(*special);
                chars.next();
            }
            _ => out.push(c),
        }
    }
    out
}
