//! The answer for people.

use super::subject::{Answer, Subject, opened};
use crate::catalog::requirement::{Requirement, State};
use crate::catalog::{Catalog, Held, Operation, Past, Quality, Scope, Status, caveats, names};
use crate::infra::kinds::{Kind, When};
use crate::privilege::takeover_reason;
use crate::report::style::{BOLD, DIM, SCOPE, WARN, count};
use std::fmt::Write as _;

/// More operations than this are shown in one line each.
const FULL: usize = 4;

/// Writes the answer.
pub fn write(catalog: &Catalog, subject: &Subject) -> String {
    let mut out = String::new();
    match &subject.answer {
        Answer::Scope(scope) => scope_page(catalog, scope, &mut out),
        Answer::Named(_, operations) => operation_pages(catalog, operations, &mut out),
        Answer::Declared(kind) => declared_page(catalog, kind, &mut out),
        Answer::Route(matches) => {
            let operations: Vec<&Operation> = matches.iter().map(|found| found.operation).collect();
            let unsure = matches.iter().any(|found| found.quality == Quality::Candidate);
            if unsure && matches.len() > 1 {
                let _ =
                    writeln!(out, "it can be each of {}:\n", count(matches.len() as u64, "operation", "operations"));
            }
            operation_pages(catalog, &operations, &mut out);
        }
    }
    let _ = writeln!(out, "\n{DIM}table of release {} ({}){DIM:#}", catalog.release(), catalog.released());
    out
}

/// The word for how an address fits.
pub fn quality(quality: Quality) -> &'static str {
    match quality {
        Quality::Exact => "exact",
        Quality::Inferred => "inferred",
        Quality::Candidate => "candidate",
    }
}

fn operation_pages(catalog: &Catalog, operations: &[&Operation], out: &mut String) {
    for (number, operation) in operations.iter().enumerate() {
        if operations.len() > FULL {
            line(operation, out);
        } else {
            if number > 0 {
                out.push('\n');
            }
            operation_page(catalog, operation, out);
        }
    }
}

/// What each action of a Terraform type calls, and what an application key needs for it.
fn declared_page(catalog: &Catalog, kind: &Kind, out: &mut String) {
    let what = if kind.name.starts_with("data.") { "data source" } else { "resource type" };
    let _ = writeln!(out, "{BOLD}{}{BOLD:#}  Terraform {what}", kind.name);
    if let Some(last) = kind.last_release {
        let _ = writeln!(out, "the provider dropped it after {last}");
    }
    for action in ["plan", "create", "read", "update", "delete"] {
        let mut calls = kind.calls.iter().filter(|call| call.action == action).peekable();
        if calls.peek().is_some() {
            let _ = writeln!(out, "\n  {action}");
        }
        for call in calls {
            let needs = match catalog.operation(call.operation) {
                Some(operation) => phrase(&operation.app_key, operation.auth.keys),
                None => "what it needs is not published".to_owned(),
            };
            let when: Vec<&str> = call.when.iter().map(When::decider).collect();
            let when =
                if when.is_empty() { String::new() } else { format!("  {DIM}depends on {}{DIM:#}", when.join(", ")) };
            let _ = writeln!(out, "    {}  {needs}{when}", call.operation);
        }
    }
}

fn line(operation: &Operation, out: &mut String) {
    let id = operation.id;
    let _ = writeln!(out, "  {:<6} {}  {DIM}{id}{DIM:#}", operation.method, operation.path);
}

fn operation_page(catalog: &Catalog, operation: &Operation, out: &mut String) {
    let _ = writeln!(out, "{BOLD}{}{BOLD:#}  {} {}", operation.id, operation.method, operation.path);
    let status = match operation.status {
        Status::Current => String::new(),
        status => format!(", {}", status.name()),
    };
    if !operation.group.is_empty() {
        let since = operation.first_release.map(|first| format!(", since {first}")).unwrap_or_default();
        let _ = writeln!(out, "{DIM}{}{status}{since}{DIM:#}", operation.group);
    }
    if !operation.anchor.is_empty() {
        let _ = writeln!(out, "{DIM}https://docs.datadoghq.com/api/latest/{}{DIM:#}", operation.anchor);
    }
    out.push('\n');
    needs(catalog, operation, out);
    let caveats = caveats::caveats(catalog, operation);
    if !caveats.is_empty() {
        let _ = writeln!(out, "\n{BOLD}to know{BOLD:#}");
        for caveat in caveats {
            let _ = writeln!(out, "  - {}", caveat.text);
        }
    }
    takeovers(operation, out);
    called_as(operation, out);
    history(operation.history, out);
}

fn needs(catalog: &Catalog, operation: &Operation, out: &mut String) {
    let keys = phrase(&operation.app_key, operation.auth.keys);
    let oauth = match operation.oauth.state {
        State::Unpublished if operation.is_out_of_reach_for_oauth(catalog) => "cannot call it".to_owned(),
        State::Unpublished if operation.status == Status::Undocumented => {
            "whether it can call it is not published".to_owned()
        }
        _ => phrase(&operation.oauth, operation.auth.oauth),
    };
    let _ = writeln!(out, "  application key  {keys}");
    let _ = writeln!(out, "  OAuth client     {oauth}");
    let role = match operation.app_key.state {
        State::Published | State::Inferred => format!("its owner's role needs {}", coloured(&operation.app_key)),
        State::Open => "any role will do".to_owned(),
        State::NotNeeded => "none needed".to_owned(),
        State::Unpublished | State::Unsupported => "which permission is not published".to_owned(),
    };
    let _ = writeln!(out, "  role             {role}");
}

fn coloured(requirement: &Requirement) -> String {
    format!("{SCOPE}{requirement}{SCOPE:#}")
}

fn phrase(requirement: &Requirement, accepted: bool) -> String {
    match requirement.state {
        State::NotNeeded => "none needed".to_owned(),
        State::Unsupported => "cannot call it".to_owned(),
        _ if !accepted => "cannot call it".to_owned(),
        State::Published => format!("needs {}", coloured(requirement)),
        State::Inferred => format!("needs {} (inferred)", coloured(requirement)),
        State::Open => "any will do, no scope is asked for".to_owned(),
        State::Unpublished => "which scope is not published".to_owned(),
    }
}

fn takeovers(operation: &Operation, out: &mut String) {
    let mut names: Vec<&str> = operation.app_key.scopes().chain(operation.oauth.scopes()).collect();
    names.sort_unstable();
    names.dedup();
    for (name, reason) in names.into_iter().filter_map(|name| takeover_reason(name).map(|reason| (name, reason))) {
        let _ = writeln!(out, "  {WARN}! {name} amounts to taking over:{WARN:#} {reason}");
    }
}

fn called_as(operation: &Operation, out: &mut String) {
    if operation.name.is_empty() || operation.group.is_empty() {
        return;
    }
    let plain = names::class_plain(operation.group);
    let capital = format!("{}API", plain.trim_end_matches("Api"));
    let camel = names::method_camel(operation.name);
    let _ = writeln!(out, "\n{BOLD}called as{BOLD:#}");
    let _ = writeln!(out, "  python        {plain}.{}", operation.snake);
    let _ = writeln!(out, "  typescript    {plain}.{camel}");
    let _ = writeln!(out, "  go            {plain}.{}", operation.name);
    let _ = writeln!(out, "  java, kotlin  {}.{camel}", names::class_java(operation.group));
    let _ = writeln!(out, "  ruby, rust    {capital}.{}", operation.snake);
}

fn history(history: &[Past], out: &mut String) {
    if history.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{BOLD}before{BOLD:#}");
    for past in history {
        let keys = past.app_key.map(|keys| format!(", keys {keys}")).unwrap_or_default();
        let _ = writeln!(out, "  until {:<10} oauth {}{keys}", past.until, past.oauth);
    }
}

fn scope_page(catalog: &Catalog, scope: &Scope, out: &mut String) {
    let group = if scope.group.is_empty() { "in no group" } else { scope.group };
    let _ = writeln!(out, "{BOLD}{}{BOLD:#}  {group}, {}\n", scope.name, scope.kind.name());
    let flag = |flag: &str| scope.flags.contains(&flag);
    let key = if flag("refused") {
        "cannot hold it as a scope"
    } else if flag("deprecated") || flag("placeholder") {
        "should not hold it: it is deprecated or a placeholder"
    } else if flag("unlisted") {
        "in no list of permissions, so it may be refused as a scope"
    } else {
        "can hold it"
    };
    let oauth = match scope.oauth {
        Held::Declared => "can hold it",
        Held::Cited => "operations ask for it, but it is not declared as an OAuth scope",
        Held::No => "cannot hold it",
    };
    let role = match (scope.restricted, scope.listed) {
        (true, true) => "every role has it by default",
        (true, false) => "every role has it by default; the Roles API does not show it",
        (false, true) => "can be granted",
        (false, false) => "the Roles API does not show it",
    };
    let _ = writeln!(out, "  application key  {key}\n  OAuth client     {oauth}\n  role             {role}");
    if let Some(limit) = scope.limit {
        let _ = writeln!(out, "                   on a role it can be limited to some {limit}");
    }
    for (site, id) in [("US1", scope.us1), ("EU1", scope.eu1)] {
        if let Some(id) = id {
            let _ = writeln!(out, "  id on {site}        {DIM}{id}{DIM:#}");
        }
    }
    if let Some(meant) = scope.slip_for {
        let _ = writeln!(out, "  {WARN}! it looks like a slip for {meant}{WARN:#}");
    }
    if let Some(reason) = takeover_reason(scope.name) {
        let _ = writeln!(out, "  {WARN}! it amounts to taking over:{WARN:#} {reason}");
    }
    opens(catalog, scope, out);
}

/// What a scope opens: alone, as one of several ways, only together with others.
fn opens(catalog: &Catalog, scope: &Scope, out: &mut String) {
    let operations = opened(catalog, scope);
    if operations.is_empty() {
        out.push_str("\nno operation of the table asks for it\n");
        return;
    }
    let (mut alone, mut among, mut together) = (Vec::new(), Vec::new(), Vec::new());
    for operation in operations {
        let of_keys = operation.app_key.scopes().any(|name| name == scope.name);
        let requirement = if of_keys { operation.app_key } else { operation.oauth };
        let only = if of_keys { "" } else { "  (OAuth only)" };
        let list = match requirement.clauses {
            [clause] if clause.any_of.len() == 1 => &mut alone,
            [_] => &mut among,
            _ => &mut together,
        };
        list.push((operation, requirement, only));
    }
    for (title, list) in [("opens", alone), ("is one way to", among), ("opens together with others", together)] {
        if list.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n{BOLD}{title}{BOLD:#} {}", count(list.len() as u64, "operation", "operations"));
        for (operation, requirement, only) in list {
            let whole = requirement.to_string();
            let others = if whole == scope.name { String::new() } else { format!("  {whole}") };
            let status = if operation.status == Status::Current { "" } else { operation.status.name() };
            let id = operation.id;
            let _ = writeln!(
                out,
                "  {:<6} {}  {DIM}{id}{DIM:#}{others}{only}{}{status}",
                operation.method,
                operation.path,
                if status.is_empty() { "" } else { "  " }
            );
        }
    }
}
