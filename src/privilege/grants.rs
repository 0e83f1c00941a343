//! Grants: what a credential holds, read from whatever shape it comes in, each scope with its place.
//!
//! One file a family of shapes: `keys`, `oauth`, `roles`, `plain`. Whether the names are right, and whether they are
//! the needed ones, is left to `names` and `compare`. Declared keys (Terraform, Pulumi) are made by `infra` and join
//! here through [`Grant::declared`].

use crate::error::{Error, Result};
use crate::evidence::Place;
use crate::infra::terraform::{self as configuration, DeclaredKey, Project};
use crate::ir::Name;
use crate::span::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

mod keys;
mod oauth;
mod plain;
mod roles;
pub(crate) mod secret;
pub(crate) mod terraform;

pub(crate) use crate::json;
use json::Node;

/// Largest grant file that is read; a listing of 100,000 keys has half of it.
const MAX_BYTES: u64 = 64 << 20;

/// The kind of credential, which decides which requirement of an operation counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Credential {
    /// Application keys and access tokens.
    AppKey,
    /// OAuth clients.
    Oauth,
    /// Roles and users.
    Role,
}

impl Credential {
    /// All kinds, in report order.
    pub const ALL: [Self; 3] = [Self::AppKey, Self::Oauth, Self::Role];

    /// The word on the command line and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AppKey => "app-key",
            Self::Oauth => "oauth",
            Self::Role => "role",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Where a grant comes from, finer than [`Credential`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// An application key.
    ApplicationKey,
    /// A personal access token.
    PersonalAccessToken,
    /// A service access token.
    ServiceAccessToken,
    /// The answer of the OAuth token endpoint, or an authorize URL.
    OauthToken,
    /// What a user granted an OAuth client.
    OauthAuthorization,
    /// The scopes that an OAuth client asks for.
    OauthClient,
    /// What an OAuth client is restricted to.
    OauthRestriction,
    /// The permissions of a role.
    Role,
    /// The permissions of a user.
    User,
    /// A list of names without more.
    List,
}

impl Source {
    /// As in a sentence: `application key`.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::ApplicationKey => "application key",
            Self::PersonalAccessToken => "personal access token",
            Self::ServiceAccessToken => "service access token",
            Self::OauthToken => "OAuth token",
            Self::OauthAuthorization => "OAuth authorization",
            Self::OauthClient => "OAuth client",
            Self::OauthRestriction => "OAuth scope restriction",
            Self::Role => "role",
            Self::User => "user",
            Self::List => "scope list",
        }
    }

    /// The credential kind; `None` for a bare list, which may be of any.
    pub const fn credential(self) -> Option<Credential> {
        match self {
            Self::ApplicationKey | Self::PersonalAccessToken | Self::ServiceAccessToken => Some(Credential::AppKey),
            Self::OauthToken | Self::OauthAuthorization | Self::OauthClient | Self::OauthRestriction => {
                Some(Credential::Oauth)
            }
            Self::Role | Self::User => Some(Credential::Role),
            Self::List => None,
        }
    }
}

/// What one credential holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// What to call it: its name, else its id, else the file. Never a key's value.
    pub name: String,
    /// Its public id, by which traces name it.
    pub id: Option<Name>,
    /// What it is.
    pub source: Source,
    /// Its scopes.
    pub holding: Holding,
    /// Where it was read.
    pub place: Place,
    /// Who owns it.
    pub owner: Option<Owner>,
    /// When it was last used, as written in the listing.
    pub last_used: Option<String>,
    /// When it expires, as written in the listing.
    pub expires: Option<String>,
    /// Whether it is switched off.
    pub disabled: bool,
    /// Whether a role opted out of the permissions that everyone has by default.
    pub without_defaults: bool,
    /// What could not be read of it, each a sentence.
    pub problems: Vec<String>,
}

/// The scopes of a credential.
#[derive(Clone, Debug, PartialEq)]
pub enum Holding {
    /// No scope list: everything its owner has. `why` is `null`, `absent` or `empty`.
    Unscoped {
        /// How the listing says so.
        why: &'static str,
    },
    /// Exactly these.
    Scopes(Vec<Granted>),
}

/// One scope of a holding.
#[derive(Clone, Debug, PartialEq)]
pub struct Granted {
    /// As written: a name, or the mistake of an id.
    pub name: Name,
    /// Where.
    pub place: Place,
}

/// The owner of a key or token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// Its id.
    pub id: Name,
    /// Its permissions, if the listing or a second file tells them.
    pub permissions: Option<BTreeSet<Name>>,
}

impl Grant {
    /// A grant with nothing but its scopes.
    pub fn new(name: impl Into<String>, source: Source, holding: Holding, place: Place) -> Self {
        Self {
            name: name.into(),
            id: None,
            source,
            holding,
            place,
            owner: None,
            last_used: None,
            expires: None,
            disabled: false,
            without_defaults: false,
            problems: Vec::new(),
        }
    }

    /// A key, token or role that is declared in Terraform or Pulumi: `None` if it has no scope list.
    pub fn declared(name: impl Into<String>, source: Source, scopes: Option<Vec<Granted>>, place: Place) -> Self {
        let holding = match scopes {
            None => Holding::Unscoped { why: "absent" },
            Some(list) if list.is_empty() => Holding::Unscoped { why: "empty" },
            Some(list) => Holding::Scopes(list),
        };
        Self::new(name, source, holding, place)
    }

    /// The scopes as written; empty if unscoped.
    pub fn scopes(&self) -> &[Granted] {
        if let Holding::Scopes(list) = &self.holding { list } else { &[] }
    }

    /// Whether it has no scope list.
    pub fn is_unscoped(&self) -> bool {
        matches!(self.holding, Holding::Unscoped { .. })
    }
}

/// Permission objects of one site, which give UUIDs and old names their meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    by_id: BTreeMap<String, Name>,
    by_alias: BTreeMap<Name, Name>,
    names: BTreeSet<Name>,
}

impl Listing {
    /// Adds every permission object of a text (`GET /api/v2/permissions`); other objects are passed over.
    ///
    /// # Errors
    /// If the text is not JSON or holds no permission object.
    pub fn add(&mut self, text: &str) -> Result<()> {
        let before = self.names.len();
        for value in json::read(text)? {
            roles::gather(&value, self);
        }
        if self.names.len() == before {
            let help = "give the answer of GET /api/v2/permissions of the same site";
            return Err(Error::new("no permission objects in it").help(help));
        }
        Ok(())
    }

    /// The name that an id stands for.
    pub fn name_of(&self, id: &str) -> Option<&Name> {
        self.by_id.get(&id.to_ascii_lowercase())
    }

    /// The id of a name.
    pub fn id_of(&self, name: &str) -> Option<&str> {
        self.by_id.iter().find(|(_, known)| known.as_str() == name).map(|(id, _)| id.as_str())
    }

    /// The present name of an old one.
    pub fn alias(&self, old: &str) -> Option<&Name> {
        self.by_alias.get(old)
    }

    /// Whether the listing shows a name.
    pub fn shows(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether nothing was listed.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// Reads the text of a small file (grants, configuration, baseline); `-` is standard input.
///
/// # Errors
/// If it cannot be opened, is too large or not UTF-8.
pub fn read_text(path: &Path) -> Result<String> {
    let failed = |error: std::io::Error| {
        Error::new(format!("cannot read it: {error}")).at(path).help("check the path and its permissions")
    };
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        if !fs::metadata(path).map_err(failed)?.is_file() {
            return Err(Error::new("not a regular file").at(path));
        }
        fs::File::open(path).map_err(failed)?.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Error::new(format!("larger than {} MiB", MAX_BYTES >> 20)).at(path));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).unwrap_or(bytes);
    String::from_utf8(bytes).map_err(|_| Error::new("not UTF-8 text").at(path))
}

/// Reads every grant of a text; `file` is how it is reported.
///
/// # Errors
/// If the text is in none of the known shapes, or JSON that is not valid.
pub fn parse(text: &str, file: &str, listing: &Listing) -> Result<Vec<Grant>> {
    let file: Arc<str> = file.into();
    let context = Context { file: file.clone(), listing };
    if configuration::is_configuration(&file) {
        let mut project = Project::default();
        project.add(configuration::parse(&file, text)?);
        // Locals, variables and modules may stand in the files beside it.
        let folder = file.rsplit_once('/').map_or(".", |(folder, _)| folder);
        add_all(&mut project, folder, |sibling| sibling != &*file);
        return declared(&mut project, &file, |key| key.block.file() == &file);
    }
    let declared: Vec<Grant> = terraform::in_programs(text, &file);
    if !declared.is_empty() {
        return Ok(declared);
    }
    let starts = text.trim_start();
    let grants = if starts.starts_with(['{', '[']) && !plain::is_bracketed_words(starts) {
        let mut grants = Vec::new();
        for value in json::read(text).map_err(|error| error.at(&*file))? {
            document(&value, &context, &mut grants).map_err(|error| error.at(&*file))?;
        }
        grants
    } else {
        vec![plain::words(text, &context).map_err(|error| error.at(&*file))?]
    };
    if grants.is_empty() {
        return Err(Error::new("the listing is empty: no key, token, client or role in it").at(&*file));
    }
    Ok(grants)
}

/// Reads every grant of a file (`-` for standard input), or every key that the Terraform in a folder declares.
///
/// # Errors
/// As [`read_text`] and [`parse`]; also if nothing is declared in a folder.
pub fn load(path: &Path, listing: &Listing) -> Result<Vec<Grant>> {
    let shown = crate::input::shown(path);
    if path.is_dir() {
        let mut project = Project::default();
        add_all(&mut project, &shown, |_| true);
        return declared(&mut project, &shown, |_| true);
    }
    parse(&read_text(path)?, &shown, listing)
}

/// Adds the configuration of a folder; what cannot be parsed is left to `scan` to complain about.
fn add_all(project: &mut Project, folder: &str, wanted: impl Fn(&str) -> bool) {
    let files = crate::input::declarations_in(folder).into_iter().filter(|(file, _)| wanted(file));
    for (file, text) in files.filter(|(file, _)| configuration::is_configuration(file)) {
        if let Ok(parsed) = configuration::parse(&file, &text) {
            project.add(parsed);
        }
    }
}

fn declared(project: &mut Project, at: &str, wanted: impl Fn(&DeclaredKey) -> bool) -> Result<Vec<Grant>> {
    project.complete(&crate::input::declarations_in);
    let keys = configuration::keys::declared(project).into_iter().filter(wanted);
    let found: Vec<Grant> = keys.filter_map(terraform::grant).collect();
    if found.is_empty() {
        return Err(Error::new("no key, token or role is declared in it").at(at));
    }
    Ok(found)
}

/// The "file" of scopes given on the command line.
pub const ARGUMENT: &str = "--granted";

/// A list of names given on the command line (`--granted a,b`).
///
/// # Errors
/// If a word cannot be a scope's name.
pub fn parse_argument(text: &str) -> Result<Grant> {
    let listing = Listing::default();
    let context = Context { file: ARGUMENT.into(), listing: &listing };
    plain::words(text, &context).map(|grant| Grant { name: "credential".to_owned(), ..grant })
}

/// What readers of a document share.
struct Context<'a> {
    file: Arc<str>,
    listing: &'a Listing,
}

impl Context<'_> {
    fn place(&self, span: Span) -> Place {
        Place::Source { file: self.file.clone(), language: None, span }
    }

    fn granted(&self, node: &Node) -> Option<Granted> {
        let name = node.text()?.trim();
        (!name.is_empty()).then(|| Granted { name: Name::new(secret::masked(name)), place: self.place(node.span) })
    }
}

/// Reads one JSON value of whatever shape.
fn document(value: &Node, context: &Context<'_>, grants: &mut Vec<Grant>) -> Result<()> {
    if let json::Value::List(items) = &value.value {
        if items.iter().all(|item| item.text().is_some()) {
            grants.push(plain::list(value, context));
            return Ok(());
        }
        // Pages of a listing in one array.
        return items.iter().try_for_each(|page| document(page, context, grants));
    }
    for reader in READERS {
        if let Some(found) = reader(value, context) {
            grants.extend(found?);
            return Ok(());
        }
    }
    Err(Error::new("not a grant ddscope knows")
        .line(u64::from(value.span.line))
        .help("give an answer of the keys, tokens, roles or OAuth endpoints, or a list of scope names"))
}

/// A reader gives `None` for shapes that are not its own.
type Reader = fn(&Node, &Context<'_>) -> Option<Result<Vec<Grant>>>;

/// Every shape, the most telling first.
static READERS: &[Reader] = &[
    terraform::read_output,
    keys::read,
    oauth::read_token,
    oauth::read_data,
    roles::read,
    keys::read_v1,
    plain::read_object,
];
