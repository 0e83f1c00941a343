//! What a field is by how its class declares and fills it.

use crate::flow::origin::is_key_name;
use crate::flow::program::Program;
use crate::flow::scope::{MAX_PASSED, Scope, given};
use crate::flow::state::Answer;
use crate::flow::subst::Subst;
use crate::flow::value::{Cls, Instance, Piece, Ref, Root, Set, Table, Value};
use crate::ir::{FunctionKind, Language, Name};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Whether a class declares a field of a name, in a language where a method of that name is another thing.
pub(super) fn declares(program: &Program, class: Cls, name: &Name) -> bool {
    program.class(class).parts.iter().any(|&(module, id)| {
        let module = program.module(module);
        matches!(module.language, Language::Rust | Language::Java | Language::Php)
            && module.class(id).fields.iter().any(|f| f.name == *name)
    })
}

/// Whether a table holds texts that the constructor's caller decides, so that each object has its own.
pub(super) fn has_open_texts(table: &Table) -> bool {
    let given = |root: &Root| matches!(root, Root::Param(..));
    table.entries.iter().flat_map(|(_, set)| set.values()).any(|value| match value {
        Value::Ref(r) => given(&r.root),
        Value::Text(text) => text.pieces.iter().any(|p| matches!(p, Piece::Ref(r) if given(&r.root))),
        _ => false,
    })
}

/// The same of any value.
pub(super) fn is_open_table(value: &Value) -> bool {
    matches!(value, Value::Table(table) if has_open_texts(table))
}

/// The entries of a table that are objects, and those whose names show that it carries Datadog's keys.
pub(super) fn with_objects_only(table: &Table) -> Table {
    let object = |v: &Value| !matches!(v, Value::Text(_) | Value::Ref(_) | Value::Null | Value::Bool(_));
    let kept = table.entries.iter().filter(|(key, set)| is_key_name(key) || set.values().any(object));
    Table { entries: kept.cloned().collect(), ..Table::default() }
}

/// Whether a method other than a constructor sets the field to what its caller gives.
pub(super) fn is_set_by_method(program: &Program, field: &Set) -> bool {
    field.values().any(|v| match v {
        Value::Ref(Ref { root: Root::Param(fun, _), path }) => {
            path.is_empty() && program.function(*fun).kind != FunctionKind::Constructor
        }
        _ => false,
    })
}

/// Whose field was looked up.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Whose {
    /// Some object's of a class.
    Any(Cls),
    /// The object's at this address.
    Only(usize),
}

/// Lookups of this run: whose field, which, how deep. The objects are kept, so that their addresses stay theirs.
pub(super) type Seen = FxHashMap<(Whose, Name, u8), (Value, Set)>;

/// What was asked within another lookup.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Asked {
    /// A field, how deep.
    Field(Whose, Name, u8),
    /// A part of what callers pass, how deep.
    Part(Ref, u8),
}

/// Answers that met a lookup still going on, and would be more without it. They hold while the outermost lookup goes on.
#[derive(Default)]
pub(super) struct Unsettled {
    /// What was left to spend when the outermost lookup began.
    begun: u32,
    /// With the object, so that its address stays its.
    answers: FxHashMap<Asked, (Option<Value>, Set)>,
}

/// How much one lookup may spend before it makes do with unsettled answers. Fields that are made of each other are otherwise
/// looked up along every way through them, and of a dozen there are millions.
const PATIENCE: u32 = 200;

/// How often a field is looked up within a lookup of itself, as with objects that wrap others of their class.
const MAX_SELF: usize = 3;

impl Scope<'_> {
    /// A field of an object of the program, with what its maker gave it. A field that is made of itself, of such objects
    /// or of others of its class (`Window{Start: w.Start - step}`), has nothing to add to itself.
    pub(super) fn instance_field(&self, receiver: &Value, instance: &Arc<Instance>, name: &Name, depth: u8) -> Set {
        let own = instance.fields.as_ref().and_then(|fields| fields.entry(name));
        if let Some(set) = own.filter(|set| !set.is_unknown()) {
            return set.clone();
        }
        let plain = instance.made.is_none() && instance.fields.is_none();
        let whose = if plain { Whose::Any(instance.class) } else { Whose::Only(Arc::as_ptr(instance).addr()) };
        let lookup = (whose, name.clone(), depth);
        if let Some((_, set)) = self.seen.borrow().get(&lookup) {
            return set.clone();
        }
        if plain && self.open.borrow().is_empty() {
            let answer = self.state.lookups.answer(&(instance.class, name.clone(), depth), || {
                let apart = self.apart();
                let set = apart.open_field(receiver, instance, name, depth);
                let cost = apart.spent();
                Answer { set, cost, layers: apart.layers.take(), reads: apart.into_reads() }
            });
            self.spend(answer.cost);
            self.reads.borrow_mut().extend(answer.reads.iter().cloned());
            self.layers
                .borrow_mut()
                .extend(answer.layers.iter().map(|(alternative, held)| (*alternative, held.clone())));
            self.seen.borrow_mut().insert(lookup, (receiver.clone(), answer.set.clone()));
            return answer.set.clone();
        }
        let most = if plain { 1 } else { MAX_SELF };
        let asked = Asked::Field(whose, name.clone(), depth);
        if let Some(set) = self.unsettled(&asked) {
            return set;
        }
        let same = |open: &&(Cls, Name)| open.0 == instance.class && open.1 == *name;
        if self.open.borrow().iter().filter(same).count() >= most {
            let first = self.open.borrow().iter().position(|open| same(&open)).unwrap_or_default();
            self.circle.set(self.circle.get().min(first));
            return Set::unknown();
        }
        let (set, whole) = self.watched(|| self.open_field(receiver, instance, name, depth));
        if whole {
            self.seen.borrow_mut().insert(lookup, (receiver.clone(), set.clone()));
        } else {
            self.keep_unsettled(asked, Some(receiver), &set);
        }
        set
    }

    /// The answer to a question that was asked before within the same outermost lookup, once that has cost more than most do.
    pub(super) fn unsettled(&self, asked: &Asked) -> Option<Set> {
        let unsettled = self.unsettled.borrow();
        if self.open.borrow().is_empty() || unsettled.begun.saturating_sub(self.budget.get()) < PATIENCE {
            return None;
        }
        let (_, set) = unsettled.answers.get(asked)?;
        self.spend(1);
        Some(set.clone())
    }

    /// Keeps an answer that another lookup, still going on, would make more of.
    pub(super) fn keep_unsettled(&self, asked: Asked, object: Option<&Value>, set: &Set) {
        if !self.open.borrow().is_empty() {
            self.unsettled.borrow_mut().answers.insert(asked, (object.cloned(), set.clone()));
        }
    }

    /// Looks something up; says whether that is all: what met a lookup that is still going on may be more the next time.
    pub(in crate::flow) fn watched(&self, find: impl FnOnce() -> Set) -> (Set, bool) {
        let outer = self.open.borrow().len();
        let around = self.circle.replace(usize::MAX);
        let set = find();
        let whole = self.circle.get() >= outer;
        self.circle.set(self.circle.get().min(around));
        (set, whole)
    }

    /// Looks a field up, and keeps in mind that it does.
    fn open_field(&self, receiver: &Value, instance: &Instance, name: &Name, depth: u8) -> Set {
        if self.open.borrow().is_empty() {
            let mut unsettled = self.unsettled.borrow_mut();
            unsettled.begun = self.budget.get();
            unsettled.answers.clear();
        }
        self.open.borrow_mut().push((instance.class, name.clone()));
        let set = self.filled_field(receiver, instance, name, depth);
        self.open.borrow_mut().pop();
        set
    }

    fn filled_field(&self, receiver: &Value, instance: &Instance, name: &Name, depth: u8) -> Set {
        let own = instance.fields.as_ref().and_then(|t| t.entry(name));
        let raw = self.raw_field(instance.class, name);
        if raw.is_unknown()
            && let Some(word) = instance.spelled(name)
        {
            return Set::literal(word);
        }
        let bindings = instance.made.iter().map(|b| &**b).collect();
        let subst = Subst::new(bindings, Some(receiver), true);
        let mut out = subst.set(self, &raw, depth + 1);
        if instance.made.is_none()
            && (instance.fields.is_none() || own.is_some())
            && !out.values().any(|v| matches!(v, Value::Text(_)))
        {
            let given = self.raw_field(instance.class, &given(name));
            if given.items.len() <= MAX_PASSED {
                out.join(&given);
            }
        }
        if raw.is_unknown() {
            // An interface or an abstract class: whatever its implementations hold.
            for sub in self.program.class(instance.class).subclasses.iter().take(16) {
                let sub = Value::Instance(Arc::new(Instance::any(*sub)));
                for value in self.field_of(&sub, name, depth + 2).items {
                    if !matches!(value.value, Value::Text(_) | Value::Ref(_)) {
                        out.insert(value);
                    }
                }
            }
        }
        out
    }
}

/// A part of a list by its place, and of a pair by the names that languages have for its two.
pub(super) fn part(items: &[Set], name: &str) -> Set {
    let place = match name {
        "first" | "key" | "Key" | "Item1" | "getKey" | "getFirst" => 0,
        "second" | "value" | "Value" | "Item2" | "getValue" | "getSecond" => 1,
        name => match name.parse() {
            Ok(place) => place,
            Err(_) => return Set::unknown(),
        },
    };
    items.get(place).cloned().unwrap_or_default()
}
