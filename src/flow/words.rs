//! Searching names and texts for words: the engine asks this of almost every one it meets. The words that names are made of.

use aho_corasick::AhoCorasick;
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
