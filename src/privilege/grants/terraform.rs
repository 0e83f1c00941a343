//! Keys, tokens and roles declared in Terraform: what `infra` found, as grants.
//!
//! A list that cannot be told whole is a problem of the grant, never a shorter one.

use super::secret::masked;
use super::{Grant, Granted, Holding, Source};
use crate::infra::terraform::{DeclaredKey, Element, Scopes};
use hcl_edit::expr::{Expression, TraversalOperator};
use hcl_edit::structure::Block;

/// How a looked-up id is kept in a grant, before the permission's name.
pub(crate) const LOOKUP: &str = "data.datadog_permissions:";

/// The resource types that carry `scopes`, and what they make.
pub(crate) fn source_of(block: &Block) -> Option<Source> {
    let kind = block.labels.first().filter(|_| block.ident.as_str() == "resource")?;
    source(kind.as_str()).filter(|source| *source != Source::Role)
}

/// What a declared type makes.
pub(super) fn source(kind: &str) -> Option<Source> {
    match kind {
        "datadog_application_key" | "datadog_service_account_application_key" => Some(Source::ApplicationKey),
        "datadog_service_access_token" => Some(Source::ServiceAccessToken),
        "datadog_role" => Some(Source::Role),
        _ => None,
    }
}

/// A declared key as a grant.
pub(super) fn grant(key: DeclaredKey) -> Option<Grant> {
    let source = source(&key.kind)?;
    let elements = match key.scopes {
        Scopes::Absent => return Some(Grant::declared(key.address, source, None, key.place)),
        Scopes::Open(what) => {
            let mut grant = Grant::new(key.address, source, Holding::Scopes(Vec::new()), key.place);
            grant.problems.push(format!("`scopes` is decided by {what}, whose value is not written here"));
            return Some(grant);
        }
        Scopes::List(elements) => elements,
    };
    let mut problems = Vec::new();
    let mut scopes = Vec::new();
    for element in elements {
        match element {
            Element::Name(name, place) => scopes.push(Granted { name: masked(&name).into(), place }),
            // Roles are given ids; keys refuse them.
            Element::LookedUp(name, place) if source == Source::Role => {
                scopes.push(Granted { name: name.into(), place })
            }
            Element::LookedUp(name, place) => scopes.push(Granted { name: format!("{LOOKUP}{name}").into(), place }),
            Element::Open(what, _) => {
                problems.push(format!("an element of `scopes` is {what}, which is not a literal name"))
            }
        }
    }
    let mut grant = match (source, scopes.is_empty() && problems.is_empty()) {
        (Source::Role, _) | (_, false) => Grant::new(key.address, source, Holding::Scopes(scopes), key.place),
        _ => Grant::declared(key.address, source, Some(scopes), key.place),
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
