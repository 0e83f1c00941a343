//! Front ends: one file a language, each turning source text into the neutral program of `ir`.

use crate::ir::{Language, Module};
use std::sync::Arc;

mod csharp;
mod embedded;
mod escapes;
mod go;
mod java;
mod jvm;
mod kotlin;
mod lowering;
mod parsing;
mod php;
mod python;
mod ruby;
mod rust;
mod shell;
mod testing;
mod tree;
mod typescript;

pub use testing::is_script_source;

/// A language front end. Register it in [`FRONT_ENDS`].
pub trait FrontEnd: Sync {
    /// Languages it produces, for reports.
    fn languages(&self) -> &'static [Language];

    /// File-name endings without the dot, lower case; also whole file names such as `Makefile`.
    fn endings(&self) -> &'static [&'static str];

    /// Lowers one file. Never fails: what the grammar cannot read is noted in `syntax_errors`, the rest is lowered.
    /// A file may hold several programs (a workflow with several `run:` blocks), hence several modules.
    fn lower(&self, file: &File) -> Vec<Module>;

    /// Whether a file may hold code at all; files that are mostly data (YAML) can tell without being parsed.
    fn holds_code(&self, text: &str) -> bool {
        let _ = text;
        true
    }
}

/// A file handed to a front end.
#[derive(Clone, Debug)]
pub struct File {
    /// Path as reported, `/`-separated, relative to the working directory.
    pub path: Arc<str>,
    /// Its text, valid UTF-8 (invalid bytes were replaced), as it was read: a copy of every file of a tree would cost as much again.
    pub text: Arc<String>,
}

/// Every front end; order decides nothing but reports.
pub static FRONT_ENDS: &[&dyn FrontEnd] = &[
    &csharp::CSharp,
    &embedded::Dockerfile,
    &embedded::Makefile,
    &embedded::Workflow,
    &go::Go,
    &java::Java,
    &kotlin::Kotlin,
    &php::Php,
    &ruby::Ruby,
    &python::Python,
    &rust::Rust,
    &shell::Shell,
    &typescript::TypeScript,
];
