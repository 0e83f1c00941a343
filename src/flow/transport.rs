//! The HTTP libraries people use, by the shape of their calls: which argument is the address, which the method.
//!
//! Libraries of all languages share a handful of shapes; a new library costs a name in a list.

mod arguments;
mod chain;
mod heads;
mod process;

pub(in crate::flow) use arguments::*;
pub(in crate::flow) use chain::*;
pub(in crate::flow) use process::*;

use crate::ir::Language;
use rustc_hash::FxHashSet as HashSet;

use super::strings;
use super::words::{Remembered, Words};

/// Shape of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The method is in the name; the address comes first: `get(url)`.
    Named(&'static str),
    /// `request(method, url)`, at these positions.
    Both(usize, usize),
    /// `fetch(url, options)`: the method is an option, else this.
    Options(&'static str),
    /// `urlopen(url, data)`: a body makes it POST.
    Body,
}

/// Whether an outside path belongs to an HTTP library.
pub fn is_library(language: Language, path: &str) -> bool {
    is_below(path, heads::of(language))
}

/// Whether a path is one of these or something of one of them.
fn is_below(path: &str, heads: &HashSet<&str>) -> bool {
    let path = path.trim_start_matches(['\\', ':']);
    let is_end = |(_, byte): &(usize, u8)| matches!(byte, b'.' | b'(' | b':' | b'/' | b'\\');
    let ends = path.bytes().enumerate().filter(is_end).map(|(end, _)| end).chain([path.len()]);
    ends.into_iter().any(|end| path.get(..end).is_some_and(|head| heads.contains(head)))
}

/// Whether an outside path belongs to an HTTP library of any language, or to an official client.
pub fn is_any_library(path: &str) -> bool {
    let official = super::library::official(path).is_some() && !path.contains("Response");
    official || is_below(path, heads::all())
}

/// Whether an outside path is a type of requests that are put together first and sent later.
pub fn is_request_type(path: &str) -> bool {
    matches!(last_segment(path), "HttpRequestMessage" | "RestRequest" | "HttpWebRequest" | "UnityWebRequest")
        || matches!(path.trim_end_matches("()"), "net/http.Request")
}

/// Whether a name is that of a function that sends a request put together before.
pub fn sends(name: &str) -> bool {
    matches!(
        name,
        "Do" | "RoundTrip" | "Send" | "SendAsync" | "Execute" | "ExecuteAsync" | "send" | "sendAsync" | "execute"
    )
}

/// The last name of a path, without call marks.
pub fn last_segment(path: &str) -> &str {
    let path = path.trim_end_matches("()");
    path.rsplit(['.', ':', '\\', '>']).next().unwrap_or(path)
}

/// What stands before the last name of a path; call marks behind it do not count.
pub fn receiver_of<'p>(path: &'p str, last: &str) -> &'p str {
    let path = path.trim_end_matches("()");
    path.strip_suffix(last).unwrap_or(path).trim_end_matches(['.', ':'])
}

/// Names of what only pretends to make requests.
static MOCKS: Words = Words::new(&[
    "mock",
    "nock",
    "responses.",
    "respx",
    "httpretty",
    "webmock",
    "stub",
    "wiremock",
    "fake",
    "betamax",
    "msw",
    "httptest",
    "supertest",
    "pretender",
]);

/// Whether a path belongs to something that only pretends to make requests.
pub fn is_mock(path: &str) -> bool {
    MOCKS.are_in(path)
}

/// The shape of a call by its last name.
pub fn role(last: &str, path: &str) -> Option<Role> {
    let exact = match last {
        // An instance of its own, called: `const api = axios.create(…); api(options)`.
        "create" | "extend" | "defaults" | "instance" if path.ends_with("()") => Some(Role::Options("GET")),
        "request" | "request_async" | "Request"
            if path.contains("urllib.request.Request") || path.contains("urllib2.Request") =>
        {
            Some(Role::Body)
        }
        "Request" if path.starts_with("net/http") => Some(Role::Options("GET")),
        "Request" if path == "Request" || path.ends_with("undici.Request") => Some(Role::Options("GET")),
        "request" if js_options_first(path) => Some(Role::Options("GET")),
        "request" | "Request" | "build_request" | "stream" | "requestAsync" | "execute_request" | "run_request"
        | "send_request" | "wp_remote_request" | "request!" => Some(Role::Both(0, 1)),
        "NewRequest" | "CreateRequest" => Some(Role::Both(0, 1)),
        "NewRequestWithContext" => Some(Role::Both(1, 2)),
        "PrepareRequest" => Some(Role::Both(2, 1)),
        "HttpRequestMessage" => Some(Role::Both(0, 1)),
        "RestRequest" => Some(Role::Both(1, 0)),
        "new" if path.ends_with("reqwest.Request.new") => Some(Role::Both(0, 1)),
        "Execute" | "execute" if path.contains("resty") || path.contains("Request.execute") => Some(Role::Both(0, 1)),
        "exchange" | "exchangeAsync" => Some(Role::Both(1, 0)),
        "open" if path.contains("XMLHttpRequest") => Some(Role::Both(0, 1)),
        "curl_exec" | "file_get_contents" | "fopen" => Some(Role::Options("GET")),
        "fetch"
        | "$fetch"
        | "axios"
        | "got"
        | "ky"
        | "superagent"
        | "needle"
        | "ajax"
        | "undici"
        | "node-fetch"
        | "cross-fetch"
        | "ofetch"
        | "isomorphic-fetch"
        | "default"
        | "raw"
        | "fetchApi"
        | "request-promise"
        | "request-promise-native" => Some(Role::Options("GET")),
        "urlopen" | "UrlRequest" => Some(Role::Body),
        // Ansible's: the module comes first.
        "fetch_url" if path.starts_with("ansible.") => Some(Role::Both(usize::MAX, 1)),
        "open_url" if path.starts_with("ansible.") => Some(Role::Body),
        _ => None,
    };
    exact.or_else(|| fixed_verb(last).or_else(|| verb_in_name(last)).map(Role::Named))
}

/// The method that a function of a library always uses, whatever its name sounds like.
fn fixed_verb(name: &str) -> Option<&'static str> {
    match name {
        "open_uri" | "open" | "read" | "openStream" | "openConnection" | "DownloadString" | "GetStringAsync"
        | "GetStreamAsync" | "GetByteArrayAsync" | "GetFromJsonAsync" | "getJSON" | "get_response" | "get_print"
        | "getJson" | "Sitemap" => Some("GET"),
        "UploadString" | "UploadStringTaskAsync" | "post_form" | "PostForm" | "postJson" | "UploadData" => Some("POST"),
        "getForObject" | "getForEntity" | "wp_remote_get" => Some("GET"),
        "postForObject" | "postForEntity" | "postForLocation" | "wp_remote_post" => Some("POST"),
        "patchForObject" => Some("PATCH"),
        "HttpGet" | "GetMethod" | "HttpGetRequest" => Some("GET"),
        "HttpPost" | "PostMethod" => Some("POST"),
        "HttpPut" | "PutMethod" => Some("PUT"),
        "HttpPatch" => Some("PATCH"),
        "HttpDelete" | "DeleteMethod" => Some("DELETE"),
        _ => None,
    }
}

/// `https.request(options)`, `undici.request(url, options)`, `axios.request(options)`, the `request` package.
fn js_options_first(path: &str) -> bool {
    ["https.", "http.", "undici.", "axios", "node:http", "node:https", "request", "follow-redirects"]
        .iter()
        .any(|p| path.starts_with(p))
        && !path.starts_with("http.client")
        && !path.starts_with("requests")
}

/// The method that a name begins with: `get`, `postAsync`, `delete_async`, `PatchAsJsonAsync`.
pub fn verb_in_name(name: &str) -> Option<&'static str> {
    let name = name.trim_start_matches('_').trim_end_matches(['!', '?']);
    // `new HttpGet(address)` of a package imported as a whole.
    let name = name.strip_prefix("Http").filter(|rest| strings::verb(rest).is_some()).unwrap_or(name);
    let end = name
        .char_indices()
        .skip(1)
        .find(|&(i, c)| {
            c == '_'
                || c.is_ascii_digit()
                || (c.is_ascii_uppercase() && !name[..i].ends_with(|p: char| p.is_ascii_uppercase()))
        })
        .map_or(name.len(), |(i, _)| i);
    let (word, rest) = name.split_at(end);
    let word = if word == "del" { "delete" } else { word };
    let verb = strings::verb(word)?;
    let rest = rest.trim_start_matches('_').to_ascii_lowercase();
    matches!(
        rest.as_str(),
        "" | "async"
            | "asjsonasync"
            | "json"
            | "asjson"
            | "request"
            | "jsonasync"
            | "raw"
            | "url"
            | "data"
            | "with_retry"
            | "withretry"
            | "stream"
            | "form"
            | "api"
            | "call"
            | "sync"
    )
    .then_some(verb)
}

/// Words in names of what makes a request.
static REQUESTS: Words = Words::new(&[
    "request", "fetch", "http", "call_api", "callapi", "api_call", "apicall", "urlopen", "invoke", "execute", "send",
    "curl", "rest", "query", "download", "open_url", "openurl",
]);

/// Whether a name of something unknown sounds like it makes a request.
pub fn sounds_like_request(name: &str) -> bool {
    thread_local! {
        static SOUND: Remembered = Remembered::default();
    }
    let other = ["call", "do", "api", "open", "load"];
    let sounds = || {
        verb_in_name(name).is_some()
            || REQUESTS.are_in(name)
            || other.iter().any(|other| name.eq_ignore_ascii_case(other))
    };
    SOUND.with(|known| known.is(name, sounds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_several_bytes_a_letter_are_cut_whole() {
        for (path, receiver) in [("x.aéé()", "x"), ("x.aéé", "x"), ("aéé()", ""), ("A::bé()()", "A")] {
            assert_eq!(receiver_of(path, last_segment(path)), receiver);
        }
    }
}
