//! OAuth grants: token answers, authorizations, scope restrictions.
//!
//! OIDC scopes (`openid` …) carry no privilege at Datadog's API and are left out.

use super::json::{Node, Value};
use super::{Context, Grant, Granted, Holding, Result, Source};
use crate::ir::Name;

/// Scopes of OpenID Connect, which an authorize request may carry besides Datadog's.
pub(super) const OIDC: [&str; 4] = ["email", "offline_access", "openid", "profile"];

/// The answer of the token endpoint, or the file a tool keeps it in: `scope` as one string, or `scopes`.
pub(super) fn read_token(document: &Node, context: &Context<'_>) -> Option<Result<Vec<Grant>>> {
    let is_token = ["access_token", "refresh_token", "token_type"].iter().any(|key| document.at(key).is_some());
    if !is_token {
        return None;
    }
    let scopes = document.at("scope").or_else(|| document.at("scopes"));
    let mut grant =
        Grant::new("OAuth token", Source::OauthToken, Holding::Scopes(Vec::new()), context.place(document.span));
    match scopes {
        Some(node) => {
            grant.place = context.place(node.span);
            grant.holding = Holding::Scopes(words(node, context));
        }
        None => grant.problems.push("the token answer does not name its scopes".to_owned()),
    }
    if let Some(client) = document.text_at("client_id") {
        grant.id = Some(client.into());
    }
    Some(Ok(vec![grant]))
}

/// A space-separated string, or a list.
fn words(node: &Node, context: &Context<'_>) -> Vec<Granted> {
    let place = || context.place(node.span);
    let found: Vec<Granted> = match &node.value {
        Value::Text(text) => text
            .split([' ', ',', '+'])
            .filter(|word| !word.is_empty())
            .map(|word| Granted { name: word.into(), place: place() })
            .collect(),
        _ => node.items().iter().filter_map(|item| context.granted(item)).collect(),
    };
    found.into_iter().filter(|granted| !OIDC.contains(&granted.name.as_str())).collect()
}

/// Authorizations (`user_authorized_clients`) and restrictions (`scopes_restriction`).
pub(super) fn read_data(document: &Node, context: &Context<'_>) -> Option<Result<Vec<Grant>>> {
    let data = document.at("data")?;
    let rows: Vec<&Node> = match &data.value {
        Value::List(rows) => rows.iter().collect(),
        _ => vec![data],
    };
    let mut grants = Vec::new();
    for row in rows {
        match row.text_at("type") {
            Some("user_authorized_clients") => grants.push(authorization(row, context)),
            Some("scopes_restriction") => grants.push(restriction(row, context)),
            _ => {}
        }
    }
    // Included authorizations of an organisation's listing.
    let included = document.at("included").map(Node::items).unwrap_or_default();
    let nested = included.iter().filter(|row| row.text_at("type") == Some("user_authorized_clients"));
    grants.extend(
        nested.filter(|row| row.path(&["relationships", "scopes"]).is_some()).map(|row| authorization(row, context)),
    );
    (!grants.is_empty()).then_some(Ok(grants))
}

fn authorization(row: &Node, context: &Context<'_>) -> Grant {
    let scopes = row.path(&["relationships", "scopes", "data"]);
    let rows = scopes.map(Node::items).unwrap_or_default();
    let list = rows.iter().filter_map(|scope| context.granted(scope.at("id")?));
    let list = list.filter(|granted| !OIDC.contains(&granted.name.as_str())).collect();
    let client = row.path(&["relationships", "oauth2_client", "data", "id"]).and_then(Node::text);
    let id = client.or_else(|| row.text_at("id")).map(Name::new);
    let name = id.as_ref().map_or_else(|| "OAuth authorization".to_owned(), ToString::to_string);
    let place = context.place(scopes.unwrap_or(row).span);
    let mut grant = Grant::new(name, Source::OauthAuthorization, Holding::Scopes(list), place);
    grant.id = id;
    grant.last_used = row.path(&["attributes", "last_exercised"]).and_then(Node::text).map(str::to_owned);
    grant.disabled =
        ["disabled", "org_disabled"].iter().any(|key| row.path(&["attributes", key]).is_some_and(Node::is_true));
    if scopes.is_none() {
        grant.problems.push("the authorization does not name its scopes".to_owned());
    }
    grant
}

fn restriction(row: &Node, context: &Context<'_>) -> Grant {
    let id = row.text_at("id").map(Name::new);
    let name = id.as_ref().map_or_else(|| "OAuth client".to_owned(), ToString::to_string);
    let restriction = row.path(&["attributes", "scopes_restriction"]);
    let place = context.place(restriction.unwrap_or(row).span);
    let unrestricted = restriction.is_none_or(Node::is_null);
    let lists = [
        row.path(&["attributes", "scopes_restriction", "permission_scopes"]),
        row.path(&["attributes", "required_permission_scopes"]),
    ];
    let all = lists.into_iter().flatten().flat_map(Node::items);
    let list = all.filter_map(|node| context.granted(node)).collect();
    let holding = if unrestricted { Holding::Unscoped { why: "null" } } else { Holding::Scopes(list) };
    let mut grant = Grant::new(name, Source::OauthRestriction, holding, place);
    grant.id = id;
    if unrestricted {
        grant.problems.push("the client is not restricted: its users may grant it any scope it asks for".to_owned());
    }
    grant
}
