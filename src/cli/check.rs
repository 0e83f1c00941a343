//! `ddscope check`: required against granted, as a lint step.

use super::scan::Inputs;
use super::subjects::{self, GrantArgs, Loaded, Subject};
use super::{Common, Outcome};
use crate::error::{Error, Result};
use crate::evidence::Place;
use crate::finding::{self, Code, Finding, Severity};
use crate::privilege::baseline::Baseline;
use crate::privilege::compare::{Case, Comparison, Tables, compare};
use crate::privilege::unclaimed::unclaimed;
use crate::privilege::{Credential, fix, grants, ignore, judge};
use crate::report::Report;
use crate::report::verdict::{Texts, VERDICT_FORMATS, Verdict, VerdictFormat, verdict_format};
use crate::scan::Scan;
use clap::builder::PossibleValuesParser;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Arguments of `check`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// What is compared.
    #[command(flatten)]
    pub compared: Compared,
    /// Correct the scope lists in ddscope.toml and in Terraform
    #[arg(long, help_heading = "Answer")]
    pub fix: bool,
    /// The format of the result
    #[arg(long, value_name = "FORMAT", default_value = VERDICT_FORMATS[0].name(), value_parser = PossibleValuesParser::new(VERDICT_FORMATS.iter().map(|f| f.name())), help_heading = "Output")]
    pub format: String,
}

/// What is compared with what, and how; shared by `check` and `audit`.
#[derive(Clone, Debug, clap::Args)]
pub struct Compared {
    /// What to scan.
    #[command(flatten)]
    pub inputs: Inputs,
    /// What is granted.
    #[command(flatten)]
    pub grants: GrantArgs,
    /// How strict to be.
    #[command(flatten)]
    pub strictness: Strictness,
}

/// How strict to be.
#[derive(Clone, Debug, clap::Args)]
pub struct Strictness {
    /// Fail on Datadog calls that cannot be decided
    #[arg(long, help_heading = "Answer")]
    pub deny_unresolved: bool,
    /// Findings that are known and do not count
    #[arg(long, value_name = "FILE", help_heading = "Answer")]
    pub baseline: Option<PathBuf>,
    /// Write all present findings to a baseline and report none
    #[arg(long, value_name = "FILE", help_heading = "Answer", conflicts_with = "baseline")]
    pub write_baseline: Option<PathBuf>,
}

/// Runs it.
///
/// # Errors
/// If nothing could be compared: unreadable configuration, grants or paths.
pub fn run(args: &Args, common: &Common) -> Result<Outcome> {
    let session = Session::open(&args.compared, common)?;
    if session.subjects.is_empty() {
        let error = Error::new("nothing says what is granted, so there is nothing to check");
        return Err(error.help("ddscope generate --format config > ddscope.toml declares what is needed; or give --granted NAMES or --grant FILE"));
    }
    let mut judged = common.meter.stage("compare", || session.judge(&args.compared.strictness))?;
    if args.fix {
        session.correct(&mut judged)?;
    }
    session.render(judged, &args.format, common)
}

/// A scan with the credentials it is compared with.
pub struct Session {
    loaded: Loaded,
    listing: grants::Listing,
    scan: Scan<'static>,
    include_tests: bool,
    /// The credentials.
    pub subjects: Vec<Subject>,
}

/// Findings and what they come from.
pub struct Judged {
    /// One a credential.
    pub comparisons: Vec<Comparison>,
    /// All that is to be reported, sorted.
    pub findings: Vec<Finding>,
    /// How many the baseline hides.
    pub known: usize,
    /// Files to write, and notes, so far.
    pub outcome: Outcome,
}

impl Session {
    /// Scans and reads grants.
    ///
    /// # Errors
    /// If a path, a grant or the table cannot be read.
    pub fn open(compared: &Compared, common: &Common) -> Result<Self> {
        let Compared { inputs, grants, .. } = compared;
        let loaded = inputs.config.load()?;
        let listing = subjects::listing(&grants.permissions, &loaded)?;
        let scan = common.scan(subjects::options(inputs, &loaded))?;
        let subjects = subjects::subjects(grants, &loaded, &listing, &scan)?;
        let include_tests = inputs.include_tests || loaded.config.defaults.include_tests;
        Ok(Self { loaded, listing, scan, include_tests, subjects })
    }

    /// The table.
    pub fn catalog(&self) -> &'static crate::catalog::Catalog {
        self.scan.catalog
    }

    /// Compares and judges everything.
    ///
    /// # Errors
    /// If the baseline cannot be read.
    pub fn judge(&self, strictness: &Strictness) -> Result<Judged> {
        let tables = Tables::new(self.scan.catalog, &self.listing);
        let (mut comparisons, mut findings) = (Vec::new(), Vec::new());
        for subject in &self.subjects {
            let case = subject.case(self.include_tests);
            let comparison = compare(&case, &tables);
            let found = judge::judge(&case, &comparison, &tables.weights);
            findings.extend(allow(found, subject, &comparison));
            comparisons.push(comparison);
        }
        let resolution = &self.scan.resolution;
        findings.extend(judge::judge_calls(&resolution.usages, &resolution.unresolved, self.include_tests));
        if self.subjects.iter().any(|subject| subject.declared.is_some()) {
            let claimed = self.subjects.iter().flat_map(|subject| &subject.usages);
            findings.extend(unclaimed(&resolution.usages, claimed, self.include_tests));
        }
        finding::apply_severities(&mut findings, &self.loaded.config.severities);
        if strictness.deny_unresolved || self.loaded.config.defaults.deny_unresolved {
            let undecided =
                |finding: &&mut Finding| matches!(finding.code, Code::UnresolvedCall | Code::UnknownEndpoint);
            findings.iter_mut().filter(undecided).for_each(|finding| finding.severity = Severity::Error);
        }
        ignore::apply(&mut findings, &self.ignores());
        finding::sort(&mut findings);
        let mut outcome = Outcome::default();
        let mut known = 0;
        if let Some(path) = &strictness.write_baseline {
            outcome.files.push((path.clone(), Baseline::write(&findings)));
            known = findings.len();
            findings.clear();
        } else if let Some(path) = strictness.baseline.clone().or(self
            .loaded
            .config
            .defaults
            .baseline
            .as_ref()
            .map(|name| self.loaded.resolve(name)))
        {
            let baseline = Baseline::parse(&grants::read_text(&path)?, &crate::input::shown(&path))?;
            known = baseline.apply(&mut findings);
            finding::sort(&mut findings);
        }
        Ok(Judged { comparisons, findings, known, outcome })
    }

    /// Ignore comments of every file that shows a call or a grant.
    fn ignores(&self) -> Vec<ignore::Ignore> {
        let usages = self.scan.resolution.usages.iter().flat_map(|usage| &usage.evidence);
        let calls = usages.chain(self.scan.resolution.unresolved.iter().map(|call| &call.evidence)).map(|it| &it.place);
        let grants = self.subjects.iter().filter_map(|subject| subject.grant.as_ref()).map(|grant| &grant.place);
        let mut found = Vec::new();
        for (file, text) in read_all(calls.chain(grants)) {
            found.extend(ignore::ignores(&text, &file));
        }
        found
    }

    /// Corrects scope lists, and takes out the findings that this settles.
    fn correct(&self, judged: &mut Judged) -> Result<()> {
        let allowed = |name: &str, scope: &str| {
            let subject = self.subjects.iter().find(|subject| subject.name == name);
            subject.is_some_and(|subject| subject.allow.iter().any(|it| it.scope == scope && !it.reason.is_empty()))
        };
        let places = judged.comparisons.iter().filter_map(|it| it.grant.as_ref()).map(|grant| &grant.place);
        for (file, text) in read_all(places) {
            let here = |it: &&Comparison| it.grant.as_ref().is_some_and(|grant| *grant.place.file() == file);
            let here = judged.comparisons.iter().filter(here);
            let edits: Vec<fix::Edit> = here.map(|it| fix::Edit::of(it, |scope| allowed(&it.name, scope))).collect();
            let Some(fixed) = fix::apply(&text, &file, &edits).map_err(|error| error.at(&*file))? else {
                let note = format!("{file} cannot be corrected by --fix: only ddscope.toml and Terraform files can");
                judged.outcome.notes.extend(edits.iter().any(|edit| !edit.is_empty()).then_some(note));
                continue;
            };
            // A list that is computed (locals, `concat`) is nobody's to edit but its author's; its findings stay.
            let one = |edit: &&fix::Edit| fix::apply(&text, &file, std::slice::from_ref(*edit));
            let done = |edit: &&fix::Edit| matches!(one(edit), Ok(Some(new)) if new != text);
            for edit in edits.iter().filter(|edit| !edit.is_empty() && !done(edit)) {
                let note = format!("the scopes of {} are not a plain list in {file}: correct them by hand", edit.name);
                judged.outcome.notes.push(note);
            }
            if fixed != text {
                let edits: Vec<&fix::Edit> = edits.iter().filter(done).collect();
                judged.findings.retain(|finding| !edits.iter().any(|edit| edit.settles(finding)));
                judged.outcome.changes.push(format!("corrected the scopes in {file}"));
                judged.outcome.files.push((PathBuf::from(&*file), fixed));
            }
        }
        Ok(())
    }

    /// The result in a format.
    ///
    /// # Errors
    /// Never at present.
    pub fn render(&self, judged: Judged, format: &str, common: &Common) -> Result<Outcome> {
        let format = verdict_format(format).unwrap_or(VERDICT_FORMATS[0]);
        self.present(judged, format, common)
    }

    /// The result as a renderer wants it.
    ///
    /// # Errors
    /// Never at present.
    pub fn present(&self, judged: Judged, format: &dyn VerdictFormat, common: &Common) -> Result<Outcome> {
        let kinds: BTreeSet<Credential> = self.subjects.iter().map(|subject| subject.kind).collect();
        let texts: Texts =
            read_all(judged.findings.iter().flat_map(|it| &it.places).map(|label| &label.place)).collect();
        let verdict = Verdict {
            report: Report::new(&self.scan, &kinds.into_iter().collect::<Vec<_>>(), self.include_tests),
            comparisons: &judged.comparisons,
            findings: &judged.findings,
            known: judged.known,
            texts: &texts,
        };
        let text = format.render(&verdict, common.detail());
        let (fits, findings) = (format.name() == "text", verdict.fails());
        Ok(Outcome { text, fits, findings, problems: self.scan.problems.clone(), ..judged.outcome })
    }
}

impl Subject {
    /// As `compare` takes it.
    pub fn case(&self, include_tests: bool) -> Case<'_> {
        Case {
            name: &self.name,
            credential: self.kind,
            grant: self.grant.as_ref(),
            usages: &self.usages,
            unresolved: &self.unresolved,
            include_tests,
            declared: self.declared.as_ref(),
        }
    }
}

/// Takes accepted excess out, and reports allowances that have no reason or no effect.
fn allow(mut found: Vec<Finding>, subject: &Subject, comparison: &Comparison) -> Vec<Finding> {
    for allowance in &subject.allow {
        let scope = &allowance.scope;
        if allowance.reason.is_empty() {
            let finding = Finding::new(
                Code::IgnoreWithoutReason,
                scope.as_str(),
                format!("the allowance of `{scope}` gives no reason, so it is not followed"),
            );
            found.push(finding.of(&subject.name).at(&allowance.place, "no reason").help("add reason = \"…\""));
            continue;
        }
        if !comparison.excess.iter().any(|excess| excess.scope == *scope) {
            let finding = Finding::new(
                Code::StaleAllowance,
                scope.as_str(),
                format!("`{scope}` is allowed as excess, but it is not excess"),
            );
            found.push(finding.of(&subject.name).at(&allowance.place, "hides nothing").help("remove the allowance"));
        }
        found.retain(|finding| {
            let excess = matches!(finding.code, Code::ExcessScope | Code::PossiblyExcessScope);
            !excess || finding.subject != scope.as_str()
        });
    }
    found
}

/// The texts of the files of these places, each once, sorted; what cannot be read again is left out.
fn read_all<'a>(places: impl Iterator<Item = &'a Place>) -> impl Iterator<Item = (Arc<str>, String)> {
    let files: BTreeSet<Arc<str>> =
        places.filter(|place| matches!(place, Place::Source { .. })).map(|place| place.file().clone()).collect();
    // Standard input and arguments have no file to read again.
    let named = files.into_iter().filter(|file| !matches!(&**file, "-" | grants::ARGUMENT));
    named.filter_map(|file| grants::read_text(Path::new(&*file)).ok().map(|text| (file, text)))
}
