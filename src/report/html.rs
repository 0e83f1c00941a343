//! The report as one self-contained page for a browser: no network, no dependencies, untrusted text escaped.
//!
//! Three lines of defence against text that wants to be markup: maud escapes everything, a Content-Security-Policy admits
//! the page's own script and style by their hashes only, and what comes from the input passes `redact` first. Works without
//! scripts, too; the script adds search, filters and themes.

use super::audit::sort_worst_first;
use super::verdict::{Verdict, VerdictFormat};
use super::{Detail, Format, Report};
use crate::privilege::{Listing, Tables};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use model::Model;
use sha2::{Digest as _, Sha256};

mod answer;
mod credentials;
mod deployments;
mod findings;
mod inputs;
mod matrix;
mod model;
mod operations;
mod parts;
mod scopes;
mod table;
mod tools;
mod traffic;
mod undecided;

/// The format, for the command that it names.
pub struct Html(pub &'static str);

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn render(&self, report: &Report<'_>, _: Detail) -> String {
        page(self.0, report, None)
    }
}

impl VerdictFormat for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn render(&self, verdict: &Verdict<'_>, _: Detail) -> String {
        let mut comparisons = verdict.comparisons.to_vec();
        sort_worst_first(&mut comparisons, verdict.report.scan.catalog);
        page(self.0, &verdict.report, Some(&Verdict { comparisons: &comparisons, ..verdict.clone() }))
    }
}

fn page(command: &'static str, report: &Report<'_>, verdict: Option<&Verdict<'_>>) -> String {
    let listing = Listing::default();
    let tables = Tables::new(report.scan.catalog, &listing);
    let model = Model::new(command, report, verdict, &tables);
    let mut text = whole(&model).into_string();
    text.push('\n');
    text
}

fn whole(model: &Model<'_>) -> Markup {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    let sections = sections(model);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="generator" content=(concat!("ddscope ", env!("CARGO_PKG_VERSION")));
                title { "ddscope: least privilege for Datadog" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#content" { "Skip to the report" }
                (tools::bar(model))
                div.layout {
                    (tools::navigation(&sections))
                    main id="content" tabindex="-1" {
                        (answer::hero(model))
                        @for section in &sections { (section.body) }
                        (footer(model))
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// A part of the page that the navigation names.
struct Section {
    id: &'static str,
    title: &'static str,
    count: Option<usize>,
    body: Markup,
}

fn sections(model: &Model<'_>) -> Vec<Section> {
    let mut all = Vec::new();
    let mut add = |id, title, count, body| all.push(Section { id, title, count, body });
    if let Some(verdict) = model.verdict {
        let findings = ("findings", "Findings", Some(verdict.findings.len()), findings::findings(model, verdict));
        let held = ("credentials", "Credentials", Some(verdict.comparisons.len()), credentials::credentials(model));
        // An audit asks about credentials, a check about what to change.
        let (first, second) = if model.command == "audit" { (held, findings) } else { (findings, held) };
        for (id, title, count, body) in [first, second] {
            add(id, title, count, body);
        }
    }
    add("answer", "Scopes needed", None, answer::answer(model));
    if let Some(body) = deployments::deployments(model) {
        add("deployments", "Plan and apply", None, body);
    }
    add("scopes", "Reach of each scope", Some(model.scopes.len()), scopes::scopes(model));
    add("matrix", "Scopes × operations", None, matrix::matrix(model));
    let uses = model.counted.len() + model.in_tests.len();
    add("operations", "Who uses what", Some(uses), operations::operations(model));
    if let Some(body) = traffic::traffic(model) {
        add("traffic", "Code against traffic", None, body);
    }
    add("undecided", "Undecided calls", Some(model.undecided.len()), undecided::undecided(model));
    add("inputs", "What was read", None, inputs::inputs(model));
    all
}

fn footer(model: &Model<'_>) -> Markup {
    let catalog = model.report.scan.catalog;
    html! {
        footer {
            p {
                "Made by ddscope " (env!("CARGO_PKG_VERSION")) " with the table of datadog-api-client " (catalog.release())
                " (" (catalog.released()) "). This file is complete in itself and loads nothing."
            }
        }
    }
}

/// As a Content-Security-Policy wants it.
fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}
