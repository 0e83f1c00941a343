//! The compiled table through its public interface: counts, names, lookups.

use ddscope::catalog::requirement::{Requirement, State};
use ddscope::catalog::{Catalog, Held, Quality, Source, Status, names};
use ddscope::evidence::{Legacy, Naming, Version};
use ddscope::url::{Target, Template};

fn current() -> impl Iterator<Item = &'static ddscope::catalog::Operation> {
    Catalog::builtin().operations().iter().filter(|operation| operation.status == Status::Current)
}

/// A requirement as one word.
fn demand(requirement: &Requirement) -> String {
    let clauses: Vec<String> = requirement.clauses.iter().map(|clause| clause.any_of.join(",")).collect();
    match requirement.state {
        State::Published => clauses.join(";"),
        state => state.name().to_owned(),
    }
}

/// Numbers of the documents of 2.62.0 and a checksum over what they demand; both were computed from the documents by
/// another program.
#[test]
fn the_table_equals_the_documents() {
    assert_eq!(Catalog::builtin().release(), "2.62.0");
    assert_eq!(current().count(), 1896);
    assert_eq!(current().filter(|o| o.path.starts_with("/api/v1/")).count(), 233);
    let auth = |wanted: &[&str]| current().filter(|o| o.auth.names() == wanted).count();
    assert_eq!((auth(&["api-key"]), auth(&["public"]), auth(&["oauth"]), auth(&["keys"])), (16, 5, 3, 1));
    let oauth = |state| current().filter(|o| o.oauth.state == state).count();
    assert_eq!(oauth(State::Published), 833);
    assert_eq!(oauth(State::Unsupported), 1);
    let keys = |state| current().filter(|o| o.app_key.state == state).count();
    assert_eq!((keys(State::Inferred), keys(State::NotNeeded)), (208, 21));
    assert_eq!(current().filter(|o| o.is_unstable()).count(), 631);
    assert_eq!(current().filter(|o| o.is_paginated()).count(), 64);
    assert_eq!(current().filter(|o| o.is_deprecated()).count(), 97);
    assert_eq!(current().filter(|o| !o.hosts.is_empty()).count(), 11);
    // FNV-1a over sorted lines; what only sentences say is not in the documents' fields
    let mut lines: Vec<String> = current()
        .map(|o| {
            let keys = if o.source == Source::Prose { "unpublished".to_owned() } else { demand(&o.app_key) };
            format!("{} {} {} {} {keys}\n", o.id, o.method, o.path, demand(&o.oauth))
        })
        .collect();
    lines.sort();
    let sum = lines
        .concat()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    assert_eq!(sum, 0xf45d442eab61098);
    assert_eq!(current().filter(|o| o.is_registered_key_only()).count(), 21);
}

#[test]
fn scopes_carry_what_the_lists_say() {
    let catalog = Catalog::builtin();
    assert_eq!(catalog.scopes().len(), 430);
    assert_eq!(catalog.scopes().iter().filter(|s| s.listed).count(), 345);
    assert_eq!(catalog.scopes().iter().filter(|s| s.oauth == Held::Declared).count(), 109);
    assert_eq!(catalog.scopes().iter().filter(|s| s.oauth == Held::Cited).count(), 16);
    let read = catalog.scope("monitors_read").expect("a scope");
    assert_eq!(read.us1, Some("4441648c-d8b1-11e9-a77a-1b899a04b304"));
    assert_eq!(read.eu1, Some("c898551e-d8b2-11e9-a336-e3a79c23bd8d"));
    assert!(read.restricted && read.listed);
    assert_eq!(catalog.scope("connection_write").and_then(|s| s.slip_for), Some("connections_write"));
    assert_eq!(catalog.scope("logs_read_index_data").and_then(|s| s.limit), Some("indexes"));
    assert!(catalog.scope("monitors_reed").is_none());
}

#[test]
fn every_method_name_of_every_client_leads_back() {
    let catalog = Catalog::builtin();
    let clients = [Naming::Python, Naming::TypeScript, Naming::Go, Naming::Java, Naming::Ruby, Naming::Rust];
    for operation in current() {
        for client in clients {
            let (method, class) = match client {
                Naming::Python => (names::method_snake(operation.name), names::class_plain(operation.group)),
                Naming::Ruby | Naming::Rust => {
                    let class = names::class_plain(operation.group);
                    (names::method_snake(operation.name), class.replace("Api", "API"))
                }
                Naming::TypeScript => (names::method_camel(operation.name), names::class_plain(operation.group)),
                Naming::Java => (names::method_camel(operation.name), names::class_java(operation.group)),
                Naming::Go => (operation.name.to_owned(), names::class_plain(operation.group)),
            };
            let found = catalog.sdk(client, operation.version, Some(&class), &method);
            assert_eq!(found.iter().map(|o| o.id).collect::<Vec<_>>(), [operation.id], "{client:?} {class} {method}");
            assert!(catalog.is_sdk_method(client, &method) && catalog.is_sdk_class(client, &class), "{class}");
        }
    }
}

#[test]
fn variants_and_irregular_names_lead_to_the_operation() {
    let catalog = Catalog::builtin();
    let one = |client, class, method| {
        let found = catalog.sdk(client, None, class, method);
        assert_eq!(found.len(), 1, "{method}: {found:?}");
        found[0].id
    };
    assert_eq!(one(Naming::Python, None, "list_monitors_with_pagination"), "v1:ListMonitors");
    assert_eq!(one(Naming::Java, Some("MonitorsApi"), "listMonitorsWithHttpInfoAsync"), "v1:ListMonitors");
    assert_eq!(one(Naming::Java, None, "checkAWSLogsLambdaAsync"), "v1:CheckAWSLogsLambdaAsync");
    assert_eq!(one(Naming::Java, None, "checkAWSLogsLambdaAsyncAsync"), "v1:CheckAWSLogsLambdaAsync");
    assert_eq!(one(Naming::Ruby, None, "create_monitor_with_http_info"), "v1:CreateMonitor");
    assert_eq!(one(Naming::Go, Some("MonitorsApiService"), "ListMonitorsWithPagination"), "v1:ListMonitors");
    assert_eq!(one(Naming::Python, None, "upload_id_p_for_org"), "v1:UploadIdPForOrg");
    assert_eq!(one(Naming::Rust, None, "list_sl_os"), "v1:ListSLOs");
    assert_eq!(one(Naming::Python, None, "list_assets_sbo_ms"), "v2:ListAssetsSBOMs");
    assert_eq!(one(Naming::Ruby, None, "create_o_auth2_client_credentials"), "v2:CreateOAuth2ClientCredentials");
    assert_eq!(one(Naming::Python, Some("ServiceScorecardsApi"), "list_scorecard_rules"), "v2:ListScorecardRules");
    assert_eq!(one(Naming::Python, Some("UsersApi"), "create_service_account"), "v2:CreateServiceAccount");
    assert_eq!(one(Naming::TypeScript, Some("UsersApiV2"), "listUsers"), "v2:ListUsers");
    assert_eq!(one(Naming::Python, Some("IncidentTeamsApi"), "create_incident_team"), "v2:CreateIncidentTeam");
    assert!(catalog.sdk(Naming::Python, None, None, "listMonitors").is_empty());
    assert!(!catalog.is_sdk_method(Naming::Go, "listMonitors"));
    assert_eq!(catalog.sdk(Naming::Go, None, None, "ListMetrics").len(), 2);
    let v2 = catalog.sdk(Naming::Go, Some(Version::V2), None, "ListUsers");
    assert_eq!(v2.iter().map(|o| o.id).collect::<Vec<_>>(), ["v2:ListUsers"]);
}

#[test]
fn older_clients_symbols_lead_to_operations() {
    let catalog = Catalog::builtin();
    let ids = |client, symbol| catalog.legacy(client, symbol).iter().map(|o| o.id).collect::<Vec<_>>();
    assert_eq!(ids(Legacy::Datadogpy, "api.Monitor.create"), ["v1:CreateMonitor"]);
    assert!(catalog.is_legacy_symbol(Legacy::Datadogpy, "api.Monitor.mute"));
    assert!(!catalog.is_legacy_symbol(Legacy::GoDatadogApi, "api.Monitor.create"));
    assert_eq!(catalog.legacy_calls().len(), 764);
    let mute = catalog.legacy(Legacy::Datadogpy, "api.Monitor.mute");
    assert_eq!(mute[0].oauth.scopes().collect::<Vec<_>>(), ["monitors_write"]);
}

#[test]
fn every_template_leads_to_itself() {
    let catalog = Catalog::builtin();
    for operation in current().filter(|operation| operation.hosts.is_empty()) {
        let target = Target::parse(&Template::literal(format!("https://api.datadoghq.eu{}", operation.path)));
        let found = catalog.routes(Some(operation.method), &target);
        assert_eq!(found.iter().map(|f| f.operation.id).collect::<Vec<_>>(), [operation.id]);
        assert_eq!(found[0].quality, Quality::Exact);
    }
}

#[test]
fn misspelt_names_find_their_neighbours() {
    let nearest = Catalog::builtin().nearest("monitor_reads");
    assert!(nearest.iter().any(|name| name == "monitors_read"), "{nearest:?}");
    assert!(Catalog::builtin().nearest("listMonitor").iter().any(|name| name == "v1:ListMonitors"));
    assert!(Catalog::builtin().nearest("zzzzqqqq").is_empty());
}
