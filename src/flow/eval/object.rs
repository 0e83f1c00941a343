//! Tables as they are written down, entry by entry: what is spread into one comes before what stands above it.

use super::rows::slimmed;
use super::stated;
use crate::flow::exec::Run;
use crate::flow::request::Guard;
use crate::flow::value::{DEFAULTING, Item, OPTIONAL, Ref, Set, Table, Value, World};
use crate::ir::{ExprId, Key, Language, Name};
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

impl<'a> Run<'a> {
    /// `{ key: value, …, ...more }`.
    pub(super) fn object(&mut self, id: ExprId, entries: &'a [(Key, ExprId)]) -> Set {
        let (mut table, mut listed) = (Table::default(), Vec::new());
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
                    // PHP has one kind of array for both.
                    if let (Language::Php, [Item { value: Value::List(items), .. }]) =
                        (self.module.language, set.items.as_slice())
                    {
                        listed.extend(items.iter().cloned());
                    }
                    self.overlay(&mut table, &set, self.choice_id(id));
                }
            }
        }
        if !listed.is_empty() && table == Table::default() {
            return Set::of(Value::List(Arc::new(listed)));
        }
        let address =
            entries.iter().find(|(key, _)| matches!(key, Key::Name(name) if stated::ADDRESS.contains(&name.as_str())));
        if let Some((_, address)) = address {
            self.stated(&table, self.site(*address));
        }
        Set::of(slimmed(table))
    }

    /// Puts `more` on top of a table. Where only a caller knows what that is, it has a key's value if it has the key, and the
    /// table beneath has it if not.
    pub(in crate::flow) fn overlay(&mut self, table: &mut Table, more: &Set, choice: u64) {
        if let Some(other) = more.table() {
            table.entries.extend(other.entries);
            table.rest.join(&other.rest);
            table.spread.join(&other.spread);
        }
        for value in more.values() {
            if let Value::Ref(r) = value {
                self.give_way(table, r, choice);
                table.spread.add(value.clone());
            }
        }
    }

    /// Lets every plain entry of a table stand only where a caller's table does not have its key.
    fn give_way(&mut self, table: &mut Table, over: &Ref, choice: u64) {
        let keys: Vec<Name> = table.entries.iter().map(|(key, _)| key.clone()).collect();
        for (i, key) in keys.iter().enumerate() {
            if keys.iter().skip(i + 1).any(|later| later == key) {
                continue;
            }
            let (Some((_, beneath)), Some(field)) = (table.entries.get_mut(i), over.field(key)) else { continue };
            if beneath.is_unknown() || !beneath.values().all(is_plain) {
                continue;
            }
            let mut hasher = FxHasher::default();
            (choice, &field).hash(&mut hasher);
            let choice = hasher.finish() & !OPTIONAL | DEFAULTING;
            let mut both = Set::of(Value::Ref(field.clone())).within(&World::of(choice, 0));
            both.absorb(beneath.within(&World::of(choice, 1)));
            *beneath = both;
            self.arms.insert((choice, 0), vec![Guard::Truthy(field.clone(), true)]);
            self.arms.insert((choice, 1), vec![Guard::Truthy(field, false)]);
        }
    }
}

/// Whether a value is a text or may become one.
fn is_plain(value: &Value) -> bool {
    matches!(value, Value::Text(_) | Value::Ref(_) | Value::External(_))
}
