//! The HTTP libraries people use, by the shape of their calls: which argument is the address, which the method.
//!
//! Libraries of all languages share a handful of shapes; a new library costs a name in a list.

use crate::ir::{Language, Name};
use std::sync::Arc;

use super::http::Verb;
use super::origin;
use super::request::Guard;
use super::strings;
use super::value::{Args, Made, Piece, Set, Text, Value, World};

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

/// First words of the paths of HTTP libraries, per language.
fn heads(language: Language) -> &'static [&'static str] {
    match language {
        Language::Python => &[
            "requests",
            "httpx",
            "aiohttp",
            "urllib",
            "urllib2",
            "urllib3",
            "http.client",
            "httplib",
            "httplib2",
            "treq",
            "tornado.httpclient",
            "niquests",
            "grequests",
            "requests_toolbelt",
            "requests_oauthlib",
            "requests_futures",
            "curl_cffi",
            "pycurl",
            "six.moves.urllib",
            "tenacity",
            "cachecontrol",
            "requests_cache",
            "singer_sdk",
            "urlopen",
            "authlib",
        ],
        Language::JavaScript | Language::TypeScript => &[
            "axios",
            "got",
            "ky",
            "node-fetch",
            "undici",
            "superagent",
            "request",
            "needle",
            "https",
            "http",
            "node:https",
            "node:http",
            "fetch",
            "cross-fetch",
            "ofetch",
            "@angular/common/http",
            "@nestjs/axios",
            "globalThis.fetch",
            "window.fetch",
            "global.fetch",
            "$fetch",
            "isomorphic-fetch",
            "request-promise",
            "request-promise-native",
            "XMLHttpRequest",
            "$",
            "jQuery",
            "ky-universal",
            "wretch",
            "phin",
            "bent",
            "isomorphic-unfetch",
            "unfetch",
            "whatwg-fetch",
            "urllib",
            "follow-redirects",
            "make-fetch-happen",
            "axios-retry",
            "self.fetch",
            "Request",
            "@actions/http-client",
            "typed-rest-client",
            "@backstage/core-plugin-api",
        ],
        Language::Go => &[
            "net/http",
            "github.com/go-resty/resty",
            "gopkg.in/resty",
            "github.com/hashicorp/go-retryablehttp",
            "github.com/valyala/fasthttp",
            "github.com/imroc/req",
            "github.com/levigross/grequests",
            "github.com/parnurzeal/gorequest",
            "golang.org/x/net/context/ctxhttp",
            "github.com/dghubble/sling",
            "github.com/monaco-io/request",
            "resty.dev",
        ],
        Language::Java | Language::Kotlin => &[
            "okhttp3",
            "org.apache.http",
            "org.apache.hc",
            "org.apache.commons.httpclient",
            "java.net",
            "org.springframework.web",
            "org.springframework.http",
            "org.springframework.boot.web",
            "io.ktor.client",
            "kong.unirest",
            "com.mashape.unirest",
            "retrofit2",
            "feign",
            "jakarta.ws.rs",
            "javax.ws.rs",
            "com.github.kittinunf.fuel",
            "com.squareup.okhttp",
            "org.asynchttpclient",
            "io.micronaut.http",
            "com.google.api.client.http",
            "io.restassured",
            "khttp",
            "org.eclipse.jetty.client",
            "reactor.netty.http.client",
            "io.vertx",
            "HttpClient",
        ],
        Language::Ruby => &[
            "Net.HTTP",
            "Net::HTTP",
            "Faraday",
            "HTTParty",
            "RestClient",
            "Excon",
            "HTTP",
            "Typhoeus",
            "Curl",
            "OpenURI",
            "URI.open",
            "HTTPClient",
            "Patron",
            "Mechanize",
            "open",
            "Unirest",
            "HTTPX",
            "Down",
            "Async.HTTP",
            "Manticore",
            "OpenUri",
        ],
        Language::Rust => &[
            "reqwest",
            "ureq",
            "hyper",
            "surf",
            "isahc",
            "attohttpc",
            "awc",
            "minreq",
            "http",
            "reqwest_middleware",
            "chttp",
            "curl",
            "hyper_util",
            "gloo_net",
            "ehttp",
            "octocrab",
        ],
        Language::Php => &[
            "GuzzleHttp",
            "Http",
            "Symfony",
            "Illuminate",
            "Requests",
            "WpOrg",
            "file_get_contents",
            "Client",
            "HttpClient",
            "Unirest",
            "Buzz",
            "wp_remote_get",
            "wp_remote_post",
            "wp_remote_request",
            "Psr",
            "fopen",
        ],
        Language::CSharp => &[
            "HttpClient",
            "System.Net",
            "HttpRequestMessage",
            "RestClient",
            "RestRequest",
            "WebRequest",
            "HttpWebRequest",
            "WebClient",
            "RestSharp",
            "Flurl",
            "IHttpClientFactory",
            "Refit",
            "System",
        ],
        Language::Shell => &[],
    }
}

/// Whether an outside path belongs to an HTTP library.
pub fn is_library(language: Language, path: &str) -> bool {
    let path = path.trim_start_matches(['\\', ':']);
    heads(language).iter().any(|head| {
        path.strip_prefix(head).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '(', ':', '/', '\\']))
    })
}

/// Whether an outside path belongs to an HTTP library of any language, or to an official client.
pub fn is_any_library(path: &str) -> bool {
    const ALL: &[Language] = &[
        Language::Python,
        Language::TypeScript,
        Language::Go,
        Language::Java,
        Language::Ruby,
        Language::Rust,
        Language::Php,
        Language::CSharp,
    ];
    (super::library::official(path).is_some() && !path.contains("Response")) || ALL.iter().any(|l| is_library(*l, path))
}

/// The last name of a path, without call marks.
pub fn last_segment(path: &str) -> &str {
    let path = path.trim_end_matches("()");
    path.rsplit(['.', ':', '\\', '>']).next().unwrap_or(path)
}

/// Whether a path belongs to something that only pretends to make requests.
pub fn is_mock(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    [
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
    ]
    .iter()
    .any(|m| lower.contains(m))
}

/// The shape of a call by its last name.
pub fn role(last: &str, path: &str) -> Option<Role> {
    let exact = match last {
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
        "HttpRequestMessage" => Some(Role::Both(0, 1)),
        "Execute" | "execute" if path.contains("resty") || path.contains("Request.execute") => Some(Role::Both(0, 1)),
        "exchange" | "exchangeAsync" => Some(Role::Both(1, 0)),
        "open" if path.contains("XMLHttpRequest") => Some(Role::Both(0, 1)),
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
        "file_get_contents" | "open_uri" | "open" | "read" | "openStream" | "openConnection" | "DownloadString"
        | "GetStringAsync" | "GetStreamAsync" | "GetByteArrayAsync" | "GetFromJsonAsync" | "getJSON"
        | "get_response" | "get_print" | "fopen" | "getJson" | "Sitemap" => Some(Role::Named("GET")),
        "UploadString" | "UploadStringTaskAsync" | "post_form" | "PostForm" | "postJson" | "UploadData" => {
            Some(Role::Named("POST"))
        }
        "getForObject" | "getForEntity" | "wp_remote_get" => Some(Role::Named("GET")),
        "postForObject" | "postForEntity" | "postForLocation" | "wp_remote_post" => Some(Role::Named("POST")),
        "patchForObject" => Some(Role::Named("PATCH")),
        "HttpGet" | "GetMethod" | "HttpGetRequest" => Some(Role::Named("GET")),
        "HttpPost" | "PostMethod" => Some(Role::Named("POST")),
        "HttpPut" | "PutMethod" => Some(Role::Named("PUT")),
        "HttpPatch" => Some(Role::Named("PATCH")),
        "HttpDelete" | "DeleteMethod" => Some(Role::Named("DELETE")),
        _ => None,
    };
    exact.or_else(|| verb_in_name(last).map(Role::Named))
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

/// Whether a name of something unknown sounds like it makes a request.
pub fn sounds_like_request(name: &str) -> bool {
    if verb_in_name(name).is_some() {
        return true;
    }
    let lower = name.to_ascii_lowercase();
    [
        "request", "fetch", "http", "call_api", "callapi", "api_call", "apicall", "urlopen", "invoke", "execute",
        "send", "curl", "rest", "query", "download",
    ]
    .iter()
    .any(|w| lower.contains(w))
        || matches!(lower.as_str(), "call" | "do" | "api" | "open" | "load")
}

/// Method and address of a library's call; `None` where there is no address.
pub fn arguments(role: Role, args: &Args) -> Option<(Vec<Verb>, Set)> {
    let table = options(args);
    match role {
        Role::Named(verb) => Some((fixed(verb), address(args, table.as_ref(), 0)?)),
        Role::Both(verb, url) => {
            let verb_set = named(args, &["method", "verb", "http_method", "requestMethod"]).cloned();
            let (verb, url) = swapped(args, verb, url);
            let verb_set = verb_set
                .or_else(|| args.at(verb).cloned())
                .or_else(|| table.as_ref().and_then(|t| entry(t, &["method", "type"])));
            let url = if named(args, &["method"]).is_some() && args.at(0).is_some() { 0 } else { url };
            Some((known(verb_set.as_ref(), "GET"), address(args, table.as_ref(), url)?))
        }
        Role::Options(default) => {
            let method = named(args, &["method", "type", "Method"])
                .cloned()
                .or_else(|| table.as_ref().and_then(|t| entry(t, &["method", "type", "Method"])));
            let verbs = match method {
                Some(set) => optional(&set, default),
                None if args.positional.len() > 1 => ref_option(&args.positional[1], "method", default),
                None => match args.at(0) {
                    Some(set)
                        if table.is_none()
                            && has_only_refs(set)
                            && args.positional.len() == 1
                            && args.named.is_empty() =>
                    {
                        // `fetch(x)`: `x` may be an address or options.
                        fixed(default)
                    }
                    _ => fixed(default),
                },
            };
            Some((verbs, address(args, table.as_ref(), 0)?))
        }
        Role::Body => {
            let verbs = match named(args, &["method"]) {
                Some(set) => known(Some(set), "GET"),
                None => match args.at(1).or_else(|| named(args, &["data", "body"])) {
                    None => fixed("GET"),
                    Some(set) => implied(set, "POST", "GET"),
                },
            };
            Some((verbs, address(args, table.as_ref(), 0)?))
        }
    }
}

fn named<'a>(args: &'a Args, names: &[&str]) -> Option<&'a Set> {
    names.iter().find_map(|n| args.named(n))
}

fn has_only_refs(set: &Set) -> bool {
    set.values().all(|v| matches!(v, Value::Ref(_)))
}

fn entry(table: &super::value::Table, names: &[&str]) -> Option<Set> {
    names.iter().find_map(|n| table.entry(n).cloned()).or_else(|| {
        let first = Name::from(*names.first()?);
        table.lookup(&first)
    })
}

/// The options object among the arguments.
fn options(args: &Args) -> Option<super::value::Table> {
    args.positional.iter().flat_map(Set::values).find_map(|v| match v {
        Value::Table(t) => Some((**t).clone()),
        Value::Made(m) if !m.args.named.is_empty() => {
            Some(super::value::Table { entries: m.args.named.clone(), ..Default::default() })
        }
        _ => None,
    })
}

/// Where method and address are the other way round, the words tell.
fn swapped(args: &Args, verb: usize, url: usize) -> (usize, usize) {
    let is_verb = |i: usize| {
        args.at(i).is_some_and(|s| !s.is_unknown() && s.values().all(|v| strings::verb_constant(v).is_some()))
    };
    if !is_verb(verb) && is_verb(url) { (url, verb) } else { (verb, url) }
}

const ADDRESS: &[&str] =
    &["url", "uri", "path", "endpoint", "URL", "href", "resource", "requestUri", "RequestUri", "request_url", "route"];

/// The address among arguments.
fn address(args: &Args, table: Option<&super::value::Table>, index: usize) -> Option<Set> {
    if let Some(set) = named(args, ADDRESS) {
        return Some(host_and_path(args, set));
    }
    if let Some(set) = args.at(index)
        && set.values().any(|v| matches!(v, Value::Text(_) | Value::Ref(_) | Value::External(_)))
    {
        // `Net::HTTP.get(host, path)`.
        if let (Some(host), Some(path)) = (set.literal_text(), args.at(index + 1).and_then(Set::literal_text))
            && path.starts_with('/')
            && !host.contains('/')
        {
            return Some(Set::literal(format!("https://{host}{path}")));
        }
        return Some(set.clone());
    }
    if let Some(table) = table {
        return table_address(table);
    }
    let set = args.at(index)?;
    (!set.is_unknown()).then(|| set.clone())
}

fn host_and_path(args: &Args, path: &Set) -> Set {
    match named(args, &["base_url", "baseURL", "host", "hostname"]) {
        Some(host) => under(host, path),
        None => path.clone(),
    }
}

/// `{ hostname, path }` and `{ url }`.
fn table_address(table: &super::value::Table) -> Option<Set> {
    let path = entry(table, ADDRESS)?;
    Some(match entry(table, &["baseURL", "baseUrl", "base_url", "prefixUrl", "hostname", "host"]) {
        Some(host) => under(&host, &path),
        None => path,
    })
}

/// A path below a base address or host.
fn under(base: &Set, path: &Set) -> Set {
    let args = Args { positional: vec![with_scheme(base), path.clone()], ..Args::default() };
    strings::join_paths(&args, false)
}

fn with_scheme(host: &Set) -> Set {
    host.flat_map(|v| match v {
        Value::Text(t) if !t.head().contains("://") && !t.head().is_empty() && !t.head().starts_with('/') => {
            let mut out = Text::literal("https://");
            out.extend(t);
            Set::text(out)
        }
        other => Set::of(other.clone()),
    })
}

fn fixed(verb: &str) -> Vec<Verb> {
    vec![(Text::literal(verb), World::default(), None)]
}

/// The methods that a set stands for; this one where it says nothing.
fn known(set: Option<&Set>, default: &str) -> Vec<Verb> {
    let Some(set) = set else { return fixed(default) };
    let verbs: Vec<Verb> = strings::verbs(set).into_iter().map(|(t, w)| (t, w, None)).collect();
    if verbs.is_empty() { vec![(Text::default(), World::default(), None)] } else { verbs }
}

/// A method that may be left out.
fn optional(set: &Set, default: &str) -> Vec<Verb> {
    let mut out = Vec::new();
    for item in &set.items {
        match &item.value {
            Value::Null => out.extend(fixed(default)),
            Value::Ref(r) => {
                out.push((
                    Text::piece(Piece::Ref(r.clone())),
                    item.world.clone(),
                    Some(Guard::Truthy(r.clone(), true)),
                ));
                out.push((Text::literal(default), item.world.clone(), Some(Guard::Truthy(r.clone(), false))));
            }
            value => out.extend(
                strings::verbs(&Set::of(value.clone())).into_iter().map(|(t, _)| (t, item.world.clone(), None)),
            ),
        }
    }
    if out.is_empty() { vec![(Text::default(), World::default(), None)] } else { out }
}

/// The method inside options that only a caller knows.
fn ref_option(options: &Set, name: &str, default: &str) -> Vec<Verb> {
    let mut fields = Set::unknown();
    for value in options.values() {
        match value {
            Value::Ref(r) => {
                if let Some(r) = r.field(&name.into()) {
                    fields.add(Value::Ref(r));
                }
            }
            Value::Table(t) => match t.entry(name) {
                Some(set) => {
                    fields.join(set);
                }
                None => {
                    fields.add(Value::Null);
                }
            },
            _ => {}
        }
    }
    if fields.is_unknown() { fixed(default) } else { optional(&fields, default) }
}

/// A method that another argument implies by being there.
fn implied(set: &Set, there: &str, missing: &str) -> Vec<Verb> {
    let mut out = Vec::new();
    for value in set.values() {
        match value {
            Value::Null => out.extend(fixed(missing)),
            Value::Ref(r) => {
                out.push((Text::literal(there), World::default(), Some(Guard::Truthy(r.clone(), true))));
                out.push((Text::literal(missing), World::default(), Some(Guard::Truthy(r.clone(), false))));
            }
            _ => out.extend(fixed(there)),
        }
    }
    out.dedup();
    if out.is_empty() { fixed(there) } else { out }
}

/// Requests that are built by a chain of calls and complete with the last one: `Request.Builder().url(u).post(b).build()`,
/// `client.get().uri(u)`, `Unirest.post(u)`.
pub fn built(path: &str, last: &str, on: Option<&Arc<Made>>, args: &Args) -> Option<(Vec<Verb>, Set)> {
    let on = on?;
    const ADDRESSED: &[&str] = &["url", "uri", "URI", "newRequest"];
    let url = match last {
        "build" if path.contains("Request") => chain(on, ADDRESSED)?.at(0).cloned()?,
        "uri" => {
            chain_verb(on)?;
            args.at(0)?.clone()
        }
        // Jetty: `client.newRequest(url).method(verb)`, without a method it is GET.
        "method" => chain(on, &["newRequest"]).filter(|a| a.positional.len() == 1)?.at(0).cloned()?,
        "send" if chain_verb(on).is_none() => {
            chain(on, &["newRequest"]).filter(|a| a.positional.len() == 1)?.at(0).cloned()?
        }
        _ => return None,
    };
    let verbs = match last {
        "method" => known(args.at(0), "GET"),
        _ => chain_verb(on).unwrap_or_else(|| fixed("GET")),
    };
    Some((verbs, url))
}

/// Whether a chain builds a request step by step, so that its verbs take bodies rather than addresses.
pub fn is_builder(path: &str) -> bool {
    path.contains("Builder()") || path.contains("newBuilder") || path.contains(".url()") || path.contains(".uri()")
}

/// The arguments of the latest call of one of these names in a chain.
fn chain<'a>(made: &'a Made, names: &[&str]) -> Option<&'a Args> {
    let mut at = Some(made);
    while let Some(made) = at {
        let last = last_segment(&made.path);
        if names.contains(&last) || (last == "newBuilder" && made.args.at(0).is_some()) {
            return Some(&made.args);
        }
        at = made.on.as_deref();
    }
    None
}

fn chain_verb(made: &Made) -> Option<Vec<Verb>> {
    let mut at = Some(made);
    while let Some(made) = at {
        let last = last_segment(&made.path);
        if last == "method" && made.args.at(0).is_some() {
            return Some(known(made.args.at(0), "GET"));
        }
        if let Some(verb) = strings::verb(last) {
            return Some(fixed(verb));
        }
        at = made.on.as_deref();
    }
    None
}

/// Addresses below the base address that the client object was made with.
pub fn with_base(urls: &Set, on: Option<&Arc<Made>>) -> Set {
    let Some(base) = on.and_then(|m| base_of(m)) else { return urls.clone() };
    urls.flat_map(|v| match v {
        Value::Text(t) if !t.head().contains("://") => under(&base, &Set::of(Value::Text(t.clone()))),
        Value::Ref(_) => {
            let mut out = Set::of(v.clone());
            out.join(&under(&base, &Set::of(v.clone())));
            out
        }
        other => Set::of(other.clone()),
    })
}

const BASES: &[&str] = &[
    "base_url",
    "baseURL",
    "baseUrl",
    "prefixUrl",
    "prefix_url",
    "base_uri",
    "BaseAddress",
    "BaseURL",
    "rootUri",
    "url",
    "uri",
    "host",
    "hostname",
    "HostURL",
    "site",
    "url_base",
];

/// The base address of a client object.
pub fn base_of(made: &Made) -> Option<Set> {
    let mut at = Some(made);
    while let Some(made) = at {
        let last = last_segment(&made.path);
        if let Some(set) = named(&made.args, BASES) {
            return Some(set.clone());
        }
        if let Some(table) = options(&made.args)
            && let Some(set) = entry(&table, BASES)
        {
            return Some(set);
        }
        let setter = matches!(
            last,
            "SetBaseURL"
                | "SetHostURL"
                | "baseUrl"
                | "base_url"
                | "rootUri"
                | "HTTPSConnection"
                | "HTTPConnection"
                | "BaseUrlSession"
                | "Client"
                | "RestClient"
                | "base"
                | "BaseURL"
        );
        let connects = setter
            || matches!(
                made.path.as_str(),
                "Net.HTTP()"
                    | "Net.HTTP.start()"
                    | "Faraday()"
                    | "Faraday.new()"
                    | "Excon()"
                    | "Excon.new()"
                    | "RestClient.Resource()"
            );
        if connects
            && let Some(set) = made.args.at(0)
            && set.values().any(|v| matches!(v, Value::Text(t) if t.pieces.iter().any(|p| matches!(p, Piece::Lit(l) if l.contains('.') || l.contains(':'))) || !t.pieces.is_empty() && !matches!(t.pieces[0], Piece::Lit(_))) || matches!(v, Value::Ref(_)))
        {
            return Some(set.clone());
        }
        at = made.on.as_deref();
    }
    None
}

/// Whether Datadog's key headers go along: in the call's arguments or in those of the client object.
pub fn carries_keys(args: &Args, on: Option<&Arc<Made>>) -> bool {
    let mut at = on.map(|m| &**m);
    if args_carry_keys(args, 0) {
        return true;
    }
    while let Some(made) = at {
        if args_carry_keys(&made.args, 0) {
            return true;
        }
        at = made.on.as_deref();
    }
    false
}

fn args_carry_keys(args: &Args, depth: u8) -> bool {
    args.named.iter().any(|(n, _)| origin::is_key_name(n)) || args.all().any(|s| set_carries_keys(s, depth))
}

fn set_carries_keys(set: &Set, depth: u8) -> bool {
    depth < 4
        && set.values().any(|v| match v {
            Value::Table(t) => t.entries.iter().any(|(k, v)| origin::is_key_name(k) || set_carries_keys(v, depth + 1)),
            Value::List(items) => items.iter().any(|s| set_carries_keys(s, depth + 1)),
            Value::Made(m) => args_carry_keys(&m.args, depth + 1),
            Value::Text(t) => {
                t.as_literal().is_some_and(|l| origin::is_key_name(l.split(':').next().unwrap_or(l).trim()))
            }
            _ => false,
        })
}

/// Method and address of a call of something unknown, by what the arguments look like.
pub fn guessed(name: &str, args: &Args) -> Option<(Vec<Verb>, Set)> {
    let table = options(args);
    let looks = |s: &Set| s.values().any(|v| matches!(v, Value::Text(t) if has_api_path(t)));
    let url = named(args, ADDRESS)
        .filter(|s| looks(s))
        .cloned()
        .or_else(|| args.positional.iter().find(|s| looks(s)).cloned())
        .or_else(|| table.as_ref().and_then(table_address).filter(looks))?;
    let method = named(args, &["method", "verb", "http_method", "Method"])
        .cloned()
        .or_else(|| {
            args.positional
                .iter()
                .find(|s| !s.is_unknown() && s.values().all(|v| strings::verb_constant(v).is_some()))
                .cloned()
        })
        .or_else(|| table.as_ref().and_then(|t| entry(t, &["method", "type", "Method"])));
    let verbs = match (method, verb_in_name(name)) {
        (Some(set), _) => optional(&set, "GET"),
        (None, Some(verb)) => fixed(verb),
        (None, None) if matches!(name, "fetch" | "urlopen" | "open" | "load" | "download") => fixed("GET"),
        (None, None) => vec![(Text::default(), World::default(), None)],
    };
    Some((verbs, url))
}

/// Whether a text holds an API path of the kind that Datadog uses.
pub fn has_api_path(text: &Text) -> bool {
    text.pieces.iter().any(|p| match p {
        Piece::Lit(l) => {
            l.contains("/api/v1/")
                || l.contains("/api/v2/")
                || l.starts_with("api/v1/")
                || l.starts_with("api/v2/")
                || l.contains("datadoghq.") && l.contains("/v")
        }
        _ => false,
    })
}

/// The words of a command line that a program starts: `subprocess.run(["curl", …])`.
pub fn process_words(path: &str, args: &Args) -> Option<Vec<Set>> {
    let starts = path.starts_with("subprocess.")
        || matches!(
            path,
            "os.system"
                | "os.popen"
                | "os/exec.Command"
                | "os/exec.CommandContext"
                | "system"
                | "exec"
                | "Open3.capture3"
                | "Open3.capture2"
                | "child_process.exec"
                | "child_process.execSync"
                | "child_process.spawn"
                | "child_process.execFile"
                | "shell_exec"
                | "std.process.Command.new"
                | "ProcessBuilder"
                | "execa"
                | "spawn"
                | "execSync"
                | "sh"
        );
    if !starts {
        return None;
    }
    let first = args.at(0)?;
    for value in first.values() {
        match value {
            Value::List(items) => return Some(items.to_vec()),
            Value::Text(text) if args.positional.len() == 1 => return Some(split_words(text)),
            _ => {}
        }
    }
    let skip = usize::from(path.ends_with("CommandContext"));
    let mut words = Vec::new();
    for set in args.positional.iter().skip(skip) {
        match set.items.as_slice() {
            [super::value::Item { value: Value::List(items), .. }] => words.extend(items.iter().cloned()),
            _ => words.push(set.clone()),
        }
    }
    Some(words)
}

/// Splits a command line at blanks outside quotes.
pub fn split_words(text: &Text) -> Vec<Set> {
    let mut words = Vec::new();
    let mut word = Text::default();
    let mut quote = None;
    let mut started = false;
    for piece in &text.pieces {
        let Piece::Lit(lit) = piece else {
            word.push(piece.clone());
            started = true;
            continue;
        };
        let mut run = String::new();
        for c in lit.chars() {
            match (quote, c) {
                (None, '"' | '\'') => {
                    quote = Some(c);
                    started = true;
                }
                (Some(q), c) if q == c => quote = None,
                (None, c) if c.is_whitespace() || c == '\\' => {
                    word.push(Piece::Lit(Name::from(std::mem::take(&mut run))));
                    if started || !word.pieces.is_empty() {
                        words.push(Set::text(std::mem::take(&mut word)));
                    }
                    started = false;
                }
                (_, c) => run.push(c),
            }
        }
        word.push(Piece::Lit(run.into()));
    }
    if started || !word.pieces.is_empty() {
        words.push(Set::text(word));
    }
    words
}
