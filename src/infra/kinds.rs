//! The resource types and data sources of the provider, compiled from `data/terraform.json`: what each action calls.
//!
//! Only names: what the operations need is the catalog's business.

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
    /// `create`, `read`, `update`, `delete`, or `plan` for what is called while planning only.
    pub action: &'static str,
    /// `v1:CreateMonitor`, or method and path of an endpoint that has no name.
    pub operation: &'static str,
    /// Called only if this holds of the block.
    pub when: Option<When>,
}

/// What must hold of an argument.
#[derive(Debug)]
pub struct When {
    /// The argument; `selectors.trigger_source` is one of a nested block.
    pub argument: &'static str,
    /// What it must be.
    pub test: Test,
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
}

include!(concat!(env!("OUT_DIR"), "/terraform.rs"));

/// All of them, sorted by name.
pub fn all() -> &'static [Kind] {
    &KINDS
}

/// The type of this name.
pub fn find(name: &str) -> Option<&'static Kind> {
    let at = KINDS.binary_search_by(|kind| kind.name.cmp(name)).ok()?;
    KINDS.get(at)
}

/// The type whose name is most like this one, if any is close enough for a slip of the pen.
pub fn nearest(name: &str) -> Option<&'static str> {
    let distance = |kind: &Kind| strsim::damerau_levenshtein(kind.name, name);
    let near = KINDS.iter().filter(|kind| kind.name.len().abs_diff(name.len()) <= 3);
    near.map(|kind| (distance(kind), kind.name)).min().filter(|(distance, _)| *distance <= 3).map(|(_, name)| name)
}
