//! Whether the ignore files of a folder can be read safely, asked before the walk reads them: it would wait for a FIFO,
//! read a device for ever, and make a thousand bytes of memory of each byte of globs.

use super::shown;
use crate::error::Error;
use std::path::Path;

/// What `.ddscopeignore` is called.
pub(super) const OWN: &str = ".ddscopeignore";

const NAMES: [&str; 3] = [".gitignore", ".ignore", OWN];

/// The longest that is read; people's have a thousandth of it.
const MAX_BYTES: u64 = 256 << 10;

/// Why a folder is not walked, if one of its ignore files is no such thing.
pub(super) fn objection(folder: &Path) -> Option<Error> {
    NAMES.iter().find_map(|name| {
        let path = folder.join(name);
        let meta = std::fs::metadata(&path).ok()?;
        let what = if !meta.is_file() && !meta.is_dir() {
            "not a regular file, so it cannot tell what to leave out of its folder".to_owned()
        } else if meta.len() > MAX_BYTES && meta.is_file() {
            format!("more than {} KiB of globs are not read, so its folder is left out", MAX_BYTES >> 10)
        } else {
            return None;
        };
        Some(
            Error::new(what).at(&*shown(&path)).help("remove it, or walk the folder regardless of it with --no-ignore"),
        )
    })
}

/// The same for a folder that was named, and for those above it, whose ignore files count for it.
pub(super) fn objection_above(folder: &Path) -> Option<Error> {
    let folder = std::fs::canonicalize(folder).ok()?;
    folder.ancestors().find_map(objection)
}
