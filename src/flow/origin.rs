//! Whose URL it is: Datadog's, another product's, or nobody can tell.

use crate::evidence::Origin;
use crate::url::{Host, Target};

use super::request::template;
use super::value::{Piece, Text};

/// Words in names that speak for another product which serves paths like Datadog's or whose clients look alike.
const OTHERS: &[&str] = &[
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
];

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
    let lower = name.to_ascii_lowercase();
    if is_datadog_name(&lower) {
        return Origin::LikelyDatadog;
    }
    if OTHERS.iter().any(|o| lower.contains(o)) { Origin::Other } else { Origin::Unknown }
}

fn is_datadog_name(lower: &str) -> bool {
    lower.contains("datadog")
        || lower.contains("dogapi")
        || lower.contains("ddog")
        || lower.contains("data_dog")
        || lower == "dd"
        || lower.starts_with("dd_")
        || lower.starts_with("dd-")
        || lower.contains("_dd_")
        || lower.ends_with("_dd")
        || lower.contains("/dd_")
}

/// What the URL itself says: its host, or the names of the holes at its start. `hosts` are proxies that stand for Datadog.
pub fn from_url(url: &Text, hosts: &[String]) -> Origin {
    match Target::parse(&template(url)).host {
        Host::Datadog { .. } => return Origin::Datadog,
        Host::Other(host) if hosts.iter().any(|h| h.eq_ignore_ascii_case(&host)) => return Origin::Datadog,
        Host::Other(_) => return Origin::Other,
        Host::Hole | Host::None => {}
    }
    for piece in &url.pieces {
        match piece {
            Piece::Lit(text) if text.contains("/api/") => break,
            Piece::Lit(text) => {
                if text.contains("datadoghq") || text.contains("ddog-gov") {
                    return Origin::Datadog;
                }
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
