//! Commands: what is run in the end, whichever program runs it for another.

use super::Chunk;
use super::word::Pieces;
use crate::ir::{Arg, Expr, ExprId, Module, Name, Piece, Place, Stmt};
use tree_sitter::Node;

/// Programs that take a script after `-c`, or on standard input.
const SHELLS: &[&str] = &["sh", "bash", "zsh", "ksh", "dash", "ash", "su"];

/// Programs whose requests are worth finding behind a program that is not known.
const CLIENTS: &[&str] = &["curl", "wget", "httpie", "xh", "xhs"];

/// Programs that run the command in their arguments; with the options that take a value, and how many operands come first.
const RUNNERS: &[(&str, &str, usize)] = &[
    ("sudo", "ugphCTrt", 0),
    ("doas", "u", 0),
    ("time", "fo", 0),
    ("nohup", "", 0),
    ("command", "", 0),
    ("exec", "a", 0),
    ("builtin", "", 0),
    ("nice", "n", 0),
    ("env", "uCS", 0),
    ("timeout", "sk", 1),
    ("xargs", "IndPLsaE", 0),
    ("stdbuf", "ioe", 0),
    ("chronic", "", 0),
];

/// How much depth a script inside a script costs.
const SCRIPT_DEPTH: usize = 25;

/// A word of a command and the node it comes from.
type Word<'n> = (ExprId, Node<'n>);

impl Chunk<'_, '_> {
    /// A command as a statement. `extra` are words that the grammar counts as part of a redirection.
    pub(super) fn command(&mut self, node: Node<'_>, extra: &[Node<'_>], redirected: bool, out: &mut Vec<Stmt>) {
        if let Some(condition) = self.test_builtin(node) {
            out.push(Stmt::Eval(condition));
            return;
        }
        let words = self.words(node, extra);
        let name = words.first().and_then(|w| self.literal(w.0));
        match name.as_deref() {
            Some("exit" | "return") => out.push(Stmt::Exit),
            // Loops are flattened: what comes after them goes on.
            Some("break" | "continue") => {}
            Some("shift") if self.program.current != Module::MAIN => {
                let count = words.get(1).and_then(|w| self.literal(w.0)).and_then(|n| n.parse().ok()).unwrap_or(1);
                self.program.shifted = self.program.shifted.saturating_add(count).min(100);
            }
            Some("source" | ".") => {
                if let Some(path) = words.get(1).and_then(|w| self.tail(w.0)) {
                    self.import(&path, node);
                }
            }
            Some(":") => self.defaults(&words, out),
            Some("echo" | "printf" | "cat") if !redirected && self.program.captured == 0 => {
                let in_function = self.program.current != Module::MAIN;
                if let Some(value) = self.run(node, words) {
                    out.push(if in_function { Stmt::Return(Some(value)) } else { Stmt::Eval(value) });
                }
            }
            _ => {
                if let Some(value) = self.run(node, words) {
                    out.push(Stmt::Eval(value));
                }
            }
        }
    }

    /// `$(…)`: what the commands inside print.
    pub(super) fn substitution(&mut self, node: Node<'_>) -> ExprId {
        let mut parts = Vec::new();
        self.program.captured += 1;
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            parts.push(self.output(child));
        }
        self.program.captured -= 1;
        match parts.as_slice() {
            [one] => *one,
            _ => self.add(Expr::Opaque(parts), node),
        }
    }

    /// What one statement inside `$(…)` prints.
    fn output(&mut self, node: Node<'_>) -> ExprId {
        match node.kind() {
            "command" => {
                let words = self.words(node, &[]);
                self.run(node, words).unwrap_or_else(|| self.add(Expr::Unknown, node))
            }
            "redirected_statement" => match node.child_by_field_name("body").filter(|b| b.kind() == "command") {
                Some(body) => {
                    let (extra, _) = self.redirections(node, Some(body));
                    let words = self.words(body, &extra);
                    self.run(body, words).unwrap_or_else(|| self.add(Expr::Unknown, node))
                }
                None => self.aside(node),
            },
            "pipeline" => {
                let mut parts = Vec::new();
                let mut cursor = node.walk();
                for child in node.named_children(&mut cursor) {
                    parts.push(self.output(child));
                }
                self.add(Expr::Opaque(parts), node)
            }
            _ => self.aside(node),
        }
    }

    /// A statement inside an expression, run before the statement that the expression belongs to.
    fn aside(&mut self, node: Node<'_>) -> ExprId {
        let mut body = Vec::new();
        self.statement(node, &mut body);
        self.program.pending.append(&mut body);
        self.add(Expr::Unknown, node)
    }

    /// A statement with redirections.
    pub(super) fn redirected(&mut self, node: Node<'_>, out: &mut Vec<Stmt>) {
        let body = node.child_by_field_name("body");
        let (extra, output) = self.redirections(node, body);
        match body {
            Some(body) if body.kind() == "command" => self.command(body, &extra, output, out),
            Some(body) => {
                self.program.captured += usize::from(output);
                self.statement(body, out);
                self.program.captured -= usize::from(output);
            }
            None => {}
        }
        let mut cursor = node.walk();
        for redirect in node.children_by_field_name("redirect", &mut cursor).filter(|r| r.kind() == "heredoc_redirect")
        {
            let mut inner = redirect.walk();
            for child in redirect.named_children(&mut inner) {
                if matches!(child.kind(), "pipeline" | "command" | "list" | "redirected_statement" | "while_statement")
                {
                    self.statement(child, out);
                }
            }
        }
    }

    /// The words of the command that the grammar hides in redirections, and whether its output goes elsewhere.
    /// A here-document for a shell is lowered on the way.
    fn redirections<'n>(&mut self, node: Node<'n>, body: Option<Node<'n>>) -> (Vec<Node<'n>>, bool) {
        let mut extra = Vec::new();
        let mut output = false;
        let mut cursor = node.walk();
        for redirect in node.children_by_field_name("redirect", &mut cursor) {
            let mut inner = redirect.walk();
            match redirect.kind() {
                "file_redirect" => {
                    output |= self.slice(redirect).contains('>') && !self.slice(redirect).starts_with("2>");
                    extra.extend(redirect.children_by_field_name("destination", &mut inner).skip(1));
                }
                "heredoc_redirect" => {
                    let mut more = inner.goto_first_child();
                    while more {
                        let child = inner.node();
                        // After a stray pipe the words belong to another command.
                        if child.is_error() {
                            break;
                        }
                        if inner.field_name() == Some("argument") {
                            extra.push(child);
                        }
                        more = inner.goto_next_sibling();
                    }
                    let mut inner = redirect.walk();
                    let script = redirect.named_children(&mut inner).find(|c| c.kind() == "heredoc_body");
                    output |= self.slice(redirect).lines().next().is_some_and(|l| l.contains('>'));
                    if let Some(script) = script.filter(|_| body.is_some_and(|b| b.kind() == "while_statement")) {
                        self.note_input(script);
                    }
                    if let Some(script) = script.filter(|_| body.is_some_and(|b| self.runs_input(b))) {
                        self.script(self.slice(script), script.start_position(), 0);
                    }
                }
                _ => {}
            }
        }
        (extra, output)
    }

    /// Whether a command runs what it reads.
    fn runs_input(&self, command: Node<'_>) -> bool {
        let name = command.child_by_field_name("name").map_or("", |n| self.slice(n));
        SHELLS.contains(&program(name))
            || name == "ssh"
            || (name == "sudo" && SHELLS.iter().any(|s| self.slice(command).contains(s)))
    }

    /// All words of a command, assignments before it taken out.
    fn words<'n>(&mut self, node: Node<'n>, extra: &[Node<'n>]) -> Vec<Word<'n>> {
        let mut words = Vec::new();
        let mut nodes = Vec::new();
        let mut cursor = node.walk();
        let mut more = cursor.goto_first_child();
        while more {
            let child = cursor.node();
            match child.kind() {
                "variable_assignment" => {
                    let mut body = Vec::new();
                    self.assignment(child, &mut body);
                    self.program.pending.append(&mut body);
                }
                "command_name" => nodes.extend(child.named_child(0).or(Some(child))),
                "file_redirect" | "herestring_redirect" | "heredoc_redirect" | "comment" => {
                    let mut inner = child.walk();
                    nodes.extend(child.children_by_field_name("destination", &mut inner).skip(1));
                }
                "subshell" => {
                    self.aside(child);
                }
                _ if child.is_named() => nodes.push(child),
                // `==` and `=~` are words of their own to the grammar.
                _ => {}
            }
            more = cursor.goto_next_sibling();
        }
        for node in nodes.into_iter().chain(extra.iter().copied()) {
            words.push((self.word(node), node));
        }
        words
    }

    /// What running the words yields; `None` if they are a script that was lowered instead.
    fn run(&mut self, node: Node<'_>, words: Vec<Word<'_>>) -> Option<ExprId> {
        let mut start = 0;
        while let Some(next) = self.behind(&words, start) {
            start = next;
        }
        let words = words.get(start..).unwrap_or_default();
        let name = words.first().and_then(|w| self.literal(w.0)).unwrap_or_default();
        if self.scripts(&name, words) {
            return None;
        }
        let values: Vec<ExprId> = words.iter().map(|w| w.0).collect();
        match name.as_str() {
            "echo" => return Some(self.echoed(node, values.get(1..).unwrap_or_default())),
            "printf" => return self.printed(node, values.get(1..).unwrap_or_default()),
            _ => {}
        }
        let values = if CLIENTS.contains(&program(&name)) { self.without_rest(values) } else { values };
        let behind = self.client_behind(words);
        if self.program.functions.contains(&name) || (self.program.sources && is_function_name(&name)) {
            let called = name.clone();
            let callee = self.add(Expr::Name(name), node);
            let args = values.iter().skip(1).map(|w| Arg::positional(*w)).collect();
            let call = self.add(Expr::Call(callee, args), node);
            let mut parts = vec![call];
            if let Some(at) = behind {
                parts.push(self.add(Expr::Command(values.get(at..).unwrap_or_default().to_vec()), node));
            }
            parts.extend(self.run_by(&called, values.get(1..).unwrap_or_default(), node));
            parts.extend(self.forwarded(&called, values.get(1..).unwrap_or_default(), node));
            return Some(if parts.len() == 1 { call } else { self.add(Expr::Opaque(parts), node) });
        }
        self.note_runner(&values);
        let from = behind.unwrap_or(0);
        Some(self.add(Expr::Command(values.get(from..).unwrap_or_default().to_vec()), node))
    }

    /// Where the command begins that the program at `start` runs.
    fn behind(&mut self, words: &[Word<'_>], start: usize) -> Option<usize> {
        let name = self.literal(words.get(start)?.0)?;
        let (name, options, operands) = RUNNERS.iter().find(|r| r.0 == program(&name))?;
        let mut at = start + 1;
        while let Some(text) = words.get(at).and_then(|w| self.head(w.0)) {
            if *name == "env" && text.contains('=') && !text.starts_with('-') {
                at += 1;
            } else if let Some(option) = text.strip_prefix('-') {
                let takes_value = option.len() == 1 && options.contains(option);
                at += if takes_value { 2 } else { 1 };
            } else {
                break;
            }
        }
        at += operands;
        (at < words.len()).then_some(at)
    }

    /// The position of `curl` and the like among the arguments of a program that is not known.
    fn client_behind(&self, words: &[Word<'_>]) -> Option<usize> {
        let position = words.iter().position(|w| {
            self.literal(w.0).is_some_and(|t| CLIENTS.contains(&program(t.split(':').next().unwrap_or(""))))
                && !w.1.is_error()
        })?;
        (position > 0).then_some(position)
    }

    /// Lowers what shells are told to run: after `-c`, `eval`, `ssh host`, `trap`.
    fn scripts(&mut self, name: &Name, words: &[Word<'_>]) -> bool {
        let mut shell = false;
        let mut found = None;
        for (at, word) in words.iter().enumerate() {
            let Some(text) = self.literal(word.0) else { continue };
            if shell && text.starts_with('-') && !text.starts_with("--") && text.ends_with('c') {
                found = Some(at + 1);
                break;
            }
            shell |= SHELLS.contains(&program(&text));
        }
        if found.is_none() {
            found = match name.as_str() {
                "eval" | "trap" | "watch" => Some(1),
                "ssh" => words.len().checked_sub(1),
                _ => None,
            };
        }
        let Some(script) = found.and_then(|at| words.get(at)).map(|w| w.1) else { return false };
        let text = self.slice(script);
        if !matches!(script.kind(), "string" | "raw_string") || !text.contains(char::is_whitespace) {
            return false;
        }
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
        if script.kind() == "string" {
            let inner = super::word::unescape_quoted(inner);
            // What stands in single quotes was expanded by the outer shell.
            let inner = if inner.contains('"') { inner } else { inner.replace('\'', "\"") };
            self.script(&inner, script.start_position(), 1);
        } else {
            self.script(inner, script.start_position(), 1);
        }
        true
    }

    /// Lowers a script that stands inside this one.
    fn script(&mut self, text: &str, start: tree_sitter::Point, skip: usize) {
        if self.program.depth + SCRIPT_DEPTH >= super::MAX_DEPTH {
            return;
        }
        let one = |n: usize| u32::try_from(n).unwrap_or(u32::MAX - 1) + 1;
        let lines = self.lines.within(one(start.row), one(start.column + skip), text.split('\n').count());
        self.program.depth += SCRIPT_DEPTH;
        let mut pending = std::mem::take(&mut self.program.pending);
        pending.extend(self.program.nested(text, lines));
        self.program.pending = pending;
        self.program.depth -= SCRIPT_DEPTH;
    }

    /// What `echo` prints.
    fn echoed(&mut self, node: Node<'_>, words: &[ExprId]) -> ExprId {
        let mut pieces = Pieces::default();
        let options = words
            .iter()
            .take_while(|w| self.literal(**w).is_some_and(|t| matches!(t.as_str(), "-n" | "-e" | "-ne" | "-en")))
            .count();
        for (at, word) in words.iter().skip(options).enumerate() {
            if at > 0 {
                pieces.text(" ");
            }
            self.append(*word, &mut pieces);
        }
        self.add(Expr::Text(pieces.done()), node)
    }

    /// What `printf` prints; `printf -v name` assigns it instead.
    fn printed(&mut self, node: Node<'_>, words: &[ExprId]) -> Option<ExprId> {
        let (target, words) = match words {
            [flag, name, rest @ ..] if self.literal(*flag).as_deref() == Some("-v") => (self.literal(*name), rest),
            _ => (None, words),
        };
        let (format, values) = words.split_first()?;
        let text = match self.literal(*format) {
            Some(format) => {
                let mut pieces = Pieces::default();
                self.format(&format, values, &mut pieces);
                self.add(Expr::Text(pieces.done()), node)
            }
            None => self.add(Expr::Opaque(words.to_vec()), node),
        };
        match target {
            Some(name) => {
                self.program.pending.push(Stmt::Assign(Place::Name(name), text));
                None
            }
            None => Some(text),
        }
    }

    fn format(&mut self, format: &str, values: &[ExprId], out: &mut Pieces) {
        let mut values = values.iter();
        let mut parts = format.split('%');
        out.text(&parts.next().unwrap_or("").replace("\\n", "\n"));
        let mut literal = false;
        for part in parts {
            if literal || part.is_empty() {
                out.text(if literal { part } else { "%" });
                literal = !literal && part.is_empty();
                continue;
            }
            let end = part.find(|c: char| c.is_ascii_alphabetic()).map_or(part.len(), |i| i + 1);
            if let Some(value) = values.next() {
                self.append(*value, out);
            }
            out.text(&part.get(end..).unwrap_or("").replace("\\n", "\n"));
        }
    }

    /// Appends a word to a string, text as text.
    fn append(&self, word: ExprId, out: &mut Pieces) {
        match self.program.module.expr(word) {
            Expr::Text(pieces) => {
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => out.text(text),
                        Piece::Expr(expr) => out.expr(*expr),
                    }
                }
            }
            _ => out.expr(word),
        }
    }

    /// `: "${X:=default}"` sets X.
    fn defaults(&mut self, words: &[Word<'_>], out: &mut Vec<Stmt>) {
        for (word, _) in words {
            if let Expr::Choice(values) = self.program.module.expr(*word)
                && let Some(first) = values.first()
                && let Expr::Name(name) = self.program.module.expr(*first)
            {
                out.push(Stmt::Assign(Place::Name(name.clone()), *word));
            }
        }
    }

    /// The text of a word without expansions.
    pub(super) fn literal(&self, word: ExprId) -> Option<Name> {
        match self.program.module.expr(word) {
            Expr::Text(pieces) => match pieces.as_slice() {
                [Piece::Text(text)] => Some(text.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// The text that a word begins with.
    fn head(&self, word: ExprId) -> Option<Name> {
        match self.program.module.expr(word) {
            Expr::Text(pieces) => match pieces.first() {
                Some(Piece::Text(text)) => Some(text.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// The text that a word ends with.
    fn tail(&self, word: ExprId) -> Option<Name> {
        match self.program.module.expr(word) {
            Expr::Text(pieces) => match pieces.last() {
                Some(Piece::Text(text)) => Some(text.clone()),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The program's name without its folder.
pub(super) fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// Whether a command that is not defined in the file is more likely a function of another script than a program.
fn is_function_name(name: &str) -> bool {
    name.contains('_') && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '-'))
}
