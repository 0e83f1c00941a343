//! What might need a scope that nothing understood needs: undecided calls, calls of which no requirement is published, and
//! scopes that work only together.

use super::compare::{Case, Comparison, Doubt, Tables, area, counted, requirement};
use crate::catalog::Operation;
use crate::catalog::requirement::State;
use crate::resolve::{Unresolved, Ways};

/// Everything that might need `scope`, what is most telling first.
pub(super) fn doubts(scope: &str, it: &Comparison, case: &Case<'_>, tables: &Tables<'_>) -> Vec<Doubt> {
    let opened = tables.opened_by(scope);
    let calls = case.unresolved.iter().filter(|call| case.include_tests || !call.evidence.test);
    let mut undecided: Vec<Ways<'_>> = Vec::new();
    for ways in Ways::of(calls) {
        if ways.ways().iter().any(|call| might_need(call, opened, tables)) {
            undecided.push(ways);
        }
    }
    undecided.sort_by_key(|ways| ways.candidates().is_empty());
    let undecided = undecided.iter().map(|ways| Doubt { call: ways.call(), place: ways.first.evidence.place.clone() });
    companion(scope, it, case).into_iter().chain(undecided).chain(unpublished(opened, case)).collect()
}

/// How much of Datadog's API an undecided call may reach.
enum Reach<'a> {
    /// Any of it: an endpoint that nobody describes may need anything.
    Anything,
    /// What lies below this first segment of the path.
    Area(&'a str),
    /// None of what scopes guard: intakes, agents, downloads.
    Nothing,
}

fn reach<'a>(url: &'a str, tables: &Tables<'_>) -> Reach<'a> {
    let (host, path) = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).unwrap_or_default();
    if host.contains("intake.") {
        return Reach::Nothing;
    }
    if let Some(area) = area(url) {
        return if tables.has_area(area) { Reach::Area(area) } else { Reach::Anything };
    }
    match path.split('/').find(|segment| !segment.is_empty()) {
        Some(first) if !first.contains('{') && first != "api" => Reach::Nothing,
        _ => Reach::Anything,
    }
}

fn might_need(call: &Unresolved, opened: &[&Operation], tables: &Tables<'_>) -> bool {
    if !call.candidates.is_empty() {
        return opened.iter().any(|operation| call.candidates.iter().any(|id| id == operation.id));
    }
    let url = call.url();
    let mut fitting = opened.iter().filter(|operation| call.method().is_none_or(|method| method == operation.method));
    match url.as_deref().map_or(Reach::Anything, |url| reach(url, tables)) {
        Reach::Anything => fitting.next().is_some(),
        Reach::Area(known) => fitting.any(|operation| area(operation.path) == Some(known)),
        Reach::Nothing => false,
    }
}

/// Calls of the scope's products whose requirement nobody published.
fn unpublished(opened: &[&Operation], case: &Case<'_>) -> Vec<Doubt> {
    let of = |usage: &crate::resolve::Usage| {
        let unknown = requirement(usage.operation, case.credential).state == State::Unpublished;
        let near = opened.iter().any(|operation| operation.group == usage.operation.group);
        let evidence = counted(usage, case.include_tests).next().filter(|_| unknown && near)?;
        let call = format!("{} (what it requires is not published)", usage.operation.id);
        Some(Doubt { call, place: evidence.place.clone() })
    };
    case.usages.iter().filter_map(of).collect()
}

/// Scopes of which the permission's text says that they work only together (source: texts of the permissions listing).
/// Whether that holds for key scopes is not documented, so the companion is never required, but not plainly excess either.
static COMPANIONS: &[(&str, &str)] =
    &[("logs_read_index_data", "logs_read_data"), ("logs_read_archives", "logs_write_historical_view")];

/// A call that needs the companion of a scope.
fn companion(scope: &str, it: &Comparison, case: &Case<'_>) -> Option<Doubt> {
    let (_, with) = COMPANIONS.iter().find(|(name, with)| *name == scope && it.kept.iter().any(|kept| kept == with))?;
    let operation =
        it.solution.formula.iter().find(|demand| demand.accepts.iter().any(|name| name == with))?.operations.first()?;
    let usage = case.usages.iter().find(|usage| usage.operation.id == operation.as_str())?;
    let place = counted(usage, case.include_tests).next()?.place.clone();
    Some(Doubt { call: format!("{operation} (by the text of `{with}`, both are needed)"), place })
}
