//! Yardsticks for `benches/run.py`: how fast the grammars alone parse a tree, and how fast the whole table is solved.
//!
//! `pace parse FOLDER` and `pace solve`, each printing one line of JSON.

use ddscope::catalog::Catalog;
use ddscope::privilege::compare::requirement;
use ddscope::privilege::{Credential, Use, Weights, solve};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tree_sitter::{Language, Parser};

/// The one that the program has, so that parsing costs here what it costs there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["parse", folder] => parse(Path::new(folder)),
        ["solve"] => solved(),
        _ => eprintln!("usage: pace parse FOLDER | pace solve"),
    }
}

fn grammar(path: &Path) -> Option<Language> {
    Some(match path.extension()?.to_str()? {
        "py" => tree_sitter_python::LANGUAGE.into(),
        "js" | "mjs" | "cjs" | "jsx" => tree_sitter_javascript::LANGUAGE.into(),
        "ts" | "mts" | "cts" => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        "tsx" => tree_sitter_typescript::LANGUAGE_TSX.into(),
        "go" => tree_sitter_go::LANGUAGE.into(),
        "java" => tree_sitter_java::LANGUAGE.into(),
        "kt" => tree_sitter_kotlin_ng::LANGUAGE.into(),
        "rb" => tree_sitter_ruby::LANGUAGE.into(),
        "php" => tree_sitter_php::LANGUAGE_PHP.into(),
        "cs" => tree_sitter_c_sharp::LANGUAGE.into(),
        "sh" => tree_sitter_bash::LANGUAGE.into(),
        _ => return None,
    })
}

/// Parses all files that a grammar (or, for Rust, syn) reads, on as many threads as a scan uses.
fn parse(folder: &Path) {
    let files: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    let start = Instant::now();
    let sizes = files.par_iter().map(|path| parse_one(path).unwrap_or(0));
    let bytes: u64 = sizes.sum();
    println!("{{\"bytes\":{bytes},\"seconds\":{:.4}}}", start.elapsed().as_secs_f64());
}

fn parse_one(path: &Path) -> Option<u64> {
    let is_rust = path.extension().is_some_and(|ending| ending == "rs");
    let language = grammar(path);
    if language.is_none() && !is_rust {
        return None;
    }
    let text = std::fs::read(path).ok()?;
    match language {
        Some(language) => {
            let mut parser = Parser::new();
            parser.set_language(&language).ok()?;
            drop(parser.parse(&text, None));
        }
        None => drop(syn::parse_file(std::str::from_utf8(&text).ok()?)),
    }
    Some(text.len() as u64)
}

/// The least scopes of all operations at once, per kind of credential; the slowest counts.
fn solved() {
    let catalog = Catalog::builtin();
    let weights = Weights::of_catalog(catalog);
    let mut slowest = 0.0_f64;
    for kind in Credential::ALL {
        let uses: Vec<Use<'_>> = catalog
            .operations()
            .iter()
            .map(|row| Use { operation: row.id, requirement: requirement(row, kind), literals: &[] })
            .collect();
        let mut best = f64::MAX;
        for _ in 0..5 {
            let start = Instant::now();
            std::hint::black_box(solve(&uses, &weights));
            best = best.min(start.elapsed().as_secs_f64());
        }
        slowest = slowest.max(best);
    }
    println!("{{\"operations\":{},\"seconds\":{slowest:.5}}}", catalog.operations().len());
}
