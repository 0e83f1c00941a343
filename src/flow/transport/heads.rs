//! The HTTP libraries known, by language; what their calls look like is told elsewhere.

use crate::ir::Language;
use rustc_hash::FxHashSet as HashSet;
use std::sync::LazyLock;

type Heads = HashSet<&'static str>;

/// First words of the paths of HTTP libraries of a language.
pub(in crate::flow) fn of(language: Language) -> &'static Heads {
    static BY_LANGUAGE: LazyLock<[Heads; 9]> = LazyLock::new(|| LISTS.map(|heads| heads.iter().copied().collect()));
    let [python, javascript, go, jvm, ruby, rust, php, csharp, shell] = &*BY_LANGUAGE;
    match language {
        Language::Python => python,
        Language::JavaScript | Language::TypeScript => javascript,
        Language::Go => go,
        Language::Java | Language::Kotlin => jvm,
        Language::Ruby => ruby,
        Language::Rust => rust,
        Language::Php => php,
        Language::CSharp => csharp,
        Language::Shell => shell,
    }
}

/// The same of all languages together.
pub(in crate::flow) fn all() -> &'static Heads {
    static ALL: LazyLock<Heads> = LazyLock::new(|| LISTS.iter().copied().flatten().copied().collect());
    &ALL
}

const LISTS: [&[&str]; 9] = [PYTHON, JAVASCRIPT, GO, JVM, RUBY, RUST, PHP, CSHARP, &[]];

const PYTHON: &[&str] = &[
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
    "ansible.module_utils.urls",
];

const JAVASCRIPT: &[&str] = &[
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
    "UrlFetchApp",
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
];

const GO: &[&str] = &[
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
];

const JVM: &[&str] = &[
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
];

const RUBY: &[&str] = &[
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
];

const RUST: &[&str] = &[
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
];

const PHP: &[&str] = &[
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
    "curl_exec",
];

const CSHARP: &[&str] = &[
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
];
