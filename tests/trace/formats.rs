//! Every fixture, as evidence.

use crate::support::{fixture, run, show};
use ddscope::trace::Options;

/// Snapshots of what a fixture yields.
macro_rules! yields {
    ($($name:ident: $file:literal;)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), show(&run($file, &fixture($file), &Options::plain())));
        })*
    };
}

yields! {
    har: "browser.har";
    deciding: "deciding.har";
    vcrpy: "vcrpy.yaml";
    ruby_vcr: "ruby_vcr.yaml";
    go_vcr: "go_vcr.yaml";
    vcrpy_json: "vcrpy.json";
    rvcr: "rvcr.json";
    go_vcr_json: "go_vcr.json";
    mockserver: "mockserver.json";
    test_server: "test_server.json";
    audit_archive: "audit_archive.json";
    audit_answer: "audit_answer.json";
    combined: "combined.log";
    vhost: "vhost.log";
    envoy: "envoy.log";
    load_balancer: "alb.log";
    haproxy: "haproxy.log";
    cloudfront: "cloudfront.log";
    squid: "squid.log";
    nginx_json: "nginx_json.log";
    caddy: "caddy.log";
    curl_verbose: "curl_verbose.txt";
    curl_trace: "curl_trace.txt";
    curl_trace_ascii: "curl_trace_ascii.txt";
    terraform_debug: "terraform_debug.log";
    python_debug: "python_debug.log";
    okhttp: "okhttp.log";
    net_http: "net_http.log";
    mitmproxy: "flows.mitm";
    burp: "burp.xml";
    otlp_lines: "otlp.jsonl";
    otlp: "otlp.json";
    jaeger: "jaeger.json";
    zipkin: "zipkin.json";
    datadog_spans: "datadog_spans.json";
    datadog_trace: "datadog_trace.json";
    audit_csv: "audit.csv";
    audit_messages: "audit_messages.csv";
    postman: "postman.json";
    insomnia_v4: "insomnia_v4.json";
    insomnia_v5: "insomnia_v5.yaml";
    bruno: "bruno.bru";
    bruno_yaml: "bruno.yml";
    http_file: "requests.http";
    curl_commands: "ci.txt";
}

#[test]
fn logs_without_a_host_count_when_told_so() {
    let options = Options { assume_datadog: true, ..Options::plain() };
    insta::assert_snapshot!(show(&run("combined.log", &fixture("combined.log"), &options)));
}
