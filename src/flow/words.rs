//! Searching names and texts for words: the engine asks this of almost every one it meets. The words that names are made of, and what is remembered of names.

use crate::ir::Name;
use aho_corasick::AhoCorasick;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::sync::OnceLock;

/// Words to search for.
pub struct Words {
    words: &'static [&'static str],
    any_case: bool,
    /// `None` within only if the words were too many to search for, which none here are.
    search: OnceLock<Option<AhoCorasick>>,
}

impl Words {
    /// These words in any letter case; the search for them is built when first asked.
    pub const fn new(words: &'static [&'static str]) -> Self {
        Self { words, any_case: true, search: OnceLock::new() }
    }

    /// These words exactly as they are written.
    pub const fn exactly(words: &'static [&'static str]) -> Self {
        Self { words, any_case: false, search: OnceLock::new() }
    }

    /// Whether any of the words stands anywhere in a text.
    pub fn are_in(&self, text: impl AsRef<[u8]>) -> bool {
        let build = || AhoCorasick::builder().ascii_case_insensitive(self.any_case).build(self.words).ok();
        self.search.get_or_init(build).as_ref().is_some_and(|search| search.is_match(text.as_ref()))
    }
}

/// Most names that one thread remembers something of.
const MAX_REMEMBERED: usize = 20_000;
/// Longest name that is worth remembering, in bytes.
const MAX_LENGTH: usize = 240;

/// What was found of names, by nothing but their letters: the engine meets the same ones in every run of every function.
#[derive(Debug, Default)]
pub struct Remembered(RefCell<FxHashMap<Name, bool>>);

impl Remembered {
    /// Whether it is so with a name; `judge` says it if nobody has asked yet.
    pub fn is(&self, name: &str, judge: impl FnOnce() -> bool) -> bool {
        if let Some(known) = self.0.borrow().get(name) {
            return *known;
        }
        let found = judge();
        if name.len() > MAX_LENGTH {
            return found;
        }
        let mut known = self.0.borrow_mut();
        if known.len() >= MAX_REMEMBERED {
            known.clear();
        }
        known.insert(name.into(), found);
        found
    }
}

/// The words of an identifier, in lower case: `datadogClient`, `@datadog_client` and `DatadogClient` have the same.
pub fn words(name: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut open = false;
    let mut last_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            open = false;
            continue;
        }
        let begins = !open || (c.is_uppercase() && last_lower);
        last_lower = !c.is_uppercase();
        match out.last_mut().filter(|_| !begins) {
            Some(word) => word.extend(c.to_lowercase()),
            None => out.push(c.to_lowercase().collect()),
        }
        open = true;
    }
    out
}
