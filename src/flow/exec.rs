//! Running one function abstractly: statements in order, branches side by side, every call seen once.
//!
//! Local variables are followed in the order of the statements; what branches assign is kept apart by the world it holds
//! in, and conditions on parameters guard the requests made under them.

mod ground;
mod store;

pub(in crate::flow) use ground::*;

use crate::ir::{Arm, Expr, ExprId, Function, Module, Name, ParamKind, Place, Stmt};
use rustc_hash::FxHashMap as Map;
use std::collections::{BTreeMap, BTreeSet};

use super::origin;
use super::program::Program;
use super::request::{self, Guard, Site};
use super::scope::Scope;
use super::state::Output;
use super::value::{Alternative, Cls, DEFAULTING, Fun, Item, Piece, Ref, Root, Set, Text, Value, World};
use crate::evidence::Origin;
use std::cell::Cell;

/// Deepest nesting of expressions and blocks that is followed; deeper parts are unknown.
pub const MAX_DEPTH: u16 = 160;

/// Marks the choices that are made by returning early, apart from those of branches.
const RETURNED: u64 = 1 << 63;

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
    /// What holds in the alternatives of the choices made so far.
    pub arms: BTreeMap<Alternative, Vec<Guard>>,
    /// Variables and fields that conditions around this place compare with constants.
    pub narrowed: Vec<(Name, Set)>,
    /// The class that the object at work was taken for because of its name, and where.
    pub guessed: Option<(Cls, Site)>,
    /// Whether the function about to be called is a lambda that another function was given, and is called by that.
    pub handed: bool,
    /// Whether what is requested is a connection that this function hands out.
    pub opened: bool,
    /// How deep the evaluation is nested.
    pub depth: u16,
    env: Map<Name, Set>,
    undo: Vec<(Name, Option<Set>)>,
    class_scope: Option<Cls>,
    /// Whose address the names around the function speak for, and which, once somebody asked.
    pub surroundings: Cell<Option<(Origin, &'static str)>>,
    /// Whether other functions can see this one's variables.
    shared: bool,
    /// What stands for returned values of which nothing is known.
    vague: Vec<Set>,
}

impl<'a> Run<'a> {
    /// Runs a function and returns what it found.
    pub fn run(scope: Scope<'a>, fun: Fun) -> Output {
        let module = scope.program.module(fun.module);
        let owner = scope.program.owner(fun);
        let shared = scope.program.is_outer(fun);
        let mut run = Run {
            scope,
            fun,
            module,
            owner,
            out: Output::default(),
            guards: Vec::new(),
            arms: BTreeMap::new(),
            narrowed: Vec::new(),
            guessed: None,
            handed: false,
            opened: false,
            depth: 0,
            env: Map::default(),
            undo: Vec::new(),
            class_scope: None,
            surroundings: Cell::new(None),
            shared: fun.id == Module::MAIN || shared,
            vague: Vec::new(),
        };
        let function = module.function(fun.id);
        run.scope.allow(module.len() * 4);
        run.scope.expect_reads(run.scope.state.output(fun).reads.len());
        run.parameters(function);
        run.block(&function.body);
        if fun.id == Module::MAIN {
            // After the module's statements: class bodies use its constants.
            run.class_bodies();
            run.configured();
            run.annotations();
        }
        run.leave();
        for set in run.out.locals.values_mut() {
            *set = set.leaving();
        }
        let mut out = run.out;
        out.cut |= run.scope.is_spent();
        out.reads = run.scope.into_reads();
        out
    }

    /// Makes what is returned and requested fit for callers, who may decide which alternative it is.
    fn leave(&mut self) {
        self.out.summary.requests = request::simplified(std::mem::take(&mut self.out.summary.requests));
        let held = |a: &Alternative| self.arms.get(a).cloned().or_else(|| self.scope.held_between(a));
        let told = |a: &Alternative| self.arms.contains_key(a) || self.scope.held_between(a).is_some();
        let mut returns = self.out.summary.returns.leaving_with(&told);
        // Beside an address or a method, what is not known is another one.
        if returns.tells_request() {
            for item in self.vague.iter().flat_map(|set| &set.items) {
                returns.insert(Item { value: item.value.clone(), world: item.world.filtered(&told) });
            }
        }
        let mut used = BTreeSet::new();
        returns.alternatives(&mut used);
        self.out.summary.arms = used.iter().filter_map(|a| Some((*a, held(a)?))).collect();
        self.out.summary.returns = returns;
    }

    /// Notes what holds in an alternative: the guards from index `from` on.
    pub fn note_arm(&mut self, alternative: Alternative, from: usize) {
        let held = self.guards.get(from..).unwrap_or_default();
        if !held.is_empty() {
            self.arms.insert(alternative, held.to_vec());
        }
    }

    /// Notes what conditions say of variables; gives the mark to go back to.
    pub fn narrow(&mut self, narrows: Vec<(Name, Set)>) -> usize {
        let mark = self.narrowed.len();
        self.narrowed.extend(narrows);
        mark
    }

    /// What must hold for a value found in a world.
    pub fn held_in(&self, world: &World) -> Vec<Guard> {
        let held = |a| self.arms.get(a).cloned().or_else(|| self.scope.held_between(a));
        world.alternatives().iter().filter_map(held).flatten().collect()
    }

    /// The linked program.
    pub fn program(&self) -> &'a Program {
        self.scope.program
    }

    /// The place of an expression.
    pub fn site(&self, id: ExprId) -> Site {
        Site { module: self.fun.module, span: self.module.span(id) }
    }

    fn parameters(&mut self, function: &'a Function) {
        for param in &function.params {
            let default = param.default.map(|d| self.eval(d));
            let default = default.or_else(|| self.decorated_default(function, &param.name));
            self.out.defaults.push(default.map(|d| d.without_worlds()));
        }
    }

    /// What a parameter may be: whatever callers put in, the objects they are known to put in, an object of its type.
    pub fn parameter(&mut self, fun: Fun, index: usize) -> Set {
        let i = u16::try_from(index).unwrap_or(u16::MAX);
        let function = self.program().function(fun);
        let mut set = Set::of(Value::Ref(Ref::root(Root::Param(fun, i))));
        let Some(param) = function.params.get(index) else { return set };
        let own = self.out.defaults.get(index).filter(|_| fun == self.fun);
        for item in self.scope.objects_passed(fun, i, own.map(Option::as_ref)) {
            set.insert(item.clone());
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
                    if set.is_unknown() {
                        let hole = Set::text(Text::piece(Piece::Hole(self.label(*value))));
                        let hole = self.guarded(*value, hole);
                        self.vague.push(hole);
                    }
                    let set = self.guarded(*value, set);
                    self.out.summary.returns.join(&set);
                }
                true
            }
            Stmt::Exit => true,
            Stmt::Branch(arms) => self.branch(arms),
        }
    }

    /// What is returned under a condition on parameters is returned to those callers only that meet it.
    fn guarded(&mut self, id: ExprId, set: Set) -> Set {
        if self.guards.is_empty() {
            return set;
        }
        let alternative = (RETURNED | self.choice_id(id), 0);
        self.note_arm(alternative, 0);
        set.within(&World::of(alternative.0, alternative.1))
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
            self.guards.extend(condition.holds);
            self.note_arm((choice, u16::try_from(i).unwrap_or(u16::MAX)), guards);
            let narrowed = self.narrow(condition.narrows);
            let (changes, exits) = self.arm(&arm.body);
            self.narrowed.truncate(narrowed);
            self.guards.truncate(inside);
            if let Some(fails) = condition.fails {
                self.guards.push(fails.clone());
                if exits {
                    after.push(fails);
                }
            }
            if !exits {
                outcomes.push(changes);
                worlds.push(i);
            }
        }
        if !complete {
            self.note_arm((choice, u16::try_from(arms.len()).unwrap_or(u16::MAX)), guards);
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

    /// The variable that a condition asks whether it is there: `if not x`, `if x is None`.
    pub fn presence(&self, condition: ExprId) -> Option<&'a Name> {
        let module: &'a Module = self.module;
        match module.expr(condition) {
            Expr::Name(name) => Some(name),
            Expr::Not(inner) => match module.expr(*inner) {
                Expr::Name(name) => Some(name),
                _ => None,
            },
            Expr::Equal(left, right, _) => match (module.expr(*left), module.expr(*right)) {
                (Expr::Name(name), Expr::Null) | (Expr::Null, Expr::Name(name)) => Some(name),
                (Expr::Name(name), Expr::Text(pieces)) if pieces.is_empty() => Some(name),
                _ => None,
            },
            _ => None,
        }
    }

    fn choice(&self, arms: &[Arm]) -> u64 {
        let first = arms.iter().find_map(|a| a.when).map_or(u32::MAX, |w| w.0);
        let tested = arms.iter().find_map(|arm| self.presence(arm.when?));
        // What is tested for being there and assigned where it is not has a default.
        let sets = |stmt: &Stmt| matches!(stmt, Stmt::Assign(Place::Name(name), _) if Some(name) == tested);
        let defaulting = if arms.iter().flat_map(|arm| &arm.body).any(sets) { DEFAULTING } else { 0 };
        defaulting | (u64::from(self.fun.module) << 32) | u64::from(first)
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
            let sets: Vec<&Set> = outcomes.iter().map(|outcome| outcome.get(name).unwrap_or(&base)).collect();
            let joined = match sets.as_slice() {
                [one] => (*one).clone(),
                _ => Set::of_arms(choice, worlds.iter().copied().zip(sets), name),
            };
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
                let set = set.declared(id, &field.name);
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
            self.out.keys = true;
        }
    }

    /// The class whose body is being evaluated.
    pub fn class_scope(&self) -> Option<Cls> {
        self.class_scope
    }
}
