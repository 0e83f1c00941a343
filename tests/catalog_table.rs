//! Making, checking and writing tables.

use ddscope::catalog::diff::Diff;
use ddscope::catalog::import::{import, openapi};
use ddscope::catalog::table::{Need, OperationRow, Table};
use ddscope::catalog::{Catalog, Status, overlay, rules, text};

const DATA: &str = include_str!("../data/scopes.json");
const ONE: &str = include_str!("fixtures/catalog/one.yaml");
const TWO: &str = include_str!("fixtures/catalog/two.yaml");

fn made() -> (Table, Table) {
    let document = |text| openapi::read(text).expect("a document");
    let one = import(Table::default(), &[document(ONE)], "1.0.0", "2030-01-01");
    let two = import(one.clone(), &[document(TWO)], "1.1.0", "2030-02-01");
    (one, two)
}

#[test]
fn the_data_file_is_in_its_normal_form_and_is_what_was_compiled() {
    let mut table = overlay::parse(DATA).expect("the data file is a table");
    assert_eq!(rules::check(&table), []);
    text::sort(&mut table);
    assert!(text::write(&table) == DATA, "data/scopes.json is not as `catalog import` writes it");
    assert!(text::write(&text::table_of(Catalog::builtin())) == DATA, "the compiled table differs from the data file");
    let read = Catalog::read(DATA).expect("a good table");
    assert_eq!(read.operations(), Catalog::builtin().operations());
    assert_eq!(read.scopes(), Catalog::builtin().scopes());
    assert!(Diff::new(&read, Catalog::builtin()).is_empty());
}

#[test]
fn a_document_is_read_as_it_stands() {
    let (one, _) = made();
    assert_eq!(rules::check(&one), []);
    insta::assert_snapshot!(text::write(&one));
}

#[test]
fn a_newer_document_keeps_what_retired_and_what_was_demanded() {
    let (_, two) = made();
    assert_eq!(rules::check(&two), []);
    insta::assert_snapshot!(text::write(&two));
}

#[test]
fn importing_the_same_again_changes_nothing() {
    let (_, two) = made();
    let again = import(two.clone(), &[openapi::read(TWO).expect("a document")], "1.1.0", "2030-02-01");
    assert_eq!(text::write(&again), text::write(&two));
}

#[test]
fn operations_of_versions_that_no_document_speaks_of_stay() {
    let (one, _) = made();
    let other = TWO.replace("V1 Collection", "V2 Collection");
    let both = import(one, &[openapi::read(&other).expect("a document")], "1.1.0", "2030-02-01");
    assert!(both.operations.iter().any(|row| row.id == "v1:ListSaucers" && row.status == "current"));
    assert!(both.operations.iter().any(|row| row.id == "v2:ListMugs"));
}

#[test]
fn what_is_no_openapi_document_is_refused_with_a_place() {
    for (text, said) in
        [("", "empty"), ("a: [", "no valid yaml"), ("a: b", "no `paths`"), ("paths: {/x: {get: {}}}", "no operationId")]
    {
        let error = openapi::read(text).expect_err(text);
        assert!(error.what.contains(said), "{text}: {error}");
    }
    let deep = format!("a: {}", "[".repeat(100_000));
    assert!(openapi::read(&deep).is_err());
}

/// Every pair of scope and endpoint on the documentation's page of scopes is a row's requirement, now or before.
#[test]
fn the_documentations_page_of_scopes_is_covered() {
    let pairs: Vec<(&str, &str)> = include_str!("fixtures/catalog/scopes_page.tsv")
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once('\t'))
        .collect();
    assert_eq!(pairs.len(), 470);
    for (scope, place) in pairs {
        let mut here = Catalog::builtin().operations().iter().filter(|row| {
            let renamed = row.name == "CreateTest" && place == "synthetics/#create-a-test";
            row.anchor == place || row.old_anchors.contains(&place) || renamed
        });
        let names = |row: &ddscope::catalog::Operation| {
            row.oauth.scopes().chain(row.history.iter().flat_map(|past| past.oauth.scopes())).any(|name| name == scope)
        };
        assert!(here.any(names), "{scope} at {place}");
    }
}

#[test]
fn every_fact_that_is_easily_lost_is_there() {
    let catalog = Catalog::builtin();
    let row = |id: &str| catalog.operation(id).unwrap_or_else(|| panic!("{id}"));
    assert_eq!(row("v2:ListOrgGroups").app_key.to_string(), "org_group_read");
    assert_eq!(row("v2:CreateOrgGroup").app_key.to_string(), "org_group_write");
    assert!(row("v2:ListOrgGroups").is_out_of_reach_for_oauth(catalog));
    assert!(!row("v1:ListMonitors").is_out_of_reach_for_oauth(catalog));
    assert_eq!(row("v2:CreateServiceAccount").app_key.to_string(), "service_account_write");
    assert_eq!(row("v2:ListRoles").oauth.to_string(), "user_access_read");
    assert_eq!(row("v1:CreatePublicDashboard").decided_by, Some("share_type"));
    assert_eq!(row("v2:ExportSecurityMonitoringTerraformResource").decided_by, Some("resource_type"));
    assert_eq!(row("v2:CreateReportSchedule").app_key.to_string(), "generate_dashboard_reports");
    assert_eq!(row("v2:PublishStatusPage").decided_by, Some("type"));
    assert!(row("v1:CreateMonitor").is_unscoped_key_only_for_log_monitors());
    assert!(row("v2:UpdateUser").is_admin_only() && !row("v1:CreateUser").is_admin_only());
    assert!(row("v1:GetGraphSnapshot").is_unscoped_key_only());
    assert!(row("v2:CreateWorkflow").is_registered_key_only());
    assert_eq!(row("v2:CreateTeam@1.0.0b1").status, Status::Retired);
    assert_eq!(row("v2:ListFleetClusters").last_release, Some("2.55.0"));
    assert_eq!(row("v1:GetIPRanges").auth.names(), ["public"]);
    assert_eq!(row("undocumented:GET:/api/v1/dash").status, Status::Undocumented);
}

/// Changes one row of a good table and tells which rule that breaks.
fn broken(change: impl Fn(&mut Table)) -> String {
    let (mut table, _) = made();
    change(&mut table);
    rules::check(&table).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn row<'t>(table: &'t mut Table, id: &str) -> &'t mut OperationRow {
    table.operations.iter_mut().find(|row| row.id == id).expect("a row")
}

#[test]
fn broken_rows_are_named_with_the_rule() {
    let said = [
        broken(|table| row(table, "v1:ListCups").oauth = Need::Clauses(vec![vec!["cups_reed".into()]])),
        broken(|table| row(table, "v1:ListCups").id = "v1:CreateCup".into()),
        broken(|table| row(table, "v1:DeleteCup").path = "/api/v1/cup/{other}/".into()),
        broken(|table| {
            let path = row(table, "v1:ListCups").path.clone();
            let saucers = row(table, "v1:ListSaucers");
            saucers.path = path;
            saucers.hosts.clear();
        }),
        broken(|table| table.operations.reverse()),
        broken(|table| table.scopes.reverse()),
        broken(|table| row(table, "v1:ListCups").method = "get".into()),
        broken(|table| row(table, "v1:ListCups").path = "/api/v1/cup?x".into()),
        broken(|table| row(table, "v1:ListCups").status = "gone".into()),
        broken(|table| row(table, "v1:ListCups").status = "retired".into()),
        broken(|table| row(table, "v1:ListCups").keys = Need::Clauses(vec![vec![]])),
        broken(|table| row(table, "v1:ListSaucers").keys = Need::Word("inferred".into())),
        broken(|table| row(table, "v1:ListCups").successor = Some("v1:ListMugs".into())),
        broken(|table| row(table, "v1:ListCups").flags = vec!["odd".into()]),
        broken(|table| row(table, "v1:ListCups").id = "ListCups".into()),
        broken(|table| table.released = "yesterday".into()),
        broken(|table| table.schema = "other".into()),
    ];
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn overlays_replace_and_add_rows() {
    let over = r#"{"scopes":[{"name":"cups_read","kind":"read","oauth":"no"}],
        "operations":[{"id":"v1:ListMonitors","method":"GET","path":"/api/v1/monitor","group":"Monitors","status":"current",
        "auth":["keys"],"oauth":"unsupported","keys":[["cups_read"]]},
        {"id":"v1:ListCups","method":"GET","path":"/api/v1/cup","group":"Cups","status":"current","auth":["keys"],
        "oauth":"unsupported","keys":[["cups_read"]]}]}"#;
    let catalog = Catalog::overlay(over).expect("a good overlay");
    assert_eq!(catalog.operations().len(), Catalog::builtin().operations().len() + 1);
    assert_eq!(catalog.operation("v1:ListMonitors").map(|row| row.app_key.to_string()).as_deref(), Some("cups_read"));
    assert_eq!(catalog.route("GET", "/api/v1/cup").map(|row| row.id), Some("v1:ListCups"));
    assert_eq!(catalog.sdk(ddscope::evidence::Naming::Go, None, Some("CupsApi"), "ListCups").len(), 1);
    assert!(catalog.is_legacy_symbol(ddscope::evidence::Legacy::Datadogpy, "api.Monitor.create"));
    let error = Catalog::overlay(r#"{"scopes":[{"name":"Cups","kind":"read","oauth":"no"}]}"#).expect_err("a bad name");
    assert!(error.what.contains("`Cups` breaks the rule `scope-name`"), "{error}");
    assert!(Catalog::overlay("[]").is_err() && Catalog::overlay(r#"{"operations":1}"#).is_err());
}

#[test]
fn a_diff_tells_what_changed() {
    let (one, two) = made();
    let (old, new) = (Catalog::from_table(&one).expect("good"), Catalog::from_table(&two).expect("good"));
    let diff = Diff::new(&old, &new);
    let ids = |operations: &[&ddscope::catalog::Operation]| operations.iter().map(|o| o.id).collect::<Vec<_>>();
    assert_eq!(ids(&diff.added), ["v1:DeleteCup@1.0.0", "v1:ListMugs"]);
    assert_eq!(diff.retired().map(|change| change.new.id).collect::<Vec<_>>(), ["v1:ListSaucers"]);
    assert_eq!(
        diff.demands().map(|change| change.new.id).collect::<Vec<_>>(),
        ["v1:CreateCup", "v1:DeleteCup", "v1:ListCups"]
    );
    assert!(diff.touching("v1:ListSaucers").is_some() && diff.touching("v1:ListMugs").is_none());
    assert!(Diff::new(&old, &old).is_empty());
}
