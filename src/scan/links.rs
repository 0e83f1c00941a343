//! Which files of the tree an import may mean, by the ends of their paths.
//!
//! Deliberately generous: a wrong link costs a parse, a missing one a wrapper. What an import means is decided by `flow`.

use crate::input::Found;
use crate::ir::{Language, Member, Module, Name};
use crate::source::FRONT_ENDS;
use rustc_hash::FxHashMap as Map;

/// An import that fits more files than this says nothing.
const MAX_FITS: usize = 12;
/// Packages with more files than this are not read as a whole.
const MAX_SIBLINGS: usize = 64;

/// The files of a tree by their last path segments.
pub(super) struct Links<'t> {
    /// Per file: path segments without the ending and without `index`, `__init__` and the like.
    paths: Vec<Vec<&'t str>>,
    /// Files by the last segment of their path.
    by_stem: Map<&'t str, Vec<usize>>,
    /// Files by the last segment of their folder.
    by_folder: Map<&'t str, Vec<usize>>,
    /// Files by their whole folder, for languages whose packages are folders.
    packages: Map<&'t str, Vec<usize>>,
    package_of: Vec<Option<&'t str>>,
}

impl<'t> Links<'t> {
    pub(super) fn new(files: impl Iterator<Item = &'t Found>) -> Self {
        let mut it = Self {
            paths: Vec::new(),
            by_stem: Map::default(),
            by_folder: Map::default(),
            packages: Map::default(),
            package_of: Vec::new(),
        };
        for (index, found) in files.enumerate() {
            let (folder, name) = found.shown.rsplit_once('/').unwrap_or(("", &found.shown));
            let mut path: Vec<&str> = folder.split('/').collect();
            let stem = name.split('.').next().unwrap_or_default();
            if !matches!(stem, "__init__" | "index" | "mod" | "lib" | "main") {
                path.push(stem);
            }
            if let Some(last) = path.last() {
                it.by_stem.entry(last).or_default().push(index);
            }
            let package = is_package_language(found.front_end).then_some(folder);
            if let Some(package) = package {
                it.packages.entry(package).or_default().push(index);
                it.by_folder.entry(last_segment(package)).or_default().push(index);
            }
            it.package_of.push(package);
            it.paths.push(path);
        }
        it
    }

    /// The last segment of the path under which others import this file.
    pub(super) fn stem(&self, file: usize) -> Option<Name> {
        let folder = self.package_of.get(file)?.map(last_segment);
        let names = folder.into_iter().chain(self.paths.get(file)?.last().copied());
        names.into_iter().find(|name| !name.is_empty()).map(Name::from)
    }

    /// Files that the imports of a module may mean, in no particular order.
    pub(super) fn imported(&self, module: &Module) -> Vec<usize> {
        let mut files = Vec::new();
        for import in &module.imports {
            let mut segments: Vec<&str> =
                import.module.split(['/', '.', ':', '\\']).filter(|s| !s.is_empty() && *s != "crate").collect();
            if matches!(segments.last(), Some(&("js" | "ts" | "mjs" | "rb" | "py"))) {
                segments.pop();
            }
            self.fitting(&segments, &mut files);
            if let Member::Named(member) = &import.member {
                segments.push(member);
                self.fitting(&segments, &mut files);
            }
        }
        files
    }

    /// Files that share the package with this one without importing it.
    pub(super) fn siblings(&self, file: usize) -> Vec<usize> {
        let package = self.package_of.get(file).copied().flatten().and_then(|p| self.packages.get(p));
        package.filter(|files| files.len() <= MAX_SIBLINGS).cloned().unwrap_or_default()
    }

    /// The files whose paths share the longest end with an import.
    fn fitting(&self, segments: &[&str], files: &mut Vec<usize>) {
        let Some(last) = segments.last() else { return };
        let named = self.by_stem.get(*last).into_iter().flatten();
        let by_name = named.filter_map(|i| Some((common_end(self.paths.get(*i)?.iter().rev().copied(), segments), *i)));
        let inside = self.by_folder.get(*last).into_iter().flatten();
        let by_folder =
            inside.filter_map(|i| Some((common_end((*self.package_of.get(*i)?)?.rsplit('/'), segments), *i)));
        let scored = by_name.chain(by_folder);
        let mut scored: Vec<(usize, usize)> = scored.collect();
        let best = scored.iter().map(|(score, _)| *score).max().unwrap_or(0);
        scored.retain(|(score, _)| *score == best);
        scored.sort_unstable();
        scored.dedup();
        if scored.len() <= MAX_FITS || best > 1 && scored.len() <= MAX_SIBLINGS {
            files.extend(scored.into_iter().map(|(_, i)| i));
        }
    }
}

/// How many segments a path, told from its end, has in common with the end of an import.
fn common_end<'p>(path: impl Iterator<Item = &'p str>, segments: &[&str]) -> usize {
    path.zip(segments.iter().rev()).take_while(|(a, b)| a == *b).count()
}

fn last_segment(folder: &str) -> &str {
    folder.rsplit('/').next().unwrap_or(folder)
}

/// Languages in which files of one folder see each other without imports.
fn is_package_language(front_end: usize) -> bool {
    let languages = FRONT_ENDS.get(front_end).map(|f| f.languages()).unwrap_or_default();
    languages.iter().any(|l| matches!(l, Language::Go | Language::Java | Language::Kotlin | Language::CSharp))
}
