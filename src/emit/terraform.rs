//! Terraform snippets: keys and tokens with literal names, roles with looked-up ids.
//!
//! `scopes` takes names, never ids: the provider's own examples with `data.datadog_permissions` are refused by the API.

use super::{Emitter, Order, because, not_empty, required, role};
use crate::error::Result;
use crate::privilege::Credential;
use std::fmt::Write as _;

/// `datadog_application_key`.
pub struct Key;
/// `datadog_service_account_application_key`.
pub struct ServiceAccountKey;
/// `datadog_service_access_token`.
pub struct ServiceToken;
/// `datadog_role`.
pub struct Role;

const KEYS: &[Credential] = &[Credential::AppKey];

impl Emitter for Key {
    fn name(&self) -> &'static str {
        "terraform"
    }

    fn about(&self) -> &'static str {
        "a datadog_application_key resource"
    }

    fn credentials(&self) -> &'static [Credential] {
        KEYS
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        not_empty(order, "key")?;
        Ok(resource("datadog_application_key", None, order))
    }
}

impl Emitter for ServiceAccountKey {
    fn name(&self) -> &'static str {
        "terraform-service-account-key"
    }

    fn about(&self) -> &'static str {
        "a datadog_service_account_application_key resource; needs --service-account"
    }

    fn credentials(&self) -> &'static [Credential] {
        KEYS
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        not_empty(order, "key")?;
        let account =
            required(order.details.service_account.as_ref(), "the service account", "--service-account UUID")?;
        Ok(resource("datadog_service_account_application_key", Some(account), order))
    }
}

impl Emitter for ServiceToken {
    fn name(&self) -> &'static str {
        "terraform-service-token"
    }

    fn about(&self) -> &'static str {
        "a datadog_service_access_token resource; needs --service-account"
    }

    fn credentials(&self) -> &'static [Credential] {
        KEYS
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        not_empty(order, "token")?;
        let account =
            required(order.details.service_account.as_ref(), "the service account", "--service-account UUID")?;
        Ok(resource("datadog_service_access_token", Some(account), order))
    }
}

impl Emitter for Role {
    fn name(&self) -> &'static str {
        "terraform-role"
    }

    fn about(&self) -> &'static str {
        "a datadog_role resource that looks the ids up"
    }

    fn credentials(&self) -> &'static [Credential] {
        &[Credential::Role]
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        let mut out = String::from("data \"datadog_permissions\" \"all\" {}\n\n");
        let _ = writeln!(
            out,
            "resource \"datadog_role\" \"{}\" {{\n  name = {}",
            label(&order.details.name),
            quoted(&order.details.name)
        );
        for name in role::grantable(order) {
            let _ = writeln!(out, "\n  # {}", because(name, order));
            let _ = writeln!(out, "  permission {{\n    id = data.datadog_permissions.all.permissions.{name}\n  }}");
        }
        Ok(out + "}\n")
    }
}

fn resource(kind: &str, account: Option<&str>, order: &Order<'_>) -> String {
    // As `terraform fmt` lays it out: one-line attributes aligned, lists not, comments in a column.
    let width = if account.is_some() { "service_account_id".len() } else { "name".len() };
    let column = order.scopes.iter().map(|name| name.len() + 3).max().unwrap_or(0);
    let mut out = format!("resource \"{kind}\" \"{}\" {{\n", label(&order.details.name));
    if let Some(account) = account {
        let _ = writeln!(out, "  {:<width$} = {}", "service_account_id", quoted(account));
    }
    let _ = writeln!(out, "  {:<width$} = {}", "name", quoted(&order.details.name));
    out.push_str("  scopes = [\n");
    for name in order.scopes {
        let _ = writeln!(out, "    {:<column$} # {}", format!("{},", quoted(name)), because(name, order));
    }
    out + "  ]\n}\n"
}

/// A resource's label: letters, digits and `_`, not starting with a digit.
fn label(name: &str) -> String {
    let folded: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let folded = folded.trim_matches('_');
    match folded.chars().next() {
        None => "ddscope".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("_{folded}"),
        Some(_) => folded.to_owned(),
    }
}

/// A quoted HCL string without interpolation.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if letters.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out + "\""
}
