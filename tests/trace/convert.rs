//! Writes the same requests in every format, so that what the readers make of them can be compared.

use std::fmt::Write;

/// A request to be written.
#[derive(Clone, Debug)]
pub struct Sent {
    pub method: String,
    /// Path with its query.
    pub path: String,
    pub status: u16,
    /// Value of the key headers, where the format keeps headers.
    pub key: String,
}

/// The host they are all sent to.
pub const HOST: &str = "api.datadoghq.com";
const TIME: &str = "2026-07-03T10:11:12.345Z";

/// What a format can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// Method, path and status.
    All,
    /// No status.
    NoStatus,
}

/// A format, its writer, and the file's name.
pub type Writer = (&'static str, &'static str, Tells, fn(&[Sent]) -> Vec<u8>);

/// Every format.
pub const WRITERS: &[Writer] = &[
    ("har", "a.har", Tells::All, har),
    ("cassette-yaml", "vcrpy.yaml", Tells::All, vcrpy_yaml),
    ("cassette-yaml", "ruby.yml", Tells::All, ruby_yaml),
    ("cassette-yaml", "go.yaml", Tells::All, go_yaml),
    ("cassette-json", "vcrpy.json", Tells::All, vcrpy_json),
    ("cassette-json", "rvcr.json", Tells::All, rvcr_json),
    ("mockserver", "mockserver.json", Tells::All, mockserver),
    ("test-server", "server.json", Tells::All, test_server),
    ("mitmproxy", "flows", Tells::All, mitmproxy),
    ("burp", "burp.xml", Tells::All, burp),
    ("audit-trail", "archive.json", Tells::All, audit_lines),
    ("audit-trail", "answer.json", Tells::All, audit_answer),
    ("audit-csv", "audit.csv", Tells::All, audit_csv),
    ("datadog-spans", "spans.json", Tells::All, datadog_spans),
    ("otlp", "otlp.jsonl", Tells::All, otlp),
    ("jaeger", "jaeger.json", Tells::All, jaeger),
    ("zipkin", "zipkin.json", Tells::All, zipkin),
    ("access-log", "vhost.log", Tells::All, vhost_log),
    ("access-log", "envoy.log", Tells::All, envoy_log),
    ("access-log", "alb.log", Tells::All, balancer_log),
    ("w3c-log", "cloudfront.log", Tells::All, cloudfront_log),
    ("squid-log", "squid.log", Tells::All, squid_log),
    ("json-log", "nginx.log", Tells::All, json_log),
    ("curl-trace", "trace.txt", Tells::All, curl_trace),
    ("http-transcript", "verbose.txt", Tells::All, curl_verbose),
    ("http-transcript", "terraform.log", Tells::All, terraform_log),
    ("http-transcript", "python.log", Tells::All, urllib3_log),
    ("postman", "postman.json", Tells::NoStatus, postman),
    ("insomnia", "insomnia.json", Tells::NoStatus, insomnia_json),
    ("insomnia", "insomnia.yaml", Tells::NoStatus, insomnia_yaml),
    ("http-file", "requests.http", Tells::NoStatus, http_file),
    ("curl-command", "ci.txt", Tells::NoStatus, curl_commands),
];

/// A JSON string.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("text is JSON")
}

fn joined(all: &[Sent], between: &str, one: impl Fn(&Sent) -> String) -> String {
    all.iter().map(one).collect::<Vec<_>>().join(between)
}

fn har(all: &[Sent]) -> Vec<u8> {
    let entries = joined(all, ",\n", |it| {
        let Sent { method, path, status, key } = it;
        format!(
            r#"{{"startedDateTime":"{TIME}","request":{{"method":"{method}","url":{},"headers":[{{"name":"DD-API-KEY","value":{}}}]}},"response":{{"status":{status},"content":{{"text":"{{\"request\":{{\"method\":\"X\"}}}}\\"}}}}}}"#,
            quoted(&format!("https://{HOST}{path}")),
            quoted(key)
        )
    });
    format!(r#"{{"log":{{"version":"1.2","creator":{{"name":"x","version":"1"}},"entries":[{entries}]}}}}"#)
        .into_bytes()
}

fn vcrpy_yaml(all: &[Sent]) -> Vec<u8> {
    let items = joined(all, "", |it| {
        let Sent { method, path, status, key } = it;
        format!(
            "- request:\n    body: 'a: b\n\n      method: PUT'\n    headers:\n      DD-API-KEY:\n      - {key}\n    method: {method}\n    uri: https://{HOST}{path}\n  response:\n    body:\n      string: '{{}}'\n    headers: {{}}\n    status:\n      code: {status}\n      message: x\n"
        )
    });
    format!("interactions:\n{items}version: 1\n").into_bytes()
}

fn ruby_yaml(all: &[Sent]) -> Vec<u8> {
    let items = joined(all, "", |it| {
        let Sent { method, path, status, key } = it;
        format!(
            "- request:\n    method: {}\n    uri: \"https://{HOST}{path}\"\n    headers:\n      Dd-Api-Key:\n      - {key}\n  response:\n    status:\n      code: {status}\n      message: x\n    body:\n      string: |-\n        request:\n          method: put\n  recorded_at: {TIME}\n",
            method.to_lowercase()
        )
    });
    format!("---\nhttp_interactions:\n{items}recorded_with: VCR 6.0.0\n").into_bytes()
}

fn go_yaml(all: &[Sent]) -> Vec<u8> {
    let items = joined(all, "", |it| {
        let Sent { method, path, status, key } = it;
        format!(
            "    - id: 0\n      request:\n        host: {HOST}\n        body: \"\"\n        headers:\n            Dd-Api-Key:\n                - {key}\n        url: https://{HOST}{path}\n        method: {method}\n      response:\n        body: '{{}}'\n        status: {status} x\n        code: {status}\n"
        )
    });
    format!("---\nversion: 2\ninteractions:\n{items}").into_bytes()
}

fn vcrpy_json(all: &[Sent]) -> Vec<u8> {
    let items = joined(all, ", ", |it| {
        format!(
            r#"{{"request": {{"method": "{}", "uri": {}, "headers": {{"DD-API-KEY": [{}]}}}}, "response": {{"body": {{"string": "x"}}, "status": {{"code": {}, "message": "x"}}}}}}"#,
            it.method,
            quoted(&format!("https://{HOST}{}", it.path)),
            quoted(&it.key),
            it.status
        )
    });
    format!(r#"{{"version": 1, "interactions": [{items}]}}"#).into_bytes()
}

fn rvcr_json(all: &[Sent]) -> Vec<u8> {
    let text = String::from_utf8(vcrpy_json(all)).expect("UTF-8");
    text.replace("\"interactions\"", "\"http_interactions\"").into_bytes()
}

fn mockserver(all: &[Sent]) -> Vec<u8> {
    let items = joined(all, ",", |it| {
        format!(
            r#"{{"httpRequest":{{"headers":{{"Host":["{HOST}"],"DD-API-KEY":[{}]}},"method":"{}","path":{}}},"httpResponse":{{"statusCode":{}}}}}"#,
            quoted(&it.key),
            it.method,
            quoted(&it.path),
            it.status
        )
    });
    format!("[{items}]").into_bytes()
}

fn test_server(all: &[Sent]) -> Vec<u8> {
    let items = joined(all, ",", |it| {
        let path = quoted(&it.path);
        format!(r#"{{"request":{{"method":"{}","path":{path}}},"response":{{"status":{}}}}}"#, it.method, it.status)
    });
    format!(r#"{{"feature":"x","recordings":[{{"interactions":[{items}]}}]}}"#).into_bytes()
}

fn mitmproxy(all: &[Sent]) -> Vec<u8> {
    let net = |text: &str, kind: char| format!("{}:{text}{kind}", text.len());
    let mut out = String::new();
    for it in all {
        let header = net(&format!("{}{}", net("Host", ','), net(HOST, ',')), ']');
        let key = net(&format!("{}{}", net("DD-API-KEY", ','), net(&it.key, ',')), ']');
        let mut request = String::new();
        for (name, value) in [
            ("method", net(&it.method, ',')),
            ("headers", net(&format!("{header}{key}"), ']')),
            ("host", net("192.0.2.10", ';')),
            ("path", net(&it.path, ',')),
        ] {
            let _ = write!(request, "{}{value}", net(name, ';'));
        }
        let response = format!("{}{}", net("status_code", ';'), net(&it.status.to_string(), '#'));
        let mut flow = String::new();
        for (name, value) in
            [("type", net("http", ';')), ("request", net(&request, '}')), ("response", net(&response, '}'))]
        {
            let _ = write!(flow, "{}{value}", net(name, ';'));
        }
        out.push_str(&net(&flow, '}'));
    }
    out.into_bytes()
}

fn burp(all: &[Sent]) -> Vec<u8> {
    let items = joined(all, "", |it| {
        format!(
            "<item><url><![CDATA[https://{HOST}{}]]></url><host>{HOST}</host><method>{}</method><request base64=\"false\"><![CDATA[x {}]]></request><status>{}</status></item>\n",
            it.path, it.method, it.key, it.status
        )
    });
    format!("<?xml version=\"1.0\"?>\n<items burpVersion=\"2026.3\">\n{items}</items>\n").into_bytes()
}

fn audit_event(it: &Sent) -> String {
    let path = it.path.split('?').next().unwrap_or_default();
    format!(
        r#"{{"http":{{"status_code":{},"url_details":{{"path":{},"host":"{HOST}"}},"method":"{}","useragent":{}}},"auth_method":"API_AND_APP_KEY","evt":{{"name":"Request"}}}}"#,
        it.status,
        quoted(path),
        it.method,
        quoted(&it.key)
    )
}

fn audit_lines(all: &[Sent]) -> Vec<u8> {
    let line = |it: &Sent| format!("{{\"date\":\"{TIME}\",\"source\":\"audit\",\"attributes\":{}}}\n", audit_event(it));
    joined(all, "", line).into_bytes()
}

fn audit_answer(all: &[Sent]) -> Vec<u8> {
    let items = joined(all, ",\n", |it| {
        format!("{{\"type\":\"audit\",\"attributes\":{{\"attributes\":{}}}}}", audit_event(it))
    });
    format!("{{\"data\":[{items}]}}").into_bytes()
}

fn audit_csv(all: &[Sent]) -> Vec<u8> {
    let rows = joined(all, "", |it| {
        let path = it.path.split('?').next().unwrap_or_default();
        format!("{TIME},{},\"{path}\",{},API_AND_APP_KEY,\"{}\"\n", it.method, it.status, it.key)
    });
    format!("Date,@http.method,@http.url_details.path,@http.status_code,@auth_method,useragent\n{rows}").into_bytes()
}

fn datadog_spans(all: &[Sent]) -> Vec<u8> {
    let items = joined(all, ",\n", |it| {
        format!(
            r#"{{"type":"spans","attributes":{{"custom":{{"http":{{"method":"{}","url":{},"status_code":"{}"}},"span":{{"kind":"client"}}}},"resource_name":"x","span_id":"1","note":{}}}}}"#,
            it.method,
            quoted(&format!("https://{HOST}{}", it.path)),
            it.status,
            quoted(&it.key)
        )
    });
    format!("{{\"data\":[{items}]}}").into_bytes()
}

fn otlp(all: &[Sent]) -> Vec<u8> {
    let line = |it: &Sent| {
        format!(
            "{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{{\"spanId\":\"1\",\"kind\":3,\"attributes\":[{{\"key\":\"http.request.method\",\"value\":{{\"stringValue\":\"{}\"}}}},{{\"key\":\"url.full\",\"value\":{{\"stringValue\":{}}}}},{{\"key\":\"http.response.status_code\",\"value\":{{\"intValue\":\"{}\"}}}},{{\"key\":\"http.request.header.dd-api-key\",\"value\":{{\"stringValue\":{}}}}}]}}]}}]}}]}}\n",
            it.method,
            quoted(&format!("https://{HOST}{}", it.path)),
            it.status,
            quoted(&it.key)
        )
    };
    joined(all, "", line).into_bytes()
}

fn jaeger(all: &[Sent]) -> Vec<u8> {
    let items = joined(all, ",", |it| {
        format!(
            r#"{{"traceID":"1","spanID":"2","tags":[{{"key":"span.kind","type":"string","value":"client"}},{{"key":"http.method","type":"string","value":"{}"}},{{"key":"http.url","type":"string","value":{}}},{{"key":"http.status_code","type":"int64","value":{}}},{{"key":"x","value":{}}}]}}"#,
            it.method,
            quoted(&format!("https://{HOST}{}", it.path)),
            it.status,
            quoted(&it.key)
        )
    });
    format!("{{\"data\":[{{\"traceID\":\"1\",\"spans\":[{items}]}}]}}").into_bytes()
}

fn zipkin(all: &[Sent]) -> Vec<u8> {
    let items = joined(all, ",", |it| {
        format!(
            r#"{{"traceId":"1","id":"2","kind":"CLIENT","localEndpoint":{{"serviceName":"x"}},"tags":{{"http.method":"{}","http.url":{},"http.status_code":"{}","x":{}}}}}"#,
            it.method,
            quoted(&format!("https://{HOST}{}", it.path)),
            it.status,
            quoted(&it.key)
        )
    });
    format!("[{items}]").into_bytes()
}

fn vhost_log(all: &[Sent]) -> Vec<u8> {
    let line = |it: &Sent| {
        format!(
            "{HOST}:443 10.0.0.5 - - [03/Jul/2026:10:11:12 +0000] \"{} {} HTTP/1.1\" {} 12 \"-\" \"{}\"\n",
            it.method, it.path, it.status, it.key
        )
    };
    joined(all, "", line).into_bytes()
}

fn envoy_log(all: &[Sent]) -> Vec<u8> {
    let line = |it: &Sent| {
        format!(
            "[{TIME}] \"{} {} HTTP/2\" {} - 0 512 21 20 \"10.0.0.5\" \"{}\" \"1\" \"{HOST}\" \"192.0.2.10:443\"\n",
            it.method, it.path, it.status, it.key
        )
    };
    joined(all, "", line).into_bytes()
}

fn balancer_log(all: &[Sent]) -> Vec<u8> {
    let line = |it: &Sent| {
        format!(
            "https {TIME} app/x/1 192.168.1.2:2817 10.0.0.1:443 0.086 0.048 0.037 {0} {0} 512 57 \"{1} https://{HOST}:443{2} HTTP/1.1\" \"{3}\" - -\n",
            it.status, it.method, it.path, it.key
        )
    };
    joined(all, "", line).into_bytes()
}

fn cloudfront_log(all: &[Sent]) -> Vec<u8> {
    let rows = joined(all, "", |it| {
        let (path, query) = it.path.split_once('?').unwrap_or((&it.path, "-"));
        format!("2026-07-03\t10:11:12\t{}\t{path}\t{}\t{}\t{query}\t{HOST}\n", it.method, it.status, it.key)
    });
    format!("#Version: 1.0\n#Fields: date time cs-method cs-uri-stem sc-status cs(User-Agent) cs-uri-query x-host-header\n{rows}")
        .into_bytes()
}

fn squid_log(all: &[Sent]) -> Vec<u8> {
    let line = |it: &Sent| {
        format!(
            "1783073472.126 512 10.0.0.5 TCP_MISS/{} 5120 {} https://{HOST}{} {} HIER_DIRECT/192.0.2.1 x\n",
            it.status, it.method, it.path, it.key
        )
    };
    joined(all, "", line).into_bytes()
}

fn json_log(all: &[Sent]) -> Vec<u8> {
    let line = |it: &Sent| {
        format!(
            "{{\"time\":\"{TIME}\",\"agent\":{},\"host\":\"{HOST}\",\"request\":{},\"status\":\"{}\"}}\n",
            quoted(&it.key),
            quoted(&format!("{} {} HTTP/1.1", it.method, it.path)),
            it.status
        )
    };
    joined(all, "", line).into_bytes()
}

fn curl_trace(all: &[Sent]) -> Vec<u8> {
    let dump = |bytes: &[u8]| {
        let mut out = String::new();
        for (index, row) in bytes.chunks(16).enumerate() {
            let hex: String = row.iter().map(|byte| format!("{byte:02x} ")).collect();
            let text: String =
                row.iter().map(|&byte| if (32..127).contains(&byte) { byte as char } else { '.' }).collect();
            let _ = writeln!(out, "{:04x}: {hex:<48}{text}", index * 16);
        }
        out
    };
    let one = |it: &Sent| {
        let sent = format!("{} {} HTTP/1.1\r\nHost: {HOST}\r\nDD-API-KEY: {}\r\n\r\n", it.method, it.path, it.key);
        let got = format!("HTTP/1.1 {} x\r\n", it.status);
        format!(
            "=> Send header, {} bytes (0x0)\n{}<= Recv header, {} bytes (0x0)\n{}",
            sent.len(),
            dump(sent.as_bytes()),
            got.len(),
            dump(got.as_bytes())
        )
    };
    joined(all, "", one).into_bytes()
}

fn curl_verbose(all: &[Sent]) -> Vec<u8> {
    let one = |it: &Sent| {
        format!(
            "> {} {} HTTP/1.1\n> Host: {HOST}\n> DD-API-KEY: {}\n>\n< HTTP/1.1 {} x\n<\n",
            it.method, it.path, it.key, it.status
        )
    };
    joined(all, "", one).into_bytes()
}

fn terraform_log(all: &[Sent]) -> Vec<u8> {
    let lead = format!("{TIME} [DEBUG] provider.terraform-provider-datadog_v3.45.0: ");
    let one = |it: &Sent| {
        format!(
            "{lead}{} {} HTTP/1.1\n{lead}Host: {HOST}\n{lead}Dd-Api-Key: {}\n{lead}HTTP/2.0 {} x\n",
            it.method, it.path, it.key, it.status
        )
    };
    joined(all, "", one).into_bytes()
}

fn urllib3_log(all: &[Sent]) -> Vec<u8> {
    let one = |it: &Sent| {
        let Sent { method, path, status, key } = it;
        format!(
            "send: b'{method} {path} HTTP/1.1\\r\\nHost: {HOST}\\r\\nDD-API-KEY: {key}\\r\\n\\r\\n'\nreply: 'HTTP/1.1 {status} x\\r\\n'\nDEBUG:urllib3.connectionpool:https://{HOST}:443 \"{method} {path} HTTP/1.1\" {status} None\n"
        )
    };
    joined(all, "", one).into_bytes()
}

fn postman(all: &[Sent]) -> Vec<u8> {
    let items = joined(all, ",", |it| {
        format!(
            r#"{{"name":"x","request":{{"method":"{}","header":[{{"key":"DD-API-KEY","value":{}}}],"url":{{"raw":{}}}}}}}"#,
            it.method,
            quoted(&it.key),
            quoted(&format!("https://{{{{host}}}}{}", it.path))
        )
    });
    format!(r#"{{"info":{{"_postman_id":"1"}},"item":[{items}],"variable":[{{"key":"host","value":"{HOST}"}}]}}"#)
        .into_bytes()
}

fn insomnia_json(all: &[Sent]) -> Vec<u8> {
    let items = joined(all, ",", |it| {
        let url = quoted(&format!("https://{HOST}{}", it.path));
        format!(r#"{{"_type":"request","method":"{}","url":{url},"description":{}}}"#, it.method, quoted(&it.key))
    });
    format!(r#"{{"_type":"export","__export_format":4,"resources":[{items}]}}"#).into_bytes()
}

fn insomnia_yaml(all: &[Sent]) -> Vec<u8> {
    let items = joined(all, "", |it| {
        format!("  - url: \"https://{HOST}{}\"\n    method: {}\n    description: {}\n", it.path, it.method, it.key)
    });
    format!("type: collection.insomnia.rest/5.0\nname: x\ncollection:\n{items}").into_bytes()
}

fn http_file(all: &[Sent]) -> Vec<u8> {
    let one = |it: &Sent| format!("###\n{} https://{HOST}{}\nDD-API-KEY: {}\n\n", it.method, it.path, it.key);
    joined(all, "", one).into_bytes()
}

fn curl_commands(all: &[Sent]) -> Vec<u8> {
    let one = |it: &Sent| format!("$ curl -sX {} 'https://{HOST}{}' -H 'DD-API-KEY: {}'\n", it.method, it.path, it.key);
    joined(all, "", one).into_bytes()
}
