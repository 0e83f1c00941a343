//! Calls of client libraries: from class and method, or from an older client's symbol, to operations.
//!
//! How names are formed is in `names`; which receiver a call has is the flow engine's business.

use super::{Catalog, LegacyCall, Operation, names};
use crate::evidence::{Legacy, Naming, Version};
use smallvec::SmallVec;

/// Longest method name that is looked up; longer ones are no client's.
const LONGEST: usize = 128;

impl Catalog {
    /// The operations that an official client's `method` calls. Endings of variants (`WithHttpInfo`, `_with_pagination`, …)
    /// are taken off. Where the class is known to the table it decides; an unknown class is ignored, since classes are renamed.
    pub fn sdk(
        &self,
        client: Naming,
        version: Option<Version>,
        class: Option<&str>,
        method: &str,
    ) -> Vec<&'static Operation> {
        let (class, class_version) = class.map_or((None, None), |class| {
            let (class, version) = strip_class(class);
            (Some(class), version)
        });
        let version = version.or(class_version);
        let mut found = self.by_method(client, method);
        if version.is_some() {
            found.retain(|operation| operation.version == version);
        }
        if let Some(run) = class.and_then(|class| with_folded(class, |key| self.classes.find(key))) {
            let of_class: SmallVec<[&str; 64]> = self.run(Some(run)).map(|operation| operation.id).collect();
            if found.iter().any(|operation| of_class.contains(&operation.id)) {
                found.retain(|operation| of_class.contains(&operation.id));
            }
        }
        if found.iter().any(|operation| operation.last_release.is_none()) {
            found.retain(|operation| operation.last_release.is_none());
        }
        found
    }

    /// All operations of a class of the client.
    pub fn sdk_class(&self, _client: Naming, version: Option<Version>, class: &str) -> Vec<&'static Operation> {
        let (class, class_version) = strip_class(class);
        let version = version.or(class_version);
        let run = with_folded(class, |key| self.classes.find(key));
        let fits = |operation: &&Operation| {
            operation.last_release.is_none() && (version.is_none() || operation.version == version)
        };
        run.map(|run| self.run(Some(run)).filter(fits).collect()).unwrap_or_default()
    }

    /// The operations of an older client's symbol in which `{}` stands for any name, if they are those of one class.
    pub fn legacy_like(&self, client: Legacy, symbol: &str) -> Vec<&'static Operation> {
        let Some(class) = symbol.strip_suffix(".{}").filter(|class| !class.contains("{}")) else { return Vec::new() };
        let name = LEGACY_CLIENTS[legacy_slot(client)];
        let of_class =
            |call: &&LegacyCall| call.client == name && call.symbol.rsplit_once('.').is_some_and(|(of, _)| of == class);
        let mut found: Vec<_> =
            self.legacy_calls().iter().filter(of_class).flat_map(|c| self.legacy(client, c.symbol)).collect();
        found.sort_by_key(|operation| operation.id);
        found.dedup_by_key(|operation| operation.id);
        found
    }

    /// Whether some class of the client has this method or a variant of it.
    pub fn is_sdk_method(&self, client: Naming, method: &str) -> bool {
        !self.by_method(client, method).is_empty()
    }

    /// Whether this is an API class of the official clients, of any release.
    pub fn is_sdk_class(&self, _client: Naming, class: &str) -> bool {
        let (class, _) = strip_class(class);
        class.starts_with(|c: char| c.is_ascii_uppercase())
            && (class.ends_with("Api") || class.ends_with("API"))
            && with_folded(class, |key| self.classes.find(key)).is_some()
    }

    /// The operations that an older client's symbol calls: all of them, where it makes several requests. Calls that an argument or
    /// an older release of the client turns into others are among [`Catalog::legacy_calls`].
    pub fn legacy(&self, client: Legacy, symbol: &str) -> Vec<&'static Operation> {
        self.run(self.symbols[legacy_slot(client)].find(symbol)).collect()
    }

    /// Whether the older client has this symbol.
    pub fn is_legacy_symbol(&self, client: Legacy, symbol: &str) -> bool {
        self.symbols[legacy_slot(client)].find(symbol).is_some()
    }

    fn by_method(&self, client: Naming, method: &str) -> Vec<&'static Operation> {
        let whole = self.spelled(client, method);
        if !whole.is_empty() {
            return whole;
        }
        variants(client)
            .iter()
            .filter_map(|ending| method.strip_suffix(ending))
            .map(|stem| self.spelled(client, stem))
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    /// The operations whose method is spelled exactly so in the client.
    fn spelled(&self, client: Naming, method: &str) -> Vec<&'static Operation> {
        let Some(run) = with_folded(method, |key| self.methods.find(key)) else { return Vec::new() };
        self.run(Some(run)).filter(|operation| is_spelled(client, operation, method)).collect()
    }
}

fn is_spelled(client: Naming, operation: &Operation, method: &str) -> bool {
    match client {
        Naming::Python | Naming::Ruby | Naming::Rust => {
            method == operation.snake || method == names::snake(operation.name)
        }
        Naming::TypeScript | Naming::Java => {
            let (mut written, mut named) = (method.chars(), operation.name.chars());
            written.next() == named.next().map(|c| c.to_ascii_lowercase()) && written.as_str() == named.as_str()
        }
        Naming::Go => method == operation.name,
    }
}

/// Endings of the variants of a method, longest first.
fn variants(client: Naming) -> &'static [&'static str] {
    match client {
        Naming::Python => &["_with_pagination"],
        Naming::TypeScript | Naming::Go => &["WithPagination"],
        Naming::Java => &["WithHttpInfoAsync", "WithPagination", "WithHttpInfo", "Async"],
        Naming::Ruby | Naming::Rust => &["_with_pagination", "_with_http_info"],
    }
}

/// Takes off what is put after a class's name: Go 1 services, TypeScript's helpers and version endings.
fn strip_class(class: &str) -> (&str, Option<Version>) {
    for ending in ["Service", "RequestFactory", "ResponseProcessor"] {
        if let Some(stem) = class.strip_suffix(ending).filter(|stem| stem.ends_with("Api")) {
            return (stem, None);
        }
    }
    for (ending, version) in [("V1", Version::V1), ("V2", Version::V2)] {
        if let Some(stem) = class.strip_suffix(ending).filter(|stem| stem.ends_with("Api")) {
            return (stem, Some(version));
        }
    }
    (class, None)
}

/// Calls `look` with the folded name, without allocating; `None` for names that no client has.
fn with_folded<T>(name: &str, look: impl FnOnce(&str) -> Option<T>) -> Option<T> {
    if name.is_empty() || name.len() > LONGEST || !name.is_ascii() {
        return None;
    }
    let folded: SmallVec<[u8; LONGEST]> =
        name.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase()).collect();
    std::str::from_utf8(&folded).ok().and_then(look)
}

const fn legacy_slot(client: Legacy) -> usize {
    match client {
        Legacy::Datadogpy => 0,
        Legacy::DogapiRb => 1,
        Legacy::Dogshell => 2,
        Legacy::GoDatadogApi => 3,
        Legacy::NodeDogapi => 4,
    }
}

/// The data file's names of the older clients, in the order of the slots.
pub(super) const LEGACY_CLIENTS: [&str; 5] = ["datadogpy", "dogapi-rb", "dogshell", "go-datadog-api", "node-dogapi"];
