//! Comparisons in sentences: findings with places, notes and what to do.

use super::compare::{Case, Comparison, Doubt, Excess, Missing, counted, requirement};
use super::decide::is_log_monitor;
use super::grants::terraform::LOOKUP;
use super::grants::{Credential, Holding, Source};
use super::held::{Fault, FaultKind};
use super::solve::{Demand, some_of};
use super::takeover::takeover_reason;
use super::weight::Weights;
use crate::catalog::requirement::State;
use crate::catalog::{Operation, Status};
use crate::evidence::Confidence;
use crate::finding::{Code, Finding};
use crate::ir::Name;
use crate::redact;
use crate::resolve::{Unresolved, Usage, Ways, reason};

/// At most so many places of one finding are kept; the rest are counted.
const MAX_PLACES: usize = 20;

/// Everything to be said of one credential.
pub fn judge(case: &Case<'_>, comparison: &Comparison, weights: &Weights) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(holding(case, comparison));
    found.extend(comparison.held.faults.iter().map(|fault| wrong_name(fault, comparison)));
    found.extend(comparison.missing.iter().map(|lack| missing_scope(lack, case, comparison, weights)));
    found.extend(comparison.not_shown.iter().map(|lack| not_shown(lack, case)));
    found.extend(comparison.owner_lacks.iter().map(|lack| owner_lacks(lack, case)));
    // A name that must go anyway is said once.
    let wrong = |excess: &&Excess| comparison.held.faults.iter().any(|fault| fault.granted == excess.granted);
    found.extend(comparison.excess.iter().filter(|excess| !wrong(excess)).map(|excess| excess_scope(excess, weights)));
    found.extend(comparison.broader.iter().map(|broader| {
        let (scope, instead) = (&broader.scope, quoted(&broader.instead));
        let weight = weights.weight(scope);
        Finding::new(Code::BroaderScope, scope.as_str(), format!("`{scope}` serves, but {instead} would do"))
            .at(&broader.granted.place, "held here")
            .note(format!("`{scope}`: {weight}"))
            .help(format!("replace `{scope}` by {instead}"))
            .scopes([scope])
    }));
    found.extend(comparison.solution.required.iter().filter_map(|scope| takeover(scope, case, comparison)));
    found.extend(case.usages.iter().flat_map(|usage| of_usage(usage, case, comparison)));
    found.into_iter().map(|finding| finding.of(case.name)).collect()
}

/// Findings about calls that hold whatever the credential.
pub fn judge_calls(usages: &[Usage], unresolved: &[Unresolved], include_tests: bool) -> Vec<Finding> {
    let calls = unresolved.iter().filter(|call| include_tests || !call.evidence.test);
    let mut found: Vec<Finding> = Ways::of(calls).iter().map(undecided).collect();
    for usage in usages.iter().filter(|usage| counted(usage, include_tests).next().is_some()) {
        found.extend(retired(usage, include_tests));
    }
    found
}

fn holding(case: &Case<'_>, comparison: &Comparison) -> Vec<Finding> {
    let name = comparison.name.as_str();
    let Some(grant) = &comparison.grant else {
        let finding =
            Finding::new(Code::NoGrant, name, format!("nothing says what `{name}` holds, so it cannot be compared"));
        let finding = finding.help("give --granted or --grant, or scopes in ddscope.toml");
        return vec![case.declared.into_iter().fold(finding, |finding, place| finding.at(place, "declared here"))];
    };
    let mut found: Vec<Finding> = Vec::new();
    for problem in &grant.problems {
        let help = match grant.source {
            Source::Role => "give the answer of GET /api/v2/roles/{id}/permissions",
            Source::User => "give the answer of GET /api/v2/users/{id}/permissions",
            Source::ApplicationKey | Source::PersonalAccessToken | Source::ServiceAccessToken => {
                "give the answer of GET /api/v2/application_keys or /api/v2/personal_access_tokens"
            }
            _ => "give the scopes with --granted NAMES",
        };
        let finding = Finding::new(Code::UnclearGrant, problem.clone(), problem.clone());
        found.push(finding.at(&grant.place, "read here").help(help));
    }
    if let (Holding::Unscoped { why }, Some(Credential::AppKey) | None) = (&grant.holding, grant.source.credential()) {
        let how = match *why {
            "null" => "`scopes` is null",
            "empty" => "`scopes` is empty",
            _ => "there are no `scopes`",
        };
        let message =
            format!("the {} `{}` has no scopes, so it can do all that its owner can", grant.source.noun(), grant.name);
        let needed = &comparison.solution.required;
        let help = match needed.is_empty() {
            true => "nothing found needs a scope: revoke the key, or give the places that use it".to_owned(),
            false => format!("give it {}", quoted(needed)),
        };
        found.push(
            Finding::new(Code::UnscopedKey, &grant.name, message).at(&grant.place, how).help(help).scopes(needed),
        );
    }
    if comparison.solution.is_empty() && found.is_empty() {
        let message = format!("nothing that was given uses the {} `{}`", grant.source.noun(), grant.name);
        let help = "give the places that use it, or revoke it";
        found
            .push(Finding::new(Code::UnusedCredential, &grant.name, message).see(&grant.place, "held here").help(help));
    }
    found
}

fn wrong_name(fault: &Fault, comparison: &Comparison) -> Finding {
    let (name, place) = (&fault.granted.name, &fault.granted.place);
    let role = comparison.credential == Credential::Role;
    let finding = match &fault.kind {
        FaultKind::Unknown(near) => {
            let missing = comparison.missing.iter().map(|lack| lack.scope.as_str());
            let alike = missing.filter(|scope| resembles(name, scope));
            let mut near: Vec<&str> = alike.chain(near.iter().map(String::as_str)).collect();
            near.dedup();
            near.truncate(3);
            let quoted: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
            let help = match quoted.is_empty() {
                true => "ddscope catalog list shows every scope".to_owned(),
                false => format!("did you mean {}?", quoted.join(" or ")),
            };
            Finding::new(Code::UnknownScope, name.as_str(), format!("`{name}` is no scope that Datadog has")).help(help)
        }
        FaultKind::Id(known) => {
            let help =
                known.as_ref().map_or("write the permission's name".to_owned(), |known| format!("write \"{known}\""));
            let message = match name.strip_prefix(LOOKUP) {
                Some(_) => "`data.datadog_permissions` gives ids, and scopes are names: the API refuses it".to_owned(),
                None => format!("`{name}` is the id of a permission, and scopes are names: the API refuses it"),
            };
            Finding::new(Code::IdAsScope, name.as_str(), message).help(help)
        }
        FaultKind::UnknownId => {
            let help = "give the answer of GET /api/v2/permissions of the same site with --permissions FILE";
            Finding::new(Code::UnclearGrant, name.as_str(), format!("no listing tells what the permission `{name}` is"))
                .help(help)
        }
        FaultKind::Renamed(new) => {
            Finding::new(Code::RenamedScope, name.as_str(), format!("`{name}` is now called `{new}`"))
                .help(format!("write `{new}`"))
        }
        FaultKind::Refused(word) => {
            let what = match *word {
                "refused" => "is known to be refused in the scopes of keys",
                "placeholder" => "is a placeholder",
                _ => "is deprecated",
            };
            let where_from = if role { "take it from the role" } else { "remove it" };
            Finding::new(Code::RefusedScope, name.as_str(), format!("`{name}` {what}")).help(where_from)
        }
        FaultKind::NotForOauth => {
            let message = format!("no OAuth client may hold `{name}`: authorize requests with it fail");
            Finding::new(Code::ScopeNotForOauth, name.as_str(), message)
                .help("remove it, and make calls that need it with an application key")
        }
    };
    finding.at(place, "written here").scopes([name])
}

/// Whether a wrong name may have been meant for a scope that is missing: they share two words (`logs_write_config`,
/// `logs_write_pipelines`).
fn resembles(wrong: &str, scope: &str) -> bool {
    wrong.split('_').filter(|word| scope.split('_').any(|other| other == *word)).count() >= 2
}

fn missing_scope(lack: &Missing, case: &Case<'_>, comparison: &Comparison, weights: &Weights) -> Finding {
    let scope = &lack.scope;
    let calls = calls(&lack.operations);
    let message = format!("{calls} need{} `{scope}`, which `{}` does not hold", third(&lack.operations), case.name);
    let mut finding = Finding::new(Code::MissingScope, scope.as_str(), message);
    for other in lack.any_of.iter().filter(|name| *name != scope) {
        // Only the request tells them apart: neither stands for the other.
        let decided = |demand: &Demand| demand.accepts.contains(other) && !demand.any_of.contains(other);
        if comparison.solution.formula.iter().any(|demand| demand.any_of.contains(scope) && decided(demand)) {
            finding = finding.note(format!("`{other}` would do instead where that is what the request asks for"));
            continue;
        }
        let why_not = super::proof::comparison(scope, std::slice::from_ref(other), weights);
        finding = finding.note(format!("`{other}` would do as well, but it is {why_not}"));
    }
    finding = with_calls(finding, &lack.operations, case);
    if let Some(grant) = &comparison.grant {
        let held: Vec<&Name> = comparison.held.scopes.keys().collect();
        let what = if held.is_empty() {
            "no scope is granted here".to_owned()
        } else {
            format!("granted here: {}", some_of(&held))
        };
        finding = finding.see(&grant.place, what);
    }
    if let Some(reason) = takeover_reason(scope) {
        finding = finding.note(format!("`{scope}` amounts to taking over: it {reason}"));
    }
    finding.help(format!("grant `{scope}`, or remove the call")).scopes(&lack.any_of)
}

fn not_shown(lack: &Missing, case: &Case<'_>) -> Finding {
    let message = format!(
        "{} need{} `{}`, which the Roles API never shows",
        calls(&lack.operations),
        third(&lack.operations),
        lack.scope
    );
    let finding = Finding::new(Code::NotShownPermission, lack.scope.as_str(), message);
    let help = "look at GET /api/v2/current_user of a user with this role: it shows hidden permissions";
    with_calls(finding, &lack.operations, case).help(help).scopes(&lack.any_of)
}

fn owner_lacks(lack: &Missing, case: &Case<'_>) -> Finding {
    let message = format!(
        "the owner of `{}` lacks `{}`, so {} fail{} though the key may",
        case.name,
        lack.scope,
        calls(&lack.operations),
        third(&lack.operations)
    );
    let finding = Finding::new(Code::OwnerLacksPermission, lack.scope.as_str(), message);
    with_calls(finding, &lack.operations, case)
        .help(format!("give the owner a role with `{}`", lack.scope))
        .scopes(&lack.any_of)
}

fn excess_scope(excess: &Excess, weights: &Weights) -> Finding {
    let scope = &excess.scope;
    let weight = weights.weight(scope);
    let mut finding = if excess.doubts.is_empty() {
        Finding::new(Code::ExcessScope, scope.as_str(), format!("`{scope}` is held but nothing needs it"))
            .at(&excess.granted.place, "granted here")
            .help(format!("remove `{scope}`, or allow it with a reason in ddscope.toml"))
    } else {
        let first = excess.doubts.first().map(|doubt| doubt.call.as_str()).unwrap_or_default();
        let more = match excess.doubts.len() - 1 {
            0 => String::new(),
            more => format!(" or {more} more"),
        };
        let message = format!("`{scope}` is held but nothing that was understood needs it; `{first}`{more} might");
        let finding =
            Finding::new(Code::PossiblyExcessScope, scope.as_str(), message).at(&excess.granted.place, "granted here");
        with_doubts(finding, &excess.doubts).help("look at the named calls; if none needs it, remove the scope")
    };
    finding = finding.note(format!("`{scope}`: {weight}"));
    if let Some(reason) = takeover_reason(scope) {
        finding = finding.note(format!("`{scope}` amounts to taking over: it {reason}"));
    }
    finding.scopes([scope])
}

fn with_doubts(mut finding: Finding, doubts: &[Doubt]) -> Finding {
    for doubt in doubts.iter().take(5) {
        finding = finding.see(&doubt.place, format!("{} might need it", doubt.call));
    }
    match doubts.len().saturating_sub(5) {
        0 => finding,
        more => finding.note(format!("{more} more undecided calls might need it")),
    }
}

fn takeover(scope: &Name, case: &Case<'_>, comparison: &Comparison) -> Option<Finding> {
    let reason = takeover_reason(scope)?;
    let operations = comparison.solution.because.get(scope)?;
    let message =
        format!("{} need{} `{scope}`, which amounts to taking over: it {reason}", calls(operations), third(operations));
    let finding = Finding::new(Code::TakeoverScope, scope.as_str(), message).scopes([scope]);
    Some(with_calls(finding, operations, case).help("give these calls a credential of their own"))
}

/// What one usage means for the credential's kind.
fn of_usage(usage: &Usage, case: &Case<'_>, comparison: &Comparison) -> Vec<Finding> {
    if counted(usage, case.include_tests).next().is_none() {
        return Vec::new();
    }
    let operation = usage.operation;
    let need = requirement(operation, case.credential);
    let scoped = comparison.grant.as_ref().is_none_or(|grant| !grant.is_unscoped());
    let key = case.credential == Credential::AppKey;
    let mut found = Vec::new();
    let mut say = |code: Code, message: String, help: &str| {
        found.push(with_usage(Finding::new(code, operation.id, message), usage, case.include_tests).help(help));
    };
    if need.state == State::Unsupported {
        let help = "make this call with an application key";
        say(Code::NotForOauth, format!("{} does not accept OAuth tokens", operation.id), help);
    }
    if need.state == State::Unpublished && !operation.is_unscoped_key_only() {
        let help = "try it with the scopes at hand; a 403 in recorded traffic shows what is missing";
        let with_key = match case.credential {
            Credential::Oauth => key_scopes(operation),
            Credential::AppKey | Credential::Role => String::new(),
        };
        say(Code::UnpublishedRequirement, format!("what {} requires is not published{with_key}", operation.id), help);
    }
    if key && scoped && operation.is_unscoped_key_only() {
        let help = "make this call with an unscoped key of a service account whose role is small";
        say(Code::UnscopedOnly, format!("{} works only with an unscoped key", operation.id), help);
    }
    if key && operation.is_registered_key_only() {
        let help = "register the key: PUT /api/v2/actions/app_key_registrations/{id}";
        say(Code::UnregisteredKey, format!("{} works only with a registered application key", operation.id), help);
    }
    if key && scoped && operation.is_unscoped_key_only_for_log_monitors() {
        found.extend(log_monitors(usage, case));
    }
    found.extend(denied(usage, case, comparison));
    found
}

/// Calls that scoped keys are refused for if the monitor is a log monitor: certain where the type is visible.
fn log_monitors(usage: &Usage, case: &Case<'_>) -> Vec<Finding> {
    let id = usage.operation.id;
    let finding = |wanted: Option<bool>, code: Code, message: String, help: &str| {
        let places = counted(usage, case.include_tests)
            .filter(|evidence| is_log_monitor(&evidence.literals) == wanted)
            .take(MAX_PLACES);
        let finding = places.fold(Finding::new(code, id, message), |finding, evidence| finding.at(&evidence.place, id));
        (!finding.places.is_empty()).then(|| finding.help(help).operations([id]))
    };
    let sure = "use an unscoped key of a service account whose role is small";
    let open = format!("if it handles log monitors, {sure}");
    let sure = finding(Some(true), Code::UnscopedOnly, format!("{id} refuses scoped keys for this log monitor"), sure);
    let open = finding(None, Code::MaybeUnscopedOnly, format!("{id} refuses scoped keys for log monitors"), &open);
    sure.into_iter().chain(open).collect()
}

/// What a key needs for a call whose OAuth scopes are not published.
fn key_scopes(operation: &Operation) -> String {
    let names: Vec<String> = operation.app_key.scopes().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { String::new() } else { format!("; with an application key it needs {}", names.join(" or ")) }
}

/// A refusal in traffic that the scopes do not explain.
fn denied(usage: &Usage, case: &Case<'_>, comparison: &Comparison) -> Option<Finding> {
    comparison.grant.as_ref()?;
    let id = usage.operation.id;
    let explained = [&comparison.missing, &comparison.not_shown, &comparison.owner_lacks].into_iter().flatten();
    if explained.flat_map(|lack| &lack.operations).any(|operation| operation == id) {
        return None;
    }
    let refused = counted(usage, case.include_tests)
        .find(|evidence| matches!(evidence.observed.as_ref().and_then(|seen| seen.status), Some(401 | 403)))?;
    let status = refused.observed.as_ref()?.status?;
    let message = format!("{id} was answered with {status}, though `{}` holds what it requires", case.name);
    let help = "check the owner's permissions (--owner FILE) and whether the endpoint is enabled";
    Some(
        Finding::new(Code::DeniedCall, id, message)
            .at(&refused.place, format!("answered with {status}"))
            .help(help)
            .operations([id]),
    )
}

fn undecided(ways: &Ways<'_>) -> Finding {
    let call = ways.first;
    let (what, advice) = reason::describe(call.reason);
    let text = redact::safe(&ways.call()).into_owned();
    let code = match call.reason {
        reason::UNKNOWN_ENDPOINT => Code::UnknownEndpoint,
        reason::RETIRED => Code::RetiredEndpoint,
        _ => Code::UnresolvedCall,
    };
    let message = match code {
        Code::UnknownEndpoint => format!("`{text}` is no endpoint that the table has"),
        Code::RetiredEndpoint => format!("`{text}` was retired, and what it needed was never published"),
        _ => format!("`{text}` cannot be decided: {what}"),
    };
    let candidates = ways.candidates();
    let mut finding = Finding::new(code, text, message).at(&call.evidence.place, what).help(advice);
    if !candidates.is_empty() {
        finding = finding.note(format!("it could be {}", some_of(&candidates)));
    }
    finding.operations(candidates)
}

fn retired(usage: &Usage, include_tests: bool) -> Option<Finding> {
    let operation = usage.operation;
    let id = operation.id;
    let (code, message) = match (operation.status, operation.sunset, operation.last_release) {
        (Status::Retired, _, Some(last)) => (Code::RetiredEndpoint, format!("{id} was retired after release {last}")),
        (Status::Retired, ..) => (Code::RetiredEndpoint, format!("{id} is retired")),
        (_, Some(day), _) => (Code::SunsetEndpoint, format!("{id} is said to stop working after {day}")),
        _ => return None,
    };
    let help = operation
        .successor
        .map_or("look for what took its place in the API documentation".to_owned(), |next| format!("use {next}"));
    Some(with_usage(Finding::new(code, id, message), usage, include_tests).help(help))
}

/// Adds the places of one usage.
fn with_usage(mut finding: Finding, usage: &Usage, include_tests: bool) -> Finding {
    for evidence in counted(usage, include_tests).take(MAX_PLACES) {
        finding = finding.at(&evidence.place, usage.operation.id);
    }
    finding.operations([usage.operation.id])
}

/// Adds the places of the operations' calls, certain ones first.
fn with_calls(mut finding: Finding, operations: &[Name], case: &Case<'_>) -> Finding {
    let mut places = Vec::new();
    for usage in case.usages.iter().filter(|usage| operations.iter().any(|id| id == usage.operation.id)) {
        places.extend(counted(usage, case.include_tests).map(|evidence| (evidence, usage.operation)));
    }
    places.sort_by(|(a, _), (b, _)| (a.confidence, &a.place).cmp(&(b.confidence, &b.place)));
    let more = places.len().saturating_sub(MAX_PLACES);
    for (evidence, operation) in places.into_iter().take(MAX_PLACES) {
        let likely = if evidence.confidence == Confidence::Likely { " (likely)" } else { "" };
        finding =
            finding.at(&evidence.place, format!("{} {} is {}{likely}", operation.method, operation.path, operation.id));
    }
    if more > 0 {
        finding =
            finding.note(format!("{more} more places call {}", if operations.len() == 1 { "it" } else { "them" }));
    }
    finding.operations(operations)
}

fn calls(operations: &[Name]) -> String {
    some_of(operations)
}

/// The ending of a verb: one call needs, several need.
fn third(operations: &[Name]) -> &'static str {
    if operations.len() == 1 { "s" } else { "" }
}

/// Names in backticks, joined.
fn quoted(names: &[Name]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
