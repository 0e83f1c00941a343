//! Presentation: one file a format, each turning a finished scan into text.
//!
//! Renderers see results only, never how they came about, and never print. A format is one file, one `mod` line and one
//! line in [`FORMATS`]; the command line takes its values from there.

use crate::privilege::{Solution, Weights, needs};
use crate::resolve::Usage;
use crate::scan::{Credential, Scan};

pub mod audit;
pub mod checked;
pub mod csv;
pub mod deployment;
mod derivation;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod json;
pub mod markdown;
pub mod reconcile;
pub mod sarif;
pub mod stats;
pub mod style;
pub mod terminal;
pub mod text;
pub mod verdict;

pub use deployment::Deployment;
pub use derivation::derivation;

/// What a renderer is given.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// The finished scan.
    pub scan: &'a Scan<'a>,
    /// Whether test code counts.
    pub include_tests: bool,
    /// The least privilege per kind of credential, in the order to show.
    pub credentials: Vec<(Credential, Solution)>,
    /// What planning and applying need, for each provider that declarations configure.
    pub deployments: Vec<Deployment>,
}

impl<'a> Report<'a> {
    /// Solves for these kinds of credential.
    pub fn new(scan: &'a Scan<'a>, kinds: &[Credential], include_tests: bool) -> Self {
        let weights = Weights::of_catalog(scan.catalog);
        let solved = |kind: &Credential| (*kind, needs(&scan.resolution.usages, *kind, include_tests, &weights));
        let credentials = kinds.iter().map(solved).collect();
        let deployments = deployment::deployments(&scan.resolution, include_tests, &weights);
        Self { scan, include_tests, credentials, deployments }
    }

    /// Usages that count, in order.
    pub fn counted(&self) -> impl Iterator<Item = &'a Usage> + use<'a> {
        let include_tests = self.include_tests;
        self.scan.resolution.usages.iter().filter(move |usage| usage.counts(include_tests))
    }

    /// Code against traffic; `None` unless there are both.
    pub fn reconciliation(&self) -> Option<reconcile::Reconciliation<'a>> {
        self.scan.has_code_and_traffic().then(|| reconcile::Reconciliation::of(self))
    }

    /// Usages that only test code makes and that do not count, in order.
    pub fn only_in_tests(&self) -> impl Iterator<Item = &'a Usage> + use<'a> {
        let include_tests = self.include_tests;
        self.scan.resolution.usages.iter().filter(move |usage| !usage.counts(include_tests))
    }
}

/// How much to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// The answer only.
    Quiet,
    /// The answer and why, long lists cut.
    #[default]
    Normal,
    /// Everything.
    Verbose,
}

/// An output format.
pub trait Format: Sync {
    /// The value of `--format`.
    fn name(&self) -> &'static str;

    /// The whole report, ending with a newline. Colours are escape sequences that the caller may strip.
    fn render(&self, report: &Report<'_>, detail: Detail) -> String;
}

/// Every output format of `scan`; the first is the default.
pub static FORMATS: &[&dyn Format] = &[&text::Text, &json::Json, &json::JsonLine, &html::Html("scan")];
