//! Undecided calls by request: one place that asks one address in several possible ways is one thing to tell a reader.

use super::Unresolved;
use crate::ir::Name;

/// The ways in which one request may be made; never empty.
#[derive(Clone, Debug)]
pub struct Ways<'u> {
    /// One of them, for its place and reason.
    pub first: &'u Unresolved,
    all: Vec<&'u Unresolved>,
}

impl<'u> Ways<'u> {
    /// Puts together what differs in its method alone, in the order of places.
    pub fn of(calls: impl Iterator<Item = &'u Unresolved>) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for call in calls {
            let same = found.iter_mut().rev().take_while(|ways| ways.first.evidence.place == call.evidence.place);
            let same = same.filter(|ways| call.url().is_some() && ways.first.url() == call.url());
            match same.filter(|ways| ways.first.reason == call.reason).last() {
                Some(ways) => ways.all.push(call),
                None => found.push(Self { first: call, all: vec![call] }),
            }
        }
        found
    }

    /// All of them.
    pub fn ways(&self) -> &[&'u Unresolved] {
        &self.all
    }

    /// The call in words: `GET|POST /api/v1/{}`.
    pub fn call(&self) -> String {
        match (self.all.as_slice(), self.first.url()) {
            ([_, _, ..], Some(url)) => {
                let methods: Vec<&str> = self.all.iter().map(|way| way.method().unwrap_or("?")).collect();
                format!("{} {url}", methods.join("|"))
            }
            _ => self.first.call(),
        }
    }

    /// The operations that fit one of them, sorted, those without an official name last.
    pub fn candidates(&self) -> Vec<&'u Name> {
        let mut names: Vec<&Name> = self.all.iter().flat_map(|way| &way.candidates).collect();
        names.sort_unstable_by_key(|name| (name.starts_with("undocumented"), *name));
        names.dedup();
        names
    }
}
