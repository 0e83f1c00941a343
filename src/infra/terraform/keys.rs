//! Keys, tokens and roles that Terraform declares, with the scopes or permissions they are given.
//!
//! Defaults of variables count as their values here: a declaration is read as it stands. What the names mean, and whether
//! they suffice, is left to `privilege`.

use super::eval::{Bound, Scope};
use super::project::{Instance, Project, repetitions};
use super::tree::{Block, Body, Node, Value};
use crate::evidence::Place;
use crate::ir::{Name, Span};

/// A declared key, token or role.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredKey {
    /// Its resource type.
    pub kind: String,
    /// Its address, `module.ci.datadog_application_key.deploy["eu"]`.
    pub address: String,
    /// What it is given.
    pub scopes: Scopes,
    /// Where: the list, else the block.
    pub place: Place,
    /// Where the block stands.
    pub block: Place,
}

/// What a declared key is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Scopes {
    /// Nothing is said: it has everything its owner has.
    Absent,
    /// These, as far as they can be told.
    List(Vec<Element>),
    /// Something that only running Terraform tells; what decides it.
    Open(String),
}

/// One element of a list.
#[derive(Clone, Debug, PartialEq)]
pub enum Element {
    /// A literal.
    Name(String, Place),
    /// The id of a permission, looked up by its name in `data.datadog_permissions`.
    LookedUp(String, Place),
    /// Not computable here; what decides it.
    Open(String, Place),
}

/// The types that carry a list `scopes`.
pub(crate) const KEYS: [&str; 3] =
    ["datadog_application_key", "datadog_service_account_application_key", "datadog_service_access_token"];
const ROLE: &str = "datadog_role";

/// Every key, token and role of a project, in the order of its modules.
pub fn declared(project: &Project) -> Vec<DeclaredKey> {
    let mut found = Vec::new();
    project.walk(true, &mut |instance, body| {
        let reader = Reader { project, instance, scope: instance.scope(body, true) };
        for block in body.blocks_named("resource") {
            if let [kind, name] = block.labels.as_slice()
                && (KEYS.contains(&kind.as_str()) || kind == ROLE)
            {
                reader.keys(block, kind, name, &mut found);
            }
        }
    });
    found
}

struct Reader<'p> {
    project: &'p Project,
    instance: &'p Instance,
    scope: Scope<'p>,
}

impl Reader<'_> {
    fn place(&self, file: usize, span: Span) -> Place {
        Place::Source { file: self.project.files.get(file).cloned().unwrap_or_default(), language: None, span }
    }

    fn keys(&self, block: &Block, kind: &str, name: &str, found: &mut Vec<DeclaredKey>) {
        for (key, bound) in repetitions(&block.body, &self.scope) {
            let whole = self.place(block.file, block.whole);
            let (scopes, place) = if kind == ROLE {
                (Scopes::List(self.permissions(&block.body, &bound)), whole.clone())
            } else {
                match block.body.attribute("scopes") {
                    None => (Scopes::Absent, whole.clone()),
                    Some(node) => (self.scopes(node, &bound), self.place(node.file, node.span)),
                }
            };
            let address = format!("{}{kind}.{name}{key}", self.instance.address);
            found.push(DeclaredKey { kind: kind.to_owned(), address, scopes, place, block: whole });
        }
    }

    fn scopes(&self, node: &Node, bound: &Bound) -> Scopes {
        let value = self.scope.value(node, bound);
        match &value.value {
            Value::Null => Scopes::Absent,
            Value::List(items) => Scopes::List(items.iter().map(|item| self.element(item)).collect()),
            other => Scopes::Open(decider(other)),
        }
    }

    fn element(&self, item: &Node) -> Element {
        let place = self.place(item.file, item.span);
        match &item.value {
            Value::Text(name) => Element::Name(name.clone(), place),
            Value::Reference(words, None) => match looked_up(words) {
                Some(name) => Element::LookedUp(name.to_owned(), place),
                None => Element::Open(decider(&item.value), place),
            },
            other => Element::Open(decider(other), place),
        }
    }

    /// The `permission` blocks of a role, also dynamic ones.
    fn permissions(&self, body: &Body, bound: &Bound) -> Vec<Element> {
        let mut found = Vec::new();
        let id = |body: &Body, bound: &Bound| Some(self.element(&self.scope.value(body.attribute("id")?, bound)));
        found.extend(body.nested("permission").iter().filter_map(|permission| id(permission, bound)));
        for dynamic in body.blocks_named("dynamic").filter(|block| block.labels.iter().any(|it| it == "permission")) {
            let name = dynamic.body.attribute("iterator").and_then(Node::dotted).unwrap_or("permission".to_owned());
            let Some(over) = dynamic.body.attribute("for_each") else { continue };
            let Some(elements) = self.scope.elements(over, bound) else {
                found.push(Element::Open(decider(&over.value), self.place(over.file, over.span)));
                continue;
            };
            for (key, value) in elements {
                let place = (value.span, value.file);
                let mut bound = bound.clone();
                bound.insert(format!("{name}.key"), Node::new(Value::Text(key), value.span, value.file));
                bound.insert(format!("{name}.value"), value);
                let contents = dynamic.body.nested("content");
                // Point at the name in the list, not at the expression that all share.
                found.extend(contents.iter().filter_map(|content| id(content, &bound)).map(|element| match element {
                    Element::LookedUp(name, _) => Element::LookedUp(name, self.place(place.1, place.0)),
                    other => other,
                }));
            }
        }
        found
    }
}

/// `data.datadog_permissions.x.permissions.NAME` → `NAME`.
fn looked_up(words: &[Name]) -> Option<&str> {
    match words {
        [data, kind, _, _, name] if data == "data" && kind == "datadog_permissions" => Some(name),
        _ => None,
    }
}

/// What decides a value, in words.
fn decider(value: &Value) -> String {
    match value {
        Value::Reference(words, _) => {
            let words: Vec<&str> = words.iter().map(Name::as_str).collect();
            format!("`{}`", words.join("."))
        }
        Value::Call(function, _) => format!("`{function}(…)`"),
        _ => "an expression".to_owned(),
    }
}
