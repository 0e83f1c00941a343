//! The credentials that `check`, `audit` and `generate` speak of: where they are declared, what they hold, who uses them.
//!
//! What the comparison means is left to `privilege`.

use super::scan::{Inputs, Kind};
use crate::config::{Allowance, Config, Declared, FILE_NAME};
use crate::error::{Error, Result};
use crate::evidence::{Call, Evidence, Phase, Place};
use crate::ir::Name;
use crate::privilege::grants::{self, Source};
use crate::privilege::{Credential, Grant, Holding, Listing};
use crate::resolve::{Unresolved, Usage};
use crate::scan::{Options, Scan};
use globset::{Glob, GlobSet, GlobSetBuilder};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where grants come from; shared by `check` and `audit`.
#[derive(Clone, Debug, clap::Args)]
pub struct GrantArgs {
    /// Scopes that the credential holds, separated by commas; repeatable
    #[arg(long, value_name = "NAMES", help_heading = "Grant")]
    pub granted: Vec<String>,
    /// A file with what credentials hold: an answer of the API, a token answer, a list; - for standard input; repeatable
    #[arg(long, value_name = "FILE", help_heading = "Grant")]
    pub grant: Vec<PathBuf>,
    /// The answer of GET /api/v2/permissions, which tells what the ids in roles mean; repeatable
    #[arg(long, value_name = "FILE", help_heading = "Grant")]
    pub permissions: Vec<PathBuf>,
    /// The permissions of the key's owner (GET /api/v2/users/{id}/permissions)
    #[arg(long, value_name = "FILE", help_heading = "Grant")]
    pub owner: Option<PathBuf>,
    /// The kind of credential that a bare list of scopes is for
    #[arg(long, value_name = "KIND", help_heading = "Grant")]
    pub credential: Option<Kind>,
}

/// The configuration file of a command.
#[derive(Clone, Debug, clap::Args)]
pub struct ConfigArgs {
    /// The configuration; without it, ddscope.toml in the current folder if there is one
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub config: Option<PathBuf>,
}

/// A configuration and where it was read.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// What it says; empty if there is none.
    pub config: Config,
    /// The file, if there is one.
    pub path: Option<PathBuf>,
}

impl Loaded {
    /// A path that the configuration names, from the working directory.
    pub fn resolve(&self, name: &str) -> PathBuf {
        match self.path.as_deref().and_then(Path::parent) {
            Some(folder) if !folder.as_os_str().is_empty() => folder.join(name),
            _ => PathBuf::from(name),
        }
    }
}

impl ConfigArgs {
    /// Reads it.
    ///
    /// # Errors
    /// If a named file cannot be read, or the file is not valid.
    pub fn load(&self) -> Result<Loaded> {
        let path = match &self.config {
            Some(path) => path.clone(),
            None if Path::new(FILE_NAME).is_file() => PathBuf::from(FILE_NAME),
            None => return Ok(Loaded::default()),
        };
        let text = grants::read_text(&path)?;
        let config = Config::parse(&text, &crate::input::shown(&path))?;
        Ok(Loaded { config, path: Some(path) })
    }
}

/// One credential to speak of.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What to call it.
    pub name: String,
    /// Its kind.
    pub kind: Credential,
    /// What it holds, if known.
    pub grant: Option<Grant>,
    /// What it is used for.
    pub usages: Vec<Usage>,
    /// What it may be used for.
    pub unresolved: Vec<Unresolved>,
    /// Where it is declared.
    pub declared: Option<Place>,
    /// Accepted excess.
    pub allow: Vec<Allowance>,
}

/// What to scan: the arguments, with what the configuration says of all scans.
pub fn with_defaults(inputs: &Inputs, config: &Config) -> Options {
    let mut options = inputs.options();
    options.exclude.extend(config.defaults.exclude.iter().cloned());
    options.hosts.extend(config.defaults.hosts.iter().cloned());
    options.wrappers.clone_from(&config.wrappers);
    options
}

/// What to scan for the credentials of the configuration: their traffic too, unless the arguments say what.
pub fn options(inputs: &Inputs, loaded: &Loaded) -> Options {
    let config = &loaded.config;
    let mut options = with_defaults(inputs, config);
    if inputs.paths.is_empty() && inputs.traces.is_empty() && inputs.reports.is_empty() {
        let traces = config.credentials.iter().flat_map(|declared| &declared.traces);
        let known: BTreeSet<PathBuf> = traces.map(|name| loaded.resolve(name)).collect();
        options.traces.extend(known);
    }
    options
}

/// Reads permission listings.
///
/// # Errors
/// If a file cannot be read or holds none.
pub fn listing(args: &[PathBuf], loaded: &Loaded) -> Result<Listing> {
    let mut listing = Listing::default();
    let named = loaded.config.defaults.permissions.iter().map(|name| loaded.resolve(name));
    for path in args.iter().cloned().chain(named) {
        listing.add(&grants::read_text(&path)?).map_err(|error| error.at(&path))?;
    }
    Ok(listing)
}

/// The credentials of the arguments, else those of the configuration, else none.
///
/// # Errors
/// If a grant cannot be read.
pub fn subjects(args: &GrantArgs, loaded: &Loaded, listing: &Listing, scan: &Scan<'_>) -> Result<Vec<Subject>> {
    let mut found = Vec::new();
    for grant in from_arguments(args, listing)? {
        let kind = grant.source.credential().or(args.credential.map(Kind::credential)).unwrap_or(Credential::AppKey);
        found.push(subject(&grant.name.clone(), kind, Some(grant), None, loaded, scan)?);
    }
    if found.is_empty() {
        for declared in &loaded.config.credentials {
            for grant in from_declaration(declared, loaded, listing)? {
                let name = match &grant {
                    Some(grant)
                        if !declared.granted_from.is_empty()
                            && declared.id.is_none()
                            && grant.source != Source::List =>
                    {
                        format!("{}: {}", declared.name, grant.name)
                    }
                    _ => declared.name.clone(),
                };
                found.push(subject(&name, declared.kind, grant, Some(declared), loaded, scan)?);
            }
        }
    }
    if let Some(path) = &args.owner {
        let text = grants::read_text(path)?;
        let permissions = owner_permissions(&text, path, listing)?;
        for grant in found.iter_mut().filter_map(|subject| subject.grant.as_mut()) {
            grant.owner.get_or_insert_default().permissions = Some(permissions.clone());
        }
    }
    Ok(found)
}

fn from_arguments(args: &GrantArgs, listing: &Listing) -> Result<Vec<Grant>> {
    let mut found = Vec::new();
    if !args.granted.is_empty() {
        found.push(grants::parse_argument(&args.granted.join(","))?);
    }
    for path in &args.grant {
        found.extend(grants::load(path, listing)?);
    }
    Ok(found)
}

/// The grants of a declared credential; one `None` if it declares none.
fn from_declaration(declared: &Declared, loaded: &Loaded, listing: &Listing) -> Result<Vec<Option<Grant>>> {
    let mut found: Vec<Grant> = Vec::new();
    if let Some(scopes) = &declared.scopes {
        let source = match declared.kind {
            Credential::AppKey => Source::ApplicationKey,
            Credential::Oauth => Source::OauthClient,
            Credential::Role => Source::Role,
        };
        let holding = match (scopes.is_empty(), declared.kind) {
            (true, Credential::AppKey) => Holding::Unscoped { why: "empty" },
            _ => Holding::Scopes(scopes.clone()),
        };
        // Point at the list rather than at the name above it.
        let place = scopes.first().map_or(&declared.place, |granted| &granted.place);
        let mut grant = Grant::new(declared.name.clone(), source, holding, place.clone());
        grant.id = declared.id.clone();
        found.push(grant);
    }
    for name in &declared.granted_from {
        let path = loaded.resolve(name);
        let all = grants::load(&path, listing)?;
        let total = all.len();
        let wanted: Vec<Grant> = match &declared.id {
            Some(id) => {
                all.into_iter().filter(|grant| grant.id.as_ref() == Some(id) || grant.name == id.as_str()).collect()
            }
            None => all,
        };
        if let (true, Some(id)) = (wanted.is_empty(), &declared.id) {
            let error = Error::new(format!("none of the {total} credentials in it is `{id}`")).at(&path);
            return Err(error.help(format!("correct the id of `{}` in ddscope.toml", declared.name)));
        }
        found.extend(wanted);
    }
    if let Some(name) = &declared.owner_from {
        let path = loaded.resolve(name);
        let permissions = owner_permissions(&grants::read_text(&path)?, &path, listing)?;
        for grant in &mut found {
            grant.owner.get_or_insert_default().permissions = Some(permissions.clone());
        }
    }
    Ok(if found.is_empty() { vec![None] } else { found.into_iter().map(Some).collect() })
}

fn owner_permissions(text: &str, path: &Path, listing: &Listing) -> Result<BTreeSet<Name>> {
    let found = grants::parse(text, &crate::input::shown(path), listing)?;
    Ok(found.iter().flat_map(Grant::scopes).map(|granted| granted.name.clone()).collect())
}

fn subject(
    name: &str,
    kind: Credential,
    grant: Option<Grant>,
    declared: Option<&Declared>,
    loaded: &Loaded,
    scan: &Scan<'_>,
) -> Result<Subject> {
    let filter = Filter::new(grant.as_ref(), declared, loaded)?;
    let usages = scan.resolution.usages.iter().filter_map(|usage| {
        let evidence: Vec<Evidence> = usage.evidence.iter().filter(|it| filter.takes(it)).cloned().collect();
        (!evidence.is_empty()).then_some(Usage { operation: usage.operation, evidence })
    });
    let unresolved = scan.resolution.unresolved.iter().filter(|call| filter.takes(&call.evidence)).cloned();
    Ok(Subject {
        name: name.to_owned(),
        kind,
        usages: usages.collect(),
        unresolved: unresolved.collect(),
        declared: declared.map(|declared| declared.place.clone()),
        allow: declared.map(|declared| declared.allow.clone()).unwrap_or_default(),
        grant,
    })
}

/// Which evidence belongs to a credential.
struct Filter<'a> {
    /// Code; `None` takes all.
    paths: Option<GlobSet>,
    /// Traffic; `None` takes all.
    traces: Option<GlobSet>,
    grant: Option<&'a Grant>,
    /// The phase and the provider of deployments; `None` takes all.
    phase: Option<Phase>,
    provider: Option<&'a Name>,
}

impl<'a> Filter<'a> {
    fn new(grant: Option<&'a Grant>, declared: Option<&'a Declared>, loaded: &Loaded) -> Result<Self> {
        let set = |names: &[String]| if names.is_empty() { Ok(None) } else { globs(names, loaded).map(Some) };
        let (paths, traces) = match declared {
            Some(declared) => (set(&declared.paths)?, set(&declared.traces)?),
            None => (None, None),
        };
        let phase = declared.and_then(|declared| declared.phase);
        let provider = declared.and_then(|declared| declared.provider.as_ref());
        Ok(Self { paths, traces, grant, phase, provider })
    }

    fn takes(&self, evidence: &Evidence) -> bool {
        let file = evidence.place.file();
        // What could not be decided may be anybody's.
        let others = |wanted: &Name| match &evidence.call {
            Call::Declared { provider, .. } => provider != wanted,
            call => !matches!(call, Call::Opaque { .. }),
        };
        if self.provider.is_some_and(others) || self.phase.is_some_and(|phase| !phase.makes(&evidence.call)) {
            return false;
        }
        match &evidence.place {
            // Who declares traffic but no paths, is used by that traffic alone.
            Place::Source { .. } => self.paths.as_ref().map_or(self.traces.is_none(), |set| set.is_match(&**file)),
            Place::Record { .. } => {
                self.traces.as_ref().is_none_or(|set| set.is_match(&**file)) && self.made_by_grant(evidence)
            }
        }
    }

    /// Traffic that names its credential belongs to that one only.
    fn made_by_grant(&self, evidence: &Evidence) -> bool {
        let Some(actor) = evidence.observed.as_ref().and_then(|seen| seen.actor.as_ref()) else { return true };
        let names_credential = !matches!(actor.kind.as_str(), "user" | "api-key");
        match self.grant {
            Some(Grant { id: Some(id), name, .. }) if names_credential => actor.id == *id || actor.id == name.as_str(),
            _ => true,
        }
    }
}

/// Globs, folders and files of the configuration, relative to the working directory as evidence is.
fn globs(names: &[String], loaded: &Loaded) -> Result<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for name in names {
        let whole =
            crate::input::shown(&loaded.resolve(name)).trim_start_matches("./").trim_end_matches('/').to_owned();
        let below = if whole.is_empty() || whole == "." { "**".to_owned() } else { format!("{whole}/**") };
        for pattern in [whole, below] {
            let glob = Glob::new(&pattern).map_err(|error| {
                Error::new(format!("`{name}` is no path pattern: {}", error.kind()))
                    .help("write a folder, a file or a glob such as src/**/*.py")
            })?;
            set.add(glob);
        }
    }
    set.build().map_err(|error| Error::new(format!("the path patterns are too many: {error}")))
}
