//! Baselines: findings known when ddscope was adopted, kept by fingerprint so that only new ones fail.

use super::grants::json;
use crate::error::{Error, Result};
use crate::evidence::Place;
use crate::finding::{Code, Finding};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Name of the format.
const SCHEMA: &str = "ddscope.baseline/1";

/// Fingerprints with what they stood for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Fingerprint → (message, place).
    entries: BTreeMap<String, (String, Place)>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// If the text is not one.
    pub fn parse(text: &str, file: &str) -> Result<Self> {
        let help = "write it with ddscope check --write-baseline FILE";
        let values = json::read(text).map_err(|error| error.at(file).help(help))?;
        let whole = values.first().filter(|value| value.text_at("schema") == Some(SCHEMA));
        let Some(whole) = whole else {
            return Err(Error::new(format!("not a baseline ({SCHEMA})")).at(file).help(help));
        };
        let rows = whole.at("findings").map(json::Node::items).unwrap_or_default();
        let file: Arc<str> = file.into();
        let entry = |row: &json::Node| {
            let place = Place::Source { file: file.clone(), language: None, span: row.span };
            Some((row.text_at("fingerprint")?.to_owned(), (row.text_at("message")?.to_owned(), place)))
        };
        Ok(Self { entries: rows.iter().filter_map(entry).collect() })
    }

    /// The baseline of these findings, as text that is the same every time. Notes are left out: they fail nothing.
    pub fn write(findings: &[Finding]) -> String {
        let known = numbered(findings).into_iter().zip(findings).filter(|(_, finding)| finding.severity.fails());
        let rows: BTreeMap<String, &Finding> = known.collect();
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let lines: Vec<String> = rows
            .iter()
            .map(|(print, finding)| {
                let (code, message) = (finding.code.name(), quoted(&finding.message));
                format!("  {{\"fingerprint\": \"{print}\", \"code\": \"{code}\", \"message\": {message}}}")
            })
            .collect();
        format!("{{\"schema\": \"{SCHEMA}\", \"findings\": [\n{}\n]}}\n", lines.join(",\n"))
    }

    /// Drops known findings; entries that match none become findings themselves. Gives the number dropped.
    pub fn apply(&self, findings: &mut Vec<Finding>) -> usize {
        let mut left = self.entries.clone();
        let before = findings.len();
        let mut prints = numbered(findings).into_iter();
        findings.retain(|_| {
            let print = prints.next().unwrap_or_default();
            left.remove(&print);
            !self.entries.contains_key(&print)
        });
        let dropped = before - findings.len();
        findings.extend(left.into_iter().map(|(print, (message, place))| {
            let finding = Finding::new(
                Code::StaleBaseline,
                print,
                format!("the baseline lists a finding that is gone: {message}"),
            );
            finding.at(&place, "listed here").help("write the baseline again with ddscope check --write-baseline FILE")
        }));
        dropped
    }
}

/// Fingerprints in the order of the findings; equal ones are told apart by their number, so that one more of a kind is new.
fn numbered(findings: &[Finding]) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let print = |finding: &Finding| {
        let print = finding.fingerprint();
        let nth = seen.entry(print.clone()).or_default();
        *nth += 1;
        if *nth == 1 { print } else { format!("{print}:{nth}") }
    };
    findings.iter().map(print).collect()
}
