//! Application keys, personal and service access tokens: listings, single objects, and the bodies that make them.
//!
//! `scopes` that is null, absent or empty means *unscoped*: everything the owner has. Tokens without scopes do not
//! exist, so there the same is a fault of the listing.

use super::json::{Node, Value};
use super::secret::masked;
use super::{Context, Grant, Granted, Holding, Owner, Result, Source, roles};
use crate::error::Error;
use crate::ir::Name;

/// Answers and bodies of the v2 endpoints.
pub(super) fn read(document: &Node, context: &Context<'_>) -> Option<Result<Vec<Grant>>> {
    let data = document.at("data")?;
    let rows: Vec<&Node> = match &data.value {
        Value::List(rows) => rows.iter().collect(),
        _ => vec![data],
    };
    if rows.is_empty() {
        return Some(Ok(Vec::new()));
    }
    rows.iter().any(|row| source_of(row).is_some()).then(|| {
        let keys = rows.into_iter().filter_map(|row| Some((source_of(row)?, row)));
        Ok(keys.map(|(source, row)| key(source, row, document, context)).collect())
    })
}

/// `GET /api/v1/application_key`: names and owners but no scopes, and `hash` is the key itself.
pub(super) fn read_v1(document: &Node, _: &Context<'_>) -> Option<Result<Vec<Grant>>> {
    let node = document.at("application_keys").or_else(|| document.at("application_key"))?;
    let first = if node.items().is_empty() { Some(node) } else { node.items().first() };
    first?.at("hash")?;
    let help =
        "use the answer of GET /api/v2/application_keys; treat this file as a secret, it holds the keys themselves";
    Some(Err(Error::new("the v1 listing of application keys does not tell their scopes").help(help)))
}

fn source_of(row: &Node) -> Option<Source> {
    match row.text_at("type")? {
        "application_keys" => Some(Source::ApplicationKey),
        "personal_access_tokens" => Some(Source::PersonalAccessToken),
        "service_access_tokens" => Some(Source::ServiceAccessToken),
        _ => None,
    }
}

fn key(source: Source, row: &Node, document: &Node, context: &Context<'_>) -> Grant {
    let scopes = row.path(&["attributes", "scopes"]);
    let (holding, place) = holding(scopes, row, context);
    let id = row.text_at("id").map(Name::new);
    let attribute = |name: &str| row.path(&["attributes", name]).and_then(Node::text).map(str::to_owned);
    let name = attribute("name").map(|name| masked(&name).to_owned());
    let label = name.or_else(|| id.as_ref().map(ToString::to_string));
    let mut grant = Grant::new(label.unwrap_or_else(|| source.noun().to_owned()), source, holding, place);
    grant.id = id;
    grant.last_used = attribute("last_used_at");
    grant.expires = attribute("expires_at");
    let owner = row.path(&["relationships", "owned_by", "data", "id"]).and_then(Node::text);
    grant.owner =
        owner.map(|id| Owner { id: id.into(), permissions: roles::included_permissions(id, document, context) });
    if source != Source::ApplicationKey && grant.is_unscoped() {
        grant.problems.push(format!("a {} always has scopes, but this text names none", source.noun()));
    }
    grant
}

/// The scopes of a key, and where to point for the whole.
fn holding(scopes: Option<&Node>, row: &Node, context: &Context<'_>) -> (Holding, crate::evidence::Place) {
    let name = row.path(&["attributes", "name"]);
    let Some(scopes) = scopes else {
        return (Holding::Unscoped { why: "absent" }, context.place(name.unwrap_or(row).span));
    };
    let place = context.place(scopes.span);
    if scopes.is_null() {
        return (Holding::Unscoped { why: "null" }, place);
    }
    let list: Vec<Granted> = scopes.items().iter().filter_map(|node| context.granted(node)).collect();
    if list.is_empty() {
        return (Holding::Unscoped { why: "empty" }, place);
    }
    (Holding::Scopes(list), place)
}
