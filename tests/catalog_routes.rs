//! From addresses, whole or with holes, to operations (DESIGN §4.4).

use ddscope::catalog::Catalog;
use ddscope::catalog::Quality::{self, Candidate, Exact, Inferred};
use ddscope::url::{Host, Target, Template};

/// A template from text in which `{}` is a hole.
fn template(text: &str) -> Template {
    let mut out = Template::default();
    for (i, part) in text.split("{}").enumerate() {
        if i > 0 {
            out.push_hole();
        }
        out.push_text(part);
    }
    out
}

fn found(method: &str, url: &str) -> Vec<(&'static str, Quality)> {
    let method = (method != "?").then_some(method);
    let target = Target::parse(&template(url));
    Catalog::builtin().routes(method, &target).into_iter().map(|f| (f.operation.id, f.quality)).collect()
}

#[track_caller]
fn one(method: &str, url: &str, id: &str, quality: Quality) {
    assert_eq!(found(method, url), [(id, quality)], "{method} {url}");
}

#[test]
fn whole_addresses() {
    one("GET", "https://api.datadoghq.com/api/v1/monitor/123", "v1:GetMonitor", Exact);
    one("GET", "https://api.datadoghq.com/api/v1/monitor/search?query=x", "v1:SearchMonitors", Exact);
    one("GET", "https://api.us5.datadoghq.com:443/api/v1/monitor/", "v1:ListMonitors", Exact);
    one("GET", "https://user:secret@api.datadoghq.eu//api//v1/monitor#x", "v1:ListMonitors", Exact);
    one("GET", "https://app.datadoghq.com/api/v1/monitor", "v1:ListMonitors", Exact);
    one("HEAD", "api.datadoghq.com/api/v1/monitor", "v1:ListMonitors", Exact);
    one("GET", "/api/v2/metrics/system.cpu%2Fidle/tags", "v2:ListTagConfigurationByName", Exact);
    one("GET", "/api/v1/dashboard/%61bc-def", "v1:GetDashboard", Exact);
    one(
        "POST",
        "https://api.datadoghq.com/api/v1/series?api_key=0123456789abcdef0123456789abcdef",
        "v1:SubmitMetrics",
        Exact,
    );
    assert!(found("PUT", "https://api.datadoghq.com/api/v1/monitor").is_empty());
    assert!(found("GET", "https://api.datadoghq.com/api/v1/no-such-thing").is_empty());
    assert!(found("GET", "https://docs.datadoghq.com/api/v1/monitor").is_empty());
    assert!(found("GET", "https://api.datadoghq.com/v1/monitor").is_empty());
    assert!(found("GET", "https://api.datadoghq.com/").is_empty());
    assert!(found("POST", "/api/v1/monitor/123/mute/again").is_empty());
}

#[test]
fn a_parameter_that_holds_a_slash() {
    let path = "/api/v2/catalog/entity/service:default/checkout";
    one("DELETE", path, "v2:DeleteCatalogEntity", Inferred);
    assert!(found("GET", "/api/v2/roles/a/b/c").is_empty());
}

#[test]
fn placeholders_written_in_paths_are_holes() {
    for path in [
        "/api/v1/monitor/:id",
        "/api/v1/monitor/{monitor_id}",
        "/api/v1/monitor/<id>",
        "/api/v1/monitor/%s",
        "/api/v1/monitor/%d",
        "/api/v1/monitor/${id}",
        "/api/v1/monitor/$id",
        "/api/v1/monitor/%7Bid%7D",
        "/api/v1/monitor/{{id}}",
        "/api/v1/monitor/{}",
    ] {
        one("GET", path, "v1:GetMonitor", Exact);
    }
}

#[test]
fn holes_in_paths() {
    one("GET", "https://{}/api/v1/monitor", "v1:ListMonitors", Exact);
    one("GET", "https://api.{}/api/v1/monitor/{}", "v1:GetMonitor", Exact);
    one("GET", "{}/api/v1/monitor", "v1:ListMonitors", Exact);
    one("GET", "{}api/v1/monitor", "v1:ListMonitors", Exact);
    one("GET", "{}://{}/api/v1/monitor", "v1:ListMonitors", Exact);
    one("POST", "/api/v1/monitor/{}/mute", "undocumented:POST:/api/v1/monitor/{monitor_id}/mute", Exact);
    one("GET", "/api/v1/query{}", "v1:QueryMetrics", Inferred);
    assert!(found("GET", "https://api.datadoghq.com/api/v1{}").is_empty());
    assert_eq!(found("GET", "/api/v1/monitor{}"), [("v1:ListMonitors", Inferred), ("v1:GetMonitor", Candidate)]);
}

#[test]
fn holes_where_templates_have_literals_give_candidates() {
    let all = found("GET", "/api/v1/{}/{}");
    assert!(all.len() > 10 && all.iter().all(|(_, quality)| *quality == Candidate), "{all:?}");
    assert!(all.contains(&("v1:GetMonitor", Candidate)));
    let versions = found("GET", "https://api.datadoghq.com/api/{}/monitor");
    assert_eq!(versions, [("v1:ListMonitors", Candidate)]);
    let versions = found("GET", "https://api.datadoghq.com/api/v{}/users");
    assert!(versions.contains(&("v2:ListUsers", Candidate)), "{versions:?}");
}

#[test]
fn a_base_that_is_not_written_may_hold_the_prefix() {
    one("POST", "v1/series", "v1:SubmitMetrics", Inferred);
    one("POST", "{}/v1/series", "v1:SubmitMetrics", Inferred);
    one("GET", "{}/monitor", "v1:ListMonitors", Inferred);
    one("GET", "/monitor/{}", "v1:GetMonitor", Inferred);
    one("GET", "http://localhost:8080/datadog/api/v1/monitor", "v1:ListMonitors", Inferred);
    assert!(found("POST", "http://collector:4318/v1/metrics").is_empty());
    assert!(found("GET", "https://example.com/monitor").is_empty());
    let both = found("GET", "{}/downtime/{}");
    assert_eq!(both, [("v1:GetDowntime", Candidate), ("v2:GetDowntime", Candidate)]);
}

#[test]
fn a_missing_method() {
    one("?", "https://api.datadoghq.com/api/v1/validate", "v1:Validate", Inferred);
    let several = found("?", "https://api.datadoghq.com/api/v1/monitor");
    assert_eq!(several, [("v1:CreateMonitor", Candidate), ("v1:ListMonitors", Candidate)]);
}

#[test]
fn hosts_decide_where_operations_have_their_own() {
    one("POST", "https://http-intake.logs.datadoghq.eu/api/v2/logs", "v2:SubmitLog", Exact);
    one("POST", "https://http-intake.logs.{}/api/v2/logs", "v2:SubmitLog", Exact);
    one("POST", "{}/api/v2/logs", "v2:SubmitLog", Exact);
    one("POST", "https://api.datadoghq.com/api/v2/logs", "v2:SubmitLog", Inferred);
    one("POST", "https://http-intake.logs.datadoghq.com/v1/input", "v1:SubmitLog", Exact);
    one("POST", "https://browser-intake-us5-datadoghq.com/api/v2/prodlytics", "v2:SubmitProductAnalyticsEvent", Exact);
    one("POST", "https://navy.oncall.datadoghq.com/api/v2/on-call/pages", "v2:CreateOnCallPage", Exact);
    one("GET", "https://ip-ranges.datadoghq.com/", "v1:GetIPRanges", Exact);
    assert!(found("GET", "https://example.com/").is_empty());
    assert!(found("GET", "{}").is_empty());
}

#[test]
fn the_query_decides_where_it_must() {
    let query = "https://app.datadoghq.com/api/v1/logs-analytics/list?type=databasequery";
    one("POST", query, "undocumented:POST:/api/v1/logs-analytics/list?type=databasequery", Exact);
    assert!(found("POST", "https://app.datadoghq.com/api/v1/logs-analytics/list?type=logs").is_empty());
}

#[test]
fn retired_routes_are_found_with_their_newest_name() {
    one("GET", "/api/v2/services", "v2:ListIncidentServices", Exact);
    one("GET", "/api/v2/tag-policies", "v2:ListTagPolicies@2.57.0", Exact);
    one("GET", "/api/v2/tags/enrichment", "v2:ListTagPipelinesRulesets", Exact);
}

#[test]
fn what_an_address_tells() {
    let host = |text: &str| Target::parse(&template(text)).host;
    let datadog = |service: Option<&str>, site: Option<&str>| Host::Datadog {
        service: service.map(Into::into),
        site: site.map(Into::into),
    };
    assert_eq!(host("https://api.datadoghq.com/api/v1/x"), datadog(Some("api"), Some("datadoghq.com")));
    assert_eq!(host("https://api.us3.datadoghq.com"), datadog(Some("api"), Some("us3.datadoghq.com")));
    assert_eq!(host("https://api.us2.ddog-gov.com/"), datadog(Some("api"), Some("us2.ddog-gov.com")));
    assert_eq!(host("https://datadoghq.eu/"), datadog(Some(""), Some("datadoghq.eu")));
    assert_eq!(host("https://api.datadoghq.{}/"), datadog(Some("api"), None));
    assert_eq!(host("https://{}.datadoghq.com/"), datadog(None, None));
    assert_eq!(host("HTTPS://API.DATADOGHQ.COM"), datadog(Some("api"), Some("datadoghq.com")));
    assert_eq!(host("https://api.{}/x"), Host::Hole);
    assert_eq!(host("https://api.datadoghq.com.evil.example/x"), Host::Other("api.datadoghq.com.evil.example".into()));
    assert_eq!(host("https://notdatadoghq.com/x"), Host::Other("notdatadoghq.com".into()));
    assert_eq!(host("/api/v1/monitor"), Host::None);
    let target = Target::parse(&template("https://u:p@api.datadoghq.com/api/v1/x?api_key=abc&type=y#z"));
    assert_eq!(target.path.to_string(), "/api/v1/x");
    assert_eq!(target.query_value("type"), Some("y"));
    assert!(!format!("{target:?}").contains("abc"));
    assert!(!format!("{target:?}").contains("u:p"));
}

#[test]
fn hostile_addresses_are_only_not_found() {
    for text in [
        "",
        "{}",
        "%",
        "%%%",
        "https://",
        "://",
        "https://[::1]:80/api/v1/monitor",
        "/{",
        "/%zz/{{{{",
        "?",
        "#",
        "https://@:/",
        "/\u{0}/api",
        "//",
        "%2f%2F",
        "/api/v1/%00",
    ] {
        let _ = found("GET", text);
    }
    assert!(found("GET", &"/a".repeat(100_000)).is_empty());
    assert!(found("GET", &"{".repeat(100_000)).is_empty());
    assert!(found("GET", &format!("/{}", "%7B$".repeat(20_000))).is_empty());
    assert!(found("GET", &format!("https://{}", "a.".repeat(100_000))).is_empty());
    assert!(found("GET", &format!("/api/v2/{}", "{}/".repeat(60))).is_empty());
}
