//! The blocks of a module as evidence: resources, data sources, providers, modules that are not here.

use super::eval::{Bound, Scope};
use super::project::{Instance, Project, repetitions};
use super::tree::{Block as Written, Body, Value};
use crate::evidence::{Call, Evidence, Place};
use crate::infra::block::{self, Argument, Block, Exists};
use crate::infra::kinds::{self, Calls};
use crate::ir::Name;
use std::collections::BTreeMap;

/// The evidence of one module in use.
pub(super) fn evidence(project: &Project, instance: &Instance, body: &Body) -> Vec<Evidence> {
    let reader = Reader { project, instance, scope: instance.scope(body, false) };
    let mut found = Vec::new();
    for block in &body.blocks {
        reader.block(block, &mut found);
    }
    for absent in project.absent(instance, body) {
        if !is_about_datadog(absent.block, &absent.source) {
            continue;
        }
        let name = absent.block.labels.first().map_or("", String::as_str);
        let what = format!("module.{name} from {}", without_login(&absent.source));
        let at = reader.at(absent.block, format!("module.{name}"), "datadog");
        let reason = if absent.local { "module-not-found" } else { "module-not-downloaded" };
        found.push(block::opaque(&at, what, reason));
    }
    found
}

/// What the providers in use call when they start, each told at the first block that makes it start: a provider without
/// resources is never configured, and one without a block takes its keys from the environment.
#[derive(Default)]
pub(super) struct Started {
    /// By the root's folder and the provider's name: where it starts.
    used: BTreeMap<(String, Name), Place>,
    /// Likewise: what the provider's block says.
    written: BTreeMap<(String, Name), Body>,
}

impl Started {
    /// Looks at one module in use and at the evidence in it.
    pub(super) fn see(&mut self, instance: &Instance, body: &Body, evidence: &[Evidence]) {
        for it in evidence {
            if let Call::Declared { provider, .. } = &it.call {
                let key = (instance.root_folder().to_owned(), provider.clone());
                self.used.entry(key).or_insert_with(|| it.place.clone());
            }
        }
        for block in body.blocks_named("provider").filter(|block| block.labels == ["datadog"]) {
            let alias = block.body.attribute("alias").and_then(|node| node.text());
            let name = alias.map_or("datadog".to_owned(), |alias| format!("datadog.{alias}"));
            self.written.insert((instance.root_folder().to_owned(), Name::from(name)), block.body.clone());
        }
    }

    /// The evidence.
    pub(super) fn evidence(self) -> Vec<Evidence> {
        let mut found = Vec::new();
        for (key, place) in self.used {
            let Place::Source { file, span, .. } = place else { continue };
            let body = self.written.get(&key);
            let look_up =
                |name: &str| body.and_then(|body| body.attribute(name)).and_then(|node| argument_of(&node.value));
            let address = format!("provider.{}", key.1);
            let at = Block { file, span, address, vocabulary: "terraform", provider: key.1 };
            let calls = kinds::configure();
            found.extend(block::calls(&at, "provider.datadog", calls, Exists::Unknown, &|_| true, &look_up));
        }
        found
    }
}

struct Reader<'p> {
    project: &'p Project,
    instance: &'p Instance,
    scope: Scope<'p>,
}

impl<'p> Reader<'p> {
    fn at(&self, block: &Written, address: String, provider: &str) -> Block {
        let file = self.project.files.get(block.file).cloned().unwrap_or_default();
        Block { file, span: block.span, address, vocabulary: "terraform", provider: self.instance.provider(provider) }
    }

    fn block(&self, block: &Written, found: &mut Vec<Evidence>) {
        let labels: Vec<&str> = block.labels.iter().map(String::as_str).collect();
        match (block.keyword.as_str(), labels.as_slice()) {
            ("resource", [kind, name]) if kind.starts_with("datadog_") => {
                self.declared(block, kind, format!("{kind}.{name}"), found);
            }
            ("data", [kind, name]) if kind.starts_with("datadog_") => {
                self.declared(block, &format!("data.{kind}"), format!("data.{kind}.{name}"), found);
            }
            ("removed", []) => self.removed(block, found),
            ("check", _) => block.body.blocks_named("data").for_each(|inner| self.block(inner, found)),
            _ => {}
        }
    }

    fn declared(&self, block: &Written, kind: &str, address: String, found: &mut Vec<Evidence>) {
        if repetitions(&block.body, &self.scope).is_empty() {
            return;
        }
        let provider = block.body.attribute("provider").and_then(|node| node.dotted());
        let at = self.at(block, address, provider.as_deref().unwrap_or("datadog"));
        let forbidden = forbidden(&block.body);
        let happens = |call: &Calls| !forbidden.contains(&call.action);
        found.extend(block::declared(&at, kind, Exists::Unknown, &happens, &|name| self.look_up(&block.body, name)));
    }

    /// What is taken out of the configuration, and destroyed unless that is ruled out.
    fn removed(&self, block: &Written, found: &mut Vec<Evidence>) {
        let Some(Value::Reference(words, None)) = block.body.attribute("from").map(|node| &node.value) else { return };
        let Some(kind) = words.iter().find(|word| word.starts_with("datadog_")) else { return };
        let kept = |body: &Body| body.attribute("destroy").is_some_and(|node| node.value == Value::Bool(false));
        if !block.body.nested("lifecycle").iter().any(kept) {
            let address = words.iter().map(Name::as_str).collect::<Vec<_>>().join(".");
            let at = self.at(block, address, "datadog");
            let happens = |call: &Calls| matches!(call.action, "read" | "delete");
            found.extend(block::declared(&at, kind, Exists::Yes, &happens, &|_| Some(Argument::Open)));
        }
    }

    /// What a block says about an argument; with a dot, one of a nested block.
    fn look_up(&self, body: &Body, argument: &str) -> Option<Argument> {
        if let Some((outer, inner)) = argument.split_once('.') {
            return body.nested(outer).first().and_then(|body| self.look_up(body, inner));
        }
        let Some(node) = body.attribute(argument) else {
            let dynamic = |block: &Written| block.keyword == "dynamic" && block.labels.iter().any(|it| it == argument);
            let nested = body.blocks.iter().any(|block| block.keyword == argument || dynamic(block));
            return nested.then_some(Argument::Open);
        };
        argument_of(&self.scope.value(node, &Bound::new()).value)
    }
}

/// A computed value as an argument.
fn argument_of(value: &Value) -> Option<Argument> {
    match value {
        Value::Null => None,
        Value::List(items) if items.is_empty() => None,
        Value::Bool(value) => Some(Argument::Literal(value.to_string())),
        Value::Text(text) | Value::Number(text) => Some(Argument::Literal(text.clone())),
        _ => Some(Argument::Open),
    }
}

/// Actions that the block's own lifecycle rules out.
fn forbidden(body: &Body) -> Vec<&'static str> {
    let mut out = Vec::new();
    for lifecycle in body.nested("lifecycle") {
        if lifecycle.attribute("prevent_destroy").is_some_and(|node| node.value == Value::Bool(true)) {
            out.push("delete");
        }
        if lifecycle.attribute("ignore_changes").and_then(|node| node.dotted()).is_some_and(|word| word == "all") {
            out.push("update");
        }
    }
    out
}

/// Whether the source, the name or the providers of a call show that it makes Datadog resources.
fn is_about_datadog(call: &Written, source: &str) -> bool {
    let says = |text: &str| text.to_ascii_lowercase().contains("datadog");
    let passes = || match call.body.attribute("providers").map(|node| &node.value) {
        Some(Value::Object(fields)) => {
            fields.iter().any(|(name, node)| says(name) || node.dotted().is_some_and(|provider| says(&provider)))
        }
        _ => false,
    };
    says(source) || call.labels.iter().any(|label| says(label)) || passes()
}

/// An address without the user and password that may stand in it.
fn without_login(source: &str) -> String {
    match source.split_once("://") {
        Some((scheme, rest)) => match rest.split_once('@') {
            Some((login, rest)) if !login.contains('/') => format!("{scheme}://{rest}"),
            _ => source.to_owned(),
        },
        None => source.to_owned(),
    }
}
