//! Outputs of `generate`: the least scopes in the form that some tool or endpoint takes.
//!
//! One file a family. An emitter gets an [`Order`] and gives text, or says what it lacks; it never reads files.

use crate::catalog::{Catalog, Held};
use crate::error::{Error, Result};
use crate::ir::Name;
use crate::privilege::{Credential, Listing, Solution, Tables, some_of, takeover_reason};
use crate::resolve::{Unresolved, Usage};

mod config;
mod justification;
mod keys;
mod names;
mod oauth;
mod pulumi;
mod role;
pub mod site;
mod terraform;

/// What keys, roles and integrations are called that got no name.
pub const UNNAMED: &str = "ddscope";

/// What is to be written, and for whom.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The kind of credential it is for.
    pub credential: Credential,
    /// The least privilege; `required` minus what cannot be held is what is emitted.
    pub solution: &'a Solution,
    /// The scopes to write, sorted.
    pub scopes: &'a [Name],
    /// Where they come from.
    pub usages: &'a [Usage],
    /// What could not be decided.
    pub unresolved: &'a [Unresolved],
    /// Whether test code counts.
    pub include_tests: bool,
    /// How many operations were left out because they change something.
    pub left_out: usize,
    /// The table.
    pub tables: &'a Tables<'a>,
    /// Details that some forms need.
    pub details: &'a Details,
}

/// Details that some forms need; each names itself in the error if it is lacking.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// Name of the key, token or role.
    pub name: String,
    /// Id of an existing key, for updates.
    pub id: Option<String>,
    /// Id of a service account.
    pub service_account: Option<String>,
    /// When a token is to expire (RFC 3339).
    pub expires: Option<String>,
    /// Id of an OAuth client.
    pub client_id: Option<String>,
    /// Where an OAuth client wants its users sent back.
    pub redirect_uri: Option<String>,
    /// The site, `datadoghq.eu`; empty means `datadoghq.com`.
    pub site: String,
}

impl Details {
    /// The site, with its default.
    pub fn site(&self) -> &str {
        if self.site.is_empty() { "datadoghq.com" } else { &self.site }
    }
}

impl Order<'_> {
    /// The table's catalog.
    pub fn catalog(&self) -> &Catalog {
        self.tables.catalog
    }

    /// The permission objects of the site.
    pub fn listing(&self) -> &Listing {
        self.tables.listing
    }
}

/// A form of output.
pub trait Emitter: Sync {
    /// The value of `--format`.
    fn name(&self) -> &'static str;

    /// What it is, for `--help`.
    fn about(&self) -> &'static str;

    /// The kinds of credential it can be for; the first is assumed.
    fn credentials(&self) -> &'static [Credential];

    /// What whoever uses the text should know beside it.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// The text, ending with a newline.
    ///
    /// # Errors
    /// If a detail is lacking, or if nothing can be written that would be accepted.
    fn emit(&self, order: &Order<'_>) -> Result<String>;
}

/// Every form; the first is the default.
pub static EMITTERS: &[&dyn Emitter] = &[
    &names::Names,
    &config::Config,
    &names::JsonList,
    &names::Comma,
    &keys::Create,
    &keys::Update,
    &keys::ServiceAccountKey,
    &keys::PersonalToken,
    &keys::ServiceToken,
    &oauth::ScopeString,
    &oauth::AuthorizeUrl,
    &oauth::Restriction,
    &terraform::Key,
    &terraform::ServiceAccountKey,
    &terraform::ServiceToken,
    &terraform::Role,
    &pulumi::Yaml,
    &pulumi::TypeScript,
    &role::Body,
    &justification::Document,
];

/// The form of that name.
pub fn emitter(name: &str) -> Option<&'static dyn Emitter> {
    EMITTERS.iter().copied().find(|emitter| emitter.name() == name)
}

/// The scopes that a credential of the kind can hold at all, and those of `required` that it cannot, both sorted.
pub fn holdable(required: &[Name], credential: Credential, catalog: &Catalog) -> (Vec<Name>, Vec<Name>) {
    required.iter().cloned().partition(|name| {
        let Some(scope) = catalog.scope(name) else { return true };
        let refused = ["placeholder", "refused", "unlisted"].iter().any(|flag| scope.flags.contains(flag));
        match credential {
            Credential::AppKey => !refused,
            Credential::Oauth => scope.oauth != Held::No,
            Credential::Role => scope.listed,
        }
    })
}

/// Scopes that every role has by default, which therefore cannot be granted to one.
pub fn granted_to_all<'a>(scopes: &'a [Name], catalog: &Catalog) -> Vec<&'a Name> {
    scopes.iter().filter(|name| catalog.scope(name).is_some_and(|scope| scope.restricted)).collect()
}

/// Keys without scopes are unscoped, so an empty list must not become one.
fn not_empty(order: &Order<'_>, what: &str) -> Result<()> {
    if order.scopes.is_empty() {
        let error = Error::new(format!(
            "no scope is needed, and a {what} with an empty list is unscoped: it could do everything"
        ));
        return Err(error.help("use no application key at all: what was found needs an API key at most"));
    }
    Ok(())
}

/// Who needs a scope, as a comment beside it; take-over scopes are marked.
fn because(name: &Name, order: &Order<'_>) -> String {
    because_of(name, order.solution.because.get(name).map(Vec::as_slice).unwrap_or_default())
}

/// The same for operations that are known.
fn because_of(name: &Name, operations: &[Name]) -> String {
    let mark = if takeover_reason(name).is_some() { "take-over! " } else { "" };
    format!("{mark}{}", some_of(operations))
}

/// A detail that must be there.
fn required<'a>(value: Option<&'a String>, what: &str, flag: &str) -> Result<&'a str> {
    value
        .map(String::as_str)
        .ok_or_else(|| Error::new(format!("this output needs {what}")).help(format!("give {flag}")))
}

/// Compact, indented JSON, with a newline at the end.
fn pretty(value: &serde_json::Value) -> Result<String> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n").map_err(|error| Error::new(format!("cannot write JSON: {error}")))
}
