//! The facts of an OpenAPI document: operations with their routes and requirements, and the OAuth scopes it declares.
//!
//! Sentences are looked at for a few facts that stand nowhere else, and are not kept.

use super::prose;
use super::yaml::Node;
use crate::catalog::table::{Need, OperationRow};
use crate::error::{Error, Result};

/// What a document says.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// Operations in the order written, `first` and `last` unset.
    pub operations: Vec<OperationRow>,
    /// OAuth scopes declared in its security schemes.
    pub declared: Vec<String>,
}

/// Parts of a document that hold no fact for the table.
const SKIPPED: [&str; 7] = ["schemas", "responses", "examples", "parameters", "requestBody", "headers", "callbacks"];
const METHODS: [&str; 6] = ["get", "post", "put", "patch", "delete", "head"];

/// Reads a document. Errors where it is no YAML or holds no paths.
pub fn read(text: &str) -> Result<Document> {
    let root = Node::read(text, &SKIPPED)?;
    let paths = root.at("paths").ok_or_else(|| {
        Error::new("no OpenAPI document: it has no `paths`").help("give `.generator/schemas/v1/openapi.yaml` and v2's")
    })?;
    let mut document = Document { declared: declared(&root), ..Document::default() };
    for (path, item) in paths.entries() {
        for (method, operation) in item.entries().iter().filter(|(method, _)| METHODS.contains(&method.as_str())) {
            document.operations.push(row(&root, path, method, operation)?);
        }
    }
    Ok(document)
}

/// The API version a document is for: from its title, else from its paths.
fn version(root: &Node, path: &str) -> u8 {
    let title = root.at("info").and_then(|info| info.text("title")).unwrap_or("");
    if title.contains("V2") || (!title.contains("V1") && path.starts_with("/api/v2")) { 2 } else { 1 }
}

fn declared(root: &Node) -> Vec<String> {
    let flows = ["components", "securitySchemes", "AuthZ", "flows"]
        .iter()
        .try_fold(root, |node, key| node.at(key))
        .map(Node::entries)
        .unwrap_or_default();
    let scopes = flows.iter().filter_map(|(_, flow)| flow.at("scopes")).flat_map(Node::entries);
    scopes.map(|(name, _)| name.clone()).collect()
}

fn row(root: &Node, path: &str, method: &str, operation: &Node) -> Result<OperationRow> {
    let name =
        operation.text("operationId").ok_or_else(|| Error::new(format!("`{method} {path}` has no operationId")))?;
    let security = operation.at("security").or_else(|| root.at("security"));
    let group = operation.at("tags").and_then(|tags| tags.items().first()).and_then(Node::as_text).unwrap_or("");
    let summary = operation.text("summary").unwrap_or("");
    let (auth, oauth) = oauth_need(security);
    let mut row = OperationRow {
        id: format!("v{}:{name}", version(root, path)),
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
        group: group.to_owned(),
        anchor: format!("{}/#{}", slug(group), slug(summary)),
        status: "current".to_owned(),
        keys: key_need(operation, &auth, &oauth),
        auth,
        oauth,
        hosts: hosts(operation),
        sunset: operation.text("x-sunset").map(str::to_owned),
        ..OperationRow::default()
    };
    let flags = [
        ("deprecated", operation.text("deprecated") == Some("true")),
        ("paginated", operation.at("x-pagination").is_some()),
        ("unstable", operation.at("x-unstable").is_some()),
    ];
    row.flags = flags.iter().filter(|(_, set)| *set).map(|(flag, _)| (*flag).to_owned()).collect();
    prose::apply(&mut row, operation.text("description").unwrap_or(""));
    row.flags.sort();
    Ok(row)
}

/// Kinds of authentication and the OAuth requirement. Scopes of one entry are all needed; of several entries one is enough.
fn oauth_need(security: Option<&Node>) -> (Vec<String>, Need) {
    let word = |word: &str| Need::Word(word.to_owned());
    let entries = security.map(Node::items).unwrap_or_default();
    let with = |scheme: &'static str| entries.iter().filter(move |entry| entry.at(scheme).is_some());
    let mut auth = Vec::new();
    let kinds = [("keys", with("appKeyAuth").next().is_some()), ("oauth", with("AuthZ").next().is_some())];
    auth.extend(kinds.iter().filter(|(_, has)| *has).map(|(kind, _)| (*kind).to_owned()));
    if auth.is_empty() {
        let kind = if entries.is_empty() { "public" } else { "api-key" };
        return (vec![kind.to_owned()], word("not-needed"));
    }
    let alternatives: Vec<Vec<String>> = with("AuthZ")
        .filter_map(|entry| entry.at("AuthZ"))
        .map(|scopes| scopes.items().iter().filter_map(Node::as_text).map(str::to_owned).collect())
        .collect();
    let need = if alternatives.is_empty() {
        word("unsupported")
    } else if alternatives.iter().any(Vec::is_empty) {
        word("unpublished")
    } else {
        Need::Clauses(all_of_any(&alternatives))
    };
    (auth, need)
}

/// Turns "any of these sets" into "all of these alternatives".
fn all_of_any(alternatives: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut clauses: Vec<Vec<String>> = vec![Vec::new()];
    for alternative in alternatives {
        clauses = clauses
            .iter()
            .flat_map(|clause| {
                alternative.iter().map(move |scope| {
                    let mut longer = clause.clone();
                    if !longer.contains(scope) {
                        longer.push(scope.clone());
                    }
                    longer
                })
            })
            .collect();
    }
    let mut kept: Vec<Vec<String>> = Vec::new();
    for clause in clauses {
        if !kept.contains(&clause) {
            kept.push(clause);
        }
    }
    kept
}

fn key_need(operation: &Node, auth: &[String], oauth: &Need) -> Need {
    if auth.iter().any(|kind| kind == "public" || kind == "api-key") {
        return Need::Word("not-needed".to_owned());
    }
    let permission = operation.at("x-permission");
    let names: Vec<String> = permission
        .and_then(|permission| permission.at("permissions"))
        .map(|names| names.items().iter().filter_map(Node::as_text).map(str::to_owned).collect())
        .unwrap_or_default();
    match permission.and_then(|permission| permission.text("operator")) {
        Some("OPEN") => Need::Word("open".to_owned()),
        Some("AND") if !names.is_empty() => Need::Clauses(names.into_iter().map(|name| vec![name]).collect()),
        Some(_) if !names.is_empty() => Need::Clauses(vec![names]),
        _ if !oauth.clauses().is_empty() => Need::Word("inferred".to_owned()),
        _ => Need::Word("unpublished".to_owned()),
    }
}

/// The hosts of an operation that has its own; the generic `{protocol}://{name}` entries say nothing.
fn hosts(operation: &Node) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for server in operation.at("servers").map(Node::items).unwrap_or_default() {
        let default = |name: &str| {
            let variable = server.at("variables").and_then(|variables| variables.at(name));
            variable.and_then(|variable| variable.text("default")).map(str::to_owned)
        };
        match server.text("url") {
            Some("https://{subdomain}.{site}") => {
                out.extend(default("subdomain").map(|subdomain| format!("{subdomain}.{{site}}")));
            }
            Some("https://{site}") => {
                let site = server.at("variables").and_then(|variables| variables.at("site"));
                let listed = site.and_then(|site| site.at("enum")).map(Node::items).unwrap_or_default();
                out.extend(listed.iter().filter_map(Node::as_text).map(str::to_owned));
                out.extend(default("site"));
            }
            _ => {}
        }
    }
    out.sort();
    out.dedup();
    out
}

/// The documentation's way to make an anchor of a title.
pub fn slug(title: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '/');
    let words: String = title.to_lowercase().chars().filter(kept).collect();
    words.split_whitespace().collect::<Vec<_>>().join("-")
}
