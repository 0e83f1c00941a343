//! Makefiles: recipes are shell after make's own variables and functions are resolved; variables are assignments.

use super::{Script, finished, template};
use crate::ir::{Expr, Module, Span};
use crate::source::File;
use crate::source::shell::{Lines, Program};

/// How deep `$(…)` may nest.
const MAX_DEPTH: usize = 20;

/// One module for the whole file.
pub(super) fn lower(file: &File) -> Vec<Module> {
    let mut program = Program::new(&file.path);
    let mut lines = Cursor { lines: file.text.split('\n').map(|l| l.trim_end_matches('\r')).collect(), at: 0 };
    while let Some(script) = lines.logical() {
        let first = script.text.lines().next().unwrap_or("");
        if let Some(name) = first.strip_prefix("define ") {
            let name = name.trim_end_matches(['=', ' ', ':']).trim().to_owned();
            let body = lines.definition();
            define(&name, body, &mut program);
        } else if first.starts_with('\t') {
            recipe(script, &mut program);
        } else if let Some((before, recipe_text)) =
            first.split_once(';').filter(|(before, _)| before.contains(':') && !before.contains('='))
        {
            let mut rest = Script::default();
            let (line, _) = script.starts.first().copied().unwrap_or((1, 0));
            rest.line(recipe_text, line as usize, before.len() + 1);
            recipe(rest, &mut program);
        } else {
            variable(&script, &mut program);
        }
    }
    finished(program).into_iter().collect()
}

struct Cursor<'f> {
    lines: Vec<&'f str>,
    at: usize,
}

impl Cursor<'_> {
    /// The next line with its continuations.
    fn logical(&mut self) -> Option<Script> {
        let mut script = Script::default();
        while let Some(line) = self.lines.get(self.at) {
            self.at += 1;
            script.line(line, self.at, 0);
            if !line.ends_with('\\') {
                return Some(script);
            }
        }
        (!script.starts.is_empty()).then_some(script)
    }

    /// The lines up to `endef`.
    fn definition(&mut self) -> Script {
        let mut script = Script::default();
        while let Some(line) = self.lines.get(self.at) {
            self.at += 1;
            if line.trim() == "endef" {
                break;
            }
            let text = line.trim_start_matches(['\t', ' ', '@', '-', '+']);
            script.line(text, self.at, line.len() - text.len());
        }
        script
    }
}

fn recipe(script: Script, program: &mut Program) {
    let text = script.text.as_str();
    let mut out = Script::default();
    for (at, (line, (start, before))) in text.split('\n').zip(&script.starts).enumerate() {
        let trimmed = match at {
            0 => line.trim_start_matches(['\t', ' ', '@', '-', '+']),
            _ => line.strip_prefix('\t').unwrap_or(line),
        };
        out.line(trimmed, *start as usize, *before as usize + line.len() - trimmed.len());
    }
    let text = resolve(&out.text, program, 0);
    program.chunk(&text, Lines::new(out.starts));
}

/// A canned recipe is a function.
fn define(name: &str, body: Script, program: &mut Program) {
    if name.is_empty() || !name.chars().all(is_name) {
        return;
    }
    let text = resolve(&body.text, program, 0);
    let first = body.starts.first().copied().unwrap_or((1, 0));
    let mut starts = vec![first];
    starts.extend(body.starts);
    program.chunk(&format!("{name}() {{\n{text}\n}}"), Lines::new(starts));
}

/// `NAME = value`, `:=`, `?=`, `+=`, with `export` or `override` before.
fn variable(script: &Script, program: &mut Program) {
    let mut rest = script.text.trim_start();
    for word in ["export ", "override ", "private "] {
        rest = rest.strip_prefix(word).unwrap_or(rest).trim_start();
    }
    let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
    let (name, rest) = rest.split_at(length);
    let rest = rest.trim_start();
    let Some((operator, value)) =
        ["?=", "+=", ":::=", "::=", ":=", "!=", "="].iter().find_map(|o| rest.strip_prefix(o).map(|v| (*o, v)))
    else {
        return;
    };
    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return;
    }
    let value = value.split(" #").next().unwrap_or("").trim().replace("\\\n", " ");
    let value = resolve(&value, program, 0);
    let quoted = value.replace('"', "\\\"").replace('`', "\\`");
    let text = match operator {
        "?=" => format!("{name}=\"${{{name}:-{quoted}}}\""),
        "+=" => format!("{name}+=\" {quoted}\""),
        "!=" => format!("{name}=$({value})"),
        _ => format!("{name}=\"{quoted}\""),
    };
    let start = script.starts.first().copied().unwrap_or((1, 0));
    program.chunk(&text, Lines::new(vec![start]));
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Replaces make's `$(NAME)`, `$(shell …)`, `$(call f,…)`, `$$` by what the shell calls them.
fn resolve(text: &str, program: &mut Program, depth: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(rest.get(..at).unwrap_or(""));
        rest = rest.get(at + 1..).unwrap_or("");
        let Some(next) = rest.chars().next() else { break };
        match next {
            '$' => {
                out.push('$');
                rest = rest.get(1..).unwrap_or("");
            }
            '(' | '{' => {
                let length = closing(rest, next);
                let inner = rest.get(1..length.saturating_sub(1)).unwrap_or("");
                out.push_str(&reference(inner, length + 1, program, depth));
                rest = rest.get(length..).unwrap_or("");
            }
            c if c.is_ascii_alphabetic() => {
                out.push_str(&format!("${{{c}}}"));
                rest = rest.get(1..).unwrap_or("");
            }
            c => {
                out.push_str(&unknown(2, program));
                rest = rest.get(c.len_utf8()..).unwrap_or("");
            }
        }
    }
    out.push_str(rest);
    out
}

/// The length of a bracketed text, brackets included.
fn closing(text: &str, open: char) -> usize {
    let close = if open == '(' { ')' } else { '}' };
    let mut level = 0usize;
    for (at, c) in text.char_indices() {
        if c == open {
            level += 1;
        } else if c == close {
            level -= 1;
            if level == 0 {
                return at + 1;
            }
        }
    }
    text.len()
}

fn reference(inner: &str, length: usize, program: &mut Program, depth: usize) -> String {
    if depth >= MAX_DEPTH {
        return unknown(length, program);
    }
    if !inner.is_empty() && inner.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return format!("${{{inner}}}");
    }
    if let Some(command) = inner.strip_prefix("shell ") {
        return format!("$({})", resolve(command, program, depth + 1));
    }
    if let Some(call) = inner.strip_prefix("call ") {
        let mut parts = call.split(',');
        let name = parts.next().unwrap_or("").trim();
        let args: Vec<String> = parts
            .map(|a| resolve(a.trim(), program, depth + 1).replace('"', "\\\""))
            .map(|a| format!(" \"{a}\""))
            .collect();
        return format!("{name}{}", args.concat());
    }
    if let Some(choice) = inner.strip_prefix("or ")
        && let Some((first, second)) = choice.split_once(',')
        && let Some(name) = first.trim().strip_prefix("$(").and_then(|n| n.strip_suffix(')'))
    {
        return format!("${{{name}:-{}}}", resolve(second.trim(), program, depth + 1));
    }
    unknown(length, program)
}

fn unknown(length: usize, program: &mut Program) -> String {
    let value = program.module_mut().add(Expr::Unknown, Span::default());
    template::stand_in(program, value, length)
}
