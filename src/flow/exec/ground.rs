//! Values without anything that only their function understands.

use crate::flow::value::{Args, Bindings, Closure, Instance, Made, Ref, Root, Set, Table, Value};
use std::sync::Arc;

/// A value without anything that only its function understands; `None` where nothing is left.
pub fn grounded(value: &Value, depth: u8) -> Option<Value> {
    let set = |s: &Set| grounded_set(s, depth + 1);
    if depth > 3 {
        return match value {
            Value::Instance(i) => Some(Value::Instance(Arc::new(Instance::any(i.class)))),
            Value::Table(_) | Value::List(_) | Value::Made(_) | Value::Function(_) | Value::Method(..) => None,
            _ => grounded(value, 0),
        };
    }
    match value {
        Value::Ref(_) => None,
        Value::Text(t) => (!t.has_refs()).then(|| value.clone()),
        Value::Instance(i) => Some(Value::Instance(Arc::new(Instance {
            class: i.class,
            made: i.made.as_ref().map(|b| grounded_bindings(b, depth)),
            fields: i.fields.as_ref().map(|t| Arc::new(grounded_table(t, depth))),
        }))),
        Value::Function(c) => Some(Value::Function(Arc::new(grounded_closure(c, depth)))),
        Value::Method(object, name) => grounded(object, depth + 1).map(|o| Value::Method(Arc::new(o), name.clone())),
        Value::Made(m) => Some(Value::Made(Arc::new(grounded_made(m, depth)))),
        Value::Table(t) => Some(Value::Table(Arc::new(grounded_table(t, depth)))),
        Value::List(items) => Some(Value::List(Arc::new(items.iter().map(set).collect()))),
        other => Some(other.clone()),
    }
}

/// The same for what is passed on: the object itself is some object of its class.
pub fn passed_on(value: &Value, depth: u8) -> Option<Value> {
    match value {
        Value::Ref(Ref { root: Root::This(class), path }) if path.is_empty() => {
            Some(Value::Instance(Arc::new(Instance::any(*class))))
        }
        _ => grounded(value, depth),
    }
}

fn grounded_bindings(bindings: &Bindings, depth: u8) -> Arc<Bindings> {
    let args = bindings.args.iter().map(|s| grounded_set(s, depth + 1)).collect();
    Arc::new(Bindings { function: bindings.function, args })
}

/// A function keeps its receiver even where only the class of that is known: its methods are found by the class.
fn grounded_closure(closure: &Closure, depth: u8) -> Closure {
    let mut closure = closure.clone();
    closure.receiver = closure.receiver.as_ref().and_then(|r| passed_on(r, depth + 1));
    closure.captured = closure.captured.iter().map(|b| grounded_bindings(b, depth)).collect();
    closure.partial = closure.partial.iter().map(|s| grounded_set(s, depth + 1)).collect();
    closure
}

/// What an outside call made, and what that call was made on, as far as it was made by such a call itself.
fn grounded_made(made: &Made, depth: u8) -> Made {
    let set = |s: &Set| grounded_set(s, depth + 1);
    let mut out = made.clone();
    out.args = Args {
        positional: made.args.positional.iter().map(set).collect(),
        named: made.args.named.iter().map(|(n, s)| (n.clone(), set(s))).collect(),
        spread: Vec::new(),
    };
    out.on = made.on.as_ref().and_then(|on| match grounded(&Value::Made(on.clone()), depth + 1) {
        Some(Value::Made(on)) => Some(on),
        _ => None,
    });
    out
}

pub(in crate::flow) fn grounded_table(t: &Table, depth: u8) -> Table {
    Table {
        entries: t.entries.iter().map(|(k, v)| (k.clone(), grounded_set(v, depth + 1))).collect(),
        rest: grounded_set(&t.rest, depth + 1),
        spread: Set::unknown(),
    }
}

/// A set without anything that only its function understands.
pub fn grounded_set(set: &Set, depth: u8) -> Set {
    let mut out = Set::unknown();
    for value in set.values() {
        if let Some(value) = grounded(value, depth) {
            out.add(value);
        }
    }
    out
}
