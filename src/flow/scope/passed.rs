//! What callers pass for a parameter, all of them together, and the parts of that.

use crate::flow::scope::Scope;
use crate::flow::scope::fields::Asked;
use crate::flow::state::Key;
use crate::flow::value::{Fun, Item, Ref, Root, Set, Value};
use crate::ir::ParamKind;

/// Most different texts of all callers together that still stand for a parameter.
pub(in crate::flow) const MAX_PASSED: usize = 8;

impl Scope<'_> {
    /// The objects among what callers pass for a parameter, and among its default, which the function itself knows.
    pub fn objects_passed<'s>(
        &'s self,
        fun: Fun,
        index: u16,
        own: Option<Option<&'s Set>>,
    ) -> impl Iterator<Item = &'s Item> {
        self.note(Key::Objects(fun, index));
        let default = own.unwrap_or_else(|| self.defaults(fun).get(usize::from(index)).and_then(Option::as_ref));
        self.state.param(fun, index).into_iter().chain(default).flat_map(Set::objects)
    }

    /// Whether a reference is a parameter that every caller has to give, or a part of something that is there.
    pub fn is_required(&self, r: &Ref) -> bool {
        let Root::Param(fun, i) = r.root else { return !r.path.is_empty() };
        let param = self.program.function(fun).params.get(usize::from(i));
        !r.path.is_empty() || param.is_some_and(|p| p.default.is_none() && p.kind == ParamKind::Normal)
    }

    /// What callers pass for a parameter, all of them together, and its default.
    pub fn passed(&self, fun: Fun, index: u16) -> Set {
        self.note(Key::Param(fun, index));
        let mut set = self.state.param(fun, index).cloned().unwrap_or_default();
        // What very many callers pass says nothing about one of them.
        if set.values().filter(|v| matches!(v, Value::Text(_))).count() > MAX_PASSED {
            set.items.retain(|i| !matches!(i.value, Value::Text(_)));
        }
        if let Some(Some(default)) = self.defaults(fun).get(usize::from(index)) {
            set.join(default);
        }
        if set.is_unknown() { self.any_constant(fun, index) } else { set }
    }

    /// What a reference to what callers pass stands for, all of them together.
    pub fn passed_part(&self, r: &Ref, depth: u8) -> Set {
        let Root::Param(fun, i) = r.root else { return Set::unknown() };
        if r.path.is_empty() {
            return self.passed(fun, i);
        }
        let lookup = (r.clone(), depth);
        if let Some(set) = self.parts.borrow().get(&lookup) {
            self.spend(1);
            return set.clone();
        }
        let asked = Asked::Part(r.clone(), depth);
        if let Some(set) = self.unsettled(&asked) {
            return set;
        }
        let (set, whole) = self.watched(|| self.part(self.passed(fun, i), r, depth));
        if whole {
            self.parts.borrow_mut().insert(lookup, set.clone());
        } else {
            self.keep_unsettled(asked, None, &set);
        }
        set
    }

    /// What a reference stands for whose root stands for a set.
    pub fn part(&self, root: Set, r: &Ref, depth: u8) -> Set {
        r.path.iter().fold(root, |at, name| self.answer_of_set(&at, name, depth + 1))
    }
}
