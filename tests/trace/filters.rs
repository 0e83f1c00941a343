//! Which requests count: time, actor, sessions, proxies, field names.

use crate::support::{fixture, run};
use ddscope::evidence::Evidence;
use ddscope::trace::{Fields, Options, Summary, moment};

fn archive(options: &Options<'_>) -> (Vec<Evidence>, Summary) {
    run("audit_archive.json", &fixture("audit_archive.json"), options)
}

fn reasons(summary: &Summary) -> Vec<(&'static str, u64)> {
    summary.skipped.iter().map(|skipped| (skipped.reason, skipped.count)).collect()
}

#[test]
fn only_the_asked_time_counts() {
    let (since, until) = (moment("2026-07-04"), moment("2026-07-05T10:11:13Z"));
    let (_, summary) = archive(&Options { since, until, ..Options::plain() });
    // 2026-07-04 10:11:12 once, 2026-07-05 10:11:12 twice
    assert_eq!(summary.requests, 3, "{summary:?}");
    let late = reasons(&summary).into_iter().find(|(reason, _)| reason.contains("--since"));
    assert_eq!(late.map(|(_, count)| count), Some(5), "{summary:?}");
}

#[test]
fn requests_without_a_time_count_and_are_noted() {
    let options = Options { since: moment("2030-01-01"), ..Options::plain() };
    let (_, summary) = run("vcrpy.yaml", &fixture("vcrpy.yaml"), &options);
    assert_eq!(summary.requests, 2);
    assert_eq!(summary.notes.len(), 1, "{summary:?}");
}

#[test]
fn one_actor_can_be_asked_for() {
    let key = "bbbbbbbb-0000-4000-8000-000000000002";
    let (evidence, summary) = archive(&Options { actor: Some(key), ..Options::plain() });
    assert_eq!(summary.requests, 4, "{summary:?}");
    let kinds = evidence.iter().filter_map(|one| one.observed.as_deref()?.actor.clone());
    assert!(kinds.into_iter().all(|actor| actor.id == key && actor.kind == "application-key"));
}

#[test]
fn sessions_count_on_demand() {
    let (_, without) = archive(&Options::plain());
    let (_, with) = archive(&Options { sessions: true, ..Options::plain() });
    assert_eq!(with.requests, without.requests + 1);
}

#[test]
fn a_proxy_stands_for_datadog() {
    let hosts = ["DD-PROXY.example.org:8443".to_owned()];
    let options = Options { hosts: &hosts, ..Options::plain() };
    let (_, summary) = run("cloudfront.log", &fixture("cloudfront.log"), &options);
    assert_eq!(summary.requests, 2, "{summary:?}");
    let line = "10.0.0.5 - - [03/Jul/2026:10:11:12 +0000] \"GET https://dd-proxy.example.org/api/v1/monitor HTTP/1.1\" 200 1\n";
    let (_, summary) = run("a.log", line.as_bytes(), &options);
    assert_eq!(summary.requests, 1, "{summary:?}");
}

#[test]
fn fields_of_any_name_can_be_told() {
    let line = "{\"method\":\"rpc\",\"verb_used\":\"PUT\",\"dest\":\"/api/v1/slo/a\",\"to\":\"api.datadoghq.com\",\"code\":403}\n";
    let fields =
        Fields { method: Some("verb_used"), url: Some("dest"), host: Some("to"), status: Some("code"), time: None };
    let (evidence, summary) = run("a.log", line.as_bytes(), &Options { fields, ..Options::plain() });
    assert_eq!(summary.requests, 1, "{summary:?}");
    let shown = crate::support::show(&(evidence, summary));
    assert!(shown.starts_with("1 PUT https://api.datadoghq.com/api/v1/slo/a 403 "), "{shown}");
}
