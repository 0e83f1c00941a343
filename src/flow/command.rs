//! Command lines that talk to Datadog: `curl`, `wget`, HTTPie, and the `dog` tool.

use crate::ir::Name;

use super::origin;
use super::strings;
use super::value::{Piece, Set, Text, Value};

/// What a command line does.
pub enum Command {
    /// An HTTP request.
    Request {
        /// Method.
        verb: Set,
        /// Addresses.
        urls: Vec<Set>,
        /// Whether it sends Datadog's key headers.
        keys: bool,
        /// The program.
        program: &'static str,
    },
    /// The `dog` tool, its words without options.
    Dog(Vec<String>),
}

/// Reads a command line; `None` if it is none of these programs.
pub fn parse(words: &[Set]) -> Option<Command> {
    // `time`, `sudo`, `exec`, `env X=y` and the like stand before the program.
    let skip = words
        .iter()
        .take_while(|w| {
            w.literal_text().is_some_and(|t| {
                matches!(
                    t,
                    "time"
                        | "sudo"
                        | "exec"
                        | "command"
                        | "env"
                        | "nohup"
                        | "if"
                        | "while"
                        | "!"
                        | "then"
                        | "&&"
                        | "retry"
                ) || (t.contains('=') && !t.starts_with('-') && !t.contains("://"))
            })
        })
        .count();
    let words = &words[skip..];
    let program = words.first()?.literal_text()?;
    let program = program.rsplit('/').next().unwrap_or(program);
    let rest = &words[1..];
    match program {
        "curl" => Some(curl(rest)),
        "wget" => Some(wget(rest)),
        "http" | "https" | "xh" | "xhs" => httpie(rest),
        "dog" | "dogshell" => Some(Command::Dog(dog(rest))),
        _ => None,
    }
}

/// Adds the words that one word of a command stands for.
pub fn expand(set: &Set, splits: bool, out: &mut Vec<Set>, depth: u8) {
    match set.items.as_slice() {
        [super::value::Item { value: Value::List(items), .. }] if depth < 6 => {
            // Options kept as one word are several, anything else in an array is one.
            let options = |i: &Set| i.values().all(|v| matches!(v, Value::Text(t) if t.head().starts_with('-')));
            items.iter().for_each(|i| expand(i, splits && options(i), out, depth + 1));
        }
        // A list that was added to: the longest form has all the words.
        [first, ..] if depth < 6 && matches!(first.value, Value::List(_)) => {
            let longest = set.items.iter().max_by_key(|i| match &i.value {
                Value::List(items) => items.len(),
                _ => 0,
            });
            if let Some(longest) = longest {
                expand(&Set::of(longest.value.clone()), splits, out, depth + 1);
            }
        }
        [super::value::Item { value: Value::Text(text), .. }]
            if splits && text.pieces.iter().any(|p| matches!(p, Piece::Lit(l) if l.contains(' '))) =>
        {
            out.extend(super::transport::split_words(text));
        }
        _ => out.push(set.clone()),
    }
}

/// Short options of curl that take a value.
const CURL_SHORT: &str = "XHdoubAeFTKmwxErCcDPQtyYzU";
/// Long options of curl that take none, among those that people use with APIs.
const CURL_FLAGS: &[&str] = &[
    "--silent",
    "--show-error",
    "--location",
    "--fail",
    "--fail-with-body",
    "--insecure",
    "--include",
    "--verbose",
    "--compressed",
    "--get",
    "--head",
    "--no-progress-meter",
    "--http1.1",
    "--http2",
    "--globoff",
    "--progress-bar",
    "--no-buffer",
    "--ipv4",
    "--ipv6",
    "--retry-all-errors",
    "--retry-connrefused",
    "--remote-name",
    "--raw",
    "--tlsv1.2",
    "--path-as-is",
    "--fail-early",
    "--location-trusted",
];

fn curl(words: &[Set]) -> Command {
    let mut it = Curl::default();
    let mut i = 0;
    while let Some(word) = words.get(i) {
        i += 1;
        let Some(text) = head_of(word) else { continue };
        if let Some(long) = text.strip_prefix("--") {
            let (name, inline) = match long.split_once('=') {
                Some((name, _)) => (name, Some(after(word, name.len() + 3))),
                None => (long, None),
            };
            let flag = CURL_FLAGS.contains(&format!("--{name}").as_str());
            let value = match inline {
                Some(value) => value,
                None if flag => Set::unknown(),
                None => {
                    i += 1;
                    words.get(i - 1).cloned().unwrap_or_default()
                }
            };
            it.long(name, value);
        } else if text.len() > 1 && text.starts_with('-') {
            for (at, c) in text.char_indices().skip(1) {
                if CURL_SHORT.contains(c) {
                    let value = if at + 1 < text.len() || !is_whole(word, &text) {
                        after(word, at + 1)
                    } else {
                        i += 1;
                        words.get(i - 1).cloned().unwrap_or_default()
                    };
                    it.short(c, value);
                    break;
                }
                it.short(c, Set::unknown());
            }
        } else if !word.is_unknown() {
            it.urls.push(word.clone());
        }
    }
    it.finish()
}

#[derive(Default)]
struct Curl {
    verb: Option<Set>,
    implied: Option<&'static str>,
    get: bool,
    urls: Vec<Set>,
    keys: bool,
}

impl Curl {
    fn long(&mut self, name: &str, value: Set) {
        match name {
            "request" => self.verb = Some(value),
            "url" => self.urls.push(value),
            "header" => self.header(&value),
            "get" => self.get = true,
            "head" => self.implied = Some("HEAD"),
            "upload-file" => self.implied = Some("PUT"),
            "json" | "form" | "form-string" => self.implied = Some("POST"),
            _ if name.starts_with("data") => self.implied = Some("POST"),
            _ => {}
        }
    }

    fn short(&mut self, name: char, value: Set) {
        match name {
            'X' => self.verb = Some(value),
            'H' => self.header(&value),
            'G' => self.get = true,
            'I' => self.implied = Some("HEAD"),
            'T' => self.implied = Some("PUT"),
            'd' | 'F' => self.implied = Some("POST"),
            _ => {}
        }
    }

    fn header(&mut self, value: &Set) {
        for value in value.values() {
            if let Value::Text(text) = value {
                let name = text.head().split(':').next().unwrap_or_default().trim();
                self.keys |= origin::is_key_name(name);
            }
        }
    }

    fn finish(self) -> Command {
        let default = if self.get { "GET" } else { self.implied.unwrap_or("GET") };
        let verb = self.verb.unwrap_or_else(|| Set::literal(default));
        Command::Request { verb, urls: self.urls, keys: self.keys, program: "curl" }
    }
}

fn wget(words: &[Set]) -> Command {
    let mut verb = Set::literal("GET");
    let mut urls = Vec::new();
    let mut keys = false;
    let mut i = 0;
    while let Some(word) = words.get(i) {
        i += 1;
        let Some(text) = head_of(word) else { continue };
        let name = text.split('=').next().unwrap_or_default();
        match name {
            "--method" => verb = after(word, name.len() + 1),
            "--post-data" | "--post-file" => verb = Set::literal("POST"),
            "--header" => {
                let header = if text.contains('=') {
                    after(word, name.len() + 1)
                } else {
                    i += 1;
                    words.get(i - 1).cloned().unwrap_or_default()
                };
                keys |= header.values().any(
                    |v| matches!(v, Value::Text(t) if origin::is_key_name(t.head().split(':').next().unwrap_or_default().trim())),
                );
            }
            _ if text.starts_with('-') && !text.starts_with("--") && text.ends_with(['O', 'o', 't', 'T', 'U', 'P']) => {
                i += 1
            }
            _ if text.starts_with('-') => {}
            _ => urls.push(word.clone()),
        }
    }
    Command::Request { verb, urls, keys, program: "wget" }
}

fn httpie(words: &[Set]) -> Option<Command> {
    let mut verb = None;
    let mut urls: Vec<Set> = Vec::new();
    let (mut keys, mut body) = (false, false);
    for word in words {
        let Some(text) = head_of(word) else { continue };
        if text.starts_with('-') {
            continue;
        }
        if urls.is_empty() {
            match strings::verb(&text) {
                Some(v) if verb.is_none() => verb = Some(Set::literal(v)),
                _ => urls.push(word.clone()),
            }
        } else if let Some((name, _)) = text.split_once(':') {
            keys |= origin::is_key_name(name);
            body |= text.contains(":=");
        } else {
            body |= text.contains('=') && !text.contains("==");
        }
    }
    let url = urls.first()?;
    let plausible = url.values().any(|v| matches!(v, Value::Text(t) if t.pieces.iter().any(|p| matches!(p, Piece::Lit(l) if l.contains('.') || l.contains('/')))));
    let verb = verb.unwrap_or_else(|| Set::literal(if body { "POST" } else { "GET" }));
    plausible.then_some(Command::Request { verb, urls, keys, program: "http" })
}

fn dog(words: &[Set]) -> Vec<String> {
    let mut out = vec!["dog".to_owned()];
    let mut skip = false;
    for word in words {
        let Some(text) = word.literal_text() else { continue };
        if std::mem::take(&mut skip) {
            continue;
        }
        if text.starts_with('-') {
            skip = matches!(
                text,
                "--config" | "--api-key" | "--application-key" | "--timeout" | "--api_host" | "-c" | "--site"
            );
        } else {
            out.push(text.to_owned());
        }
        if out.len() > 4 {
            break;
        }
    }
    out
}

/// The literal start of a word, for options; `None` where the word starts with something unknown that is no address.
fn head_of(word: &Set) -> Option<String> {
    word.values().find_map(|v| match v {
        Value::Text(t) => match t.pieces.first() {
            Some(Piece::Lit(lit)) => Some(lit.to_string()),
            Some(_) => Some(String::new()),
            None => None,
        },
        Value::External(_) | Value::Ref(_) => Some(String::new()),
        _ => None,
    })
}

fn is_whole(word: &Set, text: &str) -> bool {
    word.literal_text() == Some(text)
}

/// A word without its first `n` bytes.
fn after(word: &Set, n: usize) -> Set {
    word.flat_map(|v| match v {
        Value::Text(t) => {
            let mut out = Text::default();
            for (i, piece) in t.pieces.iter().enumerate() {
                match (i, piece) {
                    (0, Piece::Lit(lit)) => out.push(Piece::Lit(Name::from(lit.get(n..).unwrap_or_default()))),
                    (_, piece) => out.push(piece.clone()),
                }
            }
            Set::text(out)
        }
        other => Set::of(other.clone()),
    })
}
