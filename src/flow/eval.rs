//! What an expression may be.

use crate::ir::{Expr, ExprId, FunctionId, FunctionKind, Key, Language, Module, Name, Piece as IrPiece};
use std::sync::Arc;

use super::exec::{MAX_DEPTH, Run, is_object};
use super::library;
use super::program::Resolved;
use super::request::Guard;
use super::strings;
use super::subst::texts_of;
use super::value::{Closure, Fun, Item, MAX_VALUES, Piece, Ref, Root, Set, Table, Text, Value, World};

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
            Expr::Field(object, name) => self.field(*object, name),
            Expr::Index(object, key) => self.index(id, *object, *key),
            Expr::Call(callee, args) => self.call(id, *callee, args),
            Expr::New(class, args) => self.construct_expr(id, *class, args),
            Expr::Object(entries) => self.object(entries),
            Expr::List(items) => Set::of(Value::List(Arc::new(items.iter().map(|i| self.eval(*i)).collect()))),
            Expr::Element(collection) => {
                let set = self.eval(*collection);
                self.element(id, &set)
            }
            Expr::Choice(items) => self.choice_of(items),
            Expr::Select(arms) => self.select(id, arms),
            Expr::Format(style, format, args) => {
                let format = self.eval(*format);
                let args = self.args(args);
                strings::format(*style, &format, &args)
            }
            Expr::Lambda(function) => self.lambda(*function),
            Expr::Module(name) => match self.program().find_module(self.fun.module, name) {
                Some(module) => Set::of(Value::Module(module)),
                None => Set::of(Value::External(name.clone())),
            },
            Expr::Typed(value, ty) => {
                let mut set = self.eval(*value);
                if !set.values().any(is_known_object) {
                    let types = self.types(*ty, 0);
                    set.join(&self.scope.instances(&types));
                }
                set
            }
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
            Expr::Any(items) => {
                // `a or b` as a value.
                self.choice_of(items)
            }
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
        match self.local(name) {
            Some(set) => set.clone(),
            None => self.outer_name(name),
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
            if fun != self.fun && fun.id != Module::MAIN {
                let summary = self.scope.summary(fun);
                if let Some(set) = summary.locals.get(name) {
                    return Some(set.clone());
                }
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
            let has = self.program().ancestors(at).iter().any(|c| {
                let info = self.program().class(*c);
                info.methods.contains_key(name)
                    || info
                        .parts
                        .iter()
                        .any(|&(m, id)| self.program().module(m).class(id).fields.iter().any(|f| f.name == *name))
                    || self.scope.state.field(*c, name).is_some()
            });
            if has {
                let this = Value::Ref(Ref::root(Root::This(at)));
                return Some(self.scope.field_of(&this, name, 0));
            }
            class = self.program().class(at).outer;
        }
        None
    }

    fn field(&mut self, object: ExprId, name: &Name) -> Set {
        let set = self.eval(object);
        self.note_key(name);
        let out = self.scope.field_of_set(&set, name, 0);
        // A method of an API object taken without calling it: whoever gets it will call it.
        out
    }

    fn index(&mut self, id: ExprId, object: ExprId, key: ExprId) -> Set {
        let set = self.eval(object);
        let key_set = self.eval(key);
        self.index_sets(id, &set, &key_set)
    }

    /// An element of a collection.
    pub fn index_sets(&mut self, id: ExprId, set: &Set, key: &Set) -> Set {
        let literal: Option<Name> = key.literal_text().map(Name::from);
        let choice = self.choice_id(id);
        let mut out = Set::unknown();
        for item in &set.items {
            let found = match (&item.value, &literal) {
                (Value::List(items), Some(key)) => match key.parse::<i64>() {
                    Ok(n) if n >= 0 => items.get(usize::try_from(n).unwrap_or(usize::MAX)).cloned().unwrap_or_default(),
                    Ok(_) => items.last().cloned().unwrap_or_default(),
                    Err(_) => Set::unknown(),
                },
                (Value::List(items), None) => tagged(items.iter(), choice),
                (Value::Table(table), Some(key)) => match table.entry(key) {
                    Some(set) => set.clone(),
                    None => table.rest.clone(),
                },
                (Value::Table(table), None) => self.entries(table, key, choice),
                (Value::External(path), Some(key)) if strings::is_environment(path) => {
                    Set::text(Text::piece(Piece::Env(key.clone())))
                }
                (value @ (Value::Made(_) | Value::Client(_) | Value::Legacy(..) | Value::Instance(_)), Some(key))
                    if key.parse::<u32>().is_ok() =>
                {
                    // The first of several results carries the value; the others are errors and flags.
                    if key == "0" || !matches!(value, Value::Made(_)) { Set::of(value.clone()) } else { Set::unknown() }
                }
                (Value::Made(made), Some(key)) => library::made_field(made, key),
                (value @ (Value::Client(_) | Value::Instance(_)), None) => Set::of(value.clone()),
                (
                    value @ (Value::Ref(_)
                    | Value::Class(_)
                    | Value::Module(_)
                    | Value::External(_)
                    | Value::Instance(_)),
                    Some(key),
                ) => self.scope.field_of(value, key, 0),
                _ => Set::unknown(),
            };
            out.join(&found.within(&item.world));
        }
        out
    }

    /// The entries of a table under keys that are not one literal: those whose keys fit, each in its own world.
    fn entries(&self, table: &Table, key: &Set, choice: u64) -> Set {
        if let Some(keys) = key.literals() {
            let mut out = Set::unknown();
            for item in &key.items {
                if let Value::Text(text) = &item.value
                    && let Some(set) = text.as_literal().and_then(|k| table.entry(k))
                {
                    out.join(&set.within(&item.world));
                }
            }
            if !out.is_unknown() || !keys.is_empty() {
                return out;
            }
        }
        let mut out = tagged(table.entries.iter().map(|(_, v)| v), choice);
        out.join(&table.rest);
        out
    }

    /// Any element of a collection, each in its own world.
    pub fn element(&mut self, id: ExprId, set: &Set) -> Set {
        let choice = self.choice_id(id);
        let keys = matches!(self.module.language, Language::Python);
        set.flat_map(|value| match value {
            Value::List(items) => tagged(items.iter(), choice),
            Value::Table(table) if keys => {
                let names: Vec<Set> = table.entries.iter().map(|(k, _)| Set::literal(k.clone())).collect();
                tagged(names.iter(), choice)
            }
            Value::Table(table) => tagged(table.entries.iter().map(|(_, v)| v), choice),
            Value::Client(_) | Value::Instance(_) | Value::Made(_) | Value::Legacy(..) => Set::of(value.clone()),
            _ => Set::unknown(),
        })
    }

    /// The number of the choice that an expression makes.
    pub fn choice_id(&self, id: ExprId) -> u64 {
        (u64::from(self.fun.module) << 32) | u64::from(id.0)
    }

    fn object(&mut self, entries: &'a [(Key, ExprId)]) -> Set {
        let mut table = Table::default();
        for (key, value) in entries {
            let set = self.eval(*value);
            match key {
                Key::Name(name) => {
                    self.note_key(name);
                    table.entries.push((name.clone(), set));
                }
                Key::Expr(key) => match self.eval(*key).literals() {
                    Some(keys) => {
                        for key in keys {
                            table.entries.push((key.into(), set.clone()));
                        }
                    }
                    None => {
                        table.rest.join(&set);
                    }
                },
                Key::Spread => {
                    for value in set.values() {
                        match value {
                            Value::Table(other) => {
                                table.entries.extend(other.entries.iter().cloned());
                                table.rest.join(&other.rest);
                                table.spread.join(&other.spread);
                            }
                            Value::Ref(_) => {
                                table.spread.add(value.clone());
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
        Set::of(Value::Table(Arc::new(table)))
    }

    fn choice_of(&mut self, items: &'a [ExprId]) -> Set {
        let mut out = Set::unknown();
        for item in items {
            out.join(&self.eval(*item));
        }
        if out.items.len() > 1 {
            out.items.retain(|i| !matches!(i.value, Value::Null | Value::Bool(_)));
        }
        out
    }

    fn select(&mut self, id: ExprId, arms: &'a [(Option<ExprId>, ExprId)]) -> Set {
        let choice = self.choice_id(id);
        let guards = self.guards.len();
        let mut out = Set::unknown();
        for (i, (when, value)) in arms.iter().enumerate() {
            let condition = when.map(|w| self.condition(w)).unwrap_or_default();
            let inside = self.guards.len();
            self.guards.extend(condition.iter().cloned());
            let set = self.eval(*value);
            out.join(&set.within(&World::of(choice, u16::try_from(i).unwrap_or(u16::MAX))));
            self.guards.truncate(inside);
            if let [one] = condition.as_slice() {
                self.guards.push(one.negated());
            }
        }
        self.guards.truncate(guards);
        out
    }

    /// A lambda as a value. What it requests without arguments of its own is requested by whoever makes it.
    pub fn lambda(&mut self, function: FunctionId) -> Set {
        let fun = Fun { module: self.fun.module, id: function };
        self.include(fun);
        Set::of(Value::Function(Arc::new(Closure::plain(fun))))
    }

    /// What a type written down means: classes of the program and names from outside.
    pub fn types(&mut self, id: ExprId, depth: u8) -> Set {
        if depth > 8 {
            return Set::unknown();
        }
        match self.module.expr(id) {
            Expr::Generic(base, args) => {
                let outer = self.types(*base, depth + 1);
                let known = outer.values().any(|v| match v {
                    Value::Class(_) => true,
                    Value::External(path) => {
                        library::api_class(path).is_some() || library::legacy_object(path).is_some()
                    }
                    _ => false,
                });
                if known {
                    return outer;
                }
                let mut out = Set::unknown();
                for arg in args {
                    out.join(&self.types(*arg, depth + 1));
                }
                if out.is_unknown() { outer } else { out }
            }
            Expr::Text(pieces) => match pieces.as_slice() {
                [IrPiece::Text(name)] => self.type_named(name),
                _ => Set::unknown(),
            },
            Expr::Choice(items) | Expr::List(items) | Expr::Any(items) => {
                let mut out = Set::unknown();
                for item in items {
                    out.join(&self.types(*item, depth + 1));
                }
                out
            }
            Expr::Name(name) => self.type_named(name),
            Expr::Field(object, name) => {
                let object = self.types(*object, depth + 1);
                self.scope.field_of_set(&object, name, 0)
            }
            Expr::Null => Set::unknown(),
            _ => self.eval(id),
        }
    }

    /// What a simple name means as a type: never a parameter, which may be called like its own type's package.
    fn type_named(&mut self, name: &Name) -> Set {
        let mut class = self.owner_here().or(self.class_scope());
        for _ in 0..8 {
            let Some(at) = class else { break };
            if let Some(inner) =
                self.program().ancestors(at).iter().find_map(|c| self.program().class(*c).inner.get(name))
            {
                return Set::of(Value::Class(*inner));
            }
            class = self.program().class(at).outer;
        }
        let set = match self.program().resolve(self.fun.module, name) {
            Some(Resolved::Global(module, _)) if module == self.fun.module && self.fun.id == Module::MAIN => {
                self.local(name).cloned().unwrap_or_default()
            }
            Some(resolved) => self.scope.resolved(&resolved),
            None => match self.wildcard_import(name) {
                Some(path) => Set::of(Value::External(path)),
                None => Set::of(Value::External(name.clone())),
            },
        };
        Set { items: set.items.into_iter().filter(|i| !matches!(i.value, Value::Text(_) | Value::Ref(_))).collect() }
    }

    /// An API class that a wildcard import of an official client's package brings in.
    fn wildcard_import(&self, name: &Name) -> Option<Name> {
        self.module.imports.iter().filter(|i| i.member == crate::ir::Member::All).find_map(|import| {
            library::official(&import.module)?;
            let path: Name = format!("{}.{name}", import.module).into();
            let class = library::api_class(&path).is_some_and(|c| c.rest.is_empty());
            class.then_some(path)
        })
    }

    /// Evaluates a condition and tells what holds of parameters where it is true.
    pub fn condition(&mut self, id: ExprId) -> Vec<Guard> {
        if self.depth >= MAX_DEPTH {
            return Vec::new();
        }
        self.depth += 1;
        let guards = self.condition_inner(id);
        self.depth -= 1;
        guards
    }

    fn condition_inner(&mut self, id: ExprId) -> Vec<Guard> {
        let module: &'a Module = self.module;
        match module.expr(id) {
            Expr::Equal(left, right, yes) => {
                let (left, right) = (self.eval(*left), self.eval(*right));
                equality(&left, &right, *yes).or_else(|| equality(&right, &left, *yes)).into_iter().collect()
            }
            Expr::Contains(left, right, yes) => {
                let (left, right) = (self.eval(*left), self.eval(*right));
                let mut choices = Set::unknown();
                for value in right.values() {
                    match value {
                        Value::List(items) => items.iter().for_each(|s| {
                            choices.join(s);
                        }),
                        Value::Table(t) => t.entries.iter().for_each(|(k, _)| {
                            choices.join(&Set::literal(k.clone()));
                        }),
                        _ => return Vec::new(),
                    }
                }
                equality(&left, &choices, *yes).into_iter().collect()
            }
            Expr::Not(inner) => match self.condition(*inner).as_slice() {
                [one] => vec![one.negated()],
                _ => Vec::new(),
            },
            Expr::All(items) => items.iter().flat_map(|i| self.condition(*i)).collect(),
            Expr::Any(items) | Expr::Choice(items) => {
                let all: Vec<Vec<Guard>> = items.iter().map(|i| self.condition(*i)).collect();
                any_of(&all)
            }
            _ => {
                let set = self.eval(id);
                match set.items.as_slice() {
                    [Item { value: Value::Ref(r), .. }] => vec![Guard::Truthy(r.clone(), true)],
                    _ => Vec::new(),
                }
            }
        }
    }

    /// A property is read like a field and runs its function.
    pub fn is_property(&self, fun: Fun) -> bool {
        self.program().function(fun).kind == FunctionKind::Property
    }
}

/// Several equalities on one subject are one.
fn any_of(all: &[Vec<Guard>]) -> Vec<Guard> {
    let mut subject: Option<Ref> = None;
    let mut texts = Vec::new();
    for guards in all {
        match guards.as_slice() {
            [Guard::Equal(r, more, true)] if subject.as_ref().is_none_or(|s| s == r) => {
                subject = Some(r.clone());
                texts.extend(more.iter().cloned());
            }
            _ => return Vec::new(),
        }
    }
    subject.map(|s| Guard::Equal(s, texts, true)).into_iter().collect()
}

fn equality(subject: &Set, texts: &Set, yes: bool) -> Option<Guard> {
    let subject = subject.items.iter().find_map(|i| match &i.value {
        Value::Ref(r) => Some(r.clone()),
        Value::Text(t) => match t.pieces.as_slice() {
            [Piece::Ref(r)] => Some(r.clone()),
            _ => None,
        },
        _ => None,
    })?;
    if texts.items.len() == 1 && matches!(texts.items[0].value, Value::Null) {
        return Some(Guard::Truthy(subject, !yes));
    }
    let texts = match texts.literals() {
        Some(texts) => texts.into_iter().map(Name::from).collect(),
        None => texts
            .values()
            .map(|v| strings::verb_constant(v))
            .collect::<Option<Vec<Name>>>()
            .filter(|v| !v.is_empty())?,
    };
    Some(Guard::Equal(subject, texts, yes))
}

/// The values of several sets, each set in its own world.
pub fn tagged<'s>(sets: impl Iterator<Item = &'s Set>, choice: u64) -> Set {
    let mut out = Set::unknown();
    for (i, set) in sets.enumerate().take(MAX_VALUES) {
        out.join(&set.within(&World::of(choice, u16::try_from(i).unwrap_or(u16::MAX))));
    }
    out
}

/// Appends every text of a set to every start, where their worlds agree.
pub fn join_texts(starts: &[(Text, World)], set: &Set, label: &Name) -> Vec<(Text, World)> {
    let mut out: Vec<(Text, World)> = Vec::new();
    let single = Set::of(Value::Null);
    let items: Vec<(Text, World)> = if set.is_unknown() {
        texts_of(&single, label).into_iter().map(|t| (t, World::default())).collect()
    } else {
        let several = set.items.len() > 1;
        let objects_only = set.values().all(is_object);
        set.items
            .iter()
            .filter(|i| !several || !matches!(i.value, Value::Null | Value::Bool(_)))
            .filter(|i| objects_only || !is_object(&i.value) || !set.values().any(|v| matches!(v, Value::Ref(_))))
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
