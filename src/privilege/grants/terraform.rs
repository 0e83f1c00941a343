//! Keys and tokens declared in one Terraform file: the literal `scopes` lists of their resources.
//!
//! Values that need evaluation (locals, variables, other files) are not followed here; such a list is a problem of the
//! grant, never an empty one.

use super::secret::masked;
use super::{Grant, Granted, Holding, Result, Source};
use crate::config::LineIndex;
use crate::error::Error;
use crate::evidence::Place;
use hcl_edit::Span;
use hcl_edit::expr::{Expression, TraversalOperator};
use hcl_edit::structure::{Block, Body};
use std::ops::Range;
use std::sync::Arc;

/// How a looked-up id is kept in a grant, before the permission's name.
pub(crate) const LOOKUP: &str = "data.datadog_permissions:";

/// Deepest nesting of brackets that is parsed: the parser recurses.
const DEPTH: usize = 100;

/// Every declared key and token of a file.
///
/// # Errors
/// If it is not HCL, or nested beyond reason.
pub(super) fn read(text: &str, file: &Arc<str>) -> Result<Vec<Grant>> {
    let at = At { lines: LineIndex::new(text), file: file.clone() };
    if depth(text) > DEPTH {
        return Err(Error::new(format!("nested deeper than {DEPTH} levels")));
    }
    let body: Body = text.parse().map_err(|error: hcl_edit::parser::Error| {
        let line = u64::try_from(error.location().line()).unwrap_or(0);
        Error::new(format!("not valid HCL: {}", error.message())).line(line)
    })?;
    Ok(body.blocks().filter_map(|block| grant(block, &at)).collect())
}

/// The resource types that carry `scopes`, and what they make.
pub(crate) fn source_of(block: &Block) -> Option<Source> {
    let kind = block.labels.first().filter(|_| block.ident.as_str() == "resource")?;
    match kind.as_str() {
        "datadog_application_key" | "datadog_service_account_application_key" => Some(Source::ApplicationKey),
        "datadog_service_access_token" => Some(Source::ServiceAccessToken),
        _ => None,
    }
}

struct At {
    lines: LineIndex,
    file: Arc<str>,
}

impl At {
    fn place(&self, range: Option<Range<usize>>) -> Place {
        let span = self.lines.span(range.unwrap_or(0..0));
        Place::Source { file: self.file.clone(), language: None, span }
    }
}

fn grant(block: &Block, at: &At) -> Option<Grant> {
    let source = source_of(block)?;
    let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
    let name = labels.join(".");
    let Some(attribute) = block.body.get_attribute("scopes") else {
        return Some(Grant::declared(name, source, None, at.place(block.span())));
    };
    let place = at.place(attribute.value.span());
    let Expression::Array(list) = &attribute.value else {
        let mut grant = Grant::new(name, source, Holding::Scopes(Vec::new()), place);
        grant.problems.push("`scopes` is not written out as a list here".to_owned());
        return Some(grant);
    };
    let mut problems = Vec::new();
    let mut scopes = Vec::new();
    for value in list.iter() {
        match (value.as_str(), looked_up(value)) {
            (Some(name), _) => scopes.push(Granted { name: masked(name).into(), place: at.place(value.span()) }),
            (_, Some(lookup)) => scopes.push(Granted { name: lookup.into(), place: at.place(value.span()) }),
            _ => problems.push("an element of `scopes` is not a literal name".to_owned()),
        }
    }
    let mut grant = match scopes.is_empty() && !problems.is_empty() {
        true => Grant::new(name, source, Holding::Scopes(scopes), place),
        false => Grant::declared(name, source, Some(scopes), place),
    };
    grant.problems = problems;
    Some(grant)
}

/// `data.datadog_permissions.x.permissions.NAME` as text: an id where a name is wanted, which `held` tells from the prefix.
pub(crate) fn looked_up(value: &Expression) -> Option<String> {
    let Expression::Traversal(traversal) = value else { return None };
    let mut steps = traversal.operators.iter().filter_map(|operator| match operator.value() {
        TraversalOperator::GetAttr(name) => Some(name.as_str().to_owned()),
        TraversalOperator::Index(Expression::String(name)) => Some(name.as_str().to_owned()),
        _ => None,
    });
    let kind = steps.next()?;
    (kind == "datadog_permissions").then(|| steps.next_back()).flatten().map(|name| format!("{LOOKUP}{name}"))
}

/// Deepest nesting of brackets, whatever they stand in.
fn depth(text: &str) -> usize {
    let (mut now, mut most) = (0usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' | b'(' => now += 1,
            b'}' | b']' | b')' => now = now.saturating_sub(1),
            _ => {}
        }
        most = most.max(now);
    }
    most
}
