//! Checks `data/scopes.json` and compiles it into static rows and phf maps; `data/terraform.json` and
//! `data/declared.json` become sorted slices.
//!
//! A broken row stops the build and is named together with the rule. The rules, the keys and the route tree are the
//! library's own modules, included by path.

#![allow(dead_code)]

#[path = "src/catalog/index.rs"]
mod index;
#[path = "src/catalog/names.rs"]
mod names;
#[path = "src/catalog/rules.rs"]
mod rules;
#[path = "src/catalog/table.rs"]
mod table;
#[path = "src/catalog/trie.rs"]
mod trie;

use index::{Index, Row, Run};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, process};
use table::{LegacyRow, Need, OperationRow, ScopeRow, Table};

const SCOPES: &str = "data/scopes.json";
const TERRAFORM: &str = "data/terraform.json";
const OTHERS: &str = "data/declared.json";
/// The provider itself among the types.
const PROVIDER: &str = "provider.datadog";

fn main() {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=src/catalog");
    println!("cargo::rerun-if-changed=build.rs");
    let table: Table = read(SCOPES);
    let broken = rules::check(&table);
    if !broken.is_empty() {
        for one in &broken {
            println!("cargo::error={SCOPES}: {one}");
        }
        process::exit(1);
    }
    let out = env::var_os("OUT_DIR").unwrap_or_default();
    let code = Emitter::default().table(&table, &table.legacy);
    if let Err(error) = fs::write(Path::new(&out).join("catalog.rs"), code) {
        fail(&format!("cannot write the compiled table: {error}"));
    }
    let terraform: Terraform = read(TERRAFORM);
    let others: Others = read(OTHERS);
    let code = emit_terraform(&terraform, &table) + &emit_others(&others, &table);
    if let Err(error) = fs::write(Path::new(&out).join("terraform.rs"), code) {
        fail(&format!("cannot write the compiled resource types: {error}"));
    }
}

/// `data/terraform.json`: what the provider calls for each type.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Terraform {
    provider: String,
    commit: String,
    /// Type → action → operations.
    resources: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    data_sources: BTreeMap<String, Vec<String>>,
    /// Type → last release of the provider that has it.
    retired: BTreeMap<String, String>,
    /// What the provider calls when it starts.
    configure: Vec<String>,
    /// Type → operation, or action and operation → what must all hold for it to be called.
    when: BTreeMap<String, BTreeMap<String, Vec<Condition>>>,
}

/// `data/declared.json`: what other declarations and programs with known needs call.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Others {
    #[serde(rename = "about")]
    _about: String,
    rows: Vec<Other>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Other {
    vocabulary: String,
    kind: String,
    source: String,
    calls: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    when: BTreeMap<String, Vec<Condition>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    argument: Option<String>,
    test: Option<String>,
    value: Option<String>,
    #[serde(default)]
    values: Vec<String>,
    state: Option<String>,
}

impl Condition {
    /// As Rust; `None` if it is odd.
    fn code(&self) -> Option<String> {
        let test = match (self.test.as_deref(), &self.value, &self.argument, self.state.as_deref()) {
            (None, None, None, Some(state @ ("new" | "existing"))) => {
                return Some(format!("When::State(State::{})", capital(state)));
            }
            (Some("one-of"), None, Some(_), None) if !self.values.is_empty() => format!("OneOf(&{:?})", self.values),
            (Some("equals"), Some(value), Some(_), None) => format!("Equals({value:?})"),
            (Some("default"), Some(value), Some(_), None) => format!("Default({value:?})"),
            (Some(test @ ("set" | "unset" | "not-false")), None, Some(_), None) => capital(test),
            _ => return None,
        };
        Some(format!("When::Argument({:?}, Test::{test})", self.argument.as_deref().unwrap_or_default()))
    }
}

/// Checks the types against the table of operations and writes them as a slice sorted by name.
fn emit_terraform(terraform: &Terraform, table: &Table) -> String {
    let numbers = row_number(table);
    let mut types: BTreeMap<String, String> = BTreeMap::new();
    let mut unused: Vec<(String, String)> = Vec::new();
    for (kind, conditions) in &terraform.when {
        unused.extend(conditions.keys().map(|key| (kind.clone(), key.clone())));
    }
    let mut call = |kind: &str, action: &str, operation: &str| {
        // An endpoint that no document describes is written as method and path.
        if !operation.contains(' ') && !numbers.contains_key(operation) {
            fail(&format!("{TERRAFORM}: {kind}: {operation} is not in {SCOPES}"));
        }
        let conditions = terraform.when.get(kind);
        let one = format!("{action} {operation}");
        let key = [one.as_str(), operation].into_iter().find(|key| conditions.is_some_and(|it| it.contains_key(*key)));
        let when = key.and_then(|key| conditions?.get(key));
        unused.retain(|(of, name)| of != kind || Some(name.as_str()) != key);
        let when = when.into_iter().flatten().map(|condition| {
            condition.code().unwrap_or_else(|| fail(&format!("{TERRAFORM}: {kind}: {operation}: odd condition")))
        });
        let when = when.collect::<Vec<_>>().join(", ");
        let calls = types.entry(kind.to_owned()).or_default();
        let _ = write!(calls, "Calls {{ action: {action:?}, operation: {operation:?}, when: &[{when}] }}, ");
    };
    for (kind, actions) in &terraform.resources {
        for (action, operations) in actions {
            operations.iter().for_each(|operation| call(kind, action, operation));
        }
    }
    for (kind, operations) in &terraform.data_sources {
        operations.iter().for_each(|operation| call(&format!("data.{kind}"), "read", operation));
    }
    terraform.configure.iter().for_each(|operation| call(PROVIDER, "configure", operation));
    if let Some((kind, key)) = unused.first() {
        fail(&format!("{TERRAFORM}: {kind}: a condition on {key}, which it does not call"));
    }
    let configure = types.remove(PROVIDER).unwrap_or_default();
    let mut code = format!("static CONFIGURE: &[Calls] = &[{configure}];\n");
    let _ = writeln!(code, "/// What `{}` at {} calls.", terraform.provider, terraform.commit);
    let _ = writeln!(code, "static KINDS: [Kind; {}] = [", types.len());
    for (kind, calls) in &types {
        let last = terraform.retired.get(kind);
        let _ = writeln!(code, "Kind {{ name: {kind:?}, last_release: {last:?}, calls: &[{calls}] }},");
    }
    code + "];\n"
}

/// The same for everything else that is declared.
fn emit_others(others: &Others, table: &Table) -> String {
    let numbers = row_number(table);
    let mut code = format!("static OTHERS: [Other; {}] = [\n", others.rows.len());
    let mut last = (String::new(), String::new());
    for row in &others.rows {
        let key = (row.vocabulary.clone(), row.kind.clone());
        let what = format!("{OTHERS}: {} {}", row.vocabulary, row.kind);
        if key <= last || row.source.is_empty() {
            fail(&format!("{what}: not in order, or without its source"));
        }
        last = key;
        let mut calls = String::new();
        for (action, operations) in &row.calls {
            for operation in operations {
                if !operation.contains(' ') && !numbers.contains_key(operation.as_str()) {
                    fail(&format!("{what}: {operation} is not in {SCOPES}"));
                }
                let when = row.when.get(operation).into_iter().flatten();
                let when = when.map(|it| it.code().unwrap_or_else(|| fail(&format!("{what}: odd condition"))));
                let when = when.collect::<Vec<_>>().join(", ");
                let _ = write!(calls, "Calls {{ action: {action:?}, operation: {operation:?}, when: &[{when}] }}, ");
            }
        }
        let _ = writeln!(
            code,
            "Other {{ vocabulary: {:?}, kind: {:?}, source: {:?}, calls: &[{calls}] }},",
            row.vocabulary, row.kind, row.source
        );
    }
    code + "];\n"
}

fn fail(message: &str) -> ! {
    println!("cargo::error={message}");
    process::exit(1)
}

fn read<T: serde::de::DeserializeOwned>(path: &str) -> T {
    let text = fs::read_to_string(path).unwrap_or_else(|error| fail(&format!("{path}: {error}")));
    serde_json::from_str(&text).unwrap_or_else(|error| fail(&format!("{path}: {error}")))
}

/// Writes Rust. Equal clauses become one static, which keeps the code small.
#[derive(Default)]
struct Emitter {
    statics: String,
    clauses: HashMap<String, usize>,
}

impl Emitter {
    fn table(mut self, table: &Table, legacy: &[LegacyRow]) -> String {
        let mut code = String::new();
        let rows: Vec<String> = table.operations.iter().map(|row| self.operation(row)).collect();
        let _ = writeln!(code, "static OPERATIONS: [Operation; {}] = [{}];", rows.len(), rows.concat());
        let scopes: Vec<String> = table.scopes.iter().map(scope).collect();
        let _ = writeln!(code, "static SCOPES: [Scope; {}] = [{}];", scopes.len(), scopes.concat());
        let index = make_index(table, legacy);
        emit_legacy(table, legacy, &mut code);
        emit_index(&index, table, &mut code);
        let symbols: Vec<String> = (0..5).map(|slot| format!("Lookup::Fixed(&SYMBOLS{slot})")).collect();
        let _ = writeln!(
            code,
            "pub(super) static CATALOG: Catalog = Catalog {{ release: {:?}, released: {:?}, operations: &OPERATIONS, \
             scopes: &SCOPES, legacy: &LEGACY, lists: &LISTS, ids: Lookup::Fixed(&IDS), methods: Lookup::Fixed(&METHODS), \
             classes: Lookup::Fixed(&CLASSES), scope_names: Lookup::Fixed(&SCOPE_NAMES), symbols: [{}], \
             routes: Tree {{ nodes: &NODES, edges: &EDGES, routes: &ROUTES }} }};",
            table.release,
            table.released,
            symbols.join(", ")
        );
        code + &self.statics
    }

    fn operation(&mut self, row: &OperationRow) -> String {
        let (version, name) = table::split_id(&row.id);
        let version = version.map_or("None".to_owned(), |version| format!("Some(Version::V{version})"));
        let decided_by = row.decided_by.as_deref();
        let auth = |kind: &str| row.auth.iter().any(|known| known == kind);
        let oauth = self.need(&row.oauth, &row.oauth, decided_by);
        let keys = self.need(&row.keys, &row.oauth, decided_by);
        let history: Vec<String> = row
            .history
            .iter()
            .map(|past| {
                let oauth = self.need(&past.oauth, &past.oauth, decided_by);
                let keys = past.keys.as_ref().map(|keys| self.need(keys, &past.oauth, decided_by));
                let keys = keys.map_or("None".to_owned(), |keys| format!("Some({keys})"));
                format!("Past {{ until: {:?}, oauth: {oauth}, app_key: {keys} }}", past.until)
            })
            .collect();
        format!(
            "Operation {{ id: {:?}, version: {version}, name: {name:?}, snake: {:?}, method: {:?}, path: {:?}, query: {:?}, \
             group: {:?}, anchor: {:?}, old_anchors: &{:?}, hosts: &{:?}, status: Status::{}, first_release: {:?}, last_release: {:?}, \
             auth: Auth {{ public: {}, api_key: {}, keys: {}, oauth: {} }}, oauth: {oauth}, app_key: {keys}, \
             source: Source::{}, decided_by: {decided_by:?}, flags: &{:?}, sunset: {:?}, successor: {:?}, classes: &{:?}, \
             used_by: &{:?}, history: &[{}] }},\n",
            row.id,
            names::method_snake(name),
            row.method,
            row.path,
            row.query,
            row.group,
            row.anchor,
            row.old_anchors,
            row.hosts,
            capital(&row.status),
            row.first,
            row.last,
            auth("public"),
            auth("api-key"),
            auth("keys"),
            auth("oauth"),
            row.from.as_deref().map_or("Fields".to_owned(), capital),
            row.flags,
            row.sunset,
            row.successor,
            row.classes,
            row.used_by,
            history.join(", ")
        )
    }

    fn need(&mut self, need: &Need, oauth: &Need, decided_by: Option<&str>) -> String {
        let (state, clauses) = match need {
            Need::Word(word) if word == "inferred" => ("Inferred".to_owned(), oauth.clauses()),
            Need::Word(word) => (capital(word), &[][..]),
            Need::Clauses(clauses) => ("Published".to_owned(), clauses.as_slice()),
        };
        if clauses.is_empty() {
            return format!("Requirement::bare(State::{state})");
        }
        let written: Vec<String> = clauses
            .iter()
            .map(|any_of| {
                let decided_by = decided_by.filter(|_| any_of.len() > 1);
                format!("Clause {{ any_of: &{any_of:?}, decided_by: {decided_by:?} }}")
            })
            .collect();
        let text = format!("[{}]", written.join(", "));
        let next = self.clauses.len();
        let number = *self.clauses.entry(text.clone()).or_insert(next);
        if number == next {
            let _ = writeln!(self.statics, "static C{number}: [Clause; {}] = {text};", clauses.len());
        }
        format!("Requirement {{ state: State::{state}, clauses: &C{number} }}")
    }
}

/// `scopes-page` → `ScopesPage`.
fn capital(word: &str) -> String {
    word.split('-')
        .flat_map(|part| {
            let mut chars = part.chars();
            let first = chars.next().map(|c| c.to_ascii_uppercase());
            first.into_iter().chain(chars).collect::<Vec<_>>()
        })
        .collect()
}

fn scope(row: &ScopeRow) -> String {
    format!(
        "Scope {{ name: {:?}, group: {:?}, kind: ScopeKind::{}, oauth: Held::{}, listed: {}, restricted: {}, us1: {:?}, \
         eu1: {:?}, flags: &{:?}, slip_for: {:?}, limit: {:?} }},\n",
        row.name,
        row.group,
        capital(&row.kind),
        capital(&row.oauth),
        row.listed,
        row.restricted,
        row.us1,
        row.eu1,
        row.flags,
        row.slip_for,
        row.limit
    )
}

fn row_number(table: &Table) -> HashMap<&str, u16> {
    (0..).zip(&table.operations).map(|(number, row)| (row.id.as_str(), number)).collect()
}

fn make_index(table: &Table, legacy: &[LegacyRow]) -> Index {
    let classes: Vec<Vec<&str>> =
        table.operations.iter().map(|row| row.classes.iter().map(String::as_str).collect()).collect();
    let rows: Vec<Row<'_>> = table
        .operations
        .iter()
        .zip(&classes)
        .map(|(row, classes)| Row { id: &row.id, group: &row.group, classes, path: &row.path })
        .collect();
    let numbers = row_number(table);
    let calls = legacy.iter().filter(|row| row.when.is_none()).map(|row| {
        let number = numbers.get(row.operation.as_str()).copied().unwrap_or_default();
        (row.client.as_str(), row.symbol.as_str(), number)
    });
    Index::new(&rows, calls)
}

fn emit_legacy(table: &Table, legacy: &[LegacyRow], code: &mut String) {
    let numbers = row_number(table);
    let _ = write!(code, "static LEGACY: [LegacyCall; {}] = [", legacy.len());
    for row in legacy {
        let number = numbers.get(row.operation.as_str()).copied().unwrap_or_default();
        let (client, symbol, when) = (&row.client, &row.symbol, &row.when);
        let _ = writeln!(
            code,
            "LegacyCall {{ client: {client:?}, symbol: {symbol:?}, operation: {number}, when: {when:?} }},"
        );
    }
    let _ = writeln!(code, "];");
}

fn emit_index(index: &Index, table: &Table, code: &mut String) {
    let _ = writeln!(code, "static LISTS: [u16; {}] = {:?};", index.lists.len(), index.lists);
    emit_map("IDS", &index.ids, code);
    emit_map("METHODS", &index.methods, code);
    emit_map("CLASSES", &index.classes, code);
    let scopes = (0..).zip(&table.scopes).map(|(start, row)| (row.name.clone(), Run { start, len: 1 })).collect();
    emit_map("SCOPE_NAMES", &scopes, code);
    let empty = BTreeMap::new();
    for (slot, client) in ["datadogpy", "dogapi-rb", "dogshell", "go-datadog-api", "node-dogapi"].iter().enumerate() {
        emit_map(&format!("SYMBOLS{slot}"), index.legacy.get(*client).unwrap_or(&empty), code);
    }
    let tree = &index.routes;
    let _ = writeln!(code, "static NODES: [Node; {}] = {:?};", tree.nodes.len(), tree.nodes);
    let _ = writeln!(code, "static EDGES: [(&str, u16); {}] = {:?};", tree.edges.len(), tree.edges);
    let _ = writeln!(code, "static ROUTES: [u16; {}] = {:?};", tree.routes.len(), tree.routes);
}

fn emit_map(name: &str, keys: &BTreeMap<String, Run>, code: &mut String) {
    let mut map = phf_codegen::Map::new();
    for (key, run) in keys {
        map.entry(key.as_str(), format!("Run {{ start: {}, len: {} }}", run.start, run.len));
    }
    let _ = writeln!(code, "static {name}: phf::Map<&'static str, Run> = {};", map.build());
}
