//! What was read, what was left out, and what could not be read.

use super::model::Model;
use super::parts::{broken, count, section};
use crate::error::Error;
use crate::redact::safe;
use crate::report::style::grouped;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// More files of one reason than this are counted, not listed.
const FILES: usize = 300;

/// The section.
pub(super) fn inputs(model: &Model<'_>) -> Markup {
    let scan = model.report.scan;
    let it = &scan.inputs;
    let body = html! {
        dl.inventory {
            div { dt { "files seen" } dd { (grouped(it.files.saturating_sub(it.recordings))) } }
            div { dt { "parsed" } dd { (grouped(it.analyzed)) } }
            @if it.recordings > 0 {
                div { dt { "recordings" } dd { (grouped(it.recordings)) } }
                div { dt { "requests to Datadog" } dd { (grouped(it.requests)) } }
            }
            div { dt { "bytes read" } dd { (bytes(it.bytes)) } }
            div {
                dt { "table" }
                dd { (grouped(scan.catalog.operations().len() as u64)) " operations, as of datadog-api-client "
                    (scan.catalog.release()) " (" (scan.catalog.released()) ")" }
            }
        }
        @if !scan.problems.is_empty() { (problems(&scan.problems)) }
        @if !scan.notes().is_empty() { ul.remarks { @for note in scan.notes() { li { (safe(&note)) } } } }
        (skipped(model))
    };
    section("inputs", "What was read", None, html! {}, body)
}

fn problems(all: &[Error]) -> Markup {
    html! {
        div.panel.reason.bad {
            div.panel-head { h3 { (count(all.len(), "input", "inputs")) " could not be read: the answer is partial" } }
            ul.plain {
                @for problem in all {
                    li {
                        @if let Some(path) = &problem.path { span.place { (broken(&safe(&path.to_string_lossy()), '/')) } ": " }
                        (safe(&problem.what))
                        @if let Some(help) = &problem.help { span.aside { "help: " (safe(help)) } }
                    }
                }
            }
        }
    }
}

fn skipped(model: &Model<'_>) -> Markup {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for skipped in &model.report.scan.inputs.skipped {
        reasons.entry(skipped.reason).or_default().push(&skipped.file);
    }
    html! {
        @for (reason, files) in reasons {
            details.more.left-out {
                summary { (count(files.len(), "file or folder", "files and folders")) " left out: " (reason.replace('-', " ")) }
                ul.plain {
                    @for file in files.iter().take(FILES) { li { span.place { (broken(&safe(file), '/')) } } }
                    @if files.len() > FILES { li { "and " (files.len() - FILES) " more" } }
                }
            }
        }
    }
}

/// `9.1 MB`.
fn bytes(number: u64) -> String {
    match number {
        0..1_000 => format!("{number} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", number as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", number as f64 / 1e6),
        _ => format!("{:.1} GB", number as f64 / 1e9),
    }
}
