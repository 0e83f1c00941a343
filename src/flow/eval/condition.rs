//! Conditions: evaluated, and what they say of parameters.

use crate::flow::exec::{MAX_DEPTH, Run};
use crate::flow::request::Guard;
use crate::flow::strings;
use crate::flow::value::{Piece, Ref, Set, Value};
use crate::ir::{Expr, ExprId, Module, Name};

/// What a condition says where it holds and where it does not.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    /// What holds of parameters where it is true.
    pub holds: Vec<Guard>,
    /// What holds where it is false, if that can be said at all.
    pub fails: Option<Guard>,
    /// Variables and fields that it compares with constants, as written, and the constants.
    pub narrows: Vec<(Name, Set)>,
}

impl Condition {
    fn guard(guard: Guard) -> Self {
        Self { fails: guard.negated(), holds: vec![guard], narrows: Vec::new() }
    }
}

impl<'a> Run<'a> {
    /// Evaluates a condition and tells what it says of parameters and variables.
    pub fn condition(&mut self, id: ExprId) -> Condition {
        if self.depth >= MAX_DEPTH {
            return Condition::default();
        }
        self.depth += 1;
        let condition = self.condition_inner(id);
        self.depth -= 1;
        condition
    }

    fn condition_inner(&mut self, id: ExprId) -> Condition {
        let module: &'a Module = self.module;
        match module.expr(id) {
            Expr::Equal(left, right, yes) => self.equal(*left, *right, *yes),
            Expr::Contains(left, right, yes) => self.contains(*left, *right, *yes),
            Expr::Not(inner) => {
                let inner = self.condition(*inner);
                match (inner.fails, inner.holds.as_slice()) {
                    (Some(fails), [holds]) => {
                        Condition { holds: vec![fails], fails: Some(holds.clone()), narrows: Vec::new() }
                    }
                    _ => Condition::default(),
                }
            }
            Expr::All(items) => {
                let mut out = Condition::default();
                let mut exact = true;
                for item in items {
                    let one = self.condition(*item);
                    exact &= one.fails.is_some() && one.holds.len() == 1;
                    out.holds.extend(one.holds);
                    out.narrows.extend(one.narrows);
                }
                out.fails = Guard::not_all(&out.holds).filter(|_| exact);
                out
            }
            Expr::Any(items) | Expr::Choice(items) => {
                let all: Vec<Vec<Guard>> = items.iter().map(|i| self.condition(*i).holds).collect();
                any_of(&all).map(Condition::guard).unwrap_or_default()
            }
            _ => {
                let subject = self.eval(id).subject().cloned();
                subject.map(|r| Condition::guard(Guard::Truthy(r, true))).unwrap_or_default()
            }
        }
    }

    /// `left == right`, or `!=`: a guard on a parameter, else what a variable is where they are equal.
    fn equal(&mut self, left: ExprId, right: ExprId, yes: bool) -> Condition {
        let module: &'a Module = self.module;
        let (l, r) = (self.eval(left), self.eval(right));
        let guard = equality(&l, &r, yes).or_else(|| equality(&r, &l, yes));
        let mut out = guard.map(Condition::guard).unwrap_or_default();
        if yes && out.holds.is_empty() {
            let narrowed =
                |place: ExprId, to: &Set| to.literal_text().and(written(module, place)).map(|name| (name, to.clone()));
            out.narrows.extend(narrowed(left, &r).or_else(|| narrowed(right, &l)));
        }
        out
    }

    /// `left in right`: equal to one of the items or keys, if all of them are in sight.
    fn contains(&mut self, left: ExprId, right: ExprId, yes: bool) -> Condition {
        let (left, right) = (self.eval(left), self.eval(right));
        let mut choices = Set::unknown();
        for value in right.values() {
            match value {
                Value::List(items) => items.iter().for_each(|s| {
                    choices.join(s);
                }),
                Value::Table(t) => t.entries.iter().for_each(|(k, _)| {
                    choices.join(&Set::literal(k.clone()));
                }),
                _ => return Condition::default(),
            }
        }
        equality(&left, &choices, yes).map(Condition::guard).unwrap_or_default()
    }
}

/// A variable or a field of one as it is written, the same wherever it means the same.
pub(in crate::flow) fn written(module: &Module, id: ExprId) -> Option<Name> {
    match module.expr(id) {
        Expr::Name(name) => Some(name.clone()),
        Expr::Field(object, name) => match module.expr(*object) {
            Expr::Name(first) => Some(format!("{first}.{name}").into()),
            Expr::This => Some(format!("this.{name}").into()),
            _ => None,
        },
        _ => None,
    }
}

/// Several equalities on one subject are one.
pub(in crate::flow) fn any_of(all: &[Vec<Guard>]) -> Option<Guard> {
    let mut subject: Option<Ref> = None;
    let mut texts = Vec::new();
    for guards in all {
        match guards.as_slice() {
            [Guard::Equal(r, more, true)] if subject.as_ref().is_none_or(|s| s == r) => {
                subject = Some(r.clone());
                texts.extend(more.iter().cloned());
            }
            _ => return None,
        }
    }
    subject.map(|s| Guard::Equal(s, texts, true))
}

pub(in crate::flow) fn equality(subject: &Set, texts: &Set, yes: bool) -> Option<Guard> {
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
    let constant = |v: &Value| match v {
        Value::Instance(i) => i.constant().map(Name::from),
        other => strings::verb_constant(other),
    };
    let texts = match texts.literals() {
        Some(texts) => texts.into_iter().map(Name::from).collect(),
        None => texts.values().map(constant).collect::<Option<Vec<Name>>>().filter(|v| !v.is_empty())?,
    };
    Some(Guard::Equal(subject, texts, yes))
}
