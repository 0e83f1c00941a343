//! YAML that declares: resources of the Datadog operator and of Crossplane, Ansible tasks, GitHub Actions steps, Pulumi programs.
//!
//! Scripts inside of YAML are the front ends' business; here only what is declared counts. Templates that are not YAML before they
//! are filled in give what can be read of them.

use super::block::{self, Argument, Block, Exists};
use super::classes::{self, Class};
use super::kinds;
use super::terraform::keys::KEYS;
use super::terraform::{DeclaredKey, Element, Scopes};
use crate::evidence::{Evidence, Place};
use crate::ir::{Name, Span};
use crate::yaml::{self, Node, Scalar};
use std::sync::Arc;

/// Nodes deeper than this are not looked into.
const DEPTH: usize = 48;

/// The evidence of one file.
pub fn read(file: &Arc<str>, text: &str) -> Vec<Evidence> {
    let mut reader = Reader { file, found: Vec::new() };
    for root in yaml::parse(text).roots {
        if root.field("runtime").is_some() && root.field("resources").is_some() {
            reader.pulumi(&root);
        } else {
            reader.any(&root, 0);
        }
    }
    reader.found
}

/// The keys and tokens that a Pulumi program in YAML declares.
pub fn keys(file: &Arc<str>, text: &str) -> Vec<DeclaredKey> {
    let reader = Reader { file, found: Vec::new() };
    let mut found = Vec::new();
    for root in yaml::parse(text).roots {
        let Some(Node::Map(entries)) = root.field("resources") else { continue };
        for (name, value) in entries {
            found.extend(reader.key(name, value));
        }
    }
    found
}

struct Reader<'a> {
    file: &'a Arc<str>,
    found: Vec<Evidence>,
}

impl Reader<'_> {
    fn block(&self, vocabulary: &'static str, at: &Scalar, address: String, provider: &str) -> Block {
        let one = |number: usize| u32::try_from(number).unwrap_or(u32::MAX - 1);
        let (line, column) = (one(at.line), one(at.column).saturating_add(1));
        let width = one(at.value.len());
        let span = Span::new(line, column, line, column.saturating_add(width));
        Block { file: self.file.clone(), span, address, vocabulary, provider: Name::new(provider) }
    }

    fn key(&self, name: &Scalar, value: &Node) -> Option<DeclaredKey> {
        let token = value.field("type").and_then(Node::scalar)?;
        let path = token.value.strip_prefix("datadog:")?;
        let Some(Class::Known(kind)) = classes::of_token(path) else { return None };
        if !KEYS.contains(&kind.name) {
            return None;
        }
        let place = |at: &Scalar| Place::Source {
            file: self.file.clone(),
            language: None,
            span: self.block("pulumi", at, String::new(), "").span,
        };
        let element = |item: &Node| match item.scalar() {
            Some(at) if !at.value.contains("${") => Element::Name(at.value.clone(), place(at)),
            _ => Element::Open("an expression".to_owned(), place(name)),
        };
        let scopes = match value.field("properties").and_then(|properties| properties.field("scopes")) {
            None => Scopes::Absent,
            Some(Node::List(items)) => Scopes::List(items.iter().map(element).collect()),
            Some(_) => Scopes::Open("an expression".to_owned()),
        };
        let at = place(name);
        Some(DeclaredKey {
            kind: kind.name.to_owned(),
            address: name.value.clone(),
            scopes,
            place: at.clone(),
            block: at,
        })
    }

    fn any(&mut self, node: &Node, depth: usize) {
        if depth > DEPTH {
            return;
        }
        match node {
            Node::List(items) => items.iter().for_each(|item| self.any(item, depth + 1)),
            Node::Map(entries) => {
                self.kubernetes(node);
                self.task(entries);
                self.step(node);
                entries.iter().for_each(|(_, value)| self.any(value, depth + 1));
            }
            Node::Scalar(_) | Node::Nothing => {}
        }
    }

    /// `kind: DatadogMonitor` of the operator, `kind: Monitor` of Crossplane.
    fn kubernetes(&mut self, node: &Node) {
        let scalar = |name: &str| node.field(name).and_then(Node::scalar);
        let (Some(version), Some(kind)) = (scalar("apiVersion"), scalar("kind")) else { return };
        let group = version.value.split('/').next().unwrap_or_default();
        let name = node.field("metadata").and_then(|metadata| metadata.field("name")).and_then(Node::scalar);
        let name = name.map_or("", |name| name.value.as_str());
        let address = format!("{}/{name}", kind.value);
        if group == "datadoghq.com" {
            let at = self.block("kubernetes", kind, address, "");
            // The agent and its parts talk to the intake only.
            if kind.value.starts_with("DatadogAgent") || is_of_the_agent(&kind.value) {
                return;
            }
            match kinds::other("kubernetes", &kind.value) {
                Some(known) => self.found.extend(calls(&at, known.kind, known.calls, node)),
                None => {
                    let near = kinds::nearest_other("kubernetes", &kind.value);
                    self.found.push(block::unknown(&at, &kind.value, near));
                }
            }
        } else if group.contains("datadog") && (group.contains("crossplane.io") || group.contains("upbound.io")) {
            let short = group.split('.').next().unwrap_or_default();
            let fold = |text: &str| text.to_ascii_lowercase();
            let names = [fold(&kind.value), fold(short) + &fold(&kind.value)];
            let Some(known) = names.iter().find_map(|name| kinds::folded(false, name)) else {
                if !kind.value.starts_with("Provider") && !kind.value.starts_with("StoreConfig") {
                    let at = self.block("kubernetes", kind, address, "");
                    self.found.push(block::unknown(&at, &kind.value, None));
                }
                return;
            };
            let at = self.block("kubernetes", kind, address, "");
            let spec = node.field("spec").and_then(|spec| spec.field("forProvider")).unwrap_or(&Node::Nothing);
            self.found.extend(calls(&at, known.name, known.calls, spec));
        }
    }

    /// `community.general.datadog_event: {…}`, also `datadog_event: title=… text=…`.
    fn task(&mut self, entries: &[(Scalar, Node)]) {
        for (key, value) in entries {
            let module = key.value.rsplit('.').next().unwrap_or_default();
            if !module.starts_with("datadog_") || !(key.value == module || key.value.starts_with("community.")) {
                continue;
            }
            let Some(known) = kinds::other("ansible", module) else {
                // Variables of the agent's role look alike; only a full name is a module for sure.
                if key.value != module {
                    let at = self.block("ansible", key, key.value.clone(), "");
                    self.found.push(block::unknown(&at, module, kinds::nearest_other("ansible", module)));
                }
                continue;
            };
            if matches!(value, Node::Map(_) | Node::Scalar(_)) {
                let at = self.block("ansible", key, key.value.clone(), "");
                self.found.extend(calls(&at, known.kind, known.calls, value));
            }
        }
    }

    /// `uses: DataDog/synthetics-ci-github-action@v1` with its inputs.
    fn step(&mut self, node: &Node) {
        let Some(uses) = node.field("uses").and_then(Node::scalar) else { return };
        let action = uses.value.split('@').next().unwrap_or_default();
        let folded = action.to_ascii_lowercase();
        let at = self.block("github-action", uses, action.to_owned(), "");
        match kinds::other("github-action", &folded) {
            Some(known) => {
                let inputs = node.field("with").unwrap_or(&Node::Nothing);
                self.found.extend(calls(&at, known.kind, known.calls, inputs));
            }
            None if folded.starts_with("datadog/") => {
                self.found.push(block::opaque(&at, action.to_owned(), "unknown-action"));
            }
            None => {}
        }
    }

    /// A Pulumi program in YAML.
    fn pulumi(&mut self, root: &Node) {
        for section in ["resources", "variables"] {
            let Some(Node::Map(entries)) = root.field(section) else { continue };
            for (name, value) in entries {
                self.pulumi_entry(root, name, value);
            }
        }
    }

    fn pulumi_entry(&mut self, root: &Node, name: &Scalar, value: &Node) {
        let invoked = value.field("fn::invoke").and_then(|invoke| invoke.field("function"));
        let Some(token) = value.field("type").or(invoked).and_then(Node::scalar) else { return };
        let Some(path) = token.value.strip_prefix("datadog:") else { return };
        let provider = value.field("options").and_then(|options| options.field("provider")).and_then(Node::scalar);
        let provider = provider.map(|it| it.value.trim_start_matches("${").trim_end_matches('}').to_owned());
        let provider = provider.map_or("datadog".to_owned(), |name| format!("datadog.{name}"));
        let at = self.block("pulumi", name, name.value.clone(), &provider);
        let _ = root;
        let arguments = value.field("properties").unwrap_or(&Node::Nothing);
        let look_up = |argument: &str| argument_of(arguments, argument);
        match classes::of_token(path) {
            Some(Class::Known(kind)) => {
                self.found.extend(block::calls(&at, kind.name, kind.calls, Exists::Unknown, &|_| true, &look_up));
            }
            Some(Class::Provider) => {
                let at = Block { provider: Name::from(format!("datadog.{}", name.value)), ..at };
                let calls = kinds::configure();
                self.found.extend(block::calls(&at, "provider.datadog", calls, Exists::Unknown, &|_| true, &look_up));
            }
            None => self.found.push(block::unknown(&at, &token.value, None)),
        }
    }
}

/// Other kinds of the operator, which need no application key of their own.
fn is_of_the_agent(kind: &str) -> bool {
    matches!(
        kind,
        "DatadogCSIDriver" | "DatadogInstrumentation" | "DatadogPodAutoscaler" | "DatadogPodAutoscalerClusterProfile"
    )
}

fn calls(at: &Block, kind: &str, calls: &[kinds::Calls], arguments: &Node) -> Vec<Evidence> {
    block::calls(at, kind, calls, Exists::Unknown, &|_| true, &|argument| argument_of(arguments, argument))
}

/// What is written for an argument; in `a=b c=d` too. Names are compared without underscores and case.
fn argument_of(node: &Node, argument: &str) -> Option<Argument> {
    if let Some((outer, inner)) = argument.split_once('.') {
        return field(node, outer).and_then(|node| argument_of(node, inner));
    }
    if let Node::Scalar(inline) = node {
        let start = format!("{argument}=");
        let word = inline.value.split_whitespace().find_map(|word| word.strip_prefix(&start));
        return word.map(|word| literal(word.trim_matches(['"', '\''])));
    }
    match field(node, argument)? {
        Node::Scalar(scalar) if matches!(scalar.value.as_str(), "" | "[]" | "null" | "~") => None,
        Node::Scalar(scalar) => Some(literal(&scalar.value)),
        Node::List(items) if items.is_empty() => None,
        _ => Some(Argument::Open),
    }
}

fn field<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let Node::Map(entries) = node else { return None };
    entries.iter().find(|(key, _)| classes::is_argument(&key.value, name)).map(|(_, value)| value)
}

fn literal(text: &str) -> Argument {
    if text.contains("${") || text.contains("{{") { Argument::Open } else { Argument::Literal(text.to_owned()) }
}
