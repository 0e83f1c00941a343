//! What is left of conditions once it is known what their subjects are.

use crate::flow::request::Guard;
use crate::flow::scope::Scope;
use crate::flow::subst::Subst;
use crate::flow::value::{Piece, Text, Value, World};

/// Most worlds in which the conditions of one request are told apart.
const MAX_HELD: usize = 8;

/// Whether a condition may hold.
pub(super) enum Verdict {
    Never,
    Always,
    If(Guard),
}

impl Subst<'_> {
    /// What conditions come to, in each of the worlds in which they may hold together.
    pub(super) fn held(&self, scope: &Scope<'_>, guards: &[Guard]) -> Vec<(Vec<Guard>, World)> {
        let mut out = vec![(Vec::new(), World::default())];
        for guard in guards {
            let open = self.open(scope, guard);
            let mut next: Vec<(Vec<Guard>, World)> = Vec::new();
            for (before, world) in &out {
                for (guard, other) in &open {
                    let Some(world) = world.and(other) else { continue };
                    next.push((before.iter().chain(guard).cloned().collect(), world));
                }
            }
            // A condition that tells too many worlds apart is left out: then more requests are taken for possible.
            if next.len() <= MAX_HELD {
                out = next;
            }
        }
        out
    }

    /// Several conditions of which one must fail: excluded where each is sure to hold.
    fn not_all(&self, scope: &Scope<'_>, guard: &Guard) -> Verdict {
        let Guard::NotAll(guards) = guard else { return Verdict::Always };
        let mut open = Vec::new();
        for guard in guards {
            match guard.negated().map(|negated| self.guard(scope, &negated)) {
                Some(Verdict::Never) => {}
                Some(Verdict::If(negated)) => open.extend(negated.negated()),
                Some(Verdict::Always) | None => return Verdict::Always,
            }
        }
        Guard::not_all(&open).map_or(Verdict::Never, Verdict::If)
    }

    /// Whether a condition may hold in any world.
    pub(super) fn guard(&self, scope: &Scope<'_>, guard: &Guard) -> Verdict {
        match self.open(scope, guard).as_slice() {
            [] => Verdict::Never,
            [(Some(open), _)] => Verdict::If(open.clone()),
            _ => Verdict::Always,
        }
    }

    /// What of a condition is left for callers to decide, in each of the worlds in which it may hold.
    fn open(&self, scope: &Scope<'_>, guard: &Guard) -> Vec<(Option<Guard>, World)> {
        let always = || vec![(None, World::default())];
        let (Guard::Equal(subject, ..) | Guard::Truthy(subject, _)) = guard else {
            return match self.not_all(scope, guard) {
                Verdict::Never => Vec::new(),
                Verdict::Always => always(),
                Verdict::If(open) => vec![(Some(open), World::default())],
            };
        };
        let Some(set) = self.reference(scope, subject, 0) else {
            return vec![(Some(guard.clone()), World::default())];
        };
        if set.is_unknown() {
            return always();
        }
        if let Some(r) = set.subject() {
            return vec![(guard.of(r), World::default())];
        }
        let mut out: Vec<(Option<Guard>, World)> = Vec::new();
        for item in set.items.iter().filter(|item| !set.refs().any(|r| r.stands_for(&item.value))) {
            let open = match &item.value {
                Value::Ref(r) => guard.of(r),
                value if guard.admits(value) => None,
                _ => continue,
            };
            if !out.iter().any(|known| *known == (open.clone(), item.world.clone())) {
                out.push((open, item.world.clone()));
            }
        }
        // Where all of it may hold, and where it cannot be told apart, nothing is asked of anybody.
        let same = out.iter().filter(|(_, world)| *world == World::default()).count();
        let vague = same > 1 || out.len() > MAX_HELD || out.contains(&(None, World::default()));
        if vague || out.len() == set.items.len() && out.iter().all(|(open, _)| open.is_none()) { always() } else { out }
    }
}

/// Whether a verb that came from the very parameter that a guard speaks of satisfies that guard.
pub(super) fn verb_allowed(before: &Text, after: &Text, guards: &[Guard]) -> bool {
    let ([Piece::Ref(subject)], Some(verb)) = (before.pieces.as_slice(), after.as_literal()) else { return true };
    guards.iter().all(|guard| match guard {
        Guard::Equal(r, texts, yes) if r == subject => texts.iter().any(|t| t.eq_ignore_ascii_case(verb)) == *yes,
        _ => true,
    })
}
