//! Roles, users and permission listings.
//!
//! Roles name permissions by UUID, which differ from site to site; they are joined with permission objects of the
//! same text, then with the given listing. What stays a UUID is looked up by `names` in the table.

use super::json::{Node, Value};
use super::{Context, Grant, Granted, Holding, Listing, Result, Source};
use crate::ir::Name;
use std::collections::BTreeSet;

/// Adds the permission objects of a value, wherever they stand in `data` or `included`.
pub(super) fn gather(value: &Node, listing: &mut Listing) {
    let data = value.at("data");
    let sections = [data, value.at("included"), Some(value)];
    for section in sections.into_iter().flatten() {
        let rows = if section.items().is_empty() { std::slice::from_ref(section) } else { section.items() };
        for row in rows.iter().filter(|row| row.text_at("type") == Some("permissions")) {
            let (Some(id), Some(name)) = (row.text_at("id"), row.path(&["attributes", "name"]).and_then(Node::text))
            else {
                continue;
            };
            listing.by_id.insert(id.to_ascii_lowercase(), name.into());
            listing.names.insert(name.into());
            let aliases = row.path(&["attributes", "name_aliases"]).map(Node::items).unwrap_or_default();
            for alias in aliases.iter().filter_map(Node::text).filter(|alias| !alias.is_empty()) {
                listing.by_alias.insert(alias.into(), name.into());
            }
        }
    }
}

/// Permission objects, roles, users.
pub(super) fn read(document: &Node, context: &Context<'_>) -> Option<Result<Vec<Grant>>> {
    let data = document.at("data")?;
    let rows: Vec<&Node> = match &data.value {
        Value::List(rows) => rows.iter().collect(),
        _ => vec![data],
    };
    let kinds: BTreeSet<&str> = rows.iter().filter_map(|row| row.text_at("type")).collect();
    if kinds.contains("permissions") {
        return Some(Ok(vec![permissions(&rows, context)]));
    }
    if !kinds.contains("roles") && !kinds.contains("users") {
        return None;
    }
    let mut local = context.listing.clone();
    gather(document, &mut local);
    let joined = Context { file: context.file.clone(), listing: &local };
    let alone = rows.len() == 1;
    let grants = rows.into_iter().filter_map(|row| match row.text_at("type")? {
        "roles" => Some(role(row, &joined)),
        "users" => Some(user(row, document, &joined, alone)),
        _ => None,
    });
    Some(Ok(grants.collect()))
}

/// A bare list of permission objects, of a role or of a user: the text does not say which.
fn permissions(rows: &[&Node], context: &Context<'_>) -> Grant {
    let rows = rows.iter().filter(|row| row.text_at("type") == Some("permissions"));
    let list = rows.filter_map(|row| match row.path(&["attributes", "name"]) {
        Some(name) => context.granted(name),
        None => by_id(row, context),
    });
    let (list, file) = (list.collect::<Vec<_>>(), context.file.to_string());
    let place = list.first().map_or_else(|| context.place(Default::default()), |granted| granted.place.clone());
    Grant::new(file, Source::Role, Holding::Scopes(list), place)
}

/// A permission named by id, with its name where the listing has it.
fn by_id(row: &Node, context: &Context<'_>) -> Option<Granted> {
    let id = row.at("id")?;
    let name = context.listing.name_of(id.text()?).cloned().unwrap_or_else(|| Name::new(id.text().unwrap_or_default()));
    Some(Granted { name, place: context.place(id.span) })
}

fn role(row: &Node, context: &Context<'_>) -> Grant {
    let related = row.path(&["relationships", "permissions", "data"]);
    let list = related.map(Node::items).unwrap_or_default().iter().filter_map(|node| by_id(node, context)).collect();
    let id = row.text_at("id").map(Name::new);
    let name = row.path(&["attributes", "name"]).and_then(Node::text).map(str::to_owned);
    let label = name.or_else(|| id.as_ref().map(ToString::to_string)).unwrap_or_else(|| "role".to_owned());
    let mut grant = Grant::new(label, Source::Role, Holding::Scopes(list), context.place(related.unwrap_or(row).span));
    grant.id = id;
    grant.without_defaults = row.path(&["attributes", "default_permissions_opt_out"]).is_some_and(Node::is_true);
    if related.is_none() {
        grant.problems.push("the role does not name its permissions".to_owned());
    }
    grant
}

/// `alone`: every included permission is this user's, as in `GET /api/v2/current_user`; a listing of users includes
/// those of all of them, so there the roles decide.
fn user(row: &Node, document: &Node, context: &Context<'_>, alone: bool) -> Grant {
    let id = row.text_at("id").map(Name::new);
    let attribute = |key: &str| row.path(&["attributes", key]).and_then(Node::text).map(str::to_owned);
    let label = attribute("handle").or_else(|| attribute("email")).or_else(|| id.as_ref().map(ToString::to_string));
    let included = document.at("included").map(Node::items).unwrap_or_default();
    let objects = included.iter().filter(|node| alone && node.text_at("type") == Some("permissions"));
    let mut list: Vec<Granted> =
        objects.filter_map(|node| context.granted(node.path(&["attributes", "name"])?)).collect();
    if list.is_empty() {
        list = role_permissions(row, document).into_iter().filter_map(|node| by_id(node, context)).collect();
    }
    let place = list.first().map_or_else(|| context.place(row.span), |granted| granted.place.clone());
    let missing = list.is_empty();
    let mut grant = Grant::new(label.unwrap_or_else(|| "user".to_owned()), Source::User, Holding::Scopes(list), place);
    grant.id = id;
    grant.disabled = row.path(&["attributes", "disabled"]).is_some_and(Node::is_true);
    if missing {
        grant
            .problems
            .push("the user's permissions are not in the text; GET /api/v2/users/{id}/permissions has them".to_owned());
    }
    grant
}

/// Permission references of the roles that a user has, from `included`.
fn role_permissions<'a>(user: &Node, document: &'a Node) -> Vec<&'a Node> {
    let rows = user.path(&["relationships", "roles", "data"]).map(Node::items).unwrap_or_default();
    let roles: BTreeSet<&str> = rows.iter().filter_map(|role| role.text_at("id")).collect();
    let included = document.at("included").map(Node::items).unwrap_or_default();
    let held = included.iter().filter(|node| {
        node.text_at("type") == Some("roles") && node.text_at("id").is_some_and(|id| roles.contains(id))
    });
    held.filter_map(|role| role.path(&["relationships", "permissions", "data"])).flat_map(Node::items).collect()
}

/// The permissions of a key's owner, where the same text includes the user, the roles and their permissions.
pub(super) fn included_permissions(owner: &str, document: &Node, context: &Context<'_>) -> Option<BTreeSet<Name>> {
    let included = document.at("included").map(Node::items)?;
    let user =
        included.iter().find(|node| node.text_at("type") == Some("users") && node.text_at("id") == Some(owner))?;
    let mut local = context.listing.clone();
    gather(document, &mut local);
    let references = role_permissions(user, document);
    let names: Option<BTreeSet<Name>> =
        references.iter().map(|node| local.name_of(node.text_at("id")?).cloned()).collect();
    names.filter(|names| !names.is_empty())
}
