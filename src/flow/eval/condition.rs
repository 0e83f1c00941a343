//! Conditions: evaluated, and what they say of parameters.

use super::*;

impl<'a> Run<'a> {
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

    pub(in crate::flow) fn condition_inner(&mut self, id: ExprId) -> Vec<Guard> {
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
}

/// Several equalities on one subject are one.
pub(in crate::flow) fn any_of(all: &[Vec<Guard>]) -> Vec<Guard> {
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
    let texts = match texts.literals() {
        Some(texts) => texts.into_iter().map(Name::from).collect(),
        None => texts.values().map(strings::verb_constant).collect::<Option<Vec<Name>>>().filter(|v| !v.is_empty())?,
    };
    Some(Guard::Equal(subject, texts, yes))
}
