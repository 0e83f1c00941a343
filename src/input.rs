//! Finds, classifies, reads and prefilters the files of a run; nothing else opens source files.
//!
//! What the files mean is left to `source` and `trace`. The walk never follows links inside a tree, and never opens
//! anything but regular files, so that loops, FIFOs and devices cannot hang it.

use crate::error::{Error, Result};
use crate::infra;
use crate::source::File;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub mod anchors;
pub mod built;
mod classify;
mod ignore_files;
mod walk;

pub use anchors::Strength;
pub use classify::Classifier;
pub use walk::{files_below, find, is_folder};

/// Source files above this size are not parsed; machine-made files are, people's are not that long.
pub const MAX_SOURCE_BYTES: u64 = 8 << 20;
/// Plans and states of Terraform above this size are not read: their tree takes several times as much memory.
pub const MAX_OUTPUT_BYTES: u64 = 32 << 20;

/// Tables and OpenAPI documents above this size are refused; the largest that there is has 12 MiB.
const MAX_TEXT_BYTES: u64 = 64 << 20;

/// Files with more words and signs than this are not parsed either.
const MAX_TOKENS: usize = 1 << 19;

/// What to look for and where.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Files and folders of code.
    pub paths: Vec<PathBuf>,
    /// Globs of files and folders to leave out, relative to the working directory.
    pub exclude: Vec<String>,
    /// Reads what `.gitignore` and the list of third-party folders would leave out.
    pub no_ignore: bool,
}

/// A regular file that some front end can read.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where to open it.
    pub path: PathBuf,
    /// How it is reported: relative to the working directory, `/`-separated.
    pub shown: Arc<str>,
    /// Index into [`crate::source::FRONT_ENDS`].
    pub front_end: usize,
}

/// A regular file that declares resources.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Where to open it.
    pub path: PathBuf,
    /// How it is reported.
    pub shown: Arc<str>,
}

/// A file or folder that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// As reported.
    pub file: Arc<str>,
    /// A kebab-case reason: `binary`, `built`, `minified`, `third-party`, `too-large`, `not-source`.
    pub reason: &'static str,
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Tree {
    /// Source files, sorted by how they are reported, each once.
    pub sources: Vec<Found>,
    /// Files of declared resources (Terraform), in the same order.
    pub declarations: Vec<Declaration>,
    /// Positional files that no front end reads and that may be traces.
    pub others: Vec<PathBuf>,
    /// Regular files seen, of whatever kind.
    pub files: u64,
    /// What was left out.
    pub skipped: Vec<Skipped>,
    /// What could not be read.
    pub problems: Vec<Error>,
}

/// What reading one source file gave.
#[derive(Debug)]
pub enum Content {
    /// Its text, invalid UTF-8 replaced, and how strongly it hints at Datadog.
    Text(Arc<String>, Strength),
    /// Left out, with the reason.
    Skipped(&'static str),
    /// Too large to parse although it mentions Datadog, or unreadable.
    Failed(Error),
}

/// Reads one file and looks for anchor words. Also gives the bytes looked at.
pub fn read(found: &Found) -> (Content, u64) {
    read_content(&found.path, &found.shown, MAX_SOURCE_BYTES)
}

/// Reads one file of declared resources, as [`read`] does.
pub fn read_declaration(found: &Declaration) -> (Content, u64) {
    let written = infra::terraform::is_configuration(&found.shown);
    read_content(&found.path, &found.shown, if written { MAX_SOURCE_BYTES } else { MAX_OUTPUT_BYTES })
}

/// The configuration in a folder that was not walked (a module outside the named paths), with the list of downloaded
/// modules; as reported, with the text. What cannot be read is not there.
pub fn declarations_in(folder: &str) -> Vec<(Arc<str>, Arc<String>)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !path.is_file() || !infra::terraform::is_configuration(&name) && name != "modules.json" {
            continue;
        }
        if let Ok(Bytes::All(bytes)) = read_bytes(&path, MAX_SOURCE_BYTES) {
            found.push((shown(&path), text(bytes)));
        }
    }
    found.sort();
    found
}

fn read_content(path: &Path, shown: &str, most: u64) -> (Content, u64) {
    match read_bytes(path, most) {
        Ok(Bytes::All(bytes)) => {
            let size = bytes.len() as u64;
            (judge(shown, bytes), size)
        }
        Ok(Bytes::Large(size, true)) => (Content::Failed(too_much(shown, &format!("{} MiB", size >> 20))), size),
        Ok(Bytes::Large(size, false)) => (Content::Skipped("too-large"), size),
        Err(error) => (Content::Failed(unreadable(shown, &error)), 0),
    }
}

/// The error for a file that mentions Datadog and is not parsed because of `what`.
pub fn too_much(shown: &str, what: &str) -> Error {
    Error::new(format!("{what} are too much to parse, and it mentions Datadog"))
        .at(shown)
        .help(format!("leave it out with --exclude {shown}"))
}

/// Whether a text has so many words and signs that its syntax tree would fill memory: a tree costs up to a kilobyte for
/// each. People's files of a megabyte have half of that.
pub fn is_dense(text: &str) -> bool {
    has_more_tokens(text, MAX_TOKENS)
}

/// Whether a text has more words and signs than that.
pub fn has_more_tokens(text: &str, most: usize) -> bool {
    if text.len() <= most {
        return false;
    }
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
    let (mut tokens, mut within) = (0, false);
    for byte in text.bytes() {
        let word = is_word(byte);
        let goes_on = word && within;
        tokens += usize::from(!byte.is_ascii_whitespace() && !goes_on);
        within = word;
    }
    tokens > most
}

/// Reads a file again whatever it mentions, for the second pass; `None` if it is not text or went away.
pub fn read_text(found: &Found) -> Option<File> {
    match read_bytes(&found.path, MAX_SOURCE_BYTES) {
        Ok(Bytes::All(bytes)) if !is_binary(&bytes) => Some(File { path: found.shown.clone(), text: text(bytes) }),
        _ => None,
    }
}

/// Opens a trace for reading; `-` is standard input.
pub fn open_trace(path: &Path) -> Result<Box<dyn Read + Send>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    let file = fs::File::open(path).map_err(|error| unreadable(&shown(path), &error))?;
    Ok(Box::new(file))
}

/// The size of a regular file; `None` for anything else.
pub fn size(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len())
}

/// A whole text file that was named, invalid UTF-8 replaced: a table, a configuration.
pub fn text_file(path: &Path) -> Result<String> {
    let failed = |error: io::Error| unreadable(&shown(path), &error);
    // A FIFO would be waited for, a device read for ever.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(Error::new("not a regular file").at(path));
    }
    let mut bytes = Vec::new();
    fs::File::open(path).map_err(failed)?.take(MAX_TEXT_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_TEXT_BYTES {
        return Err(Error::new(format!("larger than {} MiB", MAX_TEXT_BYTES >> 20)).at(path));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The beginning of a regular file, to recognise it by; `None` if it cannot be read.
pub fn head(path: &Path, most: usize) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    fs::File::open(path).ok()?.take(most as u64).read_to_end(&mut head).ok()?;
    Some(head)
}

/// Whether a front end or a reader of declared resources reads files of this name.
pub fn is_source(path: &Path) -> bool {
    is_named_declaration(path)
        || path.file_name().is_some_and(|name| Classifier::new().by_name(&name.to_string_lossy()).is_some())
}

fn is_declaration(path: &Path) -> bool {
    path.file_name().is_some_and(|name| infra::reads(&name.to_string_lossy()))
}

/// Whether a file that was named declares resources: plans have no name of their own, their first lines tell.
fn is_named_declaration(path: &Path) -> bool {
    let json = || path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let output = || head(path, 4096).is_some_and(|head| infra::terraform::is_output(&String::from_utf8_lossy(&head)));
    is_declaration(path) || json() && output()
}

enum Bytes {
    All(Vec<u8>),
    /// Size, and whether it holds an anchor word.
    Large(u64, bool),
}

fn read_bytes(path: &Path, most: u64) -> io::Result<Bytes> {
    let mut file = fs::File::open(path)?;
    let size = file.metadata()?.len();
    if size > most {
        return Ok(Bytes::Large(size, anchors::in_stream(file)?));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    // A file may grow while it is read; the bound is kept all the same.
    file.by_ref().take(most + 1).read_to_end(&mut bytes)?;
    Ok(Bytes::All(bytes))
}

fn judge(shown: &str, bytes: Vec<u8>) -> Content {
    let strength = anchors::strength(&bytes);
    if is_binary(&bytes) {
        return Content::Skipped("binary");
    }
    if strength != Strength::None && is_minified(shown, &bytes) {
        return Content::Skipped("minified");
    }
    Content::Text(text(bytes), strength)
}

fn text(bytes: Vec<u8>) -> Arc<String> {
    let text = String::from_utf8(bytes);
    Arc::new(text.unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// As git and ripgrep decide it: a NUL byte near the beginning.
fn is_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes.get(..8192).unwrap_or(bytes)).is_some()
}

/// Bundled JavaScript: said by the name, or lines that nobody writes.
fn is_minified(shown: &str, bytes: &[u8]) -> bool {
    let script = [".js", ".mjs", ".cjs"].iter().any(|ending| shown.ends_with(ending));
    script
        && ([".min.", ".bundle."].iter().any(|mark| shown.contains(mark))
            || bytes.len() > 32 << 10 && bytes.len() / (memchr::memchr_iter(b'\n', bytes).count() + 1) > 1000)
}

/// The error for a file that cannot be opened or read.
pub fn unreadable(shown: &str, error: &io::Error) -> Error {
    let what = match error.kind() {
        io::ErrorKind::PermissionDenied => "cannot read it: permission denied".to_owned(),
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        _ => format!("cannot read it: {}", plain(error)),
    };
    Error::new(what).at(shown)
}

/// The operating system's message without its number and final period.
pub fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// How a path is reported: relative to the working directory where it lies below it, `/`-separated, without `.` and, as far
/// as the text tells, `..`.
pub fn shown(path: &Path) -> Arc<str> {
    let below = std::env::current_dir().ok().and_then(|here| path.strip_prefix(here).ok().map(Path::to_path_buf));
    let mut parts: Vec<String> = Vec::new();
    let mut absolute = "";
    for component in below.as_deref().unwrap_or(path).components() {
        match component {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir if parts.last().is_some_and(|part| part != "..") => drop(parts.pop()),
            std::path::Component::RootDir => absolute = "/",
            other => parts.push(other.as_os_str().to_string_lossy().into_owned()),
        }
    }
    let joined = parts.join("/");
    if joined.is_empty() && absolute.is_empty() { ".".into() } else { format!("{absolute}{joined}").into() }
}

/// Where a path leads, links followed: the same for all ways to write it.
pub fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_path_buf())
}
