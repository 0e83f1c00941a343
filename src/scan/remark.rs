//! What was left out of recordings and what a reader of the result should know, as numbers that can be added up.

use crate::ir::Name;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// What a remark is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matter {
    /// Something worth knowing about records that count.
    Note,
    /// Records that do not count.
    LeftOut,
}

/// One remark about so many records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What it is about.
    pub matter: Matter,
    /// What is remarked: the reason, or what is to be known.
    pub text: Name,
    /// How many records.
    pub records: u64,
    /// In how many files.
    pub files: u64,
    /// The first of these files.
    pub file: Arc<str>,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { matter, text, records, files, file } = self;
        write!(f, "{file}")?;
        if *files > 1 {
            write!(f, " and {} more", files - 1)?;
        }
        match (matter, records) {
            (Matter::Note, _) => write!(f, ": {text} ({records})"),
            (Matter::LeftOut, 1) => write!(f, ": 1 record was left out: {text}"),
            (Matter::LeftOut, _) => write!(f, ": {records} records were left out: {text}"),
        }
    }
}

/// Remarks on their way into a result; the order in which they are added decides nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Remarks(BTreeMap<(Matter, Name), (u64, u64, Arc<str>)>);

impl Remarks {
    pub(super) fn add(&mut self, remark: Remark) {
        let Remark { matter, text, records, files, file } = remark;
        let sum = self.0.entry((matter, text)).or_insert_with(|| (0, 0, file.clone()));
        sum.0 += records;
        sum.1 += files;
        if file < sum.2 {
            sum.2 = file;
        }
    }

    pub(super) fn extend(&mut self, others: Self) {
        others.sorted().into_iter().for_each(|remark| self.add(remark));
    }

    pub(super) fn sorted(self) -> Vec<Remark> {
        let all = self.0.into_iter();
        all.map(|((matter, text), (records, files, file))| Remark { matter, text, records, files, file }).collect()
    }
}
