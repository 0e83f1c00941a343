//! Findings: what a report tells a user to act on. One type for every command and every renderer.
//!
//! The codes with their documentation are in `finding/code`; findings are made by `privilege` and rendered by `report`.

use crate::evidence::Place;
use crate::ir::Name;
use std::collections::BTreeMap;

mod code;
mod docs;

pub use code::Code;
pub use docs::documentation;

/// How bad a finding is, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Not reported.
    Off,
    /// Worth knowing; does not change the exit status.
    Note,
    /// Should be changed; exit status 1.
    Warning,
    /// Is broken or dangerous; exit status 1.
    Error,
}

impl Severity {
    /// The word in reports and in `ddscope.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The severity of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Off, Self::Note, Self::Warning, Self::Error].into_iter().find(|it| it.name() == name)
    }

    /// Whether it makes a run exit with 1.
    pub fn fails(self) -> bool {
        self >= Self::Warning
    }
}

/// One diagnostic.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What kind.
    pub code: Code,
    /// How bad, after the configuration had its say.
    pub severity: Severity,
    /// The credential it is about; empty if it is about none.
    pub credential: Name,
    /// What it is about within the code's kind (a scope, an operation, a URL); part of the fingerprint.
    pub subject: String,
    /// One sentence, lower case, no final period.
    pub message: String,
    /// Where to look, if anywhere; the first is the main one.
    pub places: Vec<Label>,
    /// Further facts, a line each.
    pub notes: Vec<String>,
    /// What to do, in words or as something to type.
    pub help: Option<String>,
    /// Scopes concerned, sorted.
    pub scopes: Vec<Name>,
    /// Operations concerned, sorted.
    pub operations: Vec<Name>,
}

/// A place with what is to be seen there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What, a few words.
    pub text: String,
    /// Whether it only explains (where the grant was read) and is not itself at fault.
    pub context: bool,
}

impl Finding {
    /// A finding with the code's own severity and nothing but a message.
    pub fn new(code: Code, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            credential: Name::default(),
            subject: subject.into(),
            message: message.into(),
            places: Vec::new(),
            notes: Vec::new(),
            help: None,
            scopes: Vec::new(),
            operations: Vec::new(),
        }
    }

    /// Names the credential.
    #[must_use]
    pub fn of(mut self, credential: &str) -> Self {
        self.credential = credential.into();
        self
    }

    /// Adds a place.
    #[must_use]
    pub fn at(mut self, place: &Place, text: impl Into<String>) -> Self {
        self.places.push(Label { place: place.clone(), text: text.into(), context: false });
        self
    }

    /// Adds a place that only explains.
    #[must_use]
    pub fn see(mut self, place: &Place, text: impl Into<String>) -> Self {
        self.places.push(Label { place: place.clone(), text: text.into(), context: true });
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The scopes concerned.
    #[must_use]
    pub fn scopes<N: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = N>) -> Self {
        self.scopes = sorted(scopes);
        self
    }

    /// The operations concerned.
    #[must_use]
    pub fn operations<N: AsRef<str>>(mut self, operations: impl IntoIterator<Item = N>) -> Self {
        self.operations = sorted(operations);
        self
    }

    /// The file of the main place, or nothing.
    pub fn file(&self) -> &str {
        self.places.first().map_or("", |label| label.place.file())
    }

    /// A stable id: code, credential, subject and file, but no line, so that it survives edits above it.
    pub fn fingerprint(&self) -> String {
        let parts = [self.code.name(), &self.credential, &self.subject, self.file()];
        // FNV-1a: stable across releases and machines, unlike the standard hasher.
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for byte in parts.join("\u{1f}").bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        format!("{hash:016x}")
    }
}

fn sorted<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Vec<Name> {
    let mut names: Vec<Name> = names.into_iter().map(|name| Name::new(name.as_ref())).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Worst first, then by credential, place, code and subject.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let place = |finding: &Finding| finding.places.first().map(|label| label.place.clone());
        (b.severity, &a.credential, place(a), a.code, &a.subject).cmp(&(
            a.severity,
            &b.credential,
            place(b),
            b.code,
            &b.subject,
        ))
    });
}

/// Sets the severities of a configuration and drops what is off.
pub fn apply_severities(findings: &mut Vec<Finding>, severities: &BTreeMap<Code, Severity>) {
    for finding in findings.iter_mut() {
        if let Some(severity) = severities.get(&finding.code) {
            finding.severity = *severity;
        }
    }
    findings.retain(|finding| finding.severity > Severity::Off);
}
