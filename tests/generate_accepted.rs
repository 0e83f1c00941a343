//! Each form of `generate` against what takes it: request bodies against schemas (facts of the OpenAPI documents, in our
//! words), programs and configurations by their parsers, the URL by its parts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use assert_cmd::Command;
use ddscope::emit::EMITTERS;
use serde_json::{Value, json};
use std::path::Path;

const KEY: &str = "0f5c3a52-7a3b-4a7e-9b6a-3f0d5d4f1a01";
const ACCOUNT: &str = "0f5c3a52-7a3b-4a7e-9b6a-3f0d5d4f1a0a";
const CLIENT: &str = "dddddddd-0000-4000-8000-000000000001";
const NAME: &str = "nightly \"export\" ${x} # é";

fn form(format: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/check/project");
    let mut command = Command::cargo_bin("ddscope").unwrap();
    command.current_dir(folder).args(["generate", "src", "--format", format, "--name", NAME, "--id", KEY]);
    command.args(["--service-account", ACCOUNT, "--expires", "2027-01-31T00:00:00Z", "--client-id", CLIENT]);
    command.args(["--redirect-uri", "http://127.0.0.1:8000/callback?from=a b"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{format}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// An object with exactly these fields, the named ones being required.
fn object(required: &[&str], properties: Value) -> Value {
    json!({"type": "object", "required": required, "properties": properties, "additionalProperties": false})
}

fn envelope(kind: &str, attributes: Value) -> Value {
    let data = object(&["type", "attributes"], json!({"type": {"const": kind}, "attributes": attributes}));
    object(&["data"], json!({"data": data}))
}

/// What each endpoint takes.
fn schema_of(format: &str) -> Option<Value> {
    let scopes = json!({"type": "array", "items": {"type": "string", "pattern": "^[a-z_0-9]+$"}, "minItems": 1});
    let name = json!({"type": "string", "minLength": 1});
    let time = json!({"type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$"});
    let uuid = json!({"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"});
    Some(match format {
        "app-key" | "service-account-key" => {
            envelope("application_keys", object(&["name"], json!({"name": name, "scopes": scopes})))
        }
        "app-key-update" => {
            let attributes = object(&[], json!({"name": name, "scopes": scopes}));
            let fields = json!({"type": {"const": "application_keys"}, "id": uuid, "attributes": attributes});
            object(&["data"], json!({"data": object(&["type", "id", "attributes"], fields)}))
        }
        "pat" => {
            let fields = json!({"name": name, "scopes": scopes, "expires_at": time});
            envelope("personal_access_tokens", object(&["name", "scopes", "expires_at"], fields))
        }
        "sat" => {
            let fields = json!({"name": name, "scopes": scopes, "expires_at": time});
            envelope("service_access_tokens", object(&["name", "scopes"], fields))
        }
        "scope-restriction" => {
            let oidc = json!({"type": "array", "items": {"enum": ["openid", "profile", "email", "offline_access"]}});
            let fields = json!({"oidc_scopes": oidc, "permission_scopes": scopes});
            envelope("upsert_scopes_restriction", object(&[], fields))
        }
        "role" => {
            let permission = object(&["type", "id"], json!({"type": {"const": "permissions"}, "id": uuid}));
            let list = object(&["data"], json!({"data": {"type": "array", "items": permission}}));
            let data = json!({"type": {"const": "roles"}, "attributes": object(&["name"], json!({"name": name})),
                "relationships": object(&["permissions"], json!({"permissions": list}))});
            object(&["data"], json!({"data": object(&["type", "attributes"], data)}))
        }
        "json" => scopes,
        _ => return None,
    })
}

#[test]
fn request_bodies_are_what_their_endpoints_take() {
    let mut checked = 0;
    for emitter in EMITTERS {
        let Some(schema) = schema_of(emitter.name()) else { continue };
        checked += 1;
        let schema = jsonschema::validator_for(&schema).unwrap();
        let body: Value = serde_json::from_str(&form(emitter.name())).unwrap();
        let errors: Vec<String> = schema.iter_errors(&body).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {}", emitter.name(), errors.join("\n"));
        // The schema is no mere formality.
        let mut broken = body.clone();
        match broken.pointer_mut("/data/type") {
            Some(kind) => *kind = "keys".into(),
            None => broken = json!(["Not A Scope"]),
        }
        assert!(!schema.is_valid(&broken), "{}", emitter.name());
    }
    assert_eq!(checked, 8);
}

#[test]
fn names_with_quotes_and_signs_arrive_as_they_are() {
    for format in ["app-key", "service-account-key", "pat", "sat", "role"] {
        let body: Value = serde_json::from_str(&form(format)).unwrap();
        assert_eq!(body["data"]["attributes"]["name"], NAME, "{format}");
    }
    let config: toml::Table = form("config").parse().unwrap();
    assert_eq!(config["credential"][0]["name"].as_str(), Some(NAME));
}

/// Scalars of a YAML document, in order.
fn scalars(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for event in saphyr_parser::Parser::new_from_str(text) {
        if let saphyr_parser::Event::Scalar(value, ..) = event.unwrap().0 {
            found.push(value.to_string());
        }
    }
    found
}

#[test]
fn pulumi_programs_are_read_by_their_languages() {
    let names: Vec<String> = form("names").lines().map(str::to_owned).collect();
    let yaml = scalars(&form("pulumi"));
    // `${` is Pulumi's interpolation, `$${` the sign itself.
    let name = NAME.replace("${", "$${");
    let expected =
        ["resources", "applicationKey", "type", "datadog:ApplicationKey", "properties", "name", &name, "scopes"];
    assert_eq!(yaml[..8], expected);
    assert_eq!(yaml[8..], names);
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()).unwrap();
    let program = form("pulumi-typescript");
    let tree = parser.parse(&program, None).unwrap();
    assert!(!tree.root_node().has_error(), "{program}");
    for name in names {
        assert!(program.contains(&format!("    \"{name}\",")), "{name}");
    }
}

#[test]
fn the_authorize_url_has_its_parts_and_nothing_unescaped() {
    let url = form("authorize-url");
    let (address, query) = url.trim_end().split_once('?').unwrap();
    assert_eq!(address, "https://app.datadoghq.com/oauth2/v1/authorize");
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~%=&".contains(c);
    assert!(query.chars().all(plain), "{query}");
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let pairs: Vec<(String, String)> =
        query.split('&').map(|pair| pair.split_once('=').unwrap()).map(|(k, v)| (decoded(k), decoded(v))).collect();
    let value = |key: &str| pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    assert_eq!(value("response_type"), Some("code"));
    assert_eq!(value("client_id"), Some(CLIENT));
    assert_eq!(value("redirect_uri"), Some("http://127.0.0.1:8000/callback?from=a b"));
    assert_eq!(value("scope").map(|scope| format!("{scope}\n")), Some(form("oauth-scope")));
}

#[test]
fn take_over_scopes_are_marked_wherever_a_comment_can_stand() {
    for format in
        ["config", "terraform", "terraform-service-account-key", "pulumi", "pulumi-typescript", "justification"]
    {
        let text = form(format);
        assert!(text.contains("take-over"), "{format}: {text}");
    }
}
