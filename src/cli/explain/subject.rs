//! What a question is about: a scope, an operation by one of its many names, a route.

use crate::catalog::{Catalog, Operation, RouteMatch, Scope, Status, names};
use crate::error::{Error, Result};
use crate::evidence::{Legacy, Naming};
use crate::infra::kinds::{self, Kind};
use crate::redact::safe;
use crate::url::{Target, Template};
use std::collections::BTreeSet;

/// A question, understood.
#[derive(Debug)]
pub struct Subject {
    /// The question, safe to show.
    pub input: String,
    /// What it is about.
    pub answer: Answer,
}

/// What a question is about.
#[derive(Debug)]
pub enum Answer {
    /// A scope.
    Scope(&'static Scope),
    /// Operations, found under a name of this kind.
    Named(&'static str, Vec<&'static Operation>),
    /// Operations on a route, best first.
    Route(Vec<RouteMatch<'static>>),
    /// A Terraform resource type or data source.
    Declared(&'static Kind),
}

impl Answer {
    /// The word for it in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Scope(_) => "scope",
            Self::Named(kind, _) => kind,
            Self::Route(_) => "route",
            Self::Declared(_) => "terraform",
        }
    }
}

impl Subject {
    /// The operations it is about; for a scope those whose requirement names it.
    pub fn operations(&self, catalog: &Catalog) -> Vec<&'static Operation> {
        match &self.answer {
            Answer::Scope(scope) => opened(catalog, scope),
            Answer::Named(_, operations) => operations.clone(),
            Answer::Route(matches) => matches.iter().map(|found| found.operation).collect(),
            Answer::Declared(kind) => {
                tidy(kind.calls.iter().filter_map(|call| catalog.operation(call.operation)).collect())
            }
        }
    }

    /// The scopes it is about; for operations those that they name.
    pub fn scopes(&self, catalog: &Catalog) -> Vec<&'static Scope> {
        if let Answer::Scope(scope) = &self.answer {
            return vec![scope];
        }
        let operations = self.operations(catalog);
        let names = operations.iter().flat_map(|operation| operation.oauth.scopes().chain(operation.app_key.scopes()));
        names.collect::<BTreeSet<_>>().into_iter().filter_map(|name| catalog.scope(name)).collect()
    }
}

/// The operations whose requirement names a scope.
pub fn opened(catalog: &Catalog, scope: &Scope) -> Vec<&'static Operation> {
    let names = |operation: &&Operation| {
        operation.oauth.scopes().chain(operation.app_key.scopes()).any(|name| name == scope.name)
    };
    catalog.operations().iter().filter(names).collect()
}

/// Longer paths, in bytes, are not compared with the table's.
const LONGEST_PATH: usize = 512;

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const CLIENTS: [Naming; 6] = [Naming::Python, Naming::TypeScript, Naming::Go, Naming::Java, Naming::Ruby, Naming::Rust];
const OLDER: [Legacy; 5] =
    [Legacy::Datadogpy, Legacy::Dogshell, Legacy::DogapiRb, Legacy::GoDatadogApi, Legacy::NodeDogapi];

/// Finds what `input` is about. Errors name the nearest things.
pub fn understand(catalog: &'static Catalog, input: &str) -> Result<Subject> {
    let input = input.trim();
    let shown = safe(input).into_owned();
    let answer = if let Some(scope) = scope(catalog, input) {
        Some(Answer::Scope(scope))
    } else if let Some(operation) = catalog.operation(input) {
        Some(Answer::Named("operation", vec![operation]))
    } else if let Some(kind) = declared(input) {
        Some(Answer::Declared(kind))
    } else if let Some((method, address)) = route(input) {
        return Ok(Subject { answer: Answer::Route(routes(catalog, method.as_deref(), address)?), input: shown });
    } else {
        named(catalog, input)
    };
    match answer {
        Some(answer) => Ok(Subject { input: shown, answer }),
        None => Err(unknown(catalog, input)),
    }
}

fn scope(catalog: &Catalog, input: &str) -> Option<&'static Scope> {
    let by_id = |scope: &&Scope| scope.us1 == Some(input) || scope.eu1 == Some(input);
    catalog.scope(input).or_else(|| catalog.scopes().iter().find(by_id))
}

/// A Terraform type; a name that only a data source has needs no `data.` before it.
fn declared(input: &str) -> Option<&'static Kind> {
    kinds::find(input).or_else(|| kinds::find(&format!("data.{input}")))
}

/// Reads `GET /api/v1/monitor`, a path, a URL, a host with a path.
fn route(input: &str) -> Option<(Option<String>, &str)> {
    let (first, rest) = input.split_once(char::is_whitespace).unwrap_or(("", input));
    if METHODS.iter().any(|method| method.eq_ignore_ascii_case(first)) {
        return Some((Some(first.to_ascii_uppercase()), rest.trim()));
    }
    (input.contains('/') && !input.contains(char::is_whitespace)).then_some((None, input))
}

fn routes(catalog: &'static Catalog, method: Option<&str>, address: &str) -> Result<Vec<RouteMatch<'static>>> {
    let target = Target::parse(&Template::literal(address));
    let found = catalog.routes(method, &target);
    if !found.is_empty() {
        return Ok(found);
    }
    let path = safe(&target.path.to_string()).into_owned();
    let others: Vec<&str> = catalog.routes(None, &target).iter().map(|found| found.operation.method).collect();
    let error = Error::new(match method {
        Some(method) => format!("no operation fits `{method} {path}`"),
        None => format!("no operation fits `{path}`"),
    });
    Err(match others.first() {
        Some(other) => {
            error.help(format!("the path is known with {}: ddscope explain {other} {path}", others.join(", ")))
        }
        None => match near_path(catalog, &path) {
            Some(near) => error.help(format!("the nearest path: ddscope explain {near}")),
            None => error.help("ddscope catalog list --path TEXT finds operations by a part of their path"),
        },
    })
}

fn near_path(catalog: &Catalog, path: &str) -> Option<&'static str> {
    let score = |known: &str| strsim::jaro_winkler(known, path);
    if path.len() > LONGEST_PATH {
        return None;
    }
    let near = catalog.operations().iter().map(|operation| operation.path);
    near.max_by(|a, b| score(a).total_cmp(&score(b)).then(b.cmp(a))).filter(|near| score(near) > 0.85)
}

/// Operations by a method in any client's spelling, with or without class and arguments, by a symbol of an older client, by the
/// official name in any case, by class or product group.
fn named(catalog: &'static Catalog, input: &str) -> Option<Answer> {
    let call = input.split('(').next().unwrap_or(input).trim();
    let older: Vec<&'static Operation> = OLDER.iter().flat_map(|client| catalog.legacy(*client, call)).collect();
    let parts: Vec<&str> =
        call.split(['.', ':', '#', '>', '-', '&', '*', ' ']).filter(|part| !part.is_empty()).collect();
    let method = parts.last().copied().unwrap_or(call);
    let class =
        parts.iter().rev().skip(1).find(|part| CLIENTS.iter().any(|client| catalog.is_sdk_class(*client, part)));
    let version = parts.iter().rev().skip(1).find_map(|part| version(part));
    let by_method: Vec<&'static Operation> =
        CLIENTS.iter().flat_map(|client| catalog.sdk(*client, version, class.copied(), method)).collect();
    let folded = names::fold(method);
    let by_name = || catalog.operations().iter().filter(|row| !row.name.is_empty() && names::fold(row.name) == folded);
    let of_group = || {
        let class = names::fold(input.trim_end_matches("Api").trim_end_matches("API"));
        catalog.operations().iter().filter(move |row| row.status == Status::Current && names::fold(row.group) == class)
    };
    let candidates = [
        ("method", by_method),
        ("legacy-method", older),
        ("operation", by_name().collect()),
        ("group", of_group().collect()),
    ];
    candidates.into_iter().find(|(_, found)| !found.is_empty()).map(|(kind, found)| Answer::Named(kind, tidy(found)))
}

fn version(part: &str) -> Option<crate::evidence::Version> {
    let part = part.to_ascii_lowercase();
    if part.ends_with("v1") {
        Some(crate::evidence::Version::V1)
    } else if part.ends_with("v2") {
        Some(crate::evidence::Version::V2)
    } else {
        None
    }
}

fn tidy(mut operations: Vec<&'static Operation>) -> Vec<&'static Operation> {
    operations.sort_by_key(|operation| operation.id);
    operations.dedup_by_key(|operation| operation.id);
    operations
}

fn unknown(catalog: &Catalog, input: &str) -> Error {
    let error = Error::new(format!("nothing is named `{}` in the table of release {}", safe(input), catalog.release()));
    if let Some(near) = kinds::nearest(input) {
        return error.help(format!("did you mean: ddscope explain {near}"));
    }
    let near = catalog.nearest(input);
    match near.split_first() {
        Some((best, [])) => error.help(format!("did you mean: ddscope explain {best}")),
        Some((best, rest)) => error.help(format!("did you mean: ddscope explain {best} (or {})", rest.join(", "))),
        None => error.help("ddscope catalog list shows what the table has"),
    }
}
