//! From files that declare resources to evidence: configuration as a whole, because modules call each other; plans and
//! states each on their own.
//!
//! What the blocks mean is left to `infra`. Trees without a word of Datadog's in their configuration cost a read, not a parse.

use crate::error::{Error, Result};
use crate::evidence::Evidence;
use crate::infra::terraform::{self, Parsed, Project};
use crate::infra::{manifest, program};
use crate::input::{self, Content, Declaration, Skipped, Strength, Tree};
use crate::ir::Module;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

/// What the declarations came to.
#[derive(Default)]
pub(super) struct Declared {
    pub evidence: Vec<Evidence>,
    pub analyzed: u64,
    pub bytes: u64,
    pub skipped: Vec<Skipped>,
    pub problems: Vec<Error>,
}

/// A file that was read.
struct Read<'t> {
    found: &'t Declaration,
    text: Arc<String>,
    strength: Strength,
}

/// Reads every declaration of a tree; `paths` are what the user named.
pub(super) fn read(tree: &Tree, paths: &[PathBuf]) -> Declared {
    let mut all = Declared::default();
    let contents: Vec<_> = tree.declarations.par_iter().map(|found| (found, input::read_declaration(found))).collect();
    let mut files = Vec::new();
    for (found, (content, bytes)) in contents {
        all.bytes += bytes;
        match content {
            Content::Text(text, strength) => files.push(Read { found, text, strength }),
            Content::Skipped(reason) => all.skipped.push(Skipped { file: found.shown.clone(), reason }),
            Content::Failed(error) => all.problems.push(error),
        }
    }
    let (configuration, outputs): (Vec<Read<'_>>, Vec<Read<'_>>) =
        files.into_iter().partition(|file| terraform::is_configuration(&file.found.shown));
    for file in outputs.iter().filter(|file| file.strength == Strength::Strong) {
        all.take(guarded(&file.found.shown, || terraform::read_output(&file.found.shown, &file.text)));
    }
    read_configuration(&configuration, paths, &mut all);
    all
}

impl Declared {
    fn take(&mut self, read: Result<Vec<Evidence>>) {
        match read {
            Ok(evidence) => {
                self.analyzed += 1;
                self.evidence.extend(evidence);
            }
            Err(error) => self.problems.push(error),
        }
    }
}

fn read_configuration(files: &[Read<'_>], paths: &[PathBuf], all: &mut Declared) {
    let concerned = concerned(files);
    let parse = |file: &Read<'_>| guarded(&file.found.shown, || terraform::parse(&file.found.shown, &file.text));
    let parsed: Vec<(Strength, Result<Parsed>)> =
        concerned.par_iter().map(|file| (file.strength, parse(file))).collect();
    let mut project = Project::default();
    for (strength, parsed) in parsed {
        match parsed {
            Ok(parsed) => {
                all.analyzed += u64::from(strength == Strength::Strong);
                project.add(parsed);
            }
            // A file that does not mention Datadog only lends its locals.
            Err(error) if strength == Strength::Strong => all.problems.push(error),
            Err(_) => {}
        }
    }
    let inside = |folder: &str| {
        let named = |path: &PathBuf| {
            let shown = input::shown(path);
            &*shown == "." && !folder.starts_with("..") && !folder.starts_with('/')
                || folder.starts_with(&format!("{shown}/"))
        };
        paths.iter().any(named) && !folder.contains(".terraform/")
    };
    // What lies inside the named paths and was not found was left out on purpose.
    let fetch = |folder: &str| if inside(folder) { Vec::new() } else { input::declarations_in(folder) };
    let whole = guarded("the Terraform configuration", || {
        project.complete(&fetch);
        Ok(terraform::read(&project))
    });
    match whole {
        Ok(evidence) => all.evidence.extend(evidence),
        Err(error) => all.problems.push(error),
    }
    all.problems.append(&mut project.problems);
}

/// Files in folders that mention Datadog, and those that may call a module there.
fn concerned<'r, 't>(files: &'r [Read<'t>]) -> Vec<&'r Read<'t>> {
    let folder = |file: &Read<'_>| file.found.shown.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let strong: BTreeSet<String> = files.iter().filter(|file| file.strength == Strength::Strong).map(folder).collect();
    let names: BTreeSet<&str> =
        strong.iter().filter_map(|it| it.rsplit('/').next()).filter(|it| !it.is_empty()).collect();
    let calls = |file: &Read<'_>| {
        memchr::memmem::find(file.text.as_bytes(), b"module").is_some()
            && names.iter().any(|name| file.text.contains(name))
    };
    if strong.is_empty() {
        return Vec::new();
    }
    files.iter().filter(|file| strong.contains(&folder(file)) || calls(file)).collect()
}

/// What YAML among the sources declares: (as reported, text) of files that mention Datadog.
pub(super) fn in_sources<'t>(files: impl Iterator<Item = (&'t Arc<str>, &'t str)>) -> Vec<Evidence> {
    const WORDS: [&str; 3] = ["crossplane.io", "upbound.io", "datadog_"];
    let yaml = files.filter(|(file, text)| {
        let named = file.ends_with(".yml") || file.ends_with(".yaml");
        named
            && (names_group(text)
                || names_class(text)
                || uses(text)
                || WORDS.iter().any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some()))
    });
    let yaml: Vec<_> = yaml.collect();
    let read = |(file, text): &(&Arc<str>, &str)| guarded(file, || Ok(manifest::read(file, text))).unwrap_or_default();
    yaml.par_iter().with_max_len(1).flat_map_iter(read).collect()
}

/// Whether a text has an `apiVersion` of the operator's group; descriptions of its resources name that all over.
fn names_group(text: &str) -> bool {
    const NEAR: usize = 64;
    let bytes = text.as_bytes();
    memchr::memmem::find_iter(bytes, b"datadoghq.com/").any(|at| {
        let before = bytes.get(at.saturating_sub(NEAR)..at).unwrap_or_default();
        let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        memchr::memmem::find(line, b"apiVersion").is_some()
    })
}

/// Whether a text has a key `uses`, as steps of workflows do; `statuses` is another.
fn uses(text: &str) -> bool {
    const KEY: &[u8] = b"uses";
    let bytes = text.as_bytes();
    let begins = |at: usize| !bytes.get(..at).and_then(<[u8]>::last).is_some_and(u8::is_ascii_alphanumeric);
    let behind = |at: usize| bytes.iter().skip(at + KEY.len()).find(|byte| !b"\"' ".contains(byte));
    memchr::memmem::find_iter(bytes, KEY).any(|at| begins(at) && behind(at) == Some(&b':'))
}

/// Whether a text has a class of Pulumi's, such as `datadog:Monitor`; a key of that name, which descriptions of others' resources have,
/// ends behind the colon.
fn names_class(text: &str) -> bool {
    const PACKAGE: &[u8] = b"datadog:";
    let bytes = text.as_bytes();
    let goes_on = |at: usize| bytes.get(at + PACKAGE.len()).is_some_and(u8::is_ascii_alphanumeric);
    memchr::memmem::find_iter(bytes, PACKAGE).any(goes_on)
}

/// What a program declares with Pulumi's or CDKTF's classes, and the commands with known needs that it runs.
pub(super) fn in_module(module: &Module) -> Vec<Evidence> {
    guarded(&module.file, || Ok(program::read(module))).unwrap_or_default()
}

/// A reader that panics costs its file, not the run.
fn guarded<T>(what: &str, read: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(Error::new("the reader of Terraform failed, which is a bug in ddscope")
            .at(what)
            .help(format!("leave it out with --exclude {what}, and please report it")))
    })
}
