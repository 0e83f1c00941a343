//! What the tools may read: the folder that the server was started in, and those that its user allowed.

use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// Folders, with links followed.
#[derive(Clone, Debug)]
pub(super) struct Roots(Vec<PathBuf>);

impl Roots {
    /// The current folder and these.
    pub(super) fn new(allowed: &[PathBuf]) -> Result<Self> {
        let all = std::iter::once(Path::new(".")).chain(allowed.iter().map(PathBuf::as_path));
        all.map(real).collect::<Result<Vec<PathBuf>>>().map(Self)
    }

    /// The path, if it is there and inside.
    pub(super) fn admit(&self, path: &str) -> Result<String> {
        if path == "-" {
            let error = Error::new("standard input belongs to the protocol and cannot be read as a recording");
            return Err(error.help("name a file"));
        }
        let found = real(Path::new(path))?;
        if self.0.iter().any(|root| found.starts_with(root)) {
            return Ok(path.to_owned());
        }
        let error = Error::new("this path is outside the folders that this server may read").at(path);
        Err(error.help("ask the user to start it with: ddscope mcp --allow DIR"))
    }
}

/// The path without links, so that none leads outside.
fn real(path: &Path) -> Result<PathBuf> {
    std::fs::canonicalize(path).map_err(|error| crate::input::unreadable(&path.to_string_lossy(), &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_inside_is_admitted() {
        let roots = Roots::new(&[]).expect("the current folder");
        assert_eq!(roots.admit("src/../src").expect("inside"), "src/../src");
        for outside in ["/", "..", "/etc/passwd", "src/../../", "-", "no/such"] {
            assert!(roots.admit(outside).is_err(), "{outside}");
        }
        let wider = Roots::new(&[PathBuf::from("/")]).expect("the root");
        assert!(wider.admit("/").is_ok());
    }
}
