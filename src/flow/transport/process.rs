//! Command lines that a program starts: which words they have.

use crate::flow::value::{Args, Piece, Set, Text, Value};
use crate::ir::Name;

/// The words of a command line that a program starts: `subprocess.run(["curl", …])`.
pub fn process_words(path: &str, args: &Args) -> Option<Vec<Set>> {
    let starts = path.starts_with("subprocess.")
        || matches!(
            path,
            "os.system"
                | "os.popen"
                | "os/exec.Command"
                | "os/exec.CommandContext"
                | "system"
                | "exec"
                | "Open3.capture3"
                | "Open3.capture2"
                | "child_process.exec"
                | "child_process.execSync"
                | "child_process.spawn"
                | "child_process.execFile"
                | "shell_exec"
                | "std.process.Command.new"
                | "ProcessBuilder"
                | "execa"
                | "spawn"
                | "execSync"
                | "sh"
        );
    if !starts {
        return None;
    }
    let first = args.at(0)?;
    for value in first.values() {
        match value {
            Value::List(items) => return Some(items.to_vec()),
            Value::Text(text) if args.positional.len() == 1 => return Some(split_words(text)),
            _ => {}
        }
    }
    let skip = usize::from(path.ends_with("CommandContext"));
    let mut words = Vec::new();
    for set in args.positional.iter().skip(skip) {
        match set.items.as_slice() {
            [crate::flow::value::Item { value: Value::List(items), .. }] => words.extend(items.iter().cloned()),
            _ => words.push(set.clone()),
        }
    }
    Some(words)
}

/// Splits a command line at blanks outside quotes.
pub fn split_words(text: &Text) -> Vec<Set> {
    let mut words = Vec::new();
    let mut word = Text::default();
    let mut quote = None;
    let mut started = false;
    for piece in &text.pieces {
        let Piece::Lit(lit) = piece else {
            word.push(piece.clone());
            started = true;
            continue;
        };
        let mut run = String::new();
        for c in lit.chars() {
            match (quote, c) {
                (None, '"' | '\'') => {
                    quote = Some(c);
                    started = true;
                }
                (Some(q), c) if q == c => quote = None,
                (None, c) if c.is_whitespace() || c == '\\' => {
                    word.push(Piece::Lit(Name::from(std::mem::take(&mut run))));
                    if started || !word.pieces.is_empty() {
                        words.push(Set::text(std::mem::take(&mut word)));
                    }
                    started = false;
                }
                (_, c) => run.push(c),
            }
        }
        word.push(Piece::Lit(run.into()));
    }
    if started || !word.pieces.is_empty() {
        words.push(Set::text(word));
    }
    words
}
