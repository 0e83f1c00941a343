//! What an expression may be.

mod condition;
mod element;
mod object;
mod rows;
pub(in crate::flow) mod stated;
mod types;

pub(in crate::flow) use condition::written;
pub(in crate::flow) use element::*;
pub(in crate::flow) use rows::expanded;

use crate::ir::{Expr, ExprId, FunctionId, Language, Module, Name, Piece as IrPiece};
use std::sync::Arc;

use super::exec::{MAX_DEPTH, Run};
use super::program::Resolved;
use super::request::Guard;
use super::strings;
use super::subst::texts_of;
use super::value::{Args, Closure, DEFAULTING, Fun, Item, MAX_VALUES, Piece, Ref, Root, Set, Text, Value, World};

impl<'a> Run<'a> {
    /// What an expression may be; requests made on the way are noted.
    pub fn eval(&mut self, id: ExprId) -> Set {
        if self.depth >= MAX_DEPTH || !self.scope.spend(1) {
            return Set::unknown();
        }
        self.depth += 1;
        let set = self.eval_inner(id);
        self.depth -= 1;
        set
    }

    fn eval_inner(&mut self, id: ExprId) -> Set {
        let module: &'a Module = self.module;
        match module.expr(id) {
            Expr::Text(pieces) => self.text(pieces),
            Expr::Number(number) => Set::literal(number.clone()),
            Expr::Bool(value) => Set::of(Value::Bool(*value)),
            Expr::Null => Set::of(Value::Null),
            Expr::Name(name) => self.name(name),
            Expr::This | Expr::Super => self.this(),
            Expr::Field(object, name) => self.field(id, *object, name),
            Expr::Index(object, key) => self.index(id, *object, *key),
            Expr::Call(callee, args) => self.call(id, *callee, args),
            Expr::New(class, args) => self.construct_expr(id, *class, args),
            Expr::Object(entries) => self.object(id, entries),
            Expr::List(items) => self.list(items),
            Expr::Element(collection) => {
                let set = self.eval(*collection);
                self.element(id, &set)
            }
            Expr::Entry(collection) => {
                let set = self.eval(*collection);
                self.entry(id, &set)
            }
            Expr::Choice(items) => self.choice_of(id, items),
            Expr::Select(arms) => self.select(id, arms),
            Expr::Format(style, format, args) => {
                let format = self.eval(*format);
                let args = self.args(args);
                strings::format(*style, &format, &args)
            }
            Expr::Lambda(function) => self.lambda(*function),
            Expr::Module(name) => match self.scope.find_module(self.fun.module, name) {
                Some(module) => Set::of(Value::Module(module)),
                None => Set::of(Value::External(name.clone())),
            },
            Expr::Typed(value, ty) => self.typed(*value, *ty),
            Expr::Generic(base, args) => {
                for arg in args {
                    self.eval(*arg);
                }
                self.eval(*base)
            }
            Expr::Equal(..) | Expr::Contains(..) | Expr::All(_) | Expr::Not(_) => {
                self.condition(id);
                Set::unknown()
            }
            // `a or b` as a value.
            Expr::Any(items) => self.choice_of(id, items),
            Expr::Command(words) => self.command(id, words),
            Expr::Opaque(items) => {
                for item in items {
                    self.eval(*item);
                }
                Set::unknown()
            }
            Expr::Unknown => Set::unknown(),
        }
    }

    /// A value with a declared type: that tells what it is where the value does not.
    fn typed(&mut self, value: ExprId, ty: ExprId) -> Set {
        let mut set = self.eval(value);
        if !set.values().any(is_known_object) {
            let types = self.types(ty, 0);
            set.join(&self.scope.instances(&types));
        }
        set
    }

    /// The receiver as a value.
    pub fn this(&self) -> Set {
        match self.owner_here() {
            Some(class) => Set::of(Value::Ref(Ref::root(Root::This(class)))),
            None => Set::unknown(),
        }
    }

    /// The class of the receiver: the function's own, or that of the function it is written in.
    fn owner_here(&self) -> Option<super::value::Cls> {
        if let Some(owner) = self.owner {
            return Some(owner);
        }
        let mut function = self.module.function(self.fun.id);
        for _ in 0..32 {
            let parent = function.parent?;
            function = self.module.function(parent);
            if let Some(owner) = function.owner {
                return Some(self.program().class_id(self.fun.module, owner));
            }
        }
        None
    }

    fn text(&mut self, pieces: &[IrPiece]) -> Set {
        match pieces {
            [] => return Set::literal(""),
            [IrPiece::Text(text)] => {
                self.note_key(text);
                return if self.module.language != Language::Shell && strings::is_prose([text.as_str()]) {
                    Set::unknown()
                } else {
                    Set::literal(text.clone())
                };
            }
            _ => {}
        }
        let prose = strings::is_prose(pieces.iter().filter_map(|p| match p {
            IrPiece::Text(text) => Some(text.as_str()),
            IrPiece::Expr(_) => None,
        }));
        if prose && self.module.language != Language::Shell {
            for piece in pieces {
                if let IrPiece::Expr(id) = piece {
                    self.eval(*id);
                }
            }
            return Set::unknown();
        }
        if let Some(lists) = self.lists(pieces) {
            return lists;
        }
        let mut parts = vec![(Text::default(), World::default())];
        for piece in pieces {
            match piece {
                IrPiece::Text(text) => {
                    self.note_key(text);
                    parts.iter_mut().for_each(|(t, _)| t.push(Piece::Lit(text.clone())));
                }
                IrPiece::Expr(id) => {
                    let set = self.eval(*id);
                    let label = self.label(*id);
                    parts = join_texts(&parts, &set, &label);
                }
            }
        }
        let mut out = Set::unknown();
        for (text, world) in parts {
            out.insert(Item { value: Value::Text(Arc::new(text)), world });
        }
        out
    }

    /// `paths + more`: lists put together, if both are.
    fn lists(&mut self, pieces: &[IrPiece]) -> Option<Set> {
        let [IrPiece::Expr(left), IrPiece::Expr(right)] = pieces else { return None };
        let may = |id: &ExprId| matches!(self.module.expr(*id), Expr::List(_) | Expr::Name(_) | Expr::Field(..));
        if !may(left) || !may(right) {
            return None;
        }
        let list = |set: &Set| match set.items.as_slice() {
            [Item { value: Value::List(items), .. }] => Some(Arc::clone(items)),
            _ => None,
        };
        let left = self.eval(*left);
        let mut items = list(&left)?.to_vec();
        let right = self.eval(*right);
        items.extend(strings::unpack(&right)?);
        Some(strings::list_of(items))
    }

    /// The name to show for an expression that is not known.
    pub fn label(&self, id: ExprId) -> Name {
        match self.module.expr(id) {
            Expr::Name(name) => name.clone(),
            Expr::Field(object, name) => match self.module.expr(*object) {
                Expr::Name(first) => format!("{first}.{name}").into(),
                _ => name.clone(),
            },
            Expr::Index(_, key) => match self.module.expr(*key) {
                Expr::Text(pieces) => match pieces.as_slice() {
                    [IrPiece::Text(text)] => text.clone(),
                    _ => Name::default(),
                },
                _ => Name::default(),
            },
            Expr::Call(callee, _) => self.label(*callee),
            _ => Name::default(),
        }
    }

    /// What a name means here.
    pub fn name(&mut self, name: &Name) -> Set {
        let set = match self.local(name) {
            Some(set) => set.clone(),
            None => self.outer_name(name),
        };
        self.narrowed(set, name)
    }

    /// Inside `if x == "a"`, an `x` of which nothing is known is that constant.
    fn narrowed(&self, set: Set, name: &str) -> Set {
        let vague = |v: &Value| matches!(v, Value::External(_) | Value::Made(_) | Value::Null);
        match self.narrowed.iter().rev().find(|(n, _)| n == name) {
            Some((_, constant)) if set.values().all(vague) => constant.clone(),
            _ => set,
        }
    }

    /// What a name means below the variables assigned so far.
    pub fn outer_name(&mut self, name: &Name) -> Set {
        if let Some(set) = self.enclosing_name(name) {
            return set;
        }
        if let Some(set) = self.implicit_member(name) {
            return set;
        }
        if let Some(inner) = self.nested_class(name) {
            return Set::of(Value::Class(inner));
        }
        if let Some(resolved) = self.program().resolve(self.fun.module, name) {
            if let Resolved::Global(module, _) = resolved
                && module == self.fun.module
                && self.fun.id == Module::MAIN
            {
                // A module variable read before it is assigned in the same body.
                return Set::unknown();
            }
            return self.scope.resolved(&resolved);
        }
        if let Some(path) = self.wildcard_import(name) {
            return Set::of(Value::External(path));
        }
        if self.module.language == Language::Shell {
            return Set::text(Text::piece(Piece::Env(name.clone())));
        }
        Set::of(Value::External(name.clone()))
    }

    /// Parameters of this function, variables and parameters of the functions around it.
    fn enclosing_name(&mut self, name: &Name) -> Option<Set> {
        let mut fun = self.fun;
        for _ in 0..32 {
            let function = self.module.function(fun.id);
            if let Some(index) = function.params.iter().position(|p| p.name == *name) {
                return Some(self.parameter(fun, index));
            }
            if fun != self.fun
                && fun.id != Module::MAIN
                && let Some(set) = self.scope.variable(fun, name)
            {
                return Some(set.clone());
            }
            fun = Fun { module: fun.module, id: function.parent? };
        }
        None
    }

    /// Members of the class around it, in languages where the receiver need not be written.
    fn implicit_member(&mut self, name: &Name) -> Option<Set> {
        if !matches!(
            self.module.language,
            Language::Java | Language::Kotlin | Language::CSharp | Language::Ruby | Language::Php
        ) {
            return None;
        }
        let mut class = Some(self.owner_here().or(self.class_scope())?);
        for _ in 0..8 {
            let at = class?;
            if self.program().class(at).name == *name {
                return Some(Set::of(Value::Class(at)));
            }
            let inner = |c: &super::value::Cls| self.program().class(*c).inner.get(name).copied();
            if let Some(inner) = self.program().ancestors(at).iter().find_map(inner) {
                return Some(Set::of(Value::Class(inner)));
            }
            let has = self.program().ancestors(at).iter().any(|c| {
                let info = self.program().class(*c);
                let plain = |f: &Fun| self.program().function(*f).kind != crate::ir::FunctionKind::Constructor;
                info.methods.get(name).is_some_and(|m| m.iter().any(plain))
                    || info
                        .parts
                        .iter()
                        .any(|&(m, id)| self.program().module(m).class(id).fields.iter().any(|f| f.name == *name))
                    || self.scope.has_field(*c, name)
            });
            if has {
                let this = Value::Ref(Ref::root(Root::This(at)));
                return Some(self.scope.field_of(&this, name, 0));
            }
            class = self.program().class(at).outer;
        }
        None
    }

    /// Whether a field and a method of one name have nothing to do with each other.
    fn keeps_methods_apart(&self) -> bool {
        matches!(self.module.language, Language::Ruby | Language::Php | Language::Java | Language::Kotlin)
    }

    fn field(&mut self, id: ExprId, object: ExprId, name: &Name) -> Set {
        let set = self.eval(object);
        self.note_key(name);
        // yargs; every other language has a list there.
        let script = matches!(self.module.language, Language::JavaScript | Language::TypeScript);
        if script && name == "argv" && !set.values().any(|v| matches!(v, Value::External(path) if path == "process")) {
            return self.all_settings();
        }
        let mut out = self.scope.field_of_set(&set, name, 0);
        if self.keeps_methods_apart() && matches!(self.module.expr(object), Expr::This) {
            // `@api ||= Api.new` within a method `api`.
            let program = self.program();
            let method =
                |v: &Value| matches!(v, Value::Function(closure) if program.function(closure.function).name == *name);
            // `this::send` means the method, if there is nothing else of that name.
            let refers = matches!(self.module.language, Language::Java | Language::Kotlin)
                && out.values().all(|v| method(v) || matches!(v, Value::Ref(_)));
            out.items.retain(|i| refers || !method(&i.value));
        }
        // Parts of a dictionary that are no keys of it: `map.values`, `Table.Keys`.
        if matches!(self.module.language, Language::Kotlin | Language::CSharp)
            && matches!(name.as_str(), "entries" | "keys" | "values" | "Keys" | "Values")
            && set.values().any(|v| matches!(v, Value::Table(table) if table.entry(name).is_none()))
        {
            let parts = set.flat_map(|v| match v {
                Value::Table(_) => self.collection_method(v, name, &Args::default(), self.site(id)).unwrap_or_default(),
                _ => Set::unknown(),
            });
            out.items.retain(|i| !matches!(i.value, Value::Null));
            out.join(&parts);
        }
        if self.narrowed.is_empty() {
            return out;
        }
        match written(self.module, id) {
            Some(written) => self.narrowed(out, &written),
            None => out,
        }
    }

    /// The number of the choice that an expression makes.
    pub fn choice_id(&self, id: ExprId) -> u64 {
        (u64::from(self.fun.module) << 32) | u64::from(id.0)
    }

    /// `a ?? b`, `a || b`: what a caller gives, or the next where it gives nothing.
    fn choice_of(&mut self, id: ExprId, items: &'a [ExprId]) -> Set {
        let choice = self.choice_id(id);
        let guards = self.guards.len();
        let mut out = Set::unknown();
        for (i, item) in items.iter().enumerate() {
            let set = self.eval(*item);
            let alternative = (choice, u16::try_from(i).unwrap_or(u16::MAX));
            let given = set.subject().filter(|_| i + 1 < items.len()).map(|r| Guard::Truthy(r.clone(), true));
            let inside = self.guards.len();
            self.guards.extend(given.clone());
            self.note_arm(alternative, guards);
            self.guards.truncate(inside);
            if self.arms.contains_key(&alternative) {
                out.absorb(set.within(&World::of(alternative.0, alternative.1)));
            } else {
                out.join(&set);
            }
            self.guards.extend(given.and_then(|g| g.negated()));
        }
        self.guards.truncate(guards);
        if out.items.len() > 1 {
            out.items.retain(|i| !matches!(i.value, Value::Null | Value::Bool(_)));
        }
        out
    }

    fn select(&mut self, id: ExprId, arms: &'a [(Option<ExprId>, ExprId)]) -> Set {
        let tested = arms.iter().find_map(|(when, _)| self.presence((*when)?));
        let is_tested = |(_, value): &(_, ExprId)| written(self.module, *value).is_some_and(|it| Some(&it) == tested);
        let defaulting = if arms.iter().any(is_tested) { DEFAULTING } else { 0 };
        let choice = self.choice_id(id) | defaulting;
        let guards = self.guards.len();
        let mut sets = Vec::with_capacity(arms.len());
        for (i, (when, value)) in arms.iter().enumerate() {
            let condition = when.map(|w| self.condition(w)).unwrap_or_default();
            let inside = self.guards.len();
            self.guards.extend(condition.holds);
            let alternative = (choice, u16::try_from(i).unwrap_or(u16::MAX));
            self.note_arm(alternative, guards);
            let narrowed = self.narrow(condition.narrows);
            sets.push(self.eval(*value));
            self.narrowed.truncate(narrowed);
            self.guards.truncate(inside);
            self.guards.extend(condition.fails);
        }
        self.guards.truncate(guards);
        Set::of_arms(choice, sets.iter().enumerate(), &self.label(id))
    }

    /// A lambda as a value. What it requests without arguments of its own is requested by whoever makes it.
    pub fn lambda(&mut self, function: FunctionId) -> Set {
        let fun = Fun { module: self.fun.module, id: function };
        self.include(fun);
        Set::of(Value::Function(Arc::new(Closure::plain(fun))))
    }
}

/// Appends every text of a set to every start, where their worlds agree.
pub fn join_texts(starts: &[(Text, World)], set: &Set, label: &Name) -> Vec<(Text, World)> {
    let mut out: Vec<(Text, World)> = Vec::new();
    let single = Set::of(Value::Null);
    let items: Vec<(Text, World)> = if set.is_unknown() {
        texts_of(&single, label).into_iter().map(|t| (t, World::default())).collect()
    } else {
        let several = set.items.len() > 1;
        let objects_only = set.values().all(Value::is_object);
        set.items
            .iter()
            .filter(|i| !several || !matches!(i.value, Value::Null | Value::Bool(_)))
            .filter(|i| objects_only || !i.value.is_object() || !set.values().any(|v| matches!(v, Value::Ref(_))))
            .flat_map(|i| texts_of(&Set::of(i.value.clone()), label).into_iter().map(|t| (t, i.world.clone())))
            .collect()
    };
    for (start, world) in starts {
        for (end, other) in &items {
            if let Some(world) = world.and(other)
                && out.len() < MAX_VALUES
            {
                let mut text = start.clone();
                text.extend(end);
                if !out.iter().any(|(t, w)| *t == text && *w == world) {
                    out.push((text, world));
                }
            }
        }
    }
    out
}

fn is_known_object(value: &Value) -> bool {
    matches!(
        value,
        Value::Client(_)
            | Value::Legacy(..)
            | Value::Instance(_)
            | Value::Made(_)
            | Value::Function(_)
            | Value::Method(..)
            | Value::Table(_)
            | Value::List(_)
            | Value::Text(_)
    )
}
