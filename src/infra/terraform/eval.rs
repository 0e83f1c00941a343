//! Values of one module: locals, variables, what a caller passes, and the few functions that build lists.
//!
//! Nothing is guessed: what cannot be computed stays what it is, a reference or [`Value::Open`].

use super::tree::{Body, Node, Value};
use crate::ir::Name;
use std::collections::BTreeMap;

/// Deepest chain of references and brackets that is followed.
const DEPTH: usize = 40;
/// A list longer than this is open: nobody writes it, and products of lists explode.
const MOST: usize = 4096;

/// What the names in a module stand for.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The module.
    pub body: &'a Body,
    /// What the caller passes, evaluated.
    pub inputs: &'a BTreeMap<String, Node>,
    /// Whether the default of a variable that nobody sets is taken for its value.
    pub defaults: bool,
}

/// Names bound by loops: `each.value`, `permission.value`, `name`.
pub type Bound = BTreeMap<String, Node>;

impl Scope<'_> {
    /// The value of an expression.
    pub fn value(&self, node: &Node, bound: &Bound) -> Node {
        self.eval(node, bound, 0)
    }

    /// What `for_each` goes over, as (key, value); `None` if that cannot be told.
    pub fn elements(&self, node: &Node, bound: &Bound) -> Option<Vec<(String, Node)>> {
        match self.value(node, bound).value {
            Value::List(items) => items.into_iter().map(|item| Some((item.text()?.to_owned(), item))).collect(),
            Value::Object(fields) => Some(fields),
            _ => None,
        }
    }

    fn eval(&self, node: &Node, bound: &Bound, depth: usize) -> Node {
        if depth > DEPTH {
            return Node::new(Value::Open, node.span, node.file);
        }
        let deeper = |node: &Node| self.eval(node, bound, depth + 1);
        let value = match &node.value {
            Value::Reference(words, None) => match self.named(words, bound, depth) {
                Some(found) => return found,
                None => node.value.clone(),
            },
            Value::Reference(words, Some(index)) => {
                let Value::Text(key) = deeper(index).value else { return node.clone() };
                let mut words = words.clone();
                words.push(Name::new(key));
                return deeper(&Node::new(Value::Reference(words, None), node.span, node.file));
            }
            Value::List(items) => Value::List(items.iter().map(deeper).collect()),
            Value::Object(fields) => {
                Value::Object(fields.iter().map(|(name, value)| (name.clone(), deeper(value))).collect())
            }
            Value::Each(name, over, body) => match deeper(over).value {
                Value::List(items) if items.len() <= MOST => {
                    let one = |item: Node| {
                        let mut bound = bound.clone();
                        bound.insert(name.to_string(), item);
                        self.eval(body, &bound, depth + 1)
                    };
                    Value::List(items.into_iter().map(one).collect())
                }
                _ => Value::Open,
            },
            Value::Call(function, args) => call(function, args.iter().map(deeper).collect()),
            other => other.clone(),
        };
        Node::new(value, node.span, node.file)
    }

    /// What a reference stands for, if that is known here.
    fn named(&self, words: &[Name], bound: &Bound, depth: usize) -> Option<Node> {
        let (first, rest) = words.split_first()?;
        // `each.value` before `name`.
        let pair = rest.first().and_then(|second| bound.get(&format!("{first}.{second}")));
        if let Some(node) = pair {
            return project(node.clone(), words.get(2..)?);
        }
        if let Some(node) = bound.get(first.as_str()) {
            return project(node.clone(), rest);
        }
        let (name, rest) = rest.split_first()?;
        let empty = Bound::new();
        let found = match first.as_str() {
            "local" => {
                let mut locals = self.body.blocks_named("locals");
                let node = locals.find_map(|block| block.body.attribute(name))?;
                self.eval(node, &empty, depth + 1)
            }
            "var" => match self.inputs.get(name.as_str()) {
                Some(node) => node.clone(),
                None if self.defaults => {
                    let mut variables = self.body.blocks_named("variable");
                    let block = variables.find(|block| block.labels.first().is_some_and(|label| label == name))?;
                    self.eval(block.body.attribute("default")?, &empty, depth + 1)
                }
                None => return None,
            },
            _ => return None,
        };
        project(found, rest)
    }
}

/// A field of a field of a value.
fn project(node: Node, path: &[Name]) -> Option<Node> {
    path.iter().try_fold(node, |node, name| {
        let Value::Object(fields) = node.value else { return None };
        fields.into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    })
}

/// The functions that lists of names are made with.
fn call(function: &str, args: Vec<Node>) -> Value {
    let mut args = args;
    match function {
        "toset" | "tolist" | "distinct" | "sort" | "nonsensitive" | "sensitive" | "try" | "tomap" | "reverse" => {
            let first = if args.is_empty() { None } else { Some(args.swap_remove(0)) };
            first.map_or(Value::Open, |node| node.value)
        }
        "concat" | "setunion" => joined(args),
        "flatten" => match args.pop().map(|node| node.value) {
            Some(Value::List(items)) => {
                let lists = items.into_iter().map(|item| match &item.value {
                    Value::List(_) => item,
                    _ => {
                        let (span, file) = (item.span, item.file);
                        Node::new(Value::List(vec![item]), span, file)
                    }
                });
                joined(lists.collect())
            }
            _ => Value::Open,
        },
        "compact" => match args.pop().map(|node| node.value) {
            Some(Value::List(mut items)) => {
                items.retain(|item| item.text() != Some("") && item.value != Value::Null);
                Value::List(items)
            }
            _ => Value::Open,
        },
        "keys" => match args.pop() {
            Some(Node { value: Value::Object(fields), file, .. }) => {
                Value::List(fields.into_iter().map(|(name, at)| Node::new(Value::Text(name), at.span, file)).collect())
            }
            _ => Value::Open,
        },
        "values" => match args.pop().map(|node| node.value) {
            Some(Value::Object(fields)) => Value::List(fields.into_iter().map(|(_, value)| value).collect()),
            _ => Value::Open,
        },
        "merge" => {
            let mut all: Vec<(String, Node)> = Vec::new();
            for arg in args {
                let Value::Object(fields) = arg.value else { return Value::Open };
                all.retain(|(name, _)| !fields.iter().any(|(new, _)| new == name));
                all.extend(fields);
            }
            Value::Object(all)
        }
        _ => Value::Open,
    }
}

/// Several lists as one; a list that is not known stands in it as one open element, so that nothing looks whole.
fn joined(lists: Vec<Node>) -> Value {
    let mut all = Vec::new();
    for list in lists {
        match list.value {
            Value::List(items) => all.extend(items),
            _ => all.push(Node::new(Value::Open, list.span, list.file)),
        }
    }
    if all.len() > MOST { Value::Open } else { Value::List(all) }
}
