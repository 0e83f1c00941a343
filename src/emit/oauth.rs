//! What OAuth clients and their administrators need: the `scope` string, the authorize URL, the restriction body.

use super::{Emitter, Order, pretty, required};
use crate::error::{Error, Result};
use crate::ir::Name;
use crate::privilege::Credential;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

/// `a b`.
pub struct ScopeString;
/// `https://app.datadoghq.com/oauth2/v1/authorize?…`.
pub struct AuthorizeUrl;
/// `POST /api/v2/oauth2/clients/{uuid}/scopes_restriction`.
pub struct Restriction;

const CLIENTS: &[Credential] = &[Credential::Oauth];

impl Emitter for ScopeString {
    fn name(&self) -> &'static str {
        "oauth-scope"
    }

    fn about(&self) -> &'static str {
        "the scope parameter of an OAuth client: names joined by spaces"
    }

    fn credentials(&self) -> &'static [Credential] {
        CLIENTS
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        Ok(joined(order) + "\n")
    }
}

impl Emitter for AuthorizeUrl {
    fn name(&self) -> &'static str {
        "authorize-url"
    }

    fn about(&self) -> &'static str {
        "the authorize URL without state and code challenge; needs --client-id and --redirect-uri"
    }

    fn credentials(&self) -> &'static [Credential] {
        CLIENTS
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        let client = required(order.details.client_id.as_ref(), "the id of the client", "--client-id UUID")?;
        let back = required(order.details.redirect_uri.as_ref(), "the registered redirect URI", "--redirect-uri URI")?;
        let site = order.details.site();
        if !site.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-') {
            return Err(Error::new(format!("`{site}` is no site")).help("give --for-site datadoghq.eu or the like"));
        }
        let pairs =
            [("response_type", "code"), ("client_id", client), ("redirect_uri", back), ("scope", &joined(order))];
        let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        Ok(format!("https://app.{site}/oauth2/v1/authorize?{}\n", query.join("&")))
    }
}

impl Emitter for Restriction {
    fn name(&self) -> &'static str {
        "scope-restriction"
    }

    fn about(&self) -> &'static str {
        "body of POST /api/v2/oauth2/clients/{uuid}/scopes_restriction (preview)"
    }

    fn credentials(&self) -> &'static [Credential] {
        CLIENTS
    }

    fn notes(&self) -> Vec<String> {
        vec![
            "no OIDC scope is allowed by it: add openid, email, profile or offline_access if the client logs users in"
                .to_owned(),
        ]
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        let names: Vec<&str> = order.scopes.iter().map(Name::as_str).collect();
        let attributes = json!({"oidc_scopes": [], "permission_scopes": names});
        pretty(&json!({"data": {"type": "upsert_scopes_restriction", "attributes": attributes}}))
    }
}

fn joined(order: &Order<'_>) -> String {
    order.scopes.iter().map(Name::as_str).collect::<Vec<_>>().join(" ")
}

fn encoded(text: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(text, KEPT).to_string()
}
