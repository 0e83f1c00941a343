//! Facts that the documents only tell in sentences: keys that must be unscoped, registered, an administrator's, and
//! requirements that no field states. The sentences are matched and forgotten.

use crate::catalog::table::{Need, OperationRow};

/// Adds to `row` what its description tells.
pub fn apply(row: &mut OperationRow, description: &str) {
    let text = description.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let flags = [
        ("log-monitors-unscoped-key-only", text.contains("log monitors require an unscoped app key")),
        ("registered-key-only", text.contains("requires a [registered application key]")),
        ("admin-only", text.contains("belonging to administrators") || text.contains("belonging to an administrator")),
    ];
    row.flags.extend(flags.iter().filter(|(_, told)| *told).map(|(flag, _)| (*flag).to_owned()));
    if row.keys != Need::Word("unpublished".to_owned()) {
        return;
    }
    if text.contains("no additional permissions are required") {
        row.keys = Need::Word("open".to_owned());
        row.from = Some("prose".to_owned());
    } else if let Some(names) = required(&text) {
        row.keys = Need::Clauses(vec![names]);
        row.from = Some("prose".to_owned());
    }
}

/// The permissions of "requires the `a` permission" and "requires the `a` or `b` permission".
fn required(text: &str) -> Option<Vec<String>> {
    let at = text.find("requires the `")?;
    let sentence = text.get(at..)?;
    let end = sentence.find(" permission")?;
    let sentence = sentence.get(..end)?;
    if sentence.contains(". ") || sentence.contains(" and ") {
        return None;
    }
    let names: Vec<String> = sentence.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let plain = |name: &String| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (!names.is_empty() && names.iter().all(plain)).then_some(names)
}
