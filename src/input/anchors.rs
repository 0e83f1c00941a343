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

/// Words of libraries and programs that make requests, in any language. Only asked of files that others link to, hence
/// generous.
const SINKS: &[&str] = &[
    "requests",
    "httpx",
    "aiohttp",
    "urllib",
    "http.client",
    "pycurl",
    "net/http",
    "resty",
    "fetch",
    "axios",
    "superagent",
    "undici",
    "XMLHttp",
    "http.request",
    "https.request",
    "request(",
    "Request(",
    "HttpClient",
    "OkHttp",
    "okhttp",
    "retrofit",
    "Retrofit",
    "HttpURLConnection",
    "WebClient",
    "RestTemplate",
    "ktor",
    "Net::HTTP",
    "Faraday",
    "HTTParty",
    "RestClient",
    "Excon",
    "reqwest",
    "ureq",
    "hyper",
    "curl",
    "Guzzle",
    "wget",
    "RESTStream",
    "session.",
    "Session",
    "new URL(",
    "net/url",
    "URI.create",
    "UriBuilder",
];

static SINK_WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(SINKS).ok());

/// Commands that make requests, for files that hold scripts among much else.
const SCRIPTED: &[&str] = &[
    "curl",
    "wget",
    "http ",
    "https ",
    "httpie",
    "xh ",
    "dog ",
    "datadog-ci",
    "python",
    "node -",
    "ruby -",
    "requests.",
    "Invoke-",
];

/// Names of the official and older clients, as imported.
const CLIENTS: &[&str] = &[
    "datadog-api-client",
    "datadog_api_client",
    "com.datadog.api",
    "go-datadog-api",
    "dogapi",
    "import datadog",
    "from datadog",
];

/// Whether a file with a strong word can hold a call at all. Workflows must hold a command, machine-made code must make
/// requests or use a client: definitions of resources and schemas mention Datadog by the megabyte.
pub fn can_call(path: &str, text: &str) -> bool {
    let any =
        |words: &[&str]| words.iter().any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some());
    if path.ends_with(".yml") || path.ends_with(".yaml") {
        return any(SCRIPTED) && !describes_an_api(text);
    }
    !is_generated(text) || any(CLIENTS) || makes_requests(text)
}

/// Whether this is a description of an API, which lists endpoints by the thousand and calls none.
fn describes_an_api(text: &str) -> bool {
    text.lines().take(40).any(|line| line.starts_with("openapi:") || line.starts_with("swagger:"))
}

/// Whether this text may make requests.
pub fn makes_requests(text: &str) -> bool {
    SINK_WORDS.as_ref().is_none_or(|words| words.is_match(text))
}

/// Whether a program wrote this file, by what such programs write at the top.
pub fn is_generated(text: &str) -> bool {
    let top = text.as_bytes().get(..1024).unwrap_or(text.as_bytes());
    ["Code generated", "DO NOT EDIT", "@generated", "Generated by the protocol buffer", "AUTO-GENERATED"]
        .iter()
        .any(|mark| memchr::memmem::find(top, mark.as_bytes()).is_some())
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
