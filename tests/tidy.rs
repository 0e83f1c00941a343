//! Rules about the source itself that no compiler checks; `docs/architecture.md` gives the reasons.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file, with its path below `src/` in slashes.
struct File {
    path: String,
    text: String,
}

impl File {
    /// Lines outside the test module at the end, with their 1-based numbers.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let code = self.text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
        code.lines().enumerate().map(|(i, line)| (i + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// The room: `source` for `source.rs` and `source/go.rs`.
    fn room(&self) -> &str {
        self.path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }
}

fn sources() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files: Vec<File> = below(&root)
        .into_iter()
        .map(|path| File {
            text: fs::read_to_string(&path).expect("a source file"),
            path: path.strip_prefix(&root).expect("below src").to_string_lossy().replace('\\', "/"),
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(files.len() > 30, "the walk found {} files only", files.len());
    files
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(below(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

/// Fails with every offending line.
fn none(rule: &str, offences: Vec<String>) {
    assert!(offences.is_empty(), "{rule}:\n  {}", offences.join("\n  "));
}

/// Lines of files that `of` selects which hold one of the words, unless the file is allowed.
fn holding(of: impl Fn(&File) -> bool, words: &[&str]) -> Vec<String> {
    let mut offences = Vec::new();
    for file in sources().iter().filter(|f| of(f)) {
        for (number, line) in file.code() {
            if words.iter().any(|word| line.contains(word)) {
                offences.push(format!("src/{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    offences
}

/// Which rooms a line names with `crate::`, also inside braces on one line.
fn names(line: &str, room: &str) -> bool {
    let word = |text: &str| text.split(|c: char| !(c.is_alphanumeric() || c == '_')).next() == Some(room);
    line.match_indices("crate::").any(|(at, _)| {
        let rest = line.get(at + "crate::".len()..).unwrap_or_default();
        match rest.strip_prefix('{') {
            Some(list) => list.split(',').any(|item| word(item.trim())),
            None => word(rest),
        }
    })
}

fn seeing(rooms: &[&str], never: &[&str]) -> Vec<String> {
    let mut offences = Vec::new();
    for file in sources().iter().filter(|f| rooms.contains(&f.room())) {
        for (number, line) in file.code() {
            if never.iter().any(|room| *room != file.room() && names(line, room)) {
                offences.push(format!("src/{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    offences
}

#[test]
fn readers_never_see_the_catalog_nor_each_other() {
    none(
        "source, infra and trace know neither the table nor each other",
        seeing(&["source", "infra", "trace"], &["catalog", "source", "infra", "trace"]),
    );
}

#[test]
fn the_engine_never_disambiguates() {
    none(
        "flow produces evidence, resolve decides",
        seeing(&["flow"], &["resolve", "privilege", "report", "emit", "input"]),
    );
}

#[test]
fn renderers_see_results_only() {
    none(
        "report and emit know nothing of how results came about",
        seeing(&["report", "emit"], &["source", "trace", "flow", "input"]),
    );
}

#[test]
fn the_lower_rooms_know_nothing_of_the_higher() {
    none(
        "ir, evidence, span and url stand below everything",
        seeing(
            &["ir", "evidence", "span", "url"],
            &["catalog", "source", "trace", "infra", "flow", "resolve", "privilege", "report", "scan", "cli", "input"],
        ),
    );
}

#[test]
fn only_renderers_serialize() {
    let renders =
        |f: &File| matches!(f.room(), "report" | "emit") || f.path == "catalog/table.rs" || f.path == "catalog/text.rs";
    none(
        "results have no wire format of their own",
        holding(|f| !renders(f), &["derive(Serialize", ", Serialize", "Serialize,"]),
    );
}

#[test]
fn only_the_terminal_renderer_names_codespan() {
    none("codespan is one renderer's choice", holding(|f| f.path != "report/terminal.rs", &["codespan_reporting"]));
}

#[test]
fn files_are_opened_in_few_places() {
    let opens = |f: &File| f.room() == "input" || f.path.starts_with("privilege/grants") || f.path == "main.rs";
    none(
        "everything else is given bytes or readers",
        holding(
            |f| !opens(f),
            &[
                "fs::read",
                "fs::write",
                "File::open",
                "File::create",
                "OpenOptions",
                "read_to_string(path",
                "fs::metadata",
            ],
        ),
    );
}

#[test]
fn printing_is_left_to_main() {
    let words = [
        "println!(",
        "print!(",
        "eprint!(",
        "eprintln!(",
        "io::stdout",
        "io::stderr",
        "anstream::stdout",
        "anstream::stderr",
        "dbg!",
    ];
    none("commands return what to print", holding(|f| f.path != "main.rs", &words));
}

#[test]
fn every_file_says_what_it_does() {
    let silent =
        sources().into_iter().filter(|f| !f.text.starts_with("//! ")).map(|f| format!("src/{}", f.path)).collect();
    none("a file opens with //! and a sentence", silent);
}

#[test]
fn files_are_short() {
    let long = sources()
        .into_iter()
        .filter(|f| f.text.lines().count() > 500)
        .map(|f| format!("src/{}: {} lines", f.path, f.text.lines().count()));
    none("a file has at most 500 lines", long.collect());
}

/// Functions with their lines, told by the indentation that rustfmt gives them.
fn functions(file: &File) -> Vec<(usize, usize, String)> {
    let lines: Vec<&str> = file.text.lines().collect();
    let mut found = Vec::new();
    for (first, line) in lines.iter().enumerate() {
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        let words: Vec<&str> = text.split([' ', '(', '<']).take(6).collect();
        let Some(at) = words.iter().position(|word| *word == "fn") else { continue };
        let plain =
            |word: &&str| matches!(*word, "pub" | "const" | "async" | "crate)" | "super)" | "in") || word.is_empty();
        if text.starts_with("//") || !words[..at].iter().all(plain) || text.ends_with(['}', ';']) {
            continue;
        }
        let ends = |line: &&&str| {
            **line == format!("{indent}}}")
                || line.strip_prefix(indent).is_some_and(|rest| rest.starts_with(')') && rest.ends_with(';'))
        };
        let length = lines[first..].iter().take_while(|line| !ends(line)).count() + 1;
        found.push((first + 1, length, words.get(at + 1).copied().unwrap_or_default().to_owned()));
    }
    found
}

#[test]
fn functions_are_short() {
    let (mut seen, mut long) = (0, Vec::new());
    for file in &sources() {
        for (line, length, name) in functions(file) {
            seen += 1;
            if length >= 60 {
                long.push(format!("src/{}:{line}: {name} has {length} lines", file.path));
            }
        }
    }
    assert!(seen > 1000, "{seen} functions were found only");
    none("a function has fewer than 60 lines", long);
}

#[test]
fn nothing_unsafe() {
    none("no unsafe code", holding(|_| true, &["unsafe {", "unsafe fn", "unsafe impl"]));
}

#[test]
fn names_carry_no_filler() {
    let offences = holding(|_| true, &["fn get_", "Manager"]);
    none(
        "verbs say what is done, nouns what a thing is",
        offences.into_iter().filter(|line| !line.contains('"')).collect(),
    );
}

#[test]
fn every_test_runs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mark = format!("#[{}", "ignore");
    let offences = below(&root).into_iter().filter(|p| fs::read_to_string(p).is_ok_and(|t| t.contains(&mark)));
    none("no test is switched off", offences.map(|p| p.display().to_string()).collect());
}
