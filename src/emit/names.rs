//! Bare lists of names.

use super::{Emitter, Order, pretty};
use crate::error::Result;
use crate::ir::Name;
use crate::privilege::Credential;
use serde_json::Value;

/// One name a line.
pub struct Names;
/// A JSON list.
pub struct JsonList;
/// Joined by commas, as `pup --scopes` takes them.
pub struct Comma;

impl Emitter for Names {
    fn name(&self) -> &'static str {
        "names"
    }

    fn about(&self) -> &'static str {
        "one name a line"
    }

    fn credentials(&self) -> &'static [Credential] {
        &Credential::ALL
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        Ok(order.scopes.iter().map(|name| format!("{name}\n")).collect())
    }
}

impl Emitter for JsonList {
    fn name(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "a JSON list of names"
    }

    fn credentials(&self) -> &'static [Credential] {
        &Credential::ALL
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        pretty(&Value::from(order.scopes.iter().map(Name::as_str).collect::<Vec<_>>()))
    }
}

impl Emitter for Comma {
    fn name(&self) -> &'static str {
        "comma"
    }

    fn about(&self) -> &'static str {
        "names joined by commas, as pup --scopes takes them"
    }

    fn credentials(&self) -> &'static [Credential] {
        &Credential::ALL
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        Ok(order.scopes.iter().map(Name::as_str).collect::<Vec<_>>().join(",") + "\n")
    }
}
