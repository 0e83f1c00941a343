//! Which host an address names: a Datadog site and service, another product, or something unknown.
//!
//! Only reads names; whether an unknown host is Datadog's is decided by who builds the address.

use super::target::{HOLE, placeholders};
use crate::ir::Name;

/// Whose host it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Host {
    /// One of Datadog's.
    Datadog {
        /// What stands before the site: `api`, `app`, `http-intake.logs`, `browser-intake`, empty for the bare site; `None` if unknown.
        service: Option<Name>,
        /// `datadoghq.com`, `us3.datadoghq.com`, …; `None` if unknown.
        site: Option<Name>,
    },
    /// Another known name, lower case, without port.
    Other(Name),
    /// Unknown: the text has a hole where the host is; the hole may hold a part of the path, too.
    Hole,
    /// None is written: a path only.
    None,
}

/// Domains under which all sites live, staging included.
const DOMAINS: [&str; 6] = ["datadoghq.com", "datadoghq.eu", "ddog-gov.com", "datad0g.com", "datad0g.eu", "prod.dog"];

/// First labels of sites under their domain; any two letters and a digit are taken too, so that new sites are known.
const REGIONS: [&str; 8] = ["us1", "us2", "us3", "us5", "ap1", "ap2", "uk1", "eu1"];

/// Services that no other company's host would begin with, for hosts whose site is a hole (`http-intake.logs.{}`).
const TELLING: [&str; 6] = [
    "http-intake.logs",
    "event-management-intake",
    "browser-intake",
    "trace.agent",
    "ip-ranges.datadog",
    "api.datadog",
];

/// Names on Datadog's domains that are pages, not the API.
const PAGES: [&str; 10] = ["docs", "www", "help", "learn", "status", "install", "keys", "yum", "apt", "static"];

impl Host {
    /// Reads a host name without port and user; holes are [`HOLE`].
    pub(super) fn read(text: &str) -> Self {
        let text = text.trim_end_matches('.').to_ascii_lowercase();
        if text.is_empty() {
            return Self::None;
        }
        if let Some((service, site)) = split_site(&text) {
            return Self::Datadog { service: known(service), site: known(site) };
        }
        // `api.{{site}}`
        let text = match text.contains(['{', '<', '$', '%']) {
            true => text.split('.').map(placeholders).collect::<Vec<_>>().join("."),
            false => text,
        };
        if !text.contains(HOLE) {
            return Self::Other(text.into());
        }
        if text.contains("datadoghq.") || text.contains("ddog-gov.") || text.contains("datad0g.") {
            // `api.datadoghq.{}`, `{}.datadoghq.{}`
            let service = text.split("datadoghq").next().unwrap_or("").trim_end_matches('.');
            let region = service.rsplit('.').next().unwrap_or("");
            let service =
                if is_region(region) { service.trim_end_matches(region).trim_end_matches('.') } else { service };
            return Self::Datadog { service: known(service.to_owned()), site: None };
        }
        if let Some(service) = TELLING.iter().find(|service| text.contains(*service)) {
            return Self::Datadog { service: Some((*service).into()), site: None };
        }
        // Whatever the hole is, it is a name below somebody's domain.
        let domain = text.rsplit(HOLE).next().unwrap_or_default();
        let labels = domain.strip_prefix('.').map_or(0, |domain| domain.split('.').filter(|l| !l.is_empty()).count());
        if labels >= 2 {
            return Self::Other(text.replace(HOLE, "*").into());
        }
        Self::Hole
    }

    /// Whether it is one of Datadog's.
    pub fn is_datadog(&self) -> bool {
        matches!(self, Self::Datadog { .. })
    }

    /// Whether it is one of Datadog's documentation, download or status pages.
    pub fn is_page(&self) -> bool {
        matches!(self, Self::Datadog { service: Some(service), .. } if PAGES.contains(&service.as_str()))
    }

    /// The intake or other special service it names (`http-intake.logs`), if it is not the general API.
    pub fn special_service(&self) -> Option<&str> {
        match self {
            Self::Datadog { service: Some(service), .. } => special(service),
            _ => None,
        }
    }
}

/// The special service of an operation's own host as the table writes it: `http-intake.logs.{site}`, `navy.oncall.datadoghq.com`.
pub fn special_of_pattern(pattern: &str) -> Option<&str> {
    let service = pattern.strip_suffix(".{site}").unwrap_or(pattern);
    if service.starts_with("browser-intake") {
        return Some("browser-intake");
    }
    let end = DOMAINS.iter().filter_map(|domain| service.find(domain)).min().unwrap_or(service.len());
    special(service.get(..end).unwrap_or(service).trim_end_matches('.'))
}

/// Names of one service that differ only by who sends (`agent-http-intake.logs`) are one.
fn special(service: &str) -> Option<&str> {
    for known in ["http-intake.logs", "browser-intake", "event-management-intake", "ip-ranges", "oncall", "trace.agent"]
    {
        if service.strip_suffix(known).is_some_and(|before| before.is_empty() || before.ends_with(['.', '-'])) {
            return Some(known);
        }
    }
    service.contains("intake").then_some(service)
}

fn known(text: String) -> Option<Name> {
    (!text.contains(HOLE)).then(|| text.into())
}

fn is_region(label: &str) -> bool {
    let bytes = label.as_bytes();
    REGIONS.contains(&label)
        || matches!(bytes, [a, b, c] if a.is_ascii_lowercase() && b.is_ascii_lowercase() && c.is_ascii_digit())
}

/// Splits `api.us3.datadoghq.com` into service and site; also `browser-intake-us3-datadoghq.com`.
fn split_site(host: &str) -> Option<(String, String)> {
    let domain = DOMAINS.iter().find(|domain| host.ends_with(*domain))?;
    let before = host.strip_suffix(domain)?;
    if before.is_empty() {
        return Some((String::new(), (*domain).to_owned()));
    }
    if let Some(before) = before.strip_suffix('.') {
        let (service, region) = before.rsplit_once('.').unwrap_or(("", before));
        if is_region(region) {
            return Some((service.to_owned(), format!("{region}.{domain}")));
        }
        if region.contains(HOLE) {
            // the hole may hold the service, the region or both
            let service = if service.is_empty() { region } else { service };
            return Some((service.to_owned(), region.to_owned()));
        }
        return Some((before.to_owned(), (*domain).to_owned()));
    }
    let dashed = before.strip_suffix('-').filter(|before| before.contains("intake"))?;
    match dashed.rsplit_once('-') {
        Some((service, region)) if is_region(region) => Some((service.to_owned(), format!("{region}.{domain}"))),
        _ => Some((dashed.to_owned(), (*domain).to_owned())),
    }
}
