//! Running one function abstractly: statements in order, branches side by side, every call seen once.
//!
//! Local variables are followed in the order of the statements; what branches assign is kept apart by the world it holds
//! in, and conditions on parameters guard the requests made under them.

use crate::ir::{Arm, ExprId, Function, Language, Module, Name, ParamKind, Place, Stmt};
use rustc_hash::FxHashMap as Map;
use std::sync::Arc;

use super::origin;
use super::program::Program;
use super::request::{Guard, Site};
use super::scope::Scope;
use super::state::Output;
use super::value::{Args, Cls, Fun, Instance, Made, Ref, Root, Set, Table, Value, World};

/// Deepest nesting of expressions and blocks that is followed; deeper parts are unknown.
pub const MAX_DEPTH: u16 = 160;

/// One run of one function.
pub struct Run<'a> {
    /// What is known.
    pub scope: Scope<'a>,
    /// The function.
    pub fun: Fun,
    /// Its module.
    pub module: &'a Module,
    /// Its class.
    pub owner: Option<Cls>,
    /// What it finds.
    pub out: Output,
    /// Conditions that hold here.
    pub guards: Vec<Guard>,
    /// How deep the evaluation is nested.
    pub depth: u16,
    env: Map<Name, Set>,
    undo: Vec<(Name, Option<Set>)>,
    class_scope: Option<Cls>,
    /// Whether other functions can see this one's variables.
    shared: bool,
}

impl<'a> Run<'a> {
    /// Runs a function and returns what it found.
    pub fn run(scope: Scope<'a>, fun: Fun) -> Output {
        let module = scope.program.module(fun.module);
        let owner = scope.program.owner(fun);
        let mut run = Run {
            scope,
            fun,
            module,
            owner,
            out: Output::default(),
            guards: Vec::new(),
            depth: 0,
            env: Map::default(),
            undo: Vec::new(),
            class_scope: None,
            shared: fun.id == Module::MAIN || module.functions.iter().any(|f| f.parent == Some(fun.id)),
        };
        let function = module.function(fun.id);
        run.scope.allow(module.len() * 4);
        run.parameters(function);
        run.block(&function.body);
        if fun.id == Module::MAIN {
            // After the module's statements: class bodies use its constants.
            run.class_bodies();
            run.configured();
            run.annotations();
        }
        run.out.summary.returns = run.out.summary.returns.leaving();
        for set in run.out.summary.locals.values_mut() {
            *set = set.leaving();
        }
        let mut out = run.out;
        out.reads = run.scope.into_reads();
        out
    }

    /// The linked program.
    pub fn program(&self) -> &'a Program {
        self.scope.program
    }

    /// The place of an expression.
    pub fn site(&self, id: ExprId) -> Site {
        Site { module: self.fun.module, span: self.module.span(id) }
    }

    fn parameters(&mut self, function: &Function) {
        for param in &function.params {
            let default = param.default.map(|d| self.eval(d));
            self.out.summary.defaults.push(default.map(|d| d.without_worlds()));
        }
    }

    /// What a parameter may be: whatever callers put in, the objects they are known to put in, an object of its type.
    pub fn parameter(&mut self, fun: Fun, index: usize) -> Set {
        let i = u16::try_from(index).unwrap_or(u16::MAX);
        let function = self.program().function(fun);
        let mut set = Set::of(Value::Ref(Ref::root(Root::Param(fun, i))));
        let Some(param) = function.params.get(index) else { return set };
        let passed = self.scope.passed(fun, i);
        for item in passed.items {
            if is_object(&item.value) {
                set.insert(item);
            }
        }
        if let Some(ty) = param.ty
            && fun.module == self.fun.module
            && param.kind == ParamKind::Normal
            && self.depth < MAX_DEPTH
        {
            let types = self.types(ty, 0);
            set.join(&self.scope.instances(&types));
        }
        set
    }

    /// Runs a block; true if it never runs to its end.
    pub fn block(&mut self, body: &'a [Stmt]) -> bool {
        let guards = self.guards.len();
        let mut exits = false;
        if self.depth < MAX_DEPTH {
            self.depth += 1;
            for stmt in body {
                exits = self.statement(stmt);
            }
            self.depth -= 1;
        }
        self.guards.truncate(guards);
        exits
    }

    fn statement(&mut self, stmt: &'a Stmt) -> bool {
        match stmt {
            Stmt::Assign(place, value) => {
                let set = self.eval(*value);
                self.assign(place, set, self.site(*value));
                false
            }
            Stmt::Eval(value) => {
                self.eval(*value);
                false
            }
            Stmt::Return(value) => {
                if let Some(value) = value {
                    let set = self.eval(*value);
                    self.out.summary.returns.join(&set);
                }
                true
            }
            Stmt::Exit => true,
            Stmt::Branch(arms) => self.branch(arms),
        }
    }

    /// Runs the arms side by side. Afterwards a variable has what the arms that go on gave it, each in its own world.
    fn branch(&mut self, arms: &'a [Arm]) -> bool {
        let choice = self.choice(arms);
        let guards = self.guards.len();
        let mut outcomes: Vec<Map<Name, Set>> = Vec::new();
        let mut after: Vec<Guard> = Vec::new();
        let mut complete = false;
        let mut worlds = Vec::new();
        for (i, arm) in arms.iter().enumerate() {
            let condition = arm.when.map(|w| self.condition(w)).unwrap_or_default();
            complete |= arm.when.is_none();
            let inside = self.guards.len();
            self.guards.extend(condition.iter().cloned());
            let (changes, exits) = self.arm(&arm.body);
            self.guards.truncate(inside);
            if let [one] = condition.as_slice() {
                let negated = one.negated();
                self.guards.push(negated.clone());
                if exits {
                    after.push(negated);
                }
            }
            if !exits {
                outcomes.push(changes);
                worlds.push(i);
            }
        }
        self.guards.truncate(guards);
        self.guards.extend(after);
        if !complete {
            outcomes.push(Map::default());
            worlds.push(arms.len());
        }
        if outcomes.is_empty() {
            return true;
        }
        self.merge(choice, &worlds, &outcomes);
        false
    }

    fn choice(&self, arms: &[Arm]) -> u64 {
        let first = arms.iter().find_map(|a| a.when).map_or(u32::MAX, |w| w.0);
        (u64::from(self.fun.module) << 32) | u64::from(first)
    }

    /// Runs the body of an arm and takes its assignments back out again.
    fn arm(&mut self, body: &'a [Stmt]) -> (Map<Name, Set>, bool) {
        let mark = self.undo.len();
        let exits = self.block(body);
        let mut changes = Map::default();
        while self.undo.len() > mark {
            if let Some((name, old)) = self.undo.pop() {
                let new = match old {
                    Some(old) => self.env.insert(name.clone(), old),
                    None => self.env.remove(&name),
                };
                if let Some(new) = new {
                    changes.entry(name).or_insert(new);
                }
            }
        }
        (changes, exits)
    }

    fn merge(&mut self, choice: u64, worlds: &[usize], outcomes: &[Map<Name, Set>]) {
        let mut names: Vec<&Name> = outcomes.iter().flat_map(Map::keys).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let base = match self.env.get(name) {
                Some(set) => set.clone(),
                None if outcomes.iter().all(|o| o.contains_key(name)) => Set::unknown(),
                None => self.outer_name(name),
            };
            let mut joined = Set::unknown();
            for (outcome, world) in outcomes.iter().zip(worlds) {
                let set = outcome.get(name).unwrap_or(&base);
                if outcomes.len() == 1 {
                    joined.join(set);
                } else {
                    joined.join(&set.within(&World::of(choice, u16::try_from(*world).unwrap_or(u16::MAX))));
                }
            }
            self.bind(name.clone(), joined);
        }
    }

    fn bind(&mut self, name: Name, set: Set) {
        let old = self.env.insert(name.clone(), set);
        self.undo.push((name, old));
    }

    /// The variable as this function knows it at this point.
    pub fn local(&self, name: &Name) -> Option<&Set> {
        self.env.get(name)
    }

    /// Assigns a set to a place.
    pub fn assign(&mut self, place: &Place, set: Set, site: Site) {
        match place {
            Place::Name(name) => self.assign_name(name, set),
            Place::Global(name) => self.store(&Set::of(Value::Module(self.fun.module)), name, &set, site),
            Place::Field(object, name) => {
                let target = self.eval(*object);
                self.store(&target, name, &set, site);
                self.update_local(*object, name, &set);
            }
            Place::Index(object, key) => {
                let target = self.eval(*object);
                let key = self.eval(*key);
                let entry = match key.literals() {
                    Some(keys) => {
                        Table { entries: keys.iter().map(|k| ((*k).into(), set.clone())).collect(), ..Table::default() }
                    }
                    None => Table { rest: set.clone(), ..Table::default() },
                };
                if let [k] = key.literals().unwrap_or_default().as_slice() {
                    self.note_key(k);
                }
                if let crate::ir::Expr::Field(inner, field) = self.module.expr(*object) {
                    let holder = self.eval(*inner);
                    self.store(&holder, field, &Set::of(Value::Table(Arc::new(entry.clone()))), site);
                }
                if target.values().any(|v| matches!(v, Value::Table(_))) || target.is_unknown() {
                    self.merge_local(*object, &entry);
                }
            }
        }
    }

    fn assign_name(&mut self, name: &Name, set: Set) {
        if self.shared {
            self.out.summary.locals.entry(name.clone()).or_default().join(&set);
        }
        // A module variable that a function fills in later (lazily made singletons).
        if self.fun.id != Module::MAIN && self.module.language != Language::Python {
            self.fill_global(name, &set);
        }
        self.bind(name.clone(), set);
    }

    fn fill_global(&mut self, name: &Name, set: &Set) {
        let function = self.module.function(self.fun.id);
        if function.params.iter().any(|p| p.name == *name) {
            return;
        }
        if let Some(super::program::Resolved::Global(module, _)) = self.program().resolve(self.fun.module, name) {
            let known = self.scope.resolved(&super::program::Resolved::Global(module, name.clone()));
            if known.values().all(|v| matches!(v, Value::Null) || !matches!(v, Value::Text(_))) {
                let site = Site { module, span: function.span };
                self.store(&Set::of(Value::Module(module)), name, &set.without_worlds(), site);
            }
        }
    }

    /// Notes what is stored in a field, for everybody who reads it.
    pub fn store(&mut self, target: &Set, name: &Name, set: &Set, site: Site) {
        if self.module.test && target.values().all(|v| !self.is_own_class(v)) {
            return;
        }
        for value in target.values() {
            let class = match value {
                Value::Ref(Ref { root: Root::This(class), path }) if path.is_empty() => *class,
                Value::Instance(i) => i.class,
                Value::Class(class) => *class,
                Value::Module(module) => super::scope::module_class(*module),
                _ => continue,
            };
            let set = set.leaving();
            self.out.fields.entry((class, name.clone())).or_insert_with(|| (Set::unknown(), site)).0.join(&set);
        }
    }

    /// Whether an object's class is written in this module.
    fn is_own_class(&self, value: &Value) -> bool {
        let class = match value {
            Value::Ref(Ref { root: Root::This(class), .. }) | Value::Class(class) => *class,
            Value::Instance(i) => i.class,
            Value::Module(module) => return *module == self.fun.module,
            _ => return false,
        };
        self.program().classes.get(class.0 as usize).is_some_and(|c| c.parts.iter().any(|(m, _)| *m == self.fun.module))
    }

    /// `request.method = "POST"` on a local object from outside or a local table changes that object.
    fn update_local(&mut self, object: ExprId, name: &Name, set: &Set) {
        let crate::ir::Expr::Name(local) = self.module.expr(object) else { return };
        let Some(old) = self.env.get(local) else { return };
        let updated = old.flat_map(|value| match value {
            Value::Made(made) => {
                let mut made: Made = (**made).clone();
                made.args.named.retain(|(n, _)| n != name);
                made.args.named.push((name.clone(), set.clone()));
                Set::of(Value::Made(Arc::new(made)))
            }
            Value::Table(table) => Set::of(Value::Table(Arc::new(with_entry(table, name, set)))),
            // What data objects are filled with is of no interest unless it may become part of a request.
            Value::Instance(instance)
                if !self.scope.matters(instance.class)
                    && set.values().all(|v| {
                        matches!(v, Value::Ref(_) | Value::Instance(_) | Value::List(_) | Value::Table(_))
                    }) =>
            {
                Set::of(Value::Instance(instance.clone()))
            }
            Value::Instance(instance) => {
                let mut fields = instance.fields.as_deref().cloned().unwrap_or_default();
                fields = with_entry(&fields, name, set);
                Set::of(Value::Instance(Arc::new(Instance { fields: Some(Arc::new(fields)), ..(**instance).clone() })))
            }
            other => Set::of(other.clone()),
        });
        let local = local.clone();
        self.bind(local, updated);
    }

    fn merge_local(&mut self, object: ExprId, entry: &Table) {
        let crate::ir::Expr::Name(local) = self.module.expr(object) else { return };
        let Some(old) = self.env.get(local) else { return };
        let mut updated = old.flat_map(|value| match value {
            Value::Table(table) => {
                let mut table: Table = (**table).clone();
                for (k, v) in &entry.entries {
                    table = with_entry(&table, k, v);
                }
                table.rest.join(&entry.rest);
                Set::of(Value::Table(Arc::new(table)))
            }
            other => Set::of(other.clone()),
        });
        if updated.is_unknown() {
            updated = Set::of(Value::Table(Arc::new(entry.clone())));
        }
        let local = local.clone();
        if self.shared {
            self.out.summary.locals.entry(local.clone()).or_default().join(&updated);
        }
        self.bind(local, updated);
    }

    /// Evaluates what stands in class bodies: constants, attributes, declared fields.
    fn class_bodies(&mut self) {
        let module = self.module;
        for (c, class) in module.classes.iter().enumerate() {
            let id = self.program().class_id(self.fun.module, crate::ir::ClassId(u32::try_from(c).unwrap_or(u32::MAX)));
            let mark = self.undo.len();
            (self.class_scope, self.owner) = (Some(id), Some(id));
            for field in &class.fields {
                let mut set = field.value.map(|v| self.eval(v)).unwrap_or_default();
                if let Some(ty) = field.ty
                    && set.values().all(|v| matches!(v, Value::Null))
                {
                    let types = self.types(ty, 0);
                    set.join(&self.scope.instances(&types));
                }
                let site = Site { module: self.fun.module, span: field.span };
                if field.value.is_some() || !set.is_unknown() {
                    self.store(&Set::of(Value::Class(id)), &field.name, &set, site);
                }
                self.bind(field.name.clone(), set);
            }
            while self.undo.len() > mark {
                if let Some((name, old)) = self.undo.pop() {
                    match old {
                        Some(old) => self.env.insert(name, old),
                        None => self.env.remove(&name),
                    };
                }
            }
            (self.class_scope, self.owner) = (None, None);
        }
    }

    /// Notes that the function handles Datadog's keys.
    pub fn note_key(&mut self, text: &str) {
        if origin::is_key_name(text) {
            self.out.summary.keys = true;
        }
    }

    /// Binds a name while something is evaluated and takes it back afterwards.
    pub fn with_name<T>(&mut self, name: &Name, set: Set, then: impl FnOnce(&mut Self) -> T) -> T {
        let old = self.env.insert(name.clone(), set);
        let out = then(self);
        match old {
            Some(old) => self.env.insert(name.clone(), old),
            None => self.env.remove(name),
        };
        out
    }

    /// The class whose body is being evaluated.
    pub fn class_scope(&self) -> Option<Cls> {
        self.class_scope
    }
}

fn with_entry(table: &Table, name: &Name, set: &Set) -> Table {
    let mut out = table.clone();
    out.entries.retain(|(k, _)| k != name);
    out.entries.push((name.clone(), set.clone()));
    out
}

/// Whether a value is an object rather than a text or nothing.
pub fn is_object(value: &Value) -> bool {
    !matches!(value, Value::Text(_) | Value::Ref(_) | Value::Null | Value::Bool(_))
}

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
            made: i.made.as_ref().map(|b| {
                Arc::new(super::value::Bindings { function: b.function, args: b.args.iter().map(set).collect() })
            }),
            fields: i.fields.as_ref().map(|t| Arc::new(grounded_table(t, depth))),
        }))),
        Value::Function(c) => {
            let mut closure = (**c).clone();
            closure.receiver = closure.receiver.as_ref().and_then(|r| {
                grounded(r, depth + 1).or(match r {
                    Value::Ref(Ref { root: Root::This(class), path }) if path.is_empty() => {
                        Some(Value::Instance(Arc::new(Instance::any(*class))))
                    }
                    _ => None,
                })
            });
            closure.captured = closure
                .captured
                .iter()
                .map(|b| {
                    Arc::new(super::value::Bindings { function: b.function, args: b.args.iter().map(set).collect() })
                })
                .collect();
            closure.partial = closure.partial.iter().map(set).collect();
            Some(Value::Function(Arc::new(closure)))
        }
        Value::Method(object, name) => grounded(object, depth + 1).map(|o| Value::Method(Arc::new(o), name.clone())),
        Value::Made(m) => {
            let mut made = (**m).clone();
            made.on = None;
            made.args = Args {
                positional: made.args.positional.iter().map(set).collect(),
                named: made.args.named.iter().map(|(n, s)| (n.clone(), set(s))).collect(),
                spread: Vec::new(),
            };
            made.on = m.on.as_ref().and_then(|on| match grounded(&Value::Made(on.clone()), depth + 1) {
                Some(Value::Made(on)) => Some(on),
                _ => None,
            });
            Some(Value::Made(Arc::new(made)))
        }
        Value::Table(t) => Some(Value::Table(Arc::new(grounded_table(t, depth)))),
        Value::List(items) => Some(Value::List(Arc::new(items.iter().map(set).collect()))),
        other => Some(other.clone()),
    }
}

fn grounded_table(t: &Table, depth: u8) -> Table {
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
