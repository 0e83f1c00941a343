//! Edits a bracketed list of quoted names in a text, byte by byte, so that layout and comments stay as they are.
//!
//! Works alike for TOML and HCL: both quote names alike and comment with `#`. Where the lists are is told by `fix`.

use super::Edit;
use std::ops::Range;

/// A list in a text.
#[derive(Clone, Debug)]
pub(super) struct List {
    /// From `[` to `]`, both inside.
    pub range: Range<usize>,
    /// The elements with their quotes, and what is between the quotes (empty if it is no plain string).
    pub items: Vec<(Range<usize>, String)>,
    /// What to write in front of a list that is not there yet, and behind it.
    pub frame: Option<(&'static str, &'static str)>,
}

/// A list to be made at the end of an HCL block that has none; nothing if the block has no closing brace on its own line.
pub(super) fn missing(text: &str, block: Range<usize>) -> Option<List> {
    let end = block.start + text.get(block)?.rfind('}')?;
    let line_start = text[..end].rfind('\n')? + 1;
    let alone = text[line_start..end].trim().is_empty();
    alone.then(|| List { range: line_start..line_start, items: Vec::new(), frame: Some(("  scopes = ", "\n")) })
}

/// The text with every list edited.
pub(super) fn rewrite(text: &str, mut lists: Vec<(List, &Edit)>) -> String {
    // From the end, so that earlier places stay right.
    lists.sort_by_key(|(list, _)| std::cmp::Reverse(list.range.start));
    let mut out = text.to_owned();
    for (list, edit) in lists {
        if let Some(inside) = text.get(list.range.clone()) {
            let with = match list.frame {
                Some(_) if edit.add.is_empty() => continue,
                Some((before, after)) => {
                    let names: String = edit.add.iter().map(|name| format!("\n    \"{name}\",")).collect();
                    format!("{before}[{names}\n  ]{after}")
                }
                None => rewritten(inside, &list, edit),
            };
            out.replace_range(list.range.clone(), &with);
        }
    }
    out
}

/// One list, brackets included.
fn rewritten(text: &str, list: &List, edit: &Edit) -> String {
    let start = list.range.start;
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    let mut last_kept: Option<Range<usize>> = None;
    let mut present: Vec<&str> = Vec::new();
    for (range, name) in &list.items {
        let here = range.start - start..range.end - start;
        match edit.kept(name) {
            None if !name.is_empty() => changes.push((removal(text, &here), String::new())),
            Some(new) if new != name => {
                changes.push((here.clone(), format!("\"{new}\"")));
                present.push(new);
                last_kept = Some(here);
            }
            _ => {
                present.push(name);
                last_kept = Some(here);
            }
        }
    }
    let new: Vec<&str> = edit.add.iter().map(|name| name.as_str()).filter(|name| !present.contains(name)).collect();
    if !new.is_empty() {
        changes.extend(additions(text, last_kept, &new));
    }
    let mut out = text.to_owned();
    changes.sort_by_key(|(range, _)| std::cmp::Reverse((range.start, range.end)));
    for (range, with) in changes {
        if out.get(range.clone()).is_some() {
            out.replace_range(range, &with);
        }
    }
    if last_kept_is_followed_by_nothing(&out) { out } else { tidy_end(&out) }
}

/// Whether the list ends cleanly, without `, ]` on one line.
fn last_kept_is_followed_by_nothing(text: &str) -> bool {
    let inner = text.trim_end_matches(']');
    text.contains('\n') || !inner.trim_end().ends_with(',')
}

/// `["a", ]` → `["a"]`.
fn tidy_end(text: &str) -> String {
    let inner = text.trim_end_matches(']').trim_end().trim_end_matches(',');
    format!("{inner}]")
}

/// What goes with an element: its comma, and its whole line with the comment if it stands alone on it.
fn removal(text: &str, item: &Range<usize>) -> Range<usize> {
    let after = text.get(item.end..).unwrap_or_default();
    let spaces = after.len() - after.trim_start_matches([' ', '\t']).len();
    let comma = usize::from(after[spaces..].starts_with(','));
    let end = item.end + if comma == 1 { spaces + 1 } else { 0 };
    let line_start = text[..item.start].rfind('\n').map_or(0, |at| at + 1);
    let rest = text.get(end..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    let alone = line_start > 0 && text[line_start..item.start].trim().is_empty();
    let comment = line.trim_start();
    if alone && rest.len() > line.len() && (comment.is_empty() || comment.starts_with('#') || comment.starts_with("//"))
    {
        return line_start..end + line.len() + 1;
    }
    item.start..end + (line.len() - line.trim_start_matches(' ').len())
}

/// Where new names go: after the last element that stays, in its layout.
fn additions(text: &str, last: Option<Range<usize>>, new: &[&str]) -> Vec<(Range<usize>, String)> {
    let lines = text.contains('\n') || (last.is_none() && new.len() > 2);
    let Some(last) = last else {
        let at = 1..1;
        if lines {
            let mut names: String = new.iter().map(|name| format!("\n  \"{name}\",")).collect();
            if !text.contains('\n') {
                names.push('\n');
            }
            return vec![(at, names)];
        }
        return vec![(at, new.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", "))];
    };
    let after = text.get(last.end..).unwrap_or_default();
    let gap = after.len() - after.trim_start_matches([' ', '\t']).len();
    let has_comma = after[gap..].starts_with(',');
    if !lines {
        let names: String = new.iter().map(|name| format!(", \"{name}\"")).collect();
        return vec![(last.end..last.end, names)];
    }
    let line_start = text[..last.start].rfind('\n').map_or(0, |at| at + 1);
    let indent: String = text[line_start..].chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let line_end = last.end + after.find('\n').unwrap_or_else(|| after.rfind(']').unwrap_or(after.len()));
    let names: String = new.iter().map(|name| format!("\n{indent}\"{name}\",")).collect();
    let mut changes = vec![(line_end..line_end, names)];
    if !has_comma {
        changes.push((last.end..last.end, ",".to_owned()));
    }
    changes
}
