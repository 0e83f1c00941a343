//! The resource types and data sources of the provider, compiled from `data/terraform.json`: what each action calls.
//!
//! Only names: what the operations need is the catalog's business. What other declarations and programs call is here too, from
//! `data/declared.json`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A resource type or a data source.
#[derive(Debug)]
pub struct Kind {
    /// `datadog_monitor`; data sources have the prefix `data.`.
    pub name: &'static str,
    /// The last release of the provider that has it, if it was removed.
    pub last_release: Option<&'static str>,
    /// Every call, by action; never empty.
    pub calls: &'static [Calls],
}

/// One operation that an action calls.
#[derive(Debug)]
pub struct Calls {
    /// `create`, `read`, `update`, `delete`, `plan` for what is called while planning only, `configure` for what the provider
    /// calls when it starts.
    pub action: &'static str,
    /// `v1:CreateMonitor`, or method and path of an endpoint that has no name.
    pub operation: &'static str,
    /// Called only if all of this holds.
    pub when: &'static [When],
}

/// A condition.
#[derive(Debug)]
pub enum When {
    /// An argument passes a test; `selectors.trigger_source` is one of a nested block.
    Argument(&'static str, Test),
    /// The thing is in this state.
    State(State),
}

impl When {
    /// What decides, in a word.
    pub fn decider(&self) -> &'static str {
        match self {
            Self::Argument(name, _) => name,
            Self::State(State::New) => "being new",
            Self::State(State::Existing) => "being there already",
        }
    }
}

/// Whether a thing exists.
#[derive(Debug)]
pub enum State {
    /// It is about to be created.
    New,
    /// It was created before.
    Existing,
}

/// A test of an argument. One whose value is not written out passes every test but `Unset`.
#[derive(Debug)]
pub enum Test {
    /// It is there.
    Set,
    /// It is not there.
    Unset,
    /// It is not `false`; left out means true.
    NotFalse,
    /// It is this string.
    Equals(&'static str),
    /// It is one of these strings.
    OneOf(&'static [&'static str]),
    /// It is this string, or left out.
    Default(&'static str),
}

include!(concat!(env!("OUT_DIR"), "/terraform.rs"));

/// A kind of another vocabulary: an operator's resource, a module, an action, a command.
#[derive(Debug)]
pub struct Other {
    /// `kubernetes`, `ansible`, `github-action`, `cli`.
    pub vocabulary: &'static str,
    /// `DatadogMonitor`, `datadog_event`, `datadog/synthetics-ci-github-action`, `datadog-ci synthetics run-tests`.
    pub kind: &'static str,
    /// Where the facts were read.
    pub source: &'static str,
    /// Every call; empty if nothing beyond an API key is used.
    pub calls: &'static [Calls],
}

/// All kinds of other vocabularies, sorted.
pub fn others() -> &'static [Other] {
    &OTHERS
}

/// The kind of this name in another vocabulary.
pub fn other(vocabulary: &str, kind: &str) -> Option<&'static Other> {
    let at = OTHERS.binary_search_by(|other| (other.vocabulary, other.kind).cmp(&(vocabulary, kind))).ok()?;
    OTHERS.get(at)
}

/// The kind of another vocabulary that is most like this name, if any is close enough for a slip of the pen.
pub fn nearest_other(vocabulary: &str, kind: &str) -> Option<&'static str> {
    let near = OTHERS.iter().filter(|other| other.vocabulary == vocabulary);
    let near = near.map(|other| (strsim::damerau_levenshtein(other.kind, kind), other.kind)).min();
    near.filter(|(distance, _)| *distance <= 3).map(|(_, name)| name)
}

/// The type whose name without underscores and case is `folded`, as classes and kinds elsewhere spell it.
pub fn folded(data: bool, folded: &str) -> Option<&'static Kind> {
    static NAMES: LazyLock<HashMap<(bool, String), usize>> = LazyLock::new(|| {
        let key = |name: &str| {
            let (data, name) = name.strip_prefix("data.").map_or((false, name), |name| (true, name));
            (data, name.trim_start_matches("datadog_").replace('_', ""))
        };
        KINDS.iter().enumerate().map(|(number, kind)| (key(kind.name), number)).collect()
    });
    let number = NAMES.get(&(data, folded.to_owned()))?;
    KINDS.get(*number)
}

/// All of them, sorted by name.
pub fn all() -> &'static [Kind] {
    &KINDS
}

/// What the provider calls when it starts.
pub fn configure() -> &'static [Calls] {
    CONFIGURE
}

/// The type of this name.
pub fn find(name: &str) -> Option<&'static Kind> {
    let at = KINDS.binary_search_by(|kind| kind.name.cmp(name)).ok()?;
    KINDS.get(at)
}

/// The type whose name is most like this one, if any is close enough for a slip of the pen or for a forgotten word.
pub fn nearest(name: &str) -> Option<&'static str> {
    let distance = |kind: &Kind| strsim::damerau_levenshtein(kind.name, name);
    let near = KINDS.iter().filter(|kind| kind.name.len().abs_diff(name.len()) <= 3);
    let slip =
        near.map(|kind| (distance(kind), kind.name)).min().filter(|(distance, _)| *distance <= 3).map(|(_, name)| name);
    slip.or_else(|| longer(name))
}

/// The shortest name that has all words of this one and more.
fn longer(name: &str) -> Option<&'static str> {
    let words: Vec<&str> = name.split('_').collect();
    let has_all = |kind: &&Kind| words.iter().all(|word| kind.name.split('_').any(|known| known == *word));
    let fitting =
        KINDS.iter().filter(|kind| words.len() > 2 && kind.name.starts_with(words.first().copied().unwrap_or("")));
    fitting.filter(has_all).map(|kind| (kind.name.len(), kind.name)).min().map(|(_, name)| name)
}
