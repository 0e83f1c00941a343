//! Whose URL it is: Datadog's, another product's, or nobody can tell.

use crate::evidence::Origin;
use crate::url::{Host, Target, Template};

use super::request::template;
use super::value::{Piece, Text};
use super::words::Words;

/// Words in names that speak for another product which serves paths like Datadog's or whose clients look alike.
static OTHERS: Words = Words::new(&[
    "prometheus",
    "mimir",
    "alertmanager",
    "grafana",
    "cortex",
    "thanos",
    "loki",
    "tempo",
    "argocd",
    "argo_cd",
    "okta",
    "azure",
    "github",
    "gitlab",
    "bitbucket",
    "jira",
    "confluence",
    "slack",
    "pagerduty",
    "opsgenie",
    "splunk",
    "newrelic",
    "new_relic",
    "dynatrace",
    "elastic",
    "kibana",
    "influx",
    "wavefront",
    "signalfx",
    "sentry",
    "jenkins",
    "airflow",
    "superset",
    "vault",
    "consul",
    "nomad",
    "sonar",
    "harbor",
    "rancher",
    "kayenta",
    "skywalking",
    "victoriametrics",
    "honeycomb",
    "graylog",
    "zabbix",
    "stripe",
    "twilio",
    "hubspot",
    "zendesk",
    "salesforce",
    "servicenow",
    "snyk",
    "cloudflare",
    "fastly",
    "launchdarkly",
    "defectdojo",
    "defect_dojo",
    "victorialogs",
    "vmselect",
    "uptrace",
    "signoz",
    "logzio",
    "sumologic",
]);

/// What the names around a place say, nearest first: the first that speaks decides.
pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Origin {
    for name in names {
        match from_name(name) {
            Origin::Unknown => {}
            origin => return origin,
        }
    }
    Origin::Unknown
}

/// What one name says.
pub fn from_name(name: &str) -> Origin {
    if name.is_empty() {
        return Origin::Unknown;
    }
    if is_datadog_name(name) {
        return Origin::LikelyDatadog;
    }
    if OTHERS.are_in(name) { Origin::Other } else { Origin::Unknown }
}

/// Datadog's own names, wherever they stand in a name.
static OURS: Words = Words::new(&["datadog", "dogapi", "ddog", "data_dog", "_dd_", "/dd_"]);

fn is_datadog_name(name: &str) -> bool {
    let begins = |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let ends = name.len() >= 3 && name.get(name.len() - 3..).is_some_and(|end| end.eq_ignore_ascii_case("_dd"));
    begins("dd_") || begins("dd-") || ends || name.eq_ignore_ascii_case("dd") || OURS.are_in(name)
}

/// What the URL itself says: its host, or the names of the holes at its start. `hosts` are proxies that stand for Datadog.
pub fn from_url(url: &Text, hosts: &[String]) -> Origin {
    let target = Target::parse(&template(url));
    match target.host {
        Host::Datadog { .. } => return Origin::Datadog,
        Host::Other(host) if hosts.iter().any(|h| h.eq_ignore_ascii_case(&host)) => return Origin::Datadog,
        Host::Other(_) => return Origin::Other,
        Host::Hole | Host::None if is_nearby(url, &target.path) => return Origin::Other,
        Host::Hole | Host::None => {}
    }
    for piece in &url.pieces {
        match piece {
            Piece::Lit(text) if text.contains("/api/") => break,
            Piece::Lit(text) => {
                if text.contains("datadoghq") || text.contains("ddog-gov") {
                    return Origin::Datadog;
                }
                // What stands in the path says nothing of the host.
                if text.rsplit("://").next().is_some_and(|rest| rest.contains('/')) {
                    break;
                }
            }
            Piece::Hole(name) | Piece::Env(name) if names_site(name) && is_behind_api(url) => {
                return Origin::LikelyDatadog;
            }
            Piece::Env(name) | Piece::Hole(name) => match from_name(name) {
                Origin::Unknown => {}
                origin => return origin,
            },
            Piece::Ref(r) => match from_names(r.path.iter().rev().map(|n| n.as_str())) {
                Origin::Unknown => {}
                origin => return origin,
            },
        }
    }
    Origin::Unknown
}

/// Whether an address is one of those where Datadog is told of another product: `/api/v1/integration/azure`.
pub fn is_integration(url: &Text) -> bool {
    let told = |lit: &str| lit.contains("/integration/") || lit.contains("/integrations/");
    url.pieces.iter().any(|piece| matches!(piece, Piece::Lit(lit) if told(lit)))
}

/// First words of variables that hold an address without telling whose it is.
const PLAIN_WORDS: &[&str] = &[
    "base",
    "api",
    "host",
    "url",
    "uri",
    "endpoint",
    "server",
    "site",
    "domain",
    "root",
    "address",
    "addr",
    "http",
    "https",
    "prefix",
    "path",
    "intake",
    "logs",
    "log",
    "metrics",
    "events",
    "monitors",
    "monitor",
    "full",
    "target",
    "default",
    "my",
    "the",
    "request",
    "service",
    "region",
    "us",
    "eu",
    "v1",
    "v2",
    "this",
    "self",
    "config",
    "client",
    "app",
    "web",
    "dest",
    "source",
    "src",
    "dst",
    "origin",
    "env",
    "name",
    "remote",
    "backend",
    "resource",
    "dash",
    "dashboard",
];

/// Whether an address begins with a variable that is named for somebody else: `${FUSION_BASE_URL}/…`.
pub fn names_another(url: &Text) -> bool {
    let Some(Piece::Env(name) | Piece::Hole(name)) = url.pieces.first() else { return false };
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(['_', '-']).filter(|w| !w.is_empty()).collect();
    let address = words.last().is_some_and(|w| matches!(*w, "url" | "uri" | "host" | "endpoint" | "server" | "domain"));
    address && words.first().is_some_and(|w| w.len() > 2 && !PLAIN_WORDS.contains(w))
}

/// Whether a name is that of a region's host, as Datadog calls it.
fn names_site(name: &str) -> bool {
    let name = name.trim_start_matches('_');
    name.eq_ignore_ascii_case("site") || name.len() > 5 && name.to_ascii_lowercase().ends_with("_site")
}

/// `https://api.{}/api/v2/…`
fn is_behind_api(url: &Text) -> bool {
    match url.pieces.as_slice() {
        [Piece::Lit(scheme), _, Piece::Lit(path), ..] => {
            matches!(scheme.as_str(), "https://api." | "api.")
                && (path.starts_with("/api/v1/") || path.starts_with("/api/v2/"))
        }
        _ => false,
    }
}

/// Paths that the Datadog Agent on the same machine serves to tracers, by its own description under `/info`.
const AGENT_PATHS: &[&str] = &["/v0.", "/telemetry/proxy/", "/evp_proxy/", "/profiling/v1/", "/debugger/v1/"];

/// Endings of files that are fetched from somewhere, releases and packages above all.
const DOWNLOADS: &[&str] = &[
    ".tar.gz", ".tgz", ".zip", ".gz", ".xz", ".txt", ".sha256", ".sha512", ".asc", ".sig", ".deb", ".rpm", ".msi",
    ".exe", ".whl", ".jar", ".sh", ".pem", ".gpg", ".dmg", ".pkg",
];

/// Whether an address names the agent beside a program or a service of its own cluster, by port, domain or path.
fn is_nearby(url: &Text, path: &Template) -> bool {
    let places = [":8126", ":8125", ".svc.cluster.local"];
    let named = |piece: &Piece| matches!(piece, Piece::Lit(text) if places.iter().any(|place| text.contains(place)));
    let served = match path.pieces() {
        // A cluster serves what others extend its API with below `/apis/`.
        [crate::url::Piece::Text(path), ..] => {
            path.starts_with("/apis/") || AGENT_PATHS.iter().any(|start| path.starts_with(start))
        }
        _ => false,
    };
    let fetched = match path.pieces().last() {
        Some(crate::url::Piece::Text(end)) => DOWNLOADS.iter().any(|ending| end.ends_with(ending)),
        _ => false,
    };
    served || fetched && !path.to_string().contains("/api/") || url.pieces.iter().any(named)
}

/// Whether a text is one of Datadog's own key headers or parameters.
pub fn is_key_name(text: &str) -> bool {
    matches!(text.len(), 6..=40)
        && (text.eq_ignore_ascii_case("dd-api-key")
            || text.eq_ignore_ascii_case("dd-application-key")
            || text.eq_ignore_ascii_case("dd_api_key")
            || text.eq_ignore_ascii_case("dd_app_key")
            || text.eq_ignore_ascii_case("dd-app-key")
            || text.eq_ignore_ascii_case("dd_application_key"))
}
