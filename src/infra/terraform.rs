//! Terraform and OpenTofu configuration (`*.tf`): resources, data sources and modules that are not here.
//!
//! Every file is read on its own. Commented-out blocks are comments, nested blocks are arguments.

use super::block::{self, Argument, Block};
use crate::error::{Error, Result};
use crate::evidence::Evidence;
use crate::ir::Span;
use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block as Hcl, Body};
use std::sync::Arc;

/// The evidence of one file.
pub(super) fn read(file: &Arc<str>, text: &str) -> Result<Vec<Evidence>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let body = hcl_edit::parser::parse_body(text).map_err(|error| {
        Error::new("not valid Terraform, its resources are not counted")
            .at(&**file)
            .line(error.location().line() as u64)
            .help("run `terraform fmt`, which names the mistake")
    })?;
    let mut lines = Lines::new(text);
    let mut found = Vec::new();
    for hcl in body.blocks() {
        let labels: Vec<&str> = hcl.labels.iter().map(|label| label.as_str()).collect();
        let at = |address: String, lines: &mut Lines<'_>| Block { file, span: lines.header(hcl), address };
        match (hcl.ident.as_str(), labels.as_slice()) {
            ("resource", [kind, name]) if kind.starts_with("datadog_") => {
                let block = at(format!("{kind}.{name}"), &mut lines);
                found.extend(block::declared(&block, kind, |argument| look_up(&hcl.body, argument)));
            }
            ("data", [kind, name]) if kind.starts_with("datadog_") => {
                let kind = format!("data.{kind}");
                let block = at(format!("{kind}.{name}"), &mut lines);
                found.extend(block::declared(&block, &kind, |argument| look_up(&hcl.body, argument)));
            }
            ("module", [name]) => {
                if let Some(Argument::Literal(source)) = look_up(&hcl.body, "source")
                    && is_remote(&source)
                {
                    let block = at(format!("module.{name}"), &mut lines);
                    let what = format!("module.{name} from {}", without_login(&source));
                    found.push(block::opaque(&block, what, "module-not-downloaded"));
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

/// Whether a module lies elsewhere and its name says that it is about Datadog.
fn is_remote(source: &str) -> bool {
    let local = ["./", "../", "/"].iter().any(|start| source.starts_with(start));
    !local && source.to_ascii_lowercase().contains("datadog")
}

/// An address without the user and password that may stand in it.
fn without_login(source: &str) -> String {
    match source.split_once("://") {
        Some((scheme, rest)) => match rest.split_once('@') {
            Some((login, rest)) if !login.contains('/') => format!("{scheme}://{rest}"),
            _ => source.to_owned(),
        },
        None => source.to_owned(),
    }
}

/// What a block says about an argument; with a dot, one of a nested block.
fn look_up(body: &Body, argument: &str) -> Option<Argument> {
    let Some((outer, inner)) = argument.split_once('.') else {
        let value = body.get_attribute(argument).map(|attribute| literal(&attribute.value));
        let block = || body.blocks().any(|block| is_named(block, argument)).then_some(Argument::Open);
        return value.or_else(block);
    };
    body.blocks().find(|block| block.has_ident(outer)).and_then(|block| look_up(&block.body, inner))
}

fn is_named(block: &Hcl, name: &str) -> bool {
    block.has_ident(name) || block.has_ident("dynamic") && block.has_labels(&[name])
}

fn literal(value: &Expression) -> Argument {
    match value {
        Expression::Bool(value) => Argument::Literal(value.to_string()),
        Expression::String(value) => Argument::Literal(value.as_str().to_owned()),
        _ => Argument::Open,
    }
}

/// Turns offsets, asked for in rising order, into lines and columns in one pass.
struct Lines<'t> {
    text: &'t str,
    /// Offset, line and start of the line that the last answer ended with.
    offset: usize,
    line: u32,
    start: usize,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, offset: 0, line: 1, start: 0 }
    }

    /// From the keyword of a block to the end of its last label.
    fn header(&mut self, hcl: &Hcl) -> Span {
        let keyword = hcl.ident.span().unwrap_or_default();
        let end = hcl.labels.last().and_then(|label| label.span()).map_or(keyword.end, |label| label.end);
        let (line, column) = self.place(keyword.start);
        let (end_line, end_column) = self.place(end);
        Span::new(line, column, end_line, end_column)
    }

    fn place(&mut self, offset: usize) -> (u32, u32) {
        let passed = self.text.as_bytes().get(self.offset..offset).unwrap_or_default();
        for at in memchr::memchr_iter(b'\n', passed) {
            self.line = self.line.saturating_add(1);
            self.start = self.offset + at + 1;
        }
        self.offset = self.offset.max(offset);
        (self.line, u32::try_from(offset.saturating_sub(self.start)).unwrap_or(u32::MAX - 1) + 1)
    }
}
