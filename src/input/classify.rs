//! Which front end reads a file: by its name, else by its `#!` line.

use crate::source::FRONT_ENDS;
use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

/// The front ends by file-name ending.
#[derive(Clone, Debug)]
pub struct Classifier {
    endings: HashMap<&'static str, usize>,
}

/// Interpreters of `#!` lines and the ending that stands for their language.
const INTERPRETERS: &[(&str, &str)] = &[
    ("python", "py"),
    ("bash", "sh"),
    ("sh", "sh"),
    ("dash", "sh"),
    ("zsh", "sh"),
    ("ksh", "sh"),
    ("ash", "sh"),
    ("ruby", "rb"),
    ("node", "js"),
    ("deno", "ts"),
    ("bun", "ts"),
    ("tsx", "ts"),
    ("ts-node", "ts"),
    ("php", "php"),
    ("pwsh", "ps1"),
    ("bats", "sh"),
];

impl Default for Classifier {
    fn default() -> Self {
        Self::new()
    }
}

impl Classifier {
    /// Reads the registry.
    pub fn new() -> Self {
        let mut endings = HashMap::new();
        for (index, front_end) in FRONT_ENDS.iter().enumerate() {
            for ending in front_end.endings() {
                endings.entry(*ending).or_insert(index);
            }
        }
        Self { endings }
    }

    /// The front end for a file name, if its name tells.
    pub fn by_name(&self, name: &str) -> Option<usize> {
        if let Some(index) = self.endings.get(name) {
            return Some(*index);
        }
        let lower = name.to_ascii_lowercase();
        // Longest ending first: `d.ts` before `ts`.
        let dots = lower.match_indices('.').map(|(at, _)| at + 1);
        if let Some(index) = dots.clone().find_map(|at| self.endings.get(lower.get(at..)?)) {
            return Some(*index);
        }
        // `Dockerfile.release`, `Makefile.am`; whole names are the registry's entries with a capital.
        let stem = name.split('.').next()?;
        (stem.starts_with(|c: char| c.is_ascii_uppercase())).then(|| self.endings.get(stem).copied()).flatten()
    }

    /// The front end that the `#!` line of a file without an ending names.
    pub fn by_first_line(&self, path: &Path) -> Option<usize> {
        let mut head = [0_u8; 128];
        let mut file = std::fs::File::open(path).ok()?;
        let length = file.read(&mut head).ok()?;
        self.by_shebang(head.get(..length)?)
    }

    fn by_shebang(&self, head: &[u8]) -> Option<usize> {
        let line = head.strip_prefix(b"#!")?.split(|b| *b == b'\n').next()?;
        let line = std::str::from_utf8(line).ok()?;
        line.split_whitespace().find_map(|word| {
            let program = word.rsplit('/').next()?.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
            let (_, ending) = INTERPRETERS.iter().find(|(name, _)| *name == program)?;
            self.endings.get(ending).copied()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classifier() -> Classifier {
        Classifier { endings: [("py", 0), ("sh", 1), ("Dockerfile", 1), ("yml", 1), ("ts", 2), ("d.ts", 3)].into() }
    }

    #[test]
    fn names_tell() {
        let it = classifier();
        for (name, expected) in [
            ("a.py", Some(0)),
            ("A.PY", Some(0)),
            ("Dockerfile", Some(1)),
            ("Dockerfile.release", Some(1)),
            (".gitlab-ci.yml", Some(1)),
            ("a.b.ts", Some(2)),
            ("a.d.ts", Some(3)),
            ("py.txt", None),
            ("README", None),
        ] {
            assert_eq!(it.by_name(name), expected, "{name}");
        }
    }

    #[test]
    fn first_lines_tell() {
        let it = classifier();
        for (line, expected) in [
            ("#!/usr/bin/env python3\nimport x", Some(0)),
            ("#!/usr/bin/python3.12", Some(0)),
            ("#!/usr/bin/env -S bash -e\n", Some(1)),
            ("#! /bin/sh", Some(1)),
            ("#!/usr/bin/perl", None),
            ("\x7fELF", None),
        ] {
            assert_eq!(it.by_shebang(line.as_bytes()), expected, "{line}");
        }
    }
}
