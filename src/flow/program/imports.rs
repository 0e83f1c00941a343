//! Which module of the program an import means.

use crate::flow::library;
use crate::flow::program::{Entity, Family, MAX_REEXPORTS, Program, Resolved, family};
use crate::flow::value::Cls;
use crate::ir::{Member, Module, Name};
use smallvec::SmallVec;

impl Program {
    pub(in crate::flow) fn resolve_import(&self, module: u32, i: u32, depth: u8) -> Resolved {
        let import = &self.module(module).imports[i as usize];
        let external = || match &import.member {
            Member::Named(member) => Resolved::External(format!("{}.{member}", import.module).into()),
            Member::Module | Member::All => Resolved::External(import.module.clone()),
        };
        // Nothing of the official clients is the program's own.
        if depth >= MAX_REEXPORTS || library::official(&import.module).is_some() {
            return external();
        }
        match &import.member {
            Member::Named(member) => self
                .find_module(module, &import.module)
                .and_then(|target| self.member_of(target, member, depth + 1))
                .or_else(|| {
                    let inner: Name = join_module(&import.module, member).into();
                    self.find_module(module, &inner).map(Resolved::Module)
                })
                .or_else(|| self.class_as_module(module, &import.module, member))
                .unwrap_or_else(external),
            Member::Module | Member::All => {
                self.find_module(module, &import.module).map_or_else(external, Resolved::Module)
            }
        }
    }

    /// Java's static import: the module's last segment is a class, the member one of its members; the class stands in.
    pub(in crate::flow) fn class_as_module(&self, module: u32, path: &Name, member: &Name) -> Option<Resolved> {
        let (package, class) = path.rsplit_once('.')?;
        let target = self.find_module(module, &package.into())?;
        let Resolved::Class(class) = self.member_of(target, &class.into(), 1)? else { return None };
        let info = self.class(class);
        info.methods
            .get(member)
            .and_then(|f| f.first())
            .map(|f| Resolved::Function(*f))
            .or_else(|| info.inner.get(member).map(|c| Resolved::Class(*c)))
    }

    /// The module that an import means, if it belongs to the program.
    pub fn find_module(&self, from: u32, import: &Name) -> Option<u32> {
        // `…/datadog-api-client-go/api/v1/datadog` is not the project's own folder `datadog`.
        if library::official(import).is_some() {
            return None;
        }
        let segments = segments(import);
        let segments = in_collection(&segments).unwrap_or(&segments);
        // Only scripts have folders that stand for the file `index` in them; elsewhere that is a package called so.
        let folders = family(self.module(from).language) == Family::Script;
        self.find_path(from, segments, false).or_else(|| {
            let index: Vec<&str> = segments.iter().copied().chain(["index"]).collect();
            if folders { self.find_path(from, &index, false) } else { None }
        })
    }

    /// A class by its full name: `Acme.Boards.Http`, `com.acme.Http`.
    pub fn in_package(&self, package: &Name, name: &Name) -> Option<Cls> {
        let last = package.rsplit(['.', '\\']).next()?;
        self.by_last.get(last)?.iter().find_map(|&m| {
            let module = self.module(m);
            if !matches!(family(module.language), Family::Jvm | Family::CSharp)
                || !module.path.iter().map(Name::as_str).eq(package.split('.'))
            {
                return None;
            }
            match self.packages[self.package_of[m as usize]? as usize].get(name)? {
                Entity::Class(class) => Some(*class),
                _ => None,
            }
        })
    }

    pub(in crate::flow) fn find_path(&self, from: u32, segments: &[&str], whole: bool) -> Option<u32> {
        let last = segments.last()?;
        let here = self.module(from);
        let kin = family(here.language);
        let fits = |candidate: u32| {
            let other = candidate != from || kin != Family::Python || whole;
            other && family(self.module(candidate).language) == kin
        };
        let candidates = self.by_last.get(*last)?;
        let same: SmallVec<[Name; 8]> = segments.iter().map(|segment| Name::from(*segment)).collect();
        if let Some(exact) = self.by_path.get(same.as_slice()).and_then(|all| all.iter().find(|m| fits(**m))) {
            return Some(*exact);
        }
        if whole {
            return None;
        }
        let mut best: Option<(usize, u32)> = None;
        for &candidate in candidates {
            let module = self.module(candidate);
            if !fits(candidate) {
                continue;
            }
            let Some(score) = self.fit(here, module, segments) else { continue };
            if best.is_none_or(|(s, _)| score > s) {
                best = Some((score, candidate));
            }
        }
        best.map(|(_, m)| m)
    }

    /// How well `module`, whose path is another one, fits the imported `segments` seen from `here`; `None` if it does not.
    fn fit(&self, here: &Module, module: &Module, segments: &[&str]) -> Option<usize> {
        let path: SmallVec<[&str; 8]> = module.path.iter().map(Name::as_str).collect();
        let common = here.path.iter().zip(&path).take_while(|(a, b)| a == b).count();
        match family(here.language) {
            // An absolute import: what stands before it must be a root, so a folder around the importer that is no package.
            Family::Python => {
                let prefix = path.len().checked_sub(segments.len())?;
                if !path.ends_with(segments) {
                    return None;
                }
                let root = &path[..prefix];
                let around = here.path.iter().zip(root).take_while(|(a, b)| a == b).count();
                let source_root = matches!(root.last(), Some(&"src" | &"lib" | &"python" | &"app"));
                let plausible = around == root.len() || (source_root && around + 1 >= root.len());
                let package = self.by_path.contains_key(module.path.get(..prefix).unwrap_or_default());
                (plausible && (!package || segments.len() > 2)).then_some(100 + common)
            }
            Family::Go => ends_like(here, &path, segments).map(|shared| shared * 100 + common),
            // Path aliases (`@/x`, `~/x`) and packages of a monorepo.
            Family::Script => {
                let alias = matches!(segments.first(), Some(&"@" | &"~" | &"src" | &"app" | &"#"));
                let skip = if alias {
                    1
                } else if segments.first()?.starts_with('@') {
                    2
                } else {
                    1
                };
                let rest = segments.get(skip..)?;
                if rest.is_empty() || !path.ends_with(rest) {
                    return None;
                }
                if alias {
                    return Some(100 + common);
                }
                let package = segments.get(skip - 1)?;
                let named = path.iter().any(|p| package.split('-').any(|w| w == *p) || p == package);
                named.then_some(100 + common)
            }
            Family::Ruby | Family::Php => path.ends_with(segments).then_some(100 + common),
            Family::Rust => {
                let rest = if segments.first() == Some(&"crate") { &segments[1..] } else { segments };
                (!rest.is_empty() && path.ends_with(rest)).then_some(100 + common)
            }
            Family::Jvm | Family::CSharp | Family::Shell => None,
        }
    }
}

/// What is below the root of an Ansible collection, which its modules name by where it is installed, wherever the tree stands.
fn in_collection<'i>(segments: &'i [&'i str]) -> Option<&'i [&'i str]> {
    match segments {
        ["ansible_collections", _, _, below @ ..] if !below.is_empty() => Some(below),
        _ => None,
    }
}

/// How many segments a Go import shares with the end of a package's folder: at least two, or all of them, or all below a folder
/// that holds the importer, too: that may be the module's, which need not be called like it.
fn ends_like(here: &Module, path: &[&str], segments: &[&str]) -> Option<usize> {
    if is_standard(segments) {
        return None;
    }
    let shared = path.iter().rev().zip(segments.iter().rev()).take_while(|(a, b)| a == b).count();
    let root = path.get(..path.len() - shared).unwrap_or_default();
    // `k8s.io/api/core/v1` is not every folder `v1`.
    let version = |s: &&str| s.starts_with('v') && s.contains(|c: char| c.is_ascii_digit());
    let around = here.path.iter().map(Name::as_str).take(root.len()).eq(root.iter().copied());
    let below = shared == 1 && around && !segments.last().is_some_and(version);
    (shared == path.len() || shared >= 2 || below).then_some(shared)
}

/// Whether a Go import is one of the standard library, whose packages projects name their own folders after: no other path begins so
/// without a host.
fn is_standard(segments: &[&str]) -> bool {
    const ROOTS: &[&str] = &[
        "archive",
        "bufio",
        "bytes",
        "compress",
        "container",
        "context",
        "crypto",
        "database",
        "embed",
        "encoding",
        "errors",
        "expvar",
        "flag",
        "fmt",
        "hash",
        "html",
        "image",
        "io",
        "iter",
        "log",
        "maps",
        "math",
        "mime",
        "net",
        "os",
        "path",
        "plugin",
        "reflect",
        "regexp",
        "runtime",
        "slices",
        "sort",
        "strconv",
        "strings",
        "sync",
        "syscall",
        "testing",
        "text",
        "time",
        "unicode",
        "unsafe",
    ];
    let (Some(first), Some(last)) = (segments.first(), segments.last()) else { return false };
    // Modules of projects may be called like that, too; their packages do not lie where those of the library do.
    let nested = ["http", "url", "json", "exec", "tls", "ioutil", "filepath", "atomic", "rand", "slog", "template"];
    ROOTS.contains(first) && (segments.len() == 1 || nested.contains(last))
}

pub(in crate::flow) fn join_module(module: &str, member: &str) -> String {
    let separator = if module.contains('/') {
        "/"
    } else if module.contains("::") {
        "::"
    } else {
        "."
    };
    format!("{module}{separator}{member}")
}

/// The segments of an import path in any language's spelling.
pub fn segments(path: &str) -> Vec<&str> {
    if path.contains('/') {
        path.split('/').filter(|s| !s.is_empty() && *s != ".").collect()
    } else if path.contains("::") {
        path.split("::").collect()
    } else if path.contains('\\') {
        path.split('\\').filter(|s| !s.is_empty()).collect()
    } else {
        path.split('.').collect()
    }
}
