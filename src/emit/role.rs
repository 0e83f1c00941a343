//! The body that creates a role. Roles name permissions by UUID, which differ from site to site.

use super::{Emitter, Order, granted_to_all, pretty};
use crate::error::{Error, Result};
use crate::ir::Name;
use crate::privilege::Credential;
use serde_json::{Value, json};

/// `POST /api/v2/roles`.
pub struct Body;

/// The permissions that can be granted: restricted ones are everybody's and cannot.
pub(super) fn grantable<'a>(order: &'a Order<'_>) -> impl Iterator<Item = &'a Name> {
    let everyones = granted_to_all(order.scopes, order.catalog());
    order.scopes.iter().filter(move |name| !everyones.contains(name))
}

/// The id of a permission at the order's site, from the listing, else from the table.
fn id_of(name: &str, order: &Order<'_>) -> Option<String> {
    if let Some(id) = order.listing().id_of(name) {
        return Some(id.to_owned());
    }
    let scope = order.catalog().scope(name)?;
    let id = match order.details.site() {
        "datadoghq.com" => scope.us1,
        "datadoghq.eu" => scope.eu1,
        _ => None,
    };
    id.map(str::to_owned)
}

impl Emitter for Body {
    fn name(&self) -> &'static str {
        "role"
    }

    fn about(&self) -> &'static str {
        "body of POST /api/v2/roles; ids from --permissions FILE, else those known of datadoghq.com and datadoghq.eu"
    }

    fn credentials(&self) -> &'static [Credential] {
        &[Credential::Role]
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        let mut rows: Vec<Value> = Vec::new();
        let mut unknown = Vec::new();
        for name in grantable(order) {
            match id_of(name, order) {
                Some(id) => rows.push(json!({"type": "permissions", "id": id})),
                None => unknown.push(name.as_str()),
            }
        }
        if !unknown.is_empty() {
            let what = format!("the ids of {} at {} are not known", unknown.join(", "), order.details.site());
            return Err(Error::new(what)
                .help("give the answer of GET /api/v2/permissions of that site with --permissions FILE"));
        }
        let relationships = json!({"permissions": {"data": rows}});
        let data = json!({"type": "roles", "attributes": {"name": order.details.name}, "relationships": relationships});
        pretty(&json!({"data": data}))
    }
}
