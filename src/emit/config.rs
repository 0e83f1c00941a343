//! A `ddscope.toml` to start from: each credential with exactly the scopes that are needed now.
//!
//! What is declared (Terraform, Pulumi, …) is applied with a key of its own, so it becomes a credential of its own where
//! its files lie apart from the code.

use super::{Emitter, Order, because_of, holdable};
use crate::error::Result;
use crate::evidence::{Call, Evidence, Place};
use crate::ir::Name;
use crate::privilege::compare::counted;
use crate::privilege::{Credential, needs};
use crate::resolve::Usage;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// `ddscope.toml`.
pub struct Config;

/// Most paths that one credential is given; more would not be read.
const MAX_PATHS: usize = 12;
/// Deepest folders that are told apart.
const MAX_DEPTH: usize = 6;

impl Emitter for Config {
    fn name(&self) -> &'static str {
        "config"
    }

    fn about(&self) -> &'static str {
        "a ddscope.toml that declares the credentials, to start checking with"
    }

    fn credentials(&self) -> &'static [Credential] {
        &Credential::ALL
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        let mut out = String::from(
            "# What this project's credentials hold. `ddscope check` compares it with what the code needs.\n\n",
        );
        let parts = parts(order);
        if parts.is_empty() {
            let whole = Part { name: order.details.name.clone(), scopes: order.scopes.to_vec(), ..Part::default() };
            out.push_str(&credential(&Part { because: order.solution.because.clone(), ..whole }, order));
            out.push_str("# paths = [\"src\"]   # the code that uses it; without it, all\n\n");
        }
        for part in &parts {
            out.push_str(&credential(part, order));
            let _ = writeln!(out, "paths = [{}]\n", part.paths.iter().map(quoted).collect::<Vec<_>>().join(", "));
        }
        // What the next change of the project will ask for, ready to be uncommented.
        out.push_str(
            "# [[credential.allow]]   # what it holds for something outside this repository\n\
             # scope = \"metrics_read\"\n\
             # reason = \"\"\n",
        );
        Ok(out)
    }
}

/// One credential of the file.
#[derive(Default)]
struct Part {
    name: String,
    scopes: Vec<Name>,
    because: BTreeMap<Name, Vec<Name>>,
    paths: Vec<String>,
}

fn credential(part: &Part, order: &Order<'_>) -> String {
    let kind = order.credential.name();
    let mut out = format!("[[credential]]\nname = {}\nkind = \"{kind}\"\nscopes = [\n", quoted(&part.name));
    for scope in &part.scopes {
        let operations = part.because.get(scope).map(Vec::as_slice).unwrap_or_default();
        let _ = writeln!(out, "  \"{scope}\", # {}", because_of(scope, operations));
    }
    out + "]\n"
}

fn quoted(text: impl AsRef<str>) -> String {
    toml_edit::Value::from(text.as_ref()).to_string()
}

/// The tool whose declarations a place shows; nothing for code.
fn tool(evidence: &Evidence) -> Option<&'static str> {
    match &evidence.call {
        Call::Declared { vocabulary, .. } => Some(vocabulary),
        _ => None,
    }
}

/// Code and each tool's declarations apart; empty if there is but one of them, or if their files lie together.
fn parts(order: &Order<'_>) -> Vec<Part> {
    let all = || order.usages.iter().flat_map(|usage| counted(usage, order.include_tests));
    let traffic = |evidence: &Evidence| matches!(evidence.place, Place::Record { .. });
    let tools: BTreeSet<Option<&'static str>> = all().map(tool).collect();
    if tools.len() < 2 || all().any(traffic) {
        return Vec::new();
    }
    let undecided = order.unresolved.iter().filter(|call| order.include_tests || !call.evidence.test);
    let seen: Vec<&Evidence> = all().chain(undecided.map(|call| &call.evidence)).collect();
    let files = |wanted: &Option<&'static str>| -> BTreeSet<&str> {
        seen.iter().filter(|evidence| tool(evidence) == *wanted).map(|evidence| &**evidence.place.file()).collect()
    };
    let Some(paths) = apart(&tools.iter().map(files).collect::<Vec<_>>()) else { return Vec::new() };
    tools.into_iter().zip(paths).map(|(tool, paths)| part(tool, paths, order)).collect()
}

fn part(wanted: Option<&'static str>, paths: Vec<String>, order: &Order<'_>) -> Part {
    let of = |usage: &Usage| {
        let evidence: Vec<Evidence> = usage.evidence.iter().filter(|it| tool(it) == wanted).cloned().collect();
        (!evidence.is_empty()).then_some(Usage { operation: usage.operation, evidence })
    };
    let usages: Vec<Usage> = order.usages.iter().filter_map(of).collect();
    let solution = needs(&usages, order.credential, order.include_tests, &order.tables.weights);
    let (scopes, _) = holdable(&solution.required, order.credential, order.catalog());
    let name = wanted.unwrap_or(&order.details.name).to_owned();
    Part { name, scopes, because: solution.because, paths }
}

/// The shortest folders (or files) that tell groups of files apart.
fn apart(groups: &[BTreeSet<&str>]) -> Option<Vec<Vec<String>>> {
    (1..=MAX_DEPTH).find_map(|depth| {
        let cut =
            |files: &BTreeSet<&str>| -> BTreeSet<String> { files.iter().map(|file| prefix(file, depth)).collect() };
        let sets: Vec<BTreeSet<String>> = groups.iter().map(cut).collect();
        let clear = sets.iter().enumerate().all(|(at, one)| {
            let others = sets.iter().skip(at + 1).flatten();
            others.into_iter().all(|other| one.iter().all(|path| !within(path, other) && !within(other, path)))
        });
        let few = sets.iter().all(|set| set.len() <= MAX_PATHS);
        (clear && few).then(|| sets.into_iter().map(|set| set.into_iter().collect()).collect())
    })
}

fn prefix(file: &str, depth: usize) -> String {
    file.split('/').take(depth).collect::<Vec<_>>().join("/")
}

/// Whether `path` is `folder` or lies in it.
fn within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
