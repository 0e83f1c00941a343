//! What Terraform prints as JSON: a plan (`terraform show -json PLANFILE`) and the state in that form.
//!
//! A plan says which actions will be taken, so that exactly those count: everything that exists is refreshed, data sources
//! are read, and what changes is created, updated or deleted. Values are only compared, never kept.

use super::json_syntax;
use super::tree::{Node, Value};
use crate::evidence::{Call, Evidence, Place};
use crate::infra::block::{self, Argument, Block, Exists};
use crate::infra::kinds::{self, Calls};
use crate::ir::{Name, Span};
use crate::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Whether a value looks like Terraform's output rather than its input.
pub(super) fn is_output(value: &json::Node) -> bool {
    value.at("format_version").is_some()
        && ["resource_changes", "planned_values", "values"].iter().any(|key| value.at(key).is_some())
}

/// The evidence of one document.
pub(super) fn read(file: &Arc<str>, value: &json::Node) -> Vec<Evidence> {
    let mut reader = Reader { file, providers: Providers::of(value), seen: BTreeSet::new(), found: Vec::new() };
    for change in value.at("resource_changes").map(json::Node::items).unwrap_or_default() {
        reader.change(change);
    }
    for values in [value.path(&["prior_state", "values", "root_module"]), value.path(&["values", "root_module"])] {
        reader.module(values, value.at("values").is_some(), 0);
    }
    reader.configured(value);
    reader.found
}

/// Which configured provider each resource of the configuration uses.
struct Providers {
    by_address: BTreeMap<String, String>,
}

impl Providers {
    fn of(value: &json::Node) -> Self {
        let mut it = Self { by_address: BTreeMap::new() };
        it.module(value.path(&["configuration", "root_module"]), "", 0);
        it
    }

    fn module(&mut self, module: Option<&json::Node>, prefix: &str, depth: usize) {
        let Some(module) = module.filter(|_| depth < 64) else { return };
        for resource in module.at("resources").map(json::Node::items).unwrap_or_default() {
            if let (Some(address), Some(key)) = (resource.text_at("address"), resource.text_at("provider_config_key")) {
                let name = key.rsplit(':').next().unwrap_or(key);
                self.by_address.insert(format!("{prefix}{address}"), name.to_owned());
            }
        }
        if let Some(json::Value::Object(calls)) = module.at("module_calls").map(|calls| &calls.value) {
            for (name, call) in calls {
                self.module(call.at("module"), &format!("{prefix}module.{name}."), depth + 1);
            }
        }
    }

    /// The provider of a resource whose address may carry indices.
    fn of_address(&self, address: &str) -> Name {
        Name::new(self.by_address.get(&without_indices(address)).map_or("datadog", String::as_str))
    }
}

/// `module.a["x"].datadog_monitor.m[0]` → `module.a.datadog_monitor.m`.
fn without_indices(address: &str) -> String {
    let (mut out, mut inside, mut quoted) = (String::new(), false, false);
    for letter in address.chars() {
        match letter {
            '"' if inside => quoted = !quoted,
            '[' if !quoted => inside = true,
            ']' if !quoted => inside = false,
            other if !inside => out.push(other),
            _ => {}
        }
    }
    out
}

struct Reader<'a> {
    file: &'a Arc<str>,
    providers: Providers,
    /// Addresses whose reading is told already.
    seen: BTreeSet<String>,
    found: Vec<Evidence>,
}

impl Reader<'_> {
    fn block(&self, address: &str, span: Span, provider: Name) -> Block {
        let span = Span::new(span.line, span.column, span.line, span.column.saturating_add(1));
        Block { file: self.file.clone(), span, address: address.to_owned(), vocabulary: "terraform", provider }
    }

    /// What the configured providers call when they start, told at the first block that makes them start.
    fn configured(&mut self, value: &json::Node) {
        let Some(json::Value::Object(providers)) =
            value.path(&["configuration", "provider_config"]).map(|it| &it.value)
        else {
            return;
        };
        for (key, config) in providers {
            let name = config.text_at("full_name").or(config.text_at("name")).unwrap_or_default();
            if name != "datadog" && !name.to_ascii_lowercase().ends_with("datadog/datadog") {
                continue;
            }
            let name = key.rsplit(':').next().unwrap_or(key);
            let of = |it: &&Evidence| matches!(&it.call, Call::Declared { provider, .. } if provider == name);
            let Some(Place::Source { span, .. }) = self.found.iter().find(of).map(|it| it.place.clone()) else {
                continue;
            };
            let at = self.block(&format!("provider.{name}"), span, Name::new(name));
            let constant = |argument: &str| {
                let expression = config.path(&["expressions", argument])?;
                Some(expression.at("constant_value").and_then(literal).unwrap_or(Argument::Open))
            };
            let calls = kinds::configure();
            self.found.extend(block::calls(&at, "provider.datadog", calls, Exists::Unknown, &|_| true, &constant));
        }
    }

    fn change(&mut self, change: &json::Node) {
        let (Some(address), Some(kind)) = (change.text_at("address"), change.text_at("type")) else { return };
        if !kind.starts_with("datadog_") {
            return;
        }
        let part = |name: &str| change.path(&["change", name]).filter(|node| !node.is_null());
        let actions: Vec<&str> = change
            .path(&["change", "actions"])
            .map(json::Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(json::Node::text)
            .collect();
        let data = change.text_at("mode") == Some("data");
        let (before, after) = (part("before"), part("after"));
        let mut all: BTreeSet<&str> = actions.iter().copied().filter(|action| *action != "no-op").collect();
        // What exists is refreshed; what stays or becomes is planned.
        if data || before.is_some() {
            all.insert("read");
        }
        if !data && !actions.contains(&"delete") || actions.contains(&"create") {
            all.insert("plan");
        }
        let exists = match (before.is_some(), actions.contains(&"create")) {
            (true, false) => Exists::Yes,
            (false, _) => Exists::No,
            // Replaced: both.
            (true, true) => Exists::Unknown,
        };
        let kind = if data { format!("data.{kind}") } else { kind.to_owned() };
        let values = [after, before];
        let unknown = part("after_unknown");
        let look_up = |argument: &str| {
            let written = values.iter().flatten().find_map(|value| argument_of(value, argument));
            written.or_else(|| unknown.and_then(|value| argument_of(value, argument)).map(|_| Argument::Open))
        };
        self.seen.insert(address.to_owned());
        let at = self.block(address, change.span, self.providers.of_address(address));
        let happens = |call: &Calls| all.contains(call.action);
        self.found.extend(block::declared(&at, &kind, exists, &happens, &look_up));
    }

    /// What a state holds: data sources were read, resources are refreshed. `whole`: the state is all there is, so that what it
    /// holds may be destroyed.
    fn module(&mut self, module: Option<&json::Node>, whole: bool, depth: usize) {
        let Some(module) = module.filter(|_| depth < 64) else { return };
        for resource in module.at("resources").map(json::Node::items).unwrap_or_default() {
            let (Some(address), Some(kind)) = (resource.text_at("address"), resource.text_at("type")) else { continue };
            if !kind.starts_with("datadog_") || !self.seen.insert(address.to_owned()) {
                continue;
            }
            let data = resource.text_at("mode") == Some("data");
            let kind = if data { format!("data.{kind}") } else { kind.to_owned() };
            let at = self.block(address, resource.span, self.providers.of_address(address));
            let look_up = |argument: &str| resource.at("values").and_then(|values| argument_of(values, argument));
            let happens = |call: &Calls| call.action == "read" || whole && call.action == "delete";
            self.found.extend(block::declared(&at, &kind, Exists::Yes, &happens, &look_up));
        }
        for child in module.at("child_modules").map(json::Node::items).unwrap_or_default() {
            self.module(Some(child), whole, depth + 1);
        }
    }
}

/// What recorded values say about an argument; with a dot, one of a nested block.
pub(super) fn argument_of(values: &json::Node, argument: &str) -> Option<Argument> {
    match argument.split_once('.') {
        Some((outer, inner)) => {
            let outer = values.at(outer)?;
            let body = outer.items().first().unwrap_or(outer);
            argument_of(body, inner)
        }
        None => literal(values.at(argument)?),
    }
}

fn literal(value: &json::Node) -> Option<Argument> {
    match json_syntax::node(value, 0) {
        Node { value: Value::Null, .. } => None,
        Node { value: Value::List(items), .. } if items.is_empty() => None,
        Node { value: Value::Bool(it), .. } => Some(Argument::Literal(it.to_string())),
        Node { value: Value::Text(it) | Value::Number(it), .. } => Some(Argument::Literal(it)),
        _ => Some(Argument::Open),
    }
}
