//! The prefilter: words without which a file cannot start a Datadog call.

use aho_corasick::{AhoCorasick, MatchKind};
use std::io::{self, Read};
use std::sync::LazyLock;

/// How strongly a text hints at Datadog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Not at all.
    None,
    /// Paths that other products have too.
    Weak,
    /// A word that only Datadog has.
    Strong,
}

/// Words that only Datadog has, in the spellings people use (searching without case would be several times slower).
const STRONG: &[&str] = &[
    "datadog",
    "Datadog",
    "DataDog",
    "DATADOG",
    "data_dog",
    "ddog-gov",
    "dogapi",
    "Dogapi",
    "DogApi",
    "DOGAPI",
    "dogshell",
    "DD_API",
    "DD_APP",
    "DD_SITE",
    "DD_HOST",
    "DD_URL",
    "DD_CLIENT",
    "DD-API",
    "DD-APP",
    "Dd-Api",
    "Dd-App",
    "dd-api",
    "dd-app",
    "dd_api",
    "dd_app",
    "dd_site",
    "dd_url",
    "dd_host",
    "ddApi",
    "ddApp",
    "ddSite",
    "DDApi",
    "DDApp",
    "DdApi",
    "DdApp",
    "ddapp_",
    "ddpat_",
    "ddsat_",
];

/// Commands of the `dog` program; the word `dog` alone is too common.
const COMMANDS: &[&str] = &[
    "dog metric",
    "dog event",
    "dog comment",
    "dog monitor",
    "dog downtime",
    "dog timeboard",
    "dog screenboard",
    "dog dashboard",
    "dog host",
    "dog tag",
    "dog search",
    "dog service_check",
    "dog service_level",
    "dog security",
    "dog --",
];

/// Paths that Prometheus, Argo CD, Kubernetes and others have too.
const WEAK: &[&str] = &["api/v1", "api/v2", "api/unstable", "api/intake", "api/ui"];

static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = STRONG.iter().chain(COMMANDS).chain(WEAK);
    AhoCorasick::builder().match_kind(MatchKind::Standard).build(words).ok()
});

/// How strongly this text hints at Datadog.
pub fn strength(text: &[u8]) -> Strength {
    let Some(words) = WORDS.as_ref() else { return Strength::Strong };
    let mut strength = Strength::None;
    for found in words.find_iter(text) {
        if found.pattern().as_usize() < STRONG.len() + COMMANDS.len() {
            return Strength::Strong;
        }
        strength = Strength::Weak;
    }
    strength
}

/// Whether a file too large to hold holds a word that only Datadog has.
pub fn in_stream(reader: impl Read) -> io::Result<bool> {
    let Some(words) = WORDS.as_ref() else { return Ok(true) };
    for found in words.stream_find_iter(reader) {
        if found?.pattern().as_usize() < STRONG.len() + COMMANDS.len() {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_other_products_are_weak() {
        assert_eq!(strength(b"get('/api/v1/query')"), Strength::Weak);
        assert_eq!(strength(b"get('/api/v1/query'); host = 'api.datadoghq.eu'"), Strength::Strong);
        assert_eq!(strength(b"the quick brown dog"), Strength::None);
        assert_eq!(strength(b"dog monitor show 12"), Strength::Strong);
    }

    #[test]
    fn streams_are_searched_across_reads() {
        struct Slow(&'static [u8]);
        impl Read for Slow {
            fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
                let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
                to[0] = *first;
                self.0 = rest;
                Ok(1)
            }
        }
        assert!(in_stream(Slow(b"xx api.datadoghq.com")).unwrap_or(false));
        assert!(!in_stream(Slow(b"xx /api/v1/pods")).unwrap_or(true));
    }
}
