//! `--fix`: corrects scope lists in `ddscope.toml` and Terraform, keeping format and comments.
//!
//! Adds what is missing, unless it amounts to taking over, and removes what is certainly not needed. What undecided calls
//! might need stays, and so does what is allowed.

use super::compare::Comparison;
use super::grants::terraform::{looked_up, source_of};
use super::held::FaultKind;
use super::takeover::takeover_reason;
use crate::error::{Error, Result};
use crate::evidence::Place;
use crate::finding::{Code, Finding};
use crate::ir::Name;
use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::structure::Body;
use std::collections::BTreeMap;
use toml_edit::{Document, Item};

mod list;

use list::List;

/// Changes to one scope list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// The credential, as `ddscope.toml` names it.
    pub name: String,
    /// First line of the list, to find it in Terraform.
    pub line: u32,
    /// Names to add, sorted.
    pub add: Vec<Name>,
    /// Names to remove.
    pub remove: Vec<Name>,
    /// Names to replace.
    pub replace: BTreeMap<Name, Name>,
}

impl Edit {
    /// What a comparison asks for; `allowed` tells accepted excess.
    pub fn of(it: &Comparison, allowed: impl Fn(&str) -> bool) -> Self {
        let mut edit = Self { name: it.name.clone(), ..Self::default() };
        if let Some(Place::Source { span, .. }) = it.grant.as_ref().map(|grant| &grant.place) {
            edit.line = span.line;
        }
        let lacks = it.missing.iter().map(|lack| &lack.scope);
        edit.add = lacks.filter(|scope| takeover_reason(scope).is_none()).cloned().collect();
        if it.grant.as_ref().is_some_and(super::Grant::is_unscoped) {
            edit.add = it.solution.required.clone();
        }
        let sure = it.excess.iter().filter(|excess| excess.doubts.is_empty() && !allowed(&excess.scope));
        edit.remove = sure.map(|excess| excess.granted.name.clone()).collect();
        for fault in &it.held.faults {
            let name = &fault.granted.name;
            match &fault.kind {
                FaultKind::Renamed(new) | FaultKind::Id(Some(new)) => {
                    drop(edit.replace.insert(name.clone(), new.clone()))
                }
                FaultKind::NotForOauth => edit.remove.push(name.clone()),
                FaultKind::Refused(_) => edit.remove.push(name.clone()),
                // A misspelt name is replaced where the right one is missing, which `add` does.
                FaultKind::Unknown(near) if near.iter().any(|near| edit.add.iter().any(|add| add == near)) => {
                    edit.remove.push(name.clone());
                }
                FaultKind::Unknown(_) | FaultKind::Id(None) | FaultKind::UnknownId => {}
            }
        }
        edit
    }

    /// Whether a finding is gone once this edit is made.
    pub fn settles(&self, finding: &Finding) -> bool {
        let subject = Name::new(&finding.subject);
        let leaves = self.remove.contains(&subject) || self.replace.contains_key(&subject);
        finding.credential == self.name.as_str()
            && match finding.code {
                Code::MissingScope => self.add.contains(&subject) || self.replace.values().any(|new| *new == subject),
                Code::UnscopedKey => !self.add.is_empty(),
                Code::ExcessScope | Code::UnknownScope | Code::IdAsScope | Code::RenamedScope => leaves,
                Code::RefusedScope | Code::ScopeNotForOauth => leaves,
                _ => false,
            }
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty() && self.replace.is_empty()
    }

    /// What becomes of a name in the list: itself, another, or nothing.
    fn kept<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        if self.remove.iter().any(|gone| gone == name) {
            return None;
        }
        Some(self.replace.get(name).map_or(name, Name::as_str))
    }
}

/// Applies edits to a file's text; `None` if the file is of no kind that can be edited.
///
/// # Errors
/// If the file cannot be parsed.
pub fn apply(text: &str, file: &str, edits: &[Edit]) -> Result<Option<String>> {
    let edits: Vec<&Edit> = edits.iter().filter(|edit| !edit.is_empty()).collect();
    if file.ends_with(".toml") {
        return toml(text, &edits).map(Some);
    }
    if file.ends_with(".tf") {
        return hcl(text, &edits).map(Some);
    }
    Ok(None)
}

/// The lists of `ddscope.toml` and what is to be done to each.
fn toml(text: &str, edits: &[&Edit]) -> Result<String> {
    let document = Document::parse(text).map_err(|_| Error::new("not valid TOML"))?;
    let Some(tables) = document.get("credential").and_then(Item::as_array_of_tables) else {
        return Ok(text.to_owned());
    };
    let mut lists = Vec::new();
    for table in tables {
        let name = table.get("name").and_then(Item::as_str);
        let edit = edits.iter().find(|edit| Some(edit.name.as_str()) == name);
        let Some((edit, array)) = edit.zip(table.get("scopes").and_then(Item::as_array)) else { continue };
        let items = array.iter().map(|value| Some((value.span()?, value.as_str()?.to_owned())));
        if let (Some(range), Some(items)) = (array.span(), items.collect()) {
            lists.push((List { range, items, frame: None }, *edit));
        }
    }
    Ok(list::rewrite(text, lists))
}

/// The name that an element is known by in grants; nothing for expressions that are not understood, which stay.
fn name_of(value: &Expression) -> String {
    value.as_str().map(str::to_owned).or_else(|| looked_up(value)).unwrap_or_default()
}

/// The lists of a Terraform file and what is to be done to each.
fn hcl(text: &str, edits: &[&Edit]) -> Result<String> {
    let body: Body = text.parse().map_err(|_| Error::new("not valid HCL"))?;
    let lines = crate::config::LineIndex::new(text);
    let mut lists = Vec::new();
    for block in body.blocks().filter(|block| source_of(block).is_some()) {
        let Some(range) = block.span() else { continue };
        let (first, last) = (lines.position(range.start).0, lines.position(range.end).0);
        let edit = edits.iter().find(|edit| (first..=last).contains(&edit.line));
        let Some(edit) = edit else { continue };
        let array = match block.body.get_attribute("scopes").map(|attribute| &attribute.value) {
            Some(Expression::Array(array)) => array,
            // Written elsewhere: not for us to follow.
            Some(_) => continue,
            None => {
                lists.extend(list::missing(text, range).map(|list| (list, *edit)));
                continue;
            }
        };
        let items = array.iter().map(|value| Some((value.span()?, name_of(value))));
        if let (Some(range), Some(items)) = (array.span(), items.collect()) {
            lists.push((List { range, items, frame: None }, *edit));
        }
    }
    Ok(list::rewrite(text, lists))
}
