//! `ddscope catalog list`: operations and scopes, chosen by flags, as text or JSON (DESIGN §5.2).

use crate::catalog::line::{Line, quote, rows};
use crate::catalog::requirement::{Requirement, State};
use crate::catalog::{Catalog, Operation, Scope, Status, json};
use crate::cli::Format;
use crate::error::{Error, Result};
use crate::redact::safe;
use crate::report::style::{BOLD, DIM, SCOPE, count};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Arguments of `ddscope catalog list`. Every flag narrows; a repeated flag widens.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Only operations whose requirement names this scope; repeatable
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    /// Only operations of this product group, such as Monitors; repeatable
    #[arg(long, value_name = "GROUP")]
    group: Vec<String>,
    /// Only operations with this HTTP method; repeatable
    #[arg(long, value_name = "METHOD")]
    method: Vec<String>,
    /// Only operations of this status; repeatable
    #[arg(long, value_name = "STATUS")]
    status: Vec<Standing>,
    /// Only operations that accept this kind of authentication; repeatable
    #[arg(long, value_name = "KIND")]
    auth: Vec<Accepted>,
    /// Only operations whose requirement for keys no source publishes
    #[arg(long)]
    unpublished: bool,
    /// Only operations that no OAuth client can call
    #[arg(long)]
    not_for_oauth: bool,
    /// Only operations whose path contains this text
    #[arg(long, value_name = "TEXT")]
    path: Option<String>,
    /// The format of the result
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// A status, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Standing {
    /// In the documents of the table's release
    Current,
    /// In older documents only
    Retired,
    /// In no document
    Undocumented,
}

/// A kind of authentication, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Accepted {
    /// No credential
    Public,
    /// An API key alone
    ApiKey,
    /// API key and application key, or an access token
    Keys,
    /// An OAuth token
    Oauth,
}

/// Runs the command.
pub fn run(args: &Args, catalog: &Catalog, out: &mut String) -> Result<()> {
    check(args, catalog)?;
    let operations: Vec<&Operation> =
        catalog.operations().iter().filter(|operation| is_chosen(args, catalog, operation)).collect();
    let scopes = scopes(args, catalog, &operations);
    match args.format {
        Format::Json => as_json(catalog, &operations, &scopes, out),
        Format::Text => as_text(catalog, &operations, &scopes, out),
    }
    Ok(())
}

/// Refuses names that the table does not have, so that a typing error does not look like an empty answer.
fn check(args: &Args, catalog: &Catalog) -> Result<()> {
    if let Some(scope) = args.scope.iter().find(|scope| catalog.scope(scope).is_none()) {
        let near = catalog.nearest(scope).into_iter().find(|name| catalog.scope(name).is_some());
        let error = Error::new(format!("no scope is named `{}`", safe(scope)));
        return Err(match near {
            Some(near) => error.help(format!("ddscope catalog list --scope {near}")),
            None => error.help("ddscope catalog list --format json shows every scope"),
        });
    }
    let groups: BTreeSet<&str> = catalog.operations().iter().map(|operation| operation.group).collect();
    let known = |group: &&String| groups.iter().any(|known| known.eq_ignore_ascii_case(group));
    match args.group.iter().find(|group| !known(group)) {
        Some(group) if group.len() < 100 => {
            let likeness = |known: &str| strsim::jaro_winkler(&known.to_lowercase(), &group.to_lowercase());
            let near = groups.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).copied().unwrap_or_default();
            let error = Error::new(format!("no product group is named `{}`", safe(group)));
            Err(error.help(format!("ddscope catalog list --group {near:?}")))
        }
        Some(_) => Err(Error::new("no product group has so long a name")),
        None => Ok(()),
    }
}

fn is_chosen(args: &Args, catalog: &Catalog, operation: &Operation) -> bool {
    let any = |empty: bool, hit: bool| empty || hit;
    let names = |scope: &String| operation.oauth.scopes().chain(operation.app_key.scopes()).any(|name| name == scope);
    let standing = |standing: &Standing| {
        operation.status
            == match standing {
                Standing::Current => Status::Current,
                Standing::Retired => Status::Retired,
                Standing::Undocumented => Status::Undocumented,
            }
    };
    let accepts = |kind: &Accepted| match kind {
        Accepted::Public => operation.auth.public,
        Accepted::ApiKey => operation.auth.api_key,
        Accepted::Keys => operation.auth.keys,
        Accepted::Oauth => operation.auth.oauth,
    };
    any(args.scope.is_empty(), args.scope.iter().any(names))
        && any(args.group.is_empty(), args.group.iter().any(|group| group.eq_ignore_ascii_case(operation.group)))
        && any(args.method.is_empty(), args.method.iter().any(|method| method.eq_ignore_ascii_case(operation.method)))
        && any(args.status.is_empty(), args.status.iter().any(standing))
        && any(args.auth.is_empty(), args.auth.iter().any(accepts))
        && any(!args.unpublished, operation.app_key.state == State::Unpublished)
        && any(!args.not_for_oauth, operation.is_out_of_reach_for_oauth(catalog))
        && args.path.as_ref().is_none_or(|text| operation.path.contains(text.as_str()))
}

/// All scopes, or those that the chosen operations name.
fn scopes<'c>(args: &Args, catalog: &'c Catalog, operations: &[&Operation]) -> Vec<&'c Scope> {
    if operations.len() == catalog.operations().len() {
        return catalog.scopes().iter().collect();
    }
    let asked = args.scope.iter().filter_map(|name| catalog.scope(name));
    let mut named: BTreeSet<&'static str> = asked.map(|scope| scope.name).collect();
    for operation in operations {
        named.extend(operation.oauth.scopes().chain(operation.app_key.scopes()));
    }
    named.into_iter().filter_map(|name| catalog.scope(name)).collect()
}

fn as_json(catalog: &Catalog, operations: &[&Operation], scopes: &[&Scope], out: &mut String) {
    let line = Line::default()
        .raw("release", &quote(catalog.release()))
        .raw("released", &quote(catalog.released()))
        .raw("operations", &rows(operations.iter().map(|operation| json::operation(operation))))
        .raw("scopes", &rows(scopes.iter().map(|scope| json::scope(scope))));
    out.push_str(&line.end());
    out.push('\n');
}

fn as_text(catalog: &Catalog, operations: &[&Operation], scopes: &[&Scope], out: &mut String) {
    let mut group = None;
    let mut sorted = operations.to_vec();
    sorted.sort_by_key(|operation| (operation.group, operation.path, operation.method));
    for operation in sorted {
        if group != Some(operation.group) {
            let name = if operation.group.is_empty() { "without a group" } else { operation.group };
            let _ = writeln!(out, "{}{BOLD}{name}{BOLD:#}", if group.is_some() { "\n" } else { "" });
            group = Some(operation.group);
        }
        let _ = writeln!(out, "  {:<6} {}  {DIM}{}{DIM:#}", operation.method, operation.path, operation.id);
        let _ = writeln!(out, "         {}", demands(operation));
    }
    let _ = writeln!(
        out,
        "\n{} naming {}; table of release {} ({})",
        count(operations.len() as u64, "operation", "operations"),
        count(scopes.len() as u64, "scope", "scopes"),
        catalog.release(),
        catalog.released()
    );
}

/// Both requirements in one line, once if they are the same.
fn demands(operation: &Operation) -> String {
    let shown = |requirement: &Requirement| {
        if requirement.clauses.is_empty() { requirement.to_string() } else { format!("{SCOPE}{requirement}{SCOPE:#}") }
    };
    let status = match operation.status {
        Status::Current => String::new(),
        status => format!(" ({})", status.name()),
    };
    if operation.oauth.clauses == operation.app_key.clauses && !operation.oauth.clauses.is_empty() {
        return format!("{}{status}", shown(&operation.app_key));
    }
    format!("keys {}, oauth {}{status}", shown(&operation.app_key), shown(&operation.oauth))
}
