//! The walk: which regular files lie under the given paths, in an order that does not depend on threads.

use super::ignore_files::{self, objection, objection_above};
use super::{
    Classifier, Declaration, Found, Options, Skipped, Tree, is_declaration, is_named_declaration, shown, unreadable,
};
use crate::error::{Error, Result};
use ignore::overrides::{Override, OverrideBuilder};
use ignore::{DirEntry, WalkBuilder, WalkState};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Folders of tools and of other people's code. `vendor` counts only with a package manager's mark in it.
const THIRD_PARTY: &[&str] = &[
    "node_modules",
    "bower_components",
    "site-packages",
    "dist-packages",
    "__pycache__",
    ".venv",
    ".tox",
    ".nox",
    ".terraform",
    ".gradle",
    ".bundle",
    ".yarn",
    ".pnpm-store",
    "Pods",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".next",
    ".nuxt",
];

/// A folder with such an entry in it is other people's code, whatever its name.
const MARKS: &[(&str, &str)] = &[
    ("vendor", "modules.txt"),
    ("vendor", "autoload.php"),
    ("vendor", "bundle"),
    ("vendor", "vendor.json"),
    ("vendor", "github.com"),
    ("vendor", "gopkg.in"),
    ("Godeps", "_workspace"),
    ("venv", "pyvenv.cfg"),
    ("env", "pyvenv.cfg"),
    ("target", "CACHEDIR.TAG"),
];

const VERSION_CONTROL: &[&str] = &[".git", ".hg", ".svn", ".jj", ".bzr", "CVS"];

/// Walks the paths. A path that does not exist is an error, what cannot be read inside one is a problem in the result.
pub fn find(options: &Options) -> Result<Tree> {
    let classifier = Classifier::new();
    let excluded = exclusions(&options.exclude)?;
    let mut tree = Tree::default();
    for path in &options.paths {
        // Follows links: a path that was typed is meant.
        let meta = std::fs::metadata(path).map_err(|error| missing(path, &error))?;
        if meta.is_dir() {
            folder(path, options, &excluded, &classifier, &mut tree)?;
        } else if meta.is_file() {
            tree.files += 1;
            match named(path, &classifier) {
                _ if is_named_declaration(path) => {
                    tree.declarations.push(Declaration { path: path.clone(), shown: shown(path) });
                }
                Some(front_end) => tree.sources.push(Found { path: path.clone(), shown: shown(path), front_end }),
                None => tree.others.push(path.clone()),
            }
        } else {
            return Err(Error::new("neither a file nor a folder").at(path).help("pipe a trace in with --trace -"));
        }
    }
    tree.sources.sort_by(|a, b| a.shown.cmp(&b.shown));
    tree.sources.dedup_by(|a, b| a.shown == b.shown);
    tree.declarations.sort_by(|a, b| a.shown.cmp(&b.shown));
    tree.declarations.dedup_by(|a, b| a.shown == b.shown);
    tree.skipped.sort();
    tree.skipped.dedup();
    tree.problems.sort_by(|a, b| (&a.path, &a.what).cmp(&(&b.path, &b.what)));
    tree.problems.dedup();
    Ok(tree)
}

/// Every regular file below a folder, sorted, without regard to ignore rules and without following links; and what could
/// not be read.
pub fn files_below(folder: &Path) -> (Vec<PathBuf>, Vec<Error>) {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_file() => files.push(entry.into_path()),
            Ok(_) => {}
            Err(error) => {
                let place = error.path().map(shown).unwrap_or_else(|| "".into());
                problems.push(
                    error
                        .io_error()
                        .map_or_else(|| Error::new("cannot walk it").at(&*place), |io| unreadable(&place, io)),
                );
            }
        }
    }
    (files, problems)
}

/// Whether a path that was named is a folder; an error if it is not there.
pub fn is_folder(path: &Path) -> Result<bool> {
    std::fs::metadata(path).map(|meta| meta.is_dir()).map_err(|error| missing(path, &error))
}

/// The error for a path that was named but cannot be opened.
fn missing(path: &Path, error: &std::io::Error) -> Error {
    let it = unreadable(&path.to_string_lossy(), error);
    if error.kind() == std::io::ErrorKind::NotFound {
        it.help("name a file or folder that exists, or leave it out to scan `.`")
    } else {
        it
    }
}

fn exclusions(globs: &[String]) -> Result<Override> {
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let mut builder = OverrideBuilder::new(here);
    for glob in globs {
        let help = "write it like 'docs/**' or '*.generated.ts'";
        builder.add(&format!("!{glob}")).map_err(|_| Error::new(format!("not a glob: {glob}")).help(help))?;
    }
    builder.build().map_err(|error| Error::new(format!("bad glob: {error}")))
}

/// What one thread of the walk gathers.
#[derive(Default)]
struct Gathered {
    sources: Vec<Found>,
    declarations: Vec<Declaration>,
    files: u64,
    skipped: Vec<Skipped>,
    problems: Vec<Error>,
}

fn folder(root: &Path, options: &Options, excluded: &Override, classifier: &Classifier, tree: &mut Tree) -> Result<()> {
    let all = Mutex::new(Gathered::default());
    let refused = Arc::new(Mutex::new(Refused::default()));
    walker(root, options, excluded, &refused)?.build_parallel().run(|| {
        let all = &all;
        Box::new(move |entry| {
            step(entry, classifier, all);
            WalkState::Continue
        })
    });
    let mut gathered = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut refused = lock(&refused);
    gathered.problems.append(&mut refused.objections);
    if gathered.files == 0 && gathered.problems.is_empty() {
        return Err(Error::new("no files in this folder")
            .at(root)
            .help("name the folder that holds your code; --no-ignore reads ignored files too"));
    }
    tree.sources.extend(gathered.sources);
    tree.declarations.extend(gathered.declarations);
    tree.files += gathered.files;
    tree.skipped.extend(gathered.skipped);
    tree.skipped.append(&mut refused.left_out);
    tree.problems.extend(gathered.problems);
    Ok(())
}

/// Folders that are not gone into.
#[derive(Default)]
struct Refused {
    /// Other people's code.
    left_out: Vec<Skipped>,
    /// Those whose ignore files cannot be followed.
    objections: Vec<Error>,
}

fn walker(root: &Path, options: &Options, excluded: &Override, refused: &Arc<Mutex<Refused>>) -> Result<WalkBuilder> {
    let mut builder = WalkBuilder::new(root);
    builder
        .hidden(false)
        .require_git(false)
        .git_global(false)
        // Says what one clone leaves out, not what the project does; and `.git` may point anywhere.
        .git_exclude(false)
        .follow_links(false)
        .threads(rayon::current_num_threads().min(4))
        .overrides(excluded.clone());
    if options.no_ignore {
        builder.parents(false).ignore(false).git_ignore(false);
    } else {
        if let Some(error) = objection_above(root) {
            return Err(error);
        }
        builder.add_custom_ignore_filename(ignore_files::OWN);
    }
    let (no_ignore, refused) = (options.no_ignore, Arc::clone(refused));
    builder.filter_entry(move |entry| {
        let is_folder = entry.depth() > 0 && entry.file_type().is_some_and(|t| t.is_dir());
        !is_folder || enters(entry, no_ignore, &refused)
    });
    Ok(builder)
}

/// Whether the walk goes into a folder; says why not, where users should know.
fn enters(entry: &DirEntry, no_ignore: bool, refused: &Mutex<Refused>) -> bool {
    let name = entry.file_name().to_string_lossy();
    if VERSION_CONTROL.contains(&&*name) {
        return false;
    }
    if no_ignore {
        return true;
    }
    if is_third_party(entry.path(), &name) {
        lock(refused).left_out.push(Skipped { file: shown(entry.path()), reason: "third-party" });
        return false;
    }
    let objection = objection(entry.path());
    let keep = objection.is_none();
    lock(refused).objections.extend(objection);
    keep
}

fn step(entry: Result<DirEntry, ignore::Error>, classifier: &Classifier, all: &Mutex<Gathered>) {
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => {
            let problem = problem(&error);
            lock(all).problems.push(problem);
            return;
        }
    };
    if !entry.file_type().is_some_and(|t| t.is_file()) {
        return;
    }
    if is_declaration(entry.path()) {
        let shown = shown(entry.path());
        let mut all = lock(all);
        all.files += 1;
        all.declarations.push(Declaration { path: entry.into_path(), shown });
        return;
    }
    let front_end = named(entry.path(), classifier);
    let mut all = lock(all);
    all.files += 1;
    if let Some(front_end) = front_end {
        let shown = shown(entry.path());
        all.sources.push(Found { path: entry.into_path(), shown, front_end });
    }
}

fn named(path: &Path, classifier: &Classifier) -> Option<usize> {
    let name = path.file_name()?.to_string_lossy();
    classifier.by_name(&name).or_else(|| if name.contains('.') { None } else { classifier.by_first_line(path) })
}

fn is_third_party(path: &Path, name: &str) -> bool {
    THIRD_PARTY.contains(&name) || MARKS.iter().any(|(folder, mark)| *folder == name && path.join(mark).exists())
}

fn problem(error: &ignore::Error) -> Error {
    match error {
        ignore::Error::WithPath { path, err } => err
            .io_error()
            .map_or_else(|| Error::new(err.to_string()).at(&*shown(path)), |io| unreadable(&shown(path), io)),
        ignore::Error::WithDepth { err, .. } => problem(err),
        other => Error::new(other.to_string()),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
