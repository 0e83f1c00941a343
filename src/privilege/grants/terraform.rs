//! Keys, tokens and roles declared in Terraform: what `infra` found, as grants.
//!
//! A list that cannot be told whole is a problem of the grant, never a shorter one.

use super::json::Node;
use super::secret::masked;
use super::{Context, Grant, Granted, Holding, Result, Source};
use crate::infra::terraform::{DeclaredKey, Element, Scopes};
use crate::infra::{manifest, program};
use crate::input::Classifier;
use crate::source::{FRONT_ENDS, File};
use hcl_edit::expr::{Expression, TraversalOperator};
use hcl_edit::structure::Block;
use std::sync::Arc;

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

/// The keys that a Pulumi or CDKTF program declares; none if it is no program.
pub(super) fn in_programs(text: &str, file: &Arc<str>) -> Vec<Grant> {
    if memchr::memmem::find(text.as_bytes(), b"atadog").is_none() {
        return Vec::new();
    }
    let name = file.rsplit('/').next().unwrap_or_default();
    let mut keys = Vec::new();
    if name.ends_with(".yaml") || name.ends_with(".yml") {
        keys.extend(manifest::keys(file, text));
    } else if let Some(front_end) = Classifier::new().by_name(name).and_then(|number| FRONT_ENDS.get(number)) {
        let modules = front_end.lower(&File { path: file.clone(), text: Arc::new(text.to_owned()) });
        keys.extend(modules.iter().flat_map(program::keys));
    }
    keys.into_iter().filter_map(grant).collect()
}

/// The keys and tokens in a state or plan of Terraform.
pub(super) fn read_output(document: &Node, context: &Context<'_>) -> Option<Result<Vec<Grant>>> {
    document.at("terraform_version")?;
    let mut found = Vec::new();
    for resource in document.at("resources").map(Node::items).unwrap_or_default() {
        let (kind, name) = (resource.text_at("type")?, resource.text_at("name")?);
        let module = resource.text_at("module").map(|module| format!("{module}.")).unwrap_or_default();
        for instance in resource.at("instances").map(Node::items).unwrap_or_default() {
            found.extend(recorded(kind, format!("{module}{kind}.{name}"), instance.at("attributes"), context));
        }
    }
    for root in ["planned_values", "values"] {
        let values = document.at(root).and_then(|values| values.at("root_module"));
        recorded_modules(values, context, &mut found, 0);
    }
    Some(Ok(found))
}

fn recorded_modules(module: Option<&Node>, context: &Context<'_>, found: &mut Vec<Grant>, depth: usize) {
    let Some(module) = module.filter(|_| depth < 64) else { return };
    for resource in module.at("resources").map(Node::items).unwrap_or_default() {
        if let (Some(kind), Some(address)) = (resource.text_at("type"), resource.text_at("address")) {
            found.extend(recorded(kind, address.to_owned(), resource.at("values"), context));
        }
    }
    for child in module.at("child_modules").map(Node::items).unwrap_or_default() {
        recorded_modules(Some(child), context, found, depth + 1);
    }
}

fn recorded(kind: &str, address: String, values: Option<&Node>, context: &Context<'_>) -> Option<Grant> {
    let source = source(kind).filter(|source| *source != Source::Role)?;
    let scopes = values.and_then(|values| values.at("scopes")).filter(|scopes| !scopes.is_null());
    let place = context.place(scopes.or(values)?.span);
    let list = scopes.map(|scopes| scopes.items().iter().filter_map(|node| context.granted(node)).collect());
    Some(Grant::declared(address, source, list, place))
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
