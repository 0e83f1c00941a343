//! Request bodies that create or update application keys and access tokens.

use super::{Emitter, Order, not_empty, pretty, required};
use crate::error::Result;
use crate::ir::Name;
use crate::privilege::Credential;
use serde_json::{Value, json};

/// `POST /api/v2/current_user/application_keys`.
pub struct Create;
/// `PATCH /api/v2/current_user/application_keys/{id}`.
pub struct Update;
/// `POST /api/v2/service_accounts/{id}/application_keys`.
pub struct ServiceAccountKey;
/// `POST /api/v2/personal_access_tokens`.
pub struct PersonalToken;
/// `POST /api/v2/service_accounts/{id}/access_tokens`.
pub struct ServiceToken;

const KEYS: &[Credential] = &[Credential::AppKey];

fn scopes<'a>(order: &Order<'a>) -> Vec<&'a str> {
    order.scopes.iter().map(Name::as_str).collect()
}

fn body(kind: &str, attributes: Value) -> Value {
    json!({"data": {"type": kind, "attributes": attributes}})
}

impl Emitter for Create {
    fn name(&self) -> &'static str {
        "app-key"
    }

    fn about(&self) -> &'static str {
        "body of POST /api/v2/current_user/application_keys"
    }

    fn credentials(&self) -> &'static [Credential] {
        KEYS
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        not_empty(order, "key")?;
        pretty(&body("application_keys", json!({"name": order.details.name, "scopes": scopes(order)})))
    }
}

impl Emitter for Update {
    fn name(&self) -> &'static str {
        "app-key-update"
    }

    fn about(&self) -> &'static str {
        "body of PATCH /api/v2/current_user/application_keys/{id}; needs --id"
    }

    fn credentials(&self) -> &'static [Credential] {
        KEYS
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        not_empty(order, "key")?;
        let id = required(order.details.id.as_ref(), "the id of the key", "--id ID")?;
        pretty(&json!({"data": {"type": "application_keys", "id": id, "attributes": {"scopes": scopes(order)}}}))
    }
}

impl Emitter for ServiceAccountKey {
    fn name(&self) -> &'static str {
        "service-account-key"
    }

    fn about(&self) -> &'static str {
        "body of POST /api/v2/service_accounts/{id}/application_keys"
    }

    fn credentials(&self) -> &'static [Credential] {
        KEYS
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        Create.emit(order)
    }
}

impl Emitter for PersonalToken {
    fn name(&self) -> &'static str {
        "pat"
    }

    fn about(&self) -> &'static str {
        "body of POST /api/v2/personal_access_tokens; needs --expires"
    }

    fn credentials(&self) -> &'static [Credential] {
        KEYS
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        not_empty(order, "token")?;
        let expires = required(
            order.details.expires.as_ref(),
            "an expiry, 24 hours to a year from now",
            "--expires 2027-01-31T00:00:00Z",
        )?;
        let attributes = json!({"name": order.details.name, "scopes": scopes(order), "expires_at": expires});
        pretty(&body("personal_access_tokens", attributes))
    }
}

impl Emitter for ServiceToken {
    fn name(&self) -> &'static str {
        "sat"
    }

    fn about(&self) -> &'static str {
        "body of POST /api/v2/service_accounts/{id}/access_tokens"
    }

    fn credentials(&self) -> &'static [Credential] {
        KEYS
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        not_empty(order, "token")?;
        let mut attributes = json!({"name": order.details.name, "scopes": scopes(order)});
        if let (Some(expires), Some(fields)) = (&order.details.expires, attributes.as_object_mut()) {
            fields.insert("expires_at".to_owned(), Value::from(expires.as_str()));
        }
        pretty(&body("service_access_tokens", attributes))
    }
}
