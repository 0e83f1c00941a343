//! Build output that is committed beside its sources, and what of other people a bundle holds.
//!
//! What a bundler makes says the same as its sources in a spelling that nobody reads: it counts only where there are no
//! sources. What of it came out of `node_modules` is third-party code there as everywhere.

/// Folders into which builds write.
const FOLDERS: &[&str] = &["dist", "build", "out", "output", "bundle", "bundled"];
/// What bundlers leave at the top of what they make.
const RUNTIMES: &[&str] = &[
    "__nccwpck_require__",
    "__webpack_require__",
    "webpackBootstrap",
    "parcelRequire",
    "__commonJS = (cb, mod)",
    "function getDefaultExportFromCjs",
];
/// What compilers leave in every file.
const COMPILED: &[&str] = &["\"__esModule\"", "//# sourceMappingURL="];
/// How much at either end is looked at.
const ENDS: usize = 16 << 10;

/// Whether a file is a script that a build may have written, as far as its name tells.
fn is_script(shown: &str) -> bool {
    [".js", ".mjs", ".cjs"].iter().any(|ending| shown.ends_with(ending))
}

/// The folder whose sources a script was built from, by its place and its text; `None` if people wrote it. Of files too large to
/// be held there is no text.
pub fn package_of<'s>(shown: &'s str, text: Option<&str>) -> Option<&'s str> {
    if !is_script(shown) {
        return None;
    }
    let folder = shown.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut start = 0;
    let output = folder.split('/').find_map(|part| {
        let at = start;
        start += part.len() + 1;
        FOLDERS.contains(&part).then_some((at, part))
    });
    let bears = |marks: &[&str]| {
        text.is_none_or(|text| {
            let (head, tail) = (floor(text, ENDS), ceiling(text, text.len().saturating_sub(ENDS)));
            marks.iter().any(|mark| text[..head].contains(mark) || text[tail..].contains(mark))
        })
    };
    match output {
        Some((at, "dist")) => Some(shown[..at].trim_end_matches('/')),
        Some((at, _)) if bears(COMPILED) || bears(RUNTIMES) => Some(shown[..at].trim_end_matches('/')),
        _ if text.is_some() && bears(RUNTIMES) => Some(folder),
        _ => None,
    }
}

/// Whether a file lies in a folder or below it.
pub fn is_below(shown: &str, folder: &str) -> bool {
    folder.is_empty() || shown.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// A bundle without the modules that its bundler says came from `node_modules`, lines kept in their places; `None` if it says so
/// of none.
pub fn without_third_party(text: &str) -> Option<String> {
    if !text.contains("// node_modules/") && !text.contains("/***/ \"./node_modules/") {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut foreign = false;
    for line in text.split_inclusive('\n') {
        if let Some(module) = module(line.trim_end()) {
            foreign = module.starts_with("node_modules/");
        }
        out.push_str(if foreign { "\n" } else { line });
    }
    Some(out)
}

/// The module that begins behind a line: `// src/index.ts` of esbuild, `/***/ "./src/index.ts":` of webpack.
fn module(line: &str) -> Option<&str> {
    if let Some(name) = line.strip_prefix("/***/ \"./") {
        return name.split('"').next();
    }
    // The end of webpack's table of modules.
    if line == "/******/ \t});" || line == "/******/ });" {
        return Some("");
    }
    let name = line.strip_prefix("// ")?;
    let script = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx", ".json"];
    (!name.contains(' ') && script.iter().any(|ending| name.ends_with(ending))).then_some(name)
}

/// The nearest place at or before `at` between two letters.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or_default()
}

/// The nearest place at or behind `at` between two letters.
fn ceiling(text: &str, at: usize) -> usize {
    (at..=text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_are_known_by_place_and_mark() {
        let bundle = "/******/ (() => { // webpackBootstrap\n";
        for (shown, text, expected) in [
            ("dist/index.js", "const a = 1;", Some("")),
            ("packages/a/dist/index.mjs", "", Some("packages/a")),
            ("build/main.js", "Object.defineProperty(exports, \"__esModule\", { value: true });", Some("")),
            ("build/tasks.js", "gulp.task('x');", None),
            ("index.js", bundle, Some("")),
            ("action/index.js", bundle, Some("action")),
            ("src/index.js", "import x from 'y';", None),
            ("dist/install.sh", "", None),
        ] {
            assert_eq!(package_of(shown, Some(text)), expected, "{shown}");
        }
    }

    #[test]
    fn modules_of_others_are_left_out_line_by_line() {
        let text = "var a;\n// node_modules/x/index.js\nfetch(1);\n// src/main.ts\nfetch(2);\n";
        assert_eq!(without_third_party(text).as_deref(), Some("var a;\n\n\n// src/main.ts\nfetch(2);\n"));
        assert_eq!(without_third_party("// src/main.ts\nfetch(2);\n"), None);
    }
}
