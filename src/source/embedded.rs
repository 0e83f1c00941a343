//! Shell inside other files: CI workflows and other YAML with commands, Makefiles, Dockerfiles.
//!
//! Each reader here finds the pieces of script, says where every line of them stands in the file, and hands them to the
//! `shell` front end, which does the rest. A file without commands yields no module.

use super::shell::{Lines, Program};
use super::{File, FrontEnd};
use crate::ir::{Expr, Language, Module};
use crate::yaml;

mod dockerfile;
mod makefile;
mod template;
mod workflow;

/// The front end for CI workflows and other YAML files with commands.
pub struct Workflow;

/// The front end for Makefiles.
pub struct Makefile;

/// The front end for Dockerfiles.
pub struct Dockerfile;

impl FrontEnd for Workflow {
    fn languages(&self) -> &'static [Language] {
        &[Language::Shell]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["yml", "yaml"]
    }

    fn lower(&self, file: &File) -> Vec<Module> {
        workflow::lower(file)
    }

    fn holds_code(&self, text: &str) -> bool {
        workflow::has_scripts(text)
    }
}

impl FrontEnd for Makefile {
    fn languages(&self) -> &'static [Language] {
        &[Language::Shell]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["Makefile", "makefile", "GNUmakefile", "mk", "make"]
    }

    fn lower(&self, file: &File) -> Vec<Module> {
        makefile::lower(file)
    }
}

impl FrontEnd for Dockerfile {
    fn languages(&self) -> &'static [Language] {
        &[Language::Shell]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["Dockerfile", "dockerfile", "Containerfile", "containerfile"]
    }

    fn lower(&self, file: &File) -> Vec<Module> {
        dockerfile::lower(file)
    }
}

/// A piece of script, line by line, with the place of each line in the file.
#[derive(Clone, Debug, Default)]
struct Script {
    text: String,
    starts: Vec<(u32, u32)>,
}

impl Script {
    /// Adds a line that stands at the 1-based `line` of the file, `before` bytes from its left edge.
    fn line(&mut self, text: &str, line: usize, before: usize) {
        if !self.starts.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
        self.starts.push((u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(before).unwrap_or(0)));
    }

    /// Lowers the script at the end of a program.
    fn lower(self, program: &mut Program, templates: template::Style) {
        let text = template::prepare(&self.text, templates, program);
        program.chunk(&text, Lines::new(self.starts));
    }
}

/// Words of a command given as a list, as a script of one command; what a shell is told to run becomes the script itself.
fn exec_form(words: &[Script]) -> Script {
    let shell = words.iter().position(|w| {
        let name = w.text.rsplit('/').next().unwrap_or("");
        matches!(name, "sh" | "bash" | "zsh" | "ash" | "dash" | "ksh")
    });
    if let Some(shell) = shell {
        let flag = words.iter().skip(shell).position(|w| w.text.starts_with('-') && w.text.ends_with('c'));
        if let Some(script) = flag.and_then(|at| words.get(shell + at + 1)) {
            return script.clone();
        }
    }
    let mut whole = Script::default();
    for (at, word) in words.iter().enumerate() {
        if at > 0 {
            whole.text.push(' ');
        }
        whole.text.push('\'');
        whole.text.push_str(&variables_in(&word.text.replace('\'', "'\\''")));
        whole.text.push('\'');
        whole.starts.extend(word.starts.iter().skip(usize::from(at > 0)));
    }
    whole
}

/// `$(NAME)` in the words of a container's command is a variable of its environment.
fn variables_in(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(at) = rest.find("$(")
        && let Some(length) = rest.get(at..).and_then(|r| r.find(')'))
    {
        out.push_str(rest.get(..at).unwrap_or(""));
        let name = rest.get(at + 2..at + length).unwrap_or("");
        if !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_') {
            out.push_str(&format!("'\"${{{name}}}\"'"));
        } else {
            out.push_str(rest.get(at..=at + length).unwrap_or(""));
        }
        rest = rest.get(at + length + 1..).unwrap_or("");
    }
    out.push_str(rest);
    out
}

/// The module, unless it holds nothing that is run.
fn finished(program: Program) -> Option<Module> {
    let module = program.finish();
    let runs = module.exprs().any(|(_, e)| matches!(e, Expr::Command(_) | Expr::Call(..)));
    runs.then_some(module)
}
