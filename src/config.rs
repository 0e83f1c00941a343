//! `ddscope.toml`: the credentials of a project, what they hold, who uses them, and how strict to be.
//!
//! Parsing only; files are opened and grants are read elsewhere. Paths in the file are relative to its folder.

use crate::error::{Error, Result};
use crate::evidence::{Phase, Place};
use crate::finding::{Code, Severity};
use crate::ir::Name;
use crate::privilege::{Credential, Granted};
use crate::span::Span;
use crate::wrapper::Wrapper;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;

mod text;
mod wrapper;

pub use text::{LineIndex, lines};

/// The name that is looked for.
pub const FILE_NAME: &str = "ddscope.toml";

/// A whole configuration.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The declared credentials, in the order of the file.
    pub credentials: Vec<Declared>,
    /// What flags would otherwise say.
    pub defaults: Defaults,
    /// Severities that differ from the codes' own.
    pub severities: BTreeMap<Code, Severity>,
    /// In-house wrappers, described.
    pub wrappers: Vec<Wrapper>,
}

/// Defaults of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Defaults {
    /// Counts test code.
    pub include_tests: bool,
    /// Globs to leave out.
    pub exclude: Vec<String>,
    /// Further hosts that stand for Datadog.
    pub hosts: Vec<String>,
    /// Raises undecided calls to errors.
    pub deny_unresolved: bool,
    /// The baseline file.
    pub baseline: Option<String>,
    /// Answers of `GET /api/v2/permissions`, which name the UUIDs of roles.
    pub permissions: Vec<String>,
}

/// A declared credential.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Credential,
    /// The scopes written in the file itself.
    pub scopes: Option<Vec<Granted>>,
    /// Files to read grants from.
    pub granted_from: Vec<String>,
    /// A file with the permissions of the owner.
    pub owner_from: Option<String>,
    /// The public id by which listings and traffic name it.
    pub id: Option<Name>,
    /// Globs or folders of the code that uses it; empty means all.
    pub paths: Vec<String>,
    /// Recorded traffic that it made.
    pub traces: Vec<String>,
    /// The phase of deployments that it is used for.
    pub phase: Option<Phase>,
    /// The configured provider (`datadog.eu`) that it is used by; without it, any.
    pub provider: Option<Name>,
    /// Excess that is accepted.
    pub allow: Vec<Allowance>,
    /// Where it is declared.
    pub place: Place,
}

/// Excess that is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The scope.
    pub scope: Name,
    /// Why; empty if none is given, which is a finding.
    pub reason: String,
    /// Where.
    pub place: Place,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    defaults: Defaults,
    #[serde(default)]
    severity: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    credential: Vec<Spanned<RawCredential>>,
    #[serde(default)]
    wrapper: Vec<wrapper::Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawCredential {
    name: Spanned<String>,
    kind: Option<Spanned<String>>,
    scopes: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    granted_from: Vec<String>,
    owner_from: Option<String>,
    id: Option<String>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    traces: Vec<String>,
    phase: Option<Spanned<String>>,
    provider: Option<String>,
    #[serde(default)]
    allow: Vec<Spanned<RawAllowance>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAllowance {
    scope: Spanned<String>,
    #[serde(default)]
    reason: String,
}

impl Config {
    /// Reads the text of a configuration; `file` is how it is reported.
    ///
    /// # Errors
    /// If it is not TOML, or names keys, kinds, codes or severities that do not exist; with the line.
    pub fn parse(source: &str, file: &str) -> Result<Self> {
        let at = At { lines: LineIndex::new(source), file: file.into() };
        let raw: Raw = toml::from_str(source).map_err(|error| {
            let place = error.span().map_or(Span::new(1, 1, 1, 1), |range| at.lines.span(range));
            let what = error.message().lines().next().unwrap_or("not valid TOML").to_owned();
            Error::new(what).at(file).line(u64::from(place.line)).help("docs/config.md shows every key")
        })?;
        let mut severities = BTreeMap::new();
        for (code, severity) in &raw.severity {
            severities.insert(at.code(code)?, at.severity(severity)?);
        }
        let credentials = raw.credential.into_iter().map(|row| at.credential(row)).collect::<Result<Vec<_>>>()?;
        for (number, credential) in credentials.iter().enumerate() {
            if credentials.iter().take(number).any(|other| other.name == credential.name) {
                let error = Error::new(format!("two credentials are named `{}`", credential.name)).at(file);
                return Err(error
                    .line(credential.place.line())
                    .help("names tell them apart in reports: give each its own"));
            }
        }
        let wrappers = raw.wrapper.into_iter().map(|row| at.wrapper(row)).collect::<Result<Vec<_>>>()?;
        Ok(Self { credentials, defaults: raw.defaults, severities, wrappers })
    }
}

/// Places in the file.
struct At {
    lines: LineIndex,
    file: Arc<str>,
}

impl At {
    fn place(&self, range: Range<usize>) -> Place {
        Place::Source { file: self.file.clone(), language: None, span: self.lines.span(range) }
    }

    fn error<T>(&self, what: String, value: &Spanned<T>) -> Error {
        Error::new(what).at(&*self.file).line(u64::from(self.lines.span(value.span()).line))
    }

    fn code(&self, name: &Spanned<String>) -> Result<Code> {
        Code::named(name.get_ref()).ok_or_else(|| {
            let near = Code::nearest(name.get_ref())
                .map_or("docs/codes.md lists them".to_owned(), |c| format!("write `{}`", c.name()));
            self.error(format!("no finding code is named `{}`", name.get_ref()), name).help(near)
        })
    }

    fn severity(&self, name: &Spanned<String>) -> Result<Severity> {
        Severity::named(name.get_ref()).ok_or_else(|| {
            let what = format!("`{}` is no severity", name.get_ref());
            self.error(what, name).help("write off, note, warning or error")
        })
    }

    fn kind(&self, name: Option<&Spanned<String>>) -> Result<Credential> {
        let Some(name) = name else { return Ok(Credential::AppKey) };
        Credential::named(name.get_ref()).ok_or_else(|| {
            let what = format!("`{}` is no kind of credential", name.get_ref());
            self.error(what, name).help("write app-key (also for access tokens), oauth or role")
        })
    }

    fn phase(&self, word: &Spanned<String>) -> Result<Phase> {
        [Phase::Plan, Phase::Apply].into_iter().find(|phase| phase.name() == word.get_ref()).ok_or_else(|| {
            self.error(format!("`{}` is no phase of a deployment", word.get_ref()), word).help("write plan or apply")
        })
    }

    fn granted(&self, name: Spanned<String>) -> Granted {
        let place = self.place(name.span());
        Granted { name: Name::new(crate::privilege::masked(name.get_ref().trim())), place }
    }

    fn credential(&self, row: Spanned<RawCredential>) -> Result<Declared> {
        let row = row.into_inner();
        let kind = self.kind(row.kind.as_ref())?;
        let place = self.place(row.name.span());
        let allow = row.allow.into_iter().map(|entry| {
            let entry = entry.into_inner();
            let place = self.place(entry.scope.span());
            Allowance { scope: Name::new(entry.scope.get_ref()), reason: entry.reason.trim().to_owned(), place }
        });
        Ok(Declared {
            kind,
            place,
            allow: allow.collect(),
            scopes: row.scopes.map(|list| list.into_iter().map(|name| self.granted(name)).collect()),
            granted_from: row.granted_from,
            owner_from: row.owner_from,
            id: row.id.map(Name::from),
            paths: row.paths,
            traces: row.traces,
            phase: row.phase.map(|word| self.phase(&word)).transpose()?,
            provider: row.provider.map(Name::from),
            name: row.name.into_inner(),
        })
    }
}
