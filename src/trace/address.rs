//! Whose a recorded URL is, and what may be kept of it: no query, no user, no fragment, nothing that looks like a key.

use crate::url::{Host, Target, Template};
use memchr::{memchr, memchr2, memrchr};
use std::fmt::Write;

/// A recorded URL, cut into the parts that matter; everything borrowed from the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// Host without user and port; empty if the record has none.
    pub host: &'a str,
    /// Path from its first slash, without query and fragment; empty if there is none.
    pub path: &'a str,
    /// Query without the question mark.
    pub query: &'a str,
}

impl<'a> Address<'a> {
    /// Cuts an absolute URL, a `host/path`, or a path.
    pub fn parse(text: &'a str) -> Self {
        let text = text.trim();
        let (text, query) = match memchr2(b'#', b'?', text.as_bytes()).and_then(|at| text.split_at_checked(at)) {
            Some((before, rest)) => {
                let query = rest.strip_prefix('?').unwrap_or_default();
                (before, query.split_once('#').map_or(query, |(query, _)| query))
            }
            None => (text, ""),
        };
        // most paths of logs end here, before the search for a scheme
        if text.starts_with('/') && !text.starts_with("//") {
            return Self { host: "", path: text, query };
        }
        let rest = match text.find("://") {
            Some(at) if text[..at].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+') => &text[at + 3..],
            _ if text.starts_with("//") => &text[2..],
            _ => text,
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        Self { host: host_of(authority), path, query }
    }
}

/// The host of `user:password@host:port`.
pub fn host_of(authority: &str) -> &str {
    let user = memrchr(b'@', authority.as_bytes()).map_or(0, |at| at + 1);
    let host = authority.get(user..).unwrap_or(authority);
    if host.starts_with('[') {
        return host.split_inclusive(']').next().unwrap_or(host);
    }
    memchr(b':', host.as_bytes()).and_then(|at| host.get(..at)).unwrap_or(host)
}

/// What a host is to Datadog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// An API or intake host: whatever is asked of it is an API request.
    Api,
    /// A site's web application: only some of its paths are API requests.
    Web,
    /// Not Datadog's.
    Other,
}

/// Services that are the API, besides all whose name says intake.
const SERVICES: [&str; 6] = ["api", "mcp", "ip-ranges", "agent", "trace", "process"];

/// Classifies a host.
pub fn whose(host: &str) -> Whose {
    if !host.contains('.') {
        return Whose::Other;
    }
    let host = Target::parse(&Template::literal(host)).host;
    match &host {
        Host::Datadog { .. } if host.is_page() => Whose::Other,
        Host::Datadog { service: Some(service), .. } if !service.is_empty() => {
            let api = SERVICES.contains(&service.as_str()) || service.contains('.') || service.contains("intake");
            // a customer's own subdomain serves the web application
            if api { Whose::Api } else { Whose::Web }
        }
        Host::Datadog { .. } => Whose::Web,
        Host::Other(_) | Host::Hole | Host::None => Whose::Other,
    }
}

/// Whether a path on a web host, or on an unknown one, is an API path.
pub fn is_api(path: &str) -> bool {
    let path = path.trim_start_matches('/');
    path.starts_with("api/") || path.starts_with("oauth2/")
}

/// The only query parameter that changes what a request needs (database monitoring through the logs list).
pub const DECIDING: (&str, &str) = ("type", "databasequery");

/// Whether a query has that parameter.
pub fn is_deciding(query: &str) -> bool {
    !query.is_empty() && query.split('&').any(|part| part.split_once('=') == Some(DECIDING))
}

/// Whether a path segment looks like a secret: 32 hex digits and more in a row, or one of Datadog's prefixes.
fn is_secret(segment: &str) -> bool {
    if segment.len() < 8 {
        return false;
    }
    if ["ddapp_", "ddpat_", "ddsat_"].iter().any(|prefix| segment.contains(prefix)) {
        return true;
    }
    let (mut run, mut escape) = (0, 0);
    for byte in segment.bytes() {
        // the digits of an escaped character are none of the run after it
        if byte == b'%' {
            (run, escape) = (0, 2);
        } else if escape > 0 {
            escape -= 1;
        } else if byte.is_ascii_hexdigit() {
            run += 1;
            if run >= 32 {
                return true;
            }
        } else {
            run = 0;
        }
    }
    false
}

/// Appends a path with secrets taken out.
pub fn push_redacted(into: &mut String, path: &str) {
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            into.push('/');
        }
        into.push_str(if is_secret(segment) { "redacted" } else { segment });
    }
}

/// A name or id with secrets taken out, should someone have put one there.
pub fn redacted(text: &str) -> &str {
    if is_secret(text) { "redacted" } else { text }
}

/// What each byte counts as in a segment, to be added up: digits, other hex digits, other bytes but dashes.
const COUNTS: [u64; 256] = {
    let mut counts = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        match byte as u8 {
            b'0'..=b'9' => counts[byte] = DIGIT,
            b'a'..=b'f' | b'A'..=b'F' => counts[byte] = HEX,
            b'-' => counts[byte] = 0,
            _ => {}
        }
        byte += 1;
    }
    counts
};
const DIGIT: u64 = 1;
const HEX: u64 = 1 << 21;
const OTHER: u64 = 1 << 42;

/// Appends a path with everything that can only be an id made equal, so that requests differing in nothing else are. In one
/// go over the bytes, since this is done for every record.
pub fn push_masked(into: &mut Vec<u8>, path: &[u8]) {
    let (mut start, mut kept) = (0, 0);
    while start <= path.len() {
        let segment = path.get(start..).unwrap_or_default();
        let (mut counts, mut length) = (0, 0);
        for &byte in segment {
            if byte == b'/' {
                break;
            }
            length += 1;
            counts += COUNTS[usize::from(byte)];
        }
        if is_id(segment.get(..length).unwrap_or_default(), counts) {
            into.extend_from_slice(path.get(kept..start).unwrap_or_default());
            into.push(b'0');
            kept = start + length;
        }
        start += length + 1;
    }
    into.extend_from_slice(path.get(kept..).unwrap_or_default());
}

/// Whether a segment can only be an id: numbers, UUIDs, hex or mixed identifiers of 16 digits and more, and ids like
/// `abc-d3f-ghi`. No path of the API has such a fixed segment.
fn is_id(segment: &[u8], counts: u64) -> bool {
    if let [a, b, c, b'-', d, e, f, b'-', g, h, i] = segment
        && [a, b, c, d, e, f, g, h, i].iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    {
        return true;
    }
    let (digits, hex) = ((counts % HEX) as usize, (counts % OTHER / HEX) as usize);
    counts < OTHER && digits > 0 && (digits == segment.len() || digits + hex >= 16)
}

/// The URL as reported.
pub fn cleaned(address: Address<'_>) -> String {
    let mut url = String::with_capacity(address.host.len() + address.path.len() + 8);
    if !address.host.is_empty() {
        let _ = write!(url, "https://{}", redacted(address.host).to_ascii_lowercase());
    }
    push_redacted(&mut url, address.path);
    if is_deciding(address.query) {
        let (name, value) = DECIDING;
        let _ = write!(url, "?{name}={value}");
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sites_hosts_are_datadogs() {
        for host in [
            "api.datadoghq.com",
            "api.us3.datadoghq.com",
            "API.DATADOGHQ.EU",
            "api.us2.ddog-gov.com",
            "http-intake.logs.datadoghq.com",
            "browser-intake-us5-datadoghq.com",
            "event-management-intake.ap1.datadoghq.com",
            "mcp.datadoghq.com",
            "trace.agent.datadoghq.com",
            "7-50-0-app.agent.datadoghq.com",
            "api.datadoghq.com.",
            "browser-intake-datadoghq.eu",
        ] {
            assert_eq!(whose(host), Whose::Api, "{host}");
        }
        for host in [
            "datadoghq.com",
            "app.datadoghq.com",
            "us5.datadoghq.com",
            "acme.datadoghq.eu",
            "app.ddog-gov.com",
            "us1.prod.dog",
        ] {
            assert_eq!(whose(host), Whose::Web, "{host}");
        }
    }

    #[test]
    fn lookalikes_are_not() {
        for host in [
            "",
            "datadoghq.com.evil.org",
            "notdatadoghq.com",
            "api.datadoghq.org",
            "docs.datadoghq.com",
            "www.datadoghq.com",
            "hot.dog",
            "prometheus.internal",
            "dog",
            "127.0.0.1",
        ] {
            assert_eq!(whose(host), Whose::Other, "{host}");
        }
    }

    #[test]
    fn an_address_is_cut_without_user_port_and_fragment() {
        let address = Address::parse("https://user:secret@api.datadoghq.com:443/api/v1/monitor?page=1#x");
        assert_eq!(address, Address { host: "api.datadoghq.com", path: "/api/v1/monitor", query: "page=1" });
        assert_eq!(Address::parse("/api/v1/query?from=http://x").path, "/api/v1/query");
        assert_eq!(Address::parse("api.datadoghq.com/api/v1/x").host, "api.datadoghq.com");
        assert_eq!(Address::parse("https://api.datadoghq.com").path, "");
    }

    #[test]
    fn keys_in_paths_do_not_survive() {
        let key = "0123456789abcdef0123456789abcdef";
        let url = format!("https://http-intake.logs.datadoghq.com/v1/input/{key}");
        assert_eq!(cleaned(Address::parse(&url)), "https://http-intake.logs.datadoghq.com/v1/input/redacted");
        assert!(!is_secret("f47ac10b-58cc-4372-a567-0e02b2c3d479"));
    }

    #[test]
    fn ids_are_masked_and_words_are_not() {
        let mut masked = Vec::new();
        push_masked(&mut masked, b"/api/v2/roles/f47ac10b-58cc-4372-a567-0e02b2c3d479/x/1234/v2/abc-def-ghi/dead-beef");
        assert_eq!(masked, b"/api/v2/roles/0/x/0/v2/0/dead-beef");
    }
}
