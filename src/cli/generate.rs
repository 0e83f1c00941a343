//! `ddscope generate`: the least scopes in the form that a tool or an endpoint takes.

use super::scan::{Answer, Inputs, Kind};
use super::subjects;
use super::{Common, Outcome};
use crate::catalog::Catalog;
use crate::emit::{self, Details, EMITTERS, Order, emitter};
use crate::error::{Error, Result};
use crate::ir::Name;
use crate::privilege::compare::{Tables, requirement};
use crate::privilege::{Credential, Solution, needs};
use crate::resolve::{Usage, Ways};
use clap::builder::{PossibleValue, PossibleValuesParser};
use std::path::PathBuf;

/// Arguments of `generate`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// What to scan.
    #[command(flatten)]
    pub inputs: Inputs,
    /// The form of the output
    #[arg(long, value_name = "FORMAT", default_value = EMITTERS[0].name(), value_parser = forms(), help_heading = "Output")]
    pub format: String,
    /// Whom to answer for.
    #[command(flatten)]
    pub answer: Answer,
    /// Leave out calls that change something
    #[arg(long, help_heading = "Answer")]
    pub read_only: bool,
    /// The Datadog site; warns about scopes that it is known to lack
    #[arg(long, value_name = "SITE", help_heading = "Answer")]
    pub for_site: Option<String>,
    /// The answer of GET /api/v2/permissions of the site, for the ids that roles need; repeatable
    #[arg(long, value_name = "FILE", help_heading = "Answer")]
    pub permissions: Vec<PathBuf>,
    /// Name of the key, token, role or integration
    #[arg(long, value_name = "NAME", default_value = emit::UNNAMED, help_heading = "Details")]
    pub name: String,
    /// Id of the key to update
    #[arg(long, value_name = "UUID", help_heading = "Details")]
    pub id: Option<String>,
    /// Id of the service account that owns the key
    #[arg(long, value_name = "UUID", help_heading = "Details")]
    pub service_account: Option<String>,
    /// When the token expires, such as 2027-01-31T00:00:00Z
    #[arg(long, value_name = "TIME", help_heading = "Details")]
    pub expires: Option<String>,
    /// Id of the OAuth client
    #[arg(long, value_name = "UUID", help_heading = "Details")]
    pub client_id: Option<String>,
    /// Redirect URI of the OAuth client
    #[arg(long, value_name = "URI", help_heading = "Details")]
    pub redirect_uri: Option<String>,
}

fn forms() -> PossibleValuesParser {
    PossibleValuesParser::new(EMITTERS.iter().map(|emitter| PossibleValue::new(emitter.name()).help(emitter.about())))
}

/// Runs it.
///
/// # Errors
/// If something cannot be read, or the form lacks a detail.
pub fn run(args: &Args, common: &Common) -> Result<Outcome> {
    let emitter = emitter(&args.format).unwrap_or(EMITTERS[0]);
    let credential = kind(args, emitter.credentials())?;
    let loaded = args.inputs.config.load()?;
    let listing = subjects::listing(&args.permissions, &loaded)?;
    let scan = common.scan(subjects::options(&args.inputs, &loaded))?;
    let tables = Tables::new(scan.catalog, &listing);
    let include_tests = args.inputs.include_tests || loaded.config.defaults.include_tests;
    let usages: Vec<Usage> = scan
        .resolution
        .usages
        .iter()
        .filter(|usage| !args.read_only || tables.only_looks(usage.operation))
        .cloned()
        .collect();
    let solution = common.meter.stage("solve", || needs(&usages, credential, include_tests, &tables.weights));
    let (scopes, refused) = emit::holdable(&solution.required, credential, scan.catalog);
    let details = details(args);
    let left_out = scan.resolution.usages.len() - usages.len();
    let order = Order {
        left_out,
        credential,
        solution: &solution,
        scopes: &scopes,
        usages: &usages,
        unresolved: &scan.resolution.unresolved,
        include_tests,
        tables: &tables,
        details: &details,
    };
    let text = emitter.emit(&order)?;
    let mut notes = emitter.notes();
    notes.extend(remarks(&order, &refused, scan.catalog));
    if left_out > 0 {
        notes.push(format!("{left_out} operations that change something are left out (--read-only)"));
    }
    let notes = if common.quiet { Vec::new() } else { notes };
    Ok(Outcome { text, notes, problems: scan.problems.clone(), ..Outcome::default() })
}

fn kind(args: &Args, fit: &[Credential]) -> Result<Credential> {
    let Some(wanted) = args.answer.credential.map(Kind::credential) else {
        return Ok(fit.first().copied().unwrap_or(Credential::AppKey));
    };
    if fit.contains(&wanted) {
        return Ok(wanted);
    }
    let error = Error::new(format!("--format {} is not for {}", args.format, wanted.name()));
    Err(error.help(format!("it is for {}", fit.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", "))))
}

fn details(args: &Args) -> Details {
    Details {
        name: args.name.clone(),
        id: args.id.clone(),
        service_account: args.service_account.clone(),
        expires: args.expires.clone(),
        client_id: args.client_id.clone(),
        redirect_uri: args.redirect_uri.clone(),
        site: args.for_site.clone().unwrap_or_default(),
    }
}

/// What the output cannot say itself: a list of names must not look more certain than it is.
fn remarks(order: &Order<'_>, refused: &[Name], catalog: &Catalog) -> Vec<String> {
    let solution = order.solution;
    let mut notes = solution.notes.clone();
    for name in refused {
        let who = match order.credential {
            Credential::AppKey => "no key can hold",
            Credential::Oauth => "no OAuth client can hold",
            Credential::Role => "the Roles API does not list, so no role can be given,",
        };
        let calls = solution.because.get(name).map(Vec::as_slice).unwrap_or_default();
        notes.push(format!("{who} `{name}`, which {} would need; it is left out", joined(calls)));
    }
    let everyones: Vec<Name> = emit::granted_to_all(order.scopes, catalog).into_iter().cloned().collect();
    if order.credential == Credential::Role && !everyones.is_empty() {
        let names = joined(&everyones);
        notes.push(format!(
            "every role has {names} by default, unless it opted out; they cannot be granted and are left out"
        ));
    }
    notes.extend(unavailable(solution, catalog));
    if !solution.unpublished.is_empty() {
        let plural = if solution.unpublished.len() == 1 { "s" } else { "" };
        notes.push(format!(
            "what {} require{plural} is not published; the list may lack it",
            joined(&solution.unpublished)
        ));
    }
    if order.credential == Credential::Oauth {
        notes.extend(beyond_reach(solution, catalog));
    }
    let open = order.unresolved.iter().filter(|call| order.include_tests || !call.evidence.test);
    let open = Ways::of(open).len();
    if open > 0 {
        notes.push(format!(
            "{open} Datadog call{} could not be decided; ddscope scan names them",
            if open == 1 { "" } else { "s" }
        ));
    }
    if !order.details.site.is_empty() {
        if !emit::site::SITES.contains(&order.details.site()) {
            notes.push(format!(
                "`{}` is no site that ddscope knows: {}",
                order.details.site,
                emit::site::SITES.join(", ")
            ));
        }
        notes.extend(emit::site::warnings(order.scopes, order.details.site()));
    }
    notes
}

/// Calls that the credential cannot make, and what they need instead.
fn unavailable(solution: &Solution, catalog: &Catalog) -> Vec<String> {
    let row = |id: &Name| {
        let keys = catalog.operation(id).map(|operation| requirement(operation, Credential::AppKey));
        let scopes: Vec<String> =
            keys.map(|it| it.scopes().map(|scope| format!("`{scope}`")).collect()).unwrap_or_default();
        let with = if scopes.is_empty() { String::new() } else { format!(" with {}", scopes.join(" or ")) };
        format!("{id} does not accept OAuth tokens: make it with an application key{with}")
    };
    solution.unavailable.iter().map(row).collect()
}

/// Calls without published OAuth scopes for which keys need what no OAuth client may hold.
fn beyond_reach(solution: &Solution, catalog: &Catalog) -> Vec<String> {
    let row = |id: &Name| {
        let operation = catalog.operation(id).filter(|operation| operation.is_out_of_reach_for_oauth(catalog))?;
        let scopes: Vec<String> = operation.app_key.scopes().map(|scope| format!("`{scope}`")).collect();
        let scopes = scopes.join(" or ");
        Some(format!("{id} is probably out of reach for OAuth: keys need {scopes}, which no OAuth client may hold"))
    };
    solution.unpublished.iter().filter_map(row).collect()
}

fn joined(names: &[Name]) -> String {
    let shown: Vec<&str> = names.iter().take(5).map(Name::as_str).collect();
    match names.len().saturating_sub(5) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
