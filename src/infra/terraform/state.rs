//! Terraform's own state files (`*.tfstate`), versions 3 and 4: what exists is refreshed by every plan, and deleted when it
//! leaves the configuration.

use super::plan::argument_of;
use crate::evidence::Evidence;
use crate::infra::block::{self, Block, Exists};
use crate::infra::kinds::Calls;
use crate::ir::{Name, Span};
use crate::json;
use std::sync::Arc;

/// Whether a value is a state.
pub(super) fn is_state(value: &json::Node) -> bool {
    value.at("version").is_some()
        && ["resources", "modules"].iter().any(|key| value.at(key).is_some())
        && (value.at("terraform_version").is_some() || value.at("serial").is_some())
}

/// The evidence of one state.
pub(super) fn read(file: &Arc<str>, value: &json::Node) -> Vec<Evidence> {
    let mut found = Vec::new();
    for resource in value.at("resources").map(json::Node::items).unwrap_or_default() {
        let (Some(kind), Some(name)) = (resource.text_at("type"), resource.text_at("name")) else { continue };
        let data = if resource.text_at("mode") == Some("data") { "data." } else { "" };
        let module = resource.text_at("module").map(|module| format!("{module}.")).unwrap_or_default();
        let kind = format!("{data}{kind}");
        let address = format!("{module}{kind}.{name}");
        let values = resource.at("instances").map(json::Node::items).unwrap_or_default();
        let values = values.first().and_then(|instance| instance.at("attributes"));
        let provider = provider(resource.text_at("provider").unwrap_or_default());
        push(file, resource.span, (&kind, address, provider), values, &mut found);
    }
    // Before Terraform 0.12.
    for module in value.at("modules").map(json::Node::items).unwrap_or_default() {
        let Some(json::Value::Object(resources)) = module.at("resources").map(|it| &it.value) else { continue };
        for (address, resource) in resources {
            if let Some(kind) = resource.text_at("type") {
                let data = if address.starts_with("data.") { "data." } else { "" };
                let provider =
                    Name::new(resource.text_at("provider").unwrap_or("datadog").trim_start_matches("provider."));
                push(file, resource.span, (&format!("{data}{kind}"), address.clone(), provider), None, &mut found);
            }
        }
    }
    found
}

fn push(
    file: &Arc<str>,
    span: Span,
    (kind, address, provider): (&str, String, Name),
    values: Option<&json::Node>,
    found: &mut Vec<Evidence>,
) {
    if !kind.trim_start_matches("data.").starts_with("datadog_") {
        return;
    }
    let span = Span::new(span.line, span.column, span.line, span.column.saturating_add(1));
    let at = Block { file: file.clone(), span, address, vocabulary: "terraform", provider };
    let look_up = |argument: &str| match values {
        Some(values) => argument_of(values, argument),
        None => Some(block::Argument::Open),
    };
    let happens = |call: &Calls| matches!(call.action, "read" | "delete");
    found.extend(block::declared(&at, kind, Exists::Yes, &happens, &look_up));
}

/// `provider["registry.terraform.io/datadog/datadog"].eu` → `datadog.eu`.
fn provider(written: &str) -> Name {
    let alias = written.rsplit_once("].").map(|(_, alias)| alias);
    Name::new(alias.map_or("datadog".to_owned(), |alias| format!("datadog.{alias}")))
}
