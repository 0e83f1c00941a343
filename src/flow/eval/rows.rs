//! Rows of long tables of endpoints. Where nothing tells which row it is, a short table gives them all side by side; of a long
//! one there is some row, and the requests made with it are written out, row by row, once they are complete.

use crate::flow::exec::{Run, grounded_set};
use crate::flow::request::Request;
use crate::flow::scope::Scope;
use crate::flow::state::Summary;
use crate::flow::strings;
use crate::flow::subst::Subst;
use crate::flow::value::{Instance, MAX_PIECES, Piece, Ref, Root, Set, Table, Text, Value};
use crate::ir::{Expr, ExprId, Name};
use std::sync::Arc;

use super::tagged;

/// From how many rows on a table is long.
pub(super) const LONG: usize = 24;
/// Most rows of a table.
const MAX_ROWS: usize = 2_000;

impl<'a> Run<'a> {
    /// A list as it is written down.
    pub(super) fn list(&mut self, items: &'a [ExprId]) -> Set {
        let mut sets = Vec::with_capacity(items.len());
        for item in items {
            match self.module.expr(*item) {
                // `[host, ...parts]`
                Expr::Element(inner) if items.len() > 1 => {
                    let set = self.eval(*inner);
                    match strings::unpack(&set) {
                        Some(more) => sets.extend(more),
                        None => sets.push(self.element(*item, &set)),
                    }
                }
                _ => sets.push(self.eval(*item)),
            }
        }
        let whole = Value::List(Arc::new(sets));
        if let Value::List(sets) = &whole
            && sets.len() > LONG
            && whole.is_large()
        {
            let sets = sets.iter().map(slim).collect();
            return Set::of(Value::List(Arc::new(sets)));
        }
        Set::of(whole)
    }

    /// Any of several values, each in its own world, or some row of a long table.
    pub(in crate::flow) fn one_of<'s>(&mut self, sets: impl Iterator<Item = &'s Set> + Clone, choice: u64) -> Set {
        let all = sets.clone().count();
        if all <= LONG || sets.clone().filter(|set| is_endpoint(set)).count() < all / 2 || sets.clone().any(runs) {
            return tagged(sets, choice);
        }
        let rows: Vec<Set> = sets.take(MAX_ROWS).map(|set| grounded_set(set, 0)).collect();
        self.out.cut |= all > MAX_ROWS;
        // The lower half tells the places of a module apart.
        let number = u32::try_from(choice & u64::from(u32::MAX)).unwrap_or_default();
        self.out.summary.rows.insert(number, Arc::new(rows));
        Set::of(Value::Ref(Ref::root(Root::Row(self.fun, number))))
    }

    /// A request with a row in it for each of the rows, if nothing else is left to be told.
    pub(in crate::flow) fn by_row(&self, request: &Request) -> Option<Vec<Request>> {
        let own = Some((self.fun, &self.out.summary));
        let one = expanded(&self.scope, own, request, 1)?;
        let complete = |request: &Request| !request.is_open() || self.is_determined(request);
        if !one.iter().all(complete) {
            return None;
        }
        expanded(&self.scope, own, request, MAX_ROWS)
    }
}

/// A request with a row in it for each of the rows, `most` of them; `None` if there is no row in it.
pub(in crate::flow) fn expanded(
    scope: &Scope<'_>,
    own: Option<(crate::flow::value::Fun, &Summary)>,
    request: &Request,
    most: usize,
) -> Option<Vec<Request>> {
    let root = request.rows().next()?;
    let Root::Row(fun, number) = root else { return None };
    let summary = match own {
        Some((own, summary)) if own == fun => summary,
        _ => scope.summary(fun),
    };
    let mut out = Vec::new();
    for row in summary.rows.get(&number)?.iter().take(most) {
        let subst = Subst { row: Some((root, row)), ..Subst::new(Vec::new(), None, false) };
        out.extend(subst.request(scope, request).into_iter().map(|(filled, _)| filled));
    }
    Some(out)
}

/// What a table has under its keys as far as it is kept: of a large one, what may be part of requests.
pub(super) fn slimmed(table: Table) -> Value {
    let whole = Value::Table(Arc::new(table));
    match &whole {
        Value::Table(table) if table.entries.len() > LONG && whole.is_large() => {
            let entries = table.entries.iter().map(|(key, set)| (key.clone(), slim(set))).collect();
            Value::Table(Arc::new(Table { entries, ..(**table).clone() }))
        }
        _ => whole,
    }
}

/// Whether a row of a table holds something to be called.
fn runs(row: &Set) -> bool {
    let callable = |value: &Value| {
        matches!(value, Value::Function(_) | Value::Class(_) | Value::Method(..) | Value::Client(_) | Value::Legacy(..))
    };
    row.values().any(|value| match value {
        Value::Table(table) => table.entries.iter().flat_map(|(_, set)| set.values()).any(callable),
        Value::List(items) => items.iter().flat_map(Set::values).any(callable),
        Value::Instance(object) => {
            let fields = object.fields.iter().flat_map(|fields| &fields.entries).map(|(_, set)| set);
            object.made.iter().flat_map(|made| &made.args).chain(fields).flat_map(Set::values).any(callable)
        }
        value => callable(value),
    })
}

/// Whether a row of a table says an address.
fn is_endpoint(row: &Set) -> bool {
    row.values().any(|value| match value {
        Value::Text(text) => is_address(text),
        Value::Table(table) => table.entries.iter().any(|(_, set)| says_address(set)),
        Value::List(items) => items.iter().any(says_address),
        Value::Instance(object) => {
            let fields = object.fields.iter().flat_map(|fields| &fields.entries).map(|(_, set)| set);
            object.made.iter().flat_map(|made| &made.args).chain(fields).any(says_address)
        }
        _ => false,
    })
}

fn says_address(set: &Set) -> bool {
    set.values().any(|value| matches!(value, Value::Text(text) if is_address(text)))
}

/// Whether a text is a path or an address rather than a word or a sentence.
fn is_address(text: &Text) -> bool {
    let says = |lit: &Name| {
        !lit.contains(' ')
            && (lit.starts_with('/') && lit.len() > 1 || ["api/", "v1/", "v2/"].iter().any(|part| lit.contains(part)))
    };
    text.pieces.len() < MAX_PIECES && text.pieces.iter().any(|piece| matches!(piece, Piece::Lit(lit) if says(lit)))
}

/// A row with those of its parts only that are texts without blanks: what describes an endpoint makes no request.
fn slim(row: &Set) -> Set {
    row.flat_map(|value| {
        Set::of(match value {
            Value::Table(table) => Value::Table(Arc::new(slim_table(table))),
            Value::List(items) => Value::List(Arc::new(items.iter().map(words).collect())),
            Value::Instance(object) => Value::Instance(Arc::new(Instance {
                fields: object.fields.as_deref().map(|fields| Arc::new(slim_table(fields))),
                ..(**object).clone()
            })),
            other => other.clone(),
        })
    })
}

fn slim_table(table: &Table) -> Table {
    let kept = table.entries.iter().map(|(key, set)| (key.clone(), words(set))).filter(|(_, set)| !set.is_unknown());
    Table { entries: kept.collect(), ..Table::default() }
}

fn words(set: &Set) -> Set {
    let word = |value: &Value| match value {
        Value::Text(text) => text.pieces.iter().all(|piece| !matches!(piece, Piece::Lit(lit) if lit.contains(' '))),
        value => !matches!(value, Value::Table(_) | Value::List(_)),
    };
    Set { items: set.items.iter().filter(|item| word(&item.value)).cloned().collect() }
}
