//! The exact search behind `solve`: the cheapest set of scopes that meets every clause.
//!
//! Scopes are indices in name order, so comparing two sorted index lists compares the names. The search knows nothing
//! of operations, weights' origin or wording; that is left to `solve` and `proof`.

use std::cell::Cell;
use std::cmp::Ordering;

/// How many options of clauses a problem's searches look at, all together, before they give up being exact. The whole
/// table needs a hundredth of it; only a hostile `--catalog` file gets near it.
const BUDGET: u64 = 20_000_000;

/// Clauses over scopes `0..weights.len()`.
pub(crate) struct Problem<'a> {
    /// Any of these, each sorted and not empty.
    pub clauses: &'a [Vec<usize>],
    /// Privilege of each scope; at least 1.
    pub weights: &'a [u64],
}

/// An answer to a [`Problem`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cover {
    /// The scopes, sorted.
    pub scopes: Vec<usize>,
    /// Sum of their weights.
    pub weight: u64,
    /// Whether nothing better exists; false only if the search was cut off.
    pub exact: bool,
}

impl Cover {
    /// Privilege first, then size, then names.
    pub fn rank(&self, other: &Self) -> Ordering {
        (self.weight, self.scopes.len()).cmp(&(other.weight, other.scopes.len())).then(self.scopes.cmp(&other.scopes))
    }

    /// Whether both are equally good apart from the names.
    pub fn ties_with(&self, other: &Self) -> bool {
        (self.weight, self.scopes.len()) == (other.weight, other.scopes.len())
    }
}

/// A problem taken apart: groups of clauses that share no scope, each solved alone.
pub(crate) struct Parts<'a> {
    weights: &'a [u64],
    parts: Vec<Vec<Vec<usize>>>,
    /// Scope → its part; none for scopes that only implied clauses name.
    part_of: Vec<Option<usize>>,
    solved: Vec<Cover>,
    /// What is left of [`BUDGET`].
    budget: Cell<u64>,
}

impl<'a> Parts<'a> {
    /// Takes a problem apart and solves it.
    pub fn new(problem: &Problem<'a>) -> Self {
        Self::within(problem, BUDGET)
    }

    fn within(problem: &Problem<'a>, budget: u64) -> Self {
        let budget = Cell::new(budget);
        let clauses = without_implied(problem.clauses.to_vec());
        let parts = components(clauses, problem.weights.len());
        let mut part_of = vec![None; problem.weights.len()];
        for (number, part) in parts.iter().enumerate() {
            for scope in part.iter().flatten() {
                if let Some(slot) = part_of.get_mut(*scope) {
                    *slot = Some(number);
                }
            }
        }
        let solved = parts.iter().map(|part| solve(part, problem.weights, &budget)).collect();
        Self { weights: problem.weights, parts, part_of, solved, budget }
    }

    /// The best cover.
    pub fn best(&self) -> Cover {
        self.joined(None)
    }

    /// The best cover without a scope; `None` if some clause cannot be met then, or if the search would take too long.
    pub fn without(&self, forbidden: usize) -> Option<Cover> {
        let Some(number) = self.part_of.get(forbidden).copied().flatten() else { return Some(self.best()) };
        if self.budget.get() == 0 {
            return None;
        }
        let mut left = Vec::new();
        for clause in self.parts.get(number)? {
            let options: Vec<usize> = clause.iter().copied().filter(|scope| *scope != forbidden).collect();
            if options.is_empty() {
                return None;
            }
            left.push(options);
        }
        // Fewer options may have split the part or made clauses imply others.
        let inner = Parts::within(&Problem { clauses: &left, weights: self.weights }, self.budget.get());
        self.budget.set(inner.budget.get());
        Some(self.joined(Some((number, inner.best()))))
    }

    /// All parts' covers as one, one of them replaced.
    fn joined(&self, other: Option<(usize, Cover)>) -> Cover {
        let mut whole = Cover { scopes: Vec::new(), weight: 0, exact: true };
        for (number, solved) in self.solved.iter().enumerate() {
            let part = other.as_ref().filter(|(at, _)| *at == number).map_or(solved, |(_, cover)| cover);
            whole.weight = whole.weight.saturating_add(part.weight);
            whole.exact &= part.exact;
            whole.scopes.extend(&part.scopes);
        }
        whole.scopes.sort_unstable();
        whole
    }
}

/// The best cover of one part. Most parts are one clause, where no search is needed.
fn solve(part: &[Vec<usize>], weights: &[u64], budget: &Cell<u64>) -> Cover {
    let weight = |scope: usize| weights.get(scope).copied().unwrap_or(1);
    if let [clause] = part
        && let Some(scope) = clause.iter().copied().min_by_key(|scope| (weight(*scope), *scope))
    {
        return Cover { scopes: vec![scope], weight: weight(scope), exact: true };
    }
    Search::new(part, weights, budget).run()
}

/// Drops clauses that another clause implies (its options are a subset of theirs).
fn without_implied(mut clauses: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    clauses.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    clauses.dedup();
    let mut kept: Vec<Vec<usize>> = Vec::with_capacity(clauses.len());
    // Clauses that hold a given scope, so that only those are compared.
    let mut by_first: std::collections::HashMap<usize, Vec<usize>> = std::collections::HashMap::new();
    for clause in clauses {
        let implied = clause.iter().any(|first| {
            by_first
                .get(first)
                .is_some_and(|rows| rows.iter().any(|row| kept.get(*row).is_some_and(|k| subset(k, &clause))))
        });
        if !implied {
            if let Some(first) = clause.first() {
                by_first.entry(*first).or_default().push(kept.len());
            }
            kept.push(clause);
        }
    }
    kept
}

/// Whether every element of sorted `small` is in sorted `large`.
fn subset(small: &[usize], large: &[usize]) -> bool {
    small.iter().all(|scope| large.binary_search(scope).is_ok())
}

/// Splits clauses into groups that share no scope; each can be solved alone.
fn components(clauses: Vec<Vec<usize>>, scopes: usize) -> Vec<Vec<Vec<usize>>> {
    let mut parent: Vec<usize> = (0..scopes).collect();
    for clause in &clauses {
        for pair in clause.windows(2) {
            if let [a, b] = pair {
                let (a, b) = (root(&mut parent, *a), root(&mut parent, *b));
                if let Some(slot) = parent.get_mut(a.max(b)) {
                    *slot = a.min(b);
                }
            }
        }
    }
    let mut groups: std::collections::BTreeMap<usize, Vec<Vec<usize>>> = std::collections::BTreeMap::new();
    for clause in clauses {
        if let Some(first) = clause.first() {
            groups.entry(root(&mut parent, *first)).or_default().push(clause);
        }
    }
    groups.into_values().collect()
}

/// Representative of a scope's group, with path halving.
fn root(parent: &mut [usize], mut at: usize) -> usize {
    while let Some(up) = parent.get(at).copied().filter(|up| *up != at) {
        let above = parent.get(up).copied().unwrap_or(up);
        if let Some(slot) = parent.get_mut(at) {
            *slot = above;
        }
        at = above;
    }
    at
}

/// State of a scope during a search.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    Open,
    Taken,
    Refused,
}

/// Branch and bound over one component.
struct Search<'a> {
    clauses: &'a [Vec<usize>],
    weights: &'a [u64],
    state: Vec<Choice>,
    taken: Vec<usize>,
    weight: u64,
    best: Option<Cover>,
    /// What one node costs: the options it looks at.
    cost: u64,
    budget: &'a Cell<u64>,
}

impl<'a> Search<'a> {
    fn new(clauses: &'a [Vec<usize>], weights: &'a [u64], budget: &'a Cell<u64>) -> Self {
        Self {
            cost: clauses.iter().map(|clause| clause.len() as u64).sum(),
            budget,
            clauses,
            weights,
            state: vec![Choice::Open; weights.len()],
            taken: Vec::new(),
            weight: 0,
            best: None,
        }
    }

    fn run(mut self) -> Cover {
        self.descend();
        let exact = self.budget.get() > 0;
        match self.best {
            Some(best) => Cover { exact, ..best },
            None => Cover { scopes: Vec::new(), weight: 0, exact },
        }
    }

    fn is(&self, scope: usize, choice: Choice) -> bool {
        self.state.get(scope) == Some(&choice)
    }

    fn mark(&mut self, scope: usize, choice: Choice) {
        if let Some(slot) = self.state.get_mut(scope) {
            *slot = choice;
        }
    }

    fn weight_of(&self, scope: usize) -> u64 {
        self.weights.get(scope).copied().unwrap_or(1)
    }

    /// Tries every way to meet the clause with the fewest options left. Options tried before are refused in later
    /// branches, so each set is seen once.
    fn descend(&mut self) {
        self.budget.set(self.budget.get().saturating_sub(self.cost));
        if self.best.is_some() && (self.budget.get() == 0 || self.hopeless()) {
            return;
        }
        let Some(options) = self.tightest() else {
            self.keep();
            return;
        };
        for option in &options {
            let weight = self.weight_of(*option);
            self.mark(*option, Choice::Taken);
            self.taken.push(*option);
            self.weight = self.weight.saturating_add(weight);
            self.descend();
            self.weight = self.weight.saturating_sub(weight);
            self.taken.pop();
            self.mark(*option, Choice::Refused);
        }
        for option in options {
            self.mark(option, Choice::Open);
        }
    }

    /// Open options, cheapest first, of the unmet clause that has the fewest; `None` if all clauses are met.
    fn tightest(&self) -> Option<Vec<usize>> {
        let unmet = self.clauses.iter().filter(|clause| !clause.iter().any(|s| self.is(*s, Choice::Taken)));
        let open = |clause: &Vec<usize>| clause.iter().filter(|s| self.is(**s, Choice::Open)).count();
        let clause = unmet.min_by_key(|clause| open(clause))?;
        let mut options: Vec<usize> = clause.iter().copied().filter(|s| self.is(*s, Choice::Open)).collect();
        options.sort_by_key(|scope| (self.weight_of(*scope), *scope));
        Some(options)
    }

    /// Whether even the cheapest completion is worse than the best known. Equal ones go on: names decide between them.
    fn hopeless(&self) -> bool {
        let Some(best) = &self.best else { return false };
        let mut seen = vec![false; self.weights.len()];
        let (mut weight, mut size) = (self.weight, self.taken.len());
        for clause in self.clauses {
            if clause.iter().any(|s| self.is(*s, Choice::Taken) || seen.get(*s) == Some(&true)) {
                continue;
            }
            let open = clause.iter().copied().filter(|s| self.is(*s, Choice::Open));
            let Some(cheapest) = open.map(|s| self.weight_of(s)).min() else { return true };
            weight = weight.saturating_add(cheapest);
            size += 1;
            for scope in clause {
                if let Some(slot) = seen.get_mut(*scope) {
                    *slot = true;
                }
            }
        }
        (weight, size) > (best.weight, best.scopes.len())
    }

    fn keep(&mut self) {
        let mut scopes = self.taken.clone();
        scopes.sort_unstable();
        let found = Cover { scopes, weight: self.weight, exact: true };
        if self.best.as_ref().is_none_or(|best| found.rank(best) == Ordering::Less) {
            self.best = Some(found);
        }
    }
}

/// A largest-first greedy set of clauses that share no scope: a lower bound a reader can check by eye.
pub(crate) fn disjoint_clauses(clauses: &[Vec<usize>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..clauses.len()).collect();
    order.sort_by_key(|row| (clauses.get(*row).map_or(0, Vec::len), *row));
    let mut used = std::collections::HashSet::new();
    let mut picked = Vec::new();
    for row in order {
        let Some(clause) = clauses.get(row) else { continue };
        if clause.iter().all(|scope| !used.contains(scope)) {
            used.extend(clause.iter().copied());
            picked.push(row);
        }
    }
    picked.sort_unstable();
    picked
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every subset in turn: slow, obvious, right.
    fn brute(clauses: &[Vec<usize>], weights: &[u64], forbidden: Option<usize>) -> Option<Cover> {
        let mut best: Option<Cover> = None;
        for mask in 0u32..(1 << weights.len()) {
            let scopes: Vec<usize> = (0..weights.len()).filter(|s| mask >> s & 1 == 1).collect();
            if forbidden.is_some_and(|f| scopes.contains(&f)) {
                continue;
            }
            if clauses.iter().all(|clause| clause.iter().any(|s| scopes.contains(s))) {
                let weight = scopes.iter().map(|s| weights[*s]).sum();
                let found = Cover { scopes, weight, exact: true };
                if best.as_ref().is_none_or(|b| found.rank(b) == Ordering::Less) {
                    best = Some(found);
                }
            }
        }
        best
    }

    /// The best cover, as the tests ask for it.
    fn cover(problem: &Problem<'_>, forbidden: Option<usize>) -> Option<Cover> {
        if problem.clauses.iter().any(|clause| clause.iter().all(|scope| Some(*scope) == forbidden)) {
            return None;
        }
        let parts = Parts::new(problem);
        forbidden.map_or_else(|| Some(parts.best()), |scope| parts.without(scope))
    }

    fn problems() -> impl Strategy<Value = (Vec<Vec<usize>>, Vec<u64>)> {
        (1usize..10).prop_flat_map(|scopes| {
            let clause = proptest::collection::btree_set(0..scopes, 1..=scopes.min(4))
                .prop_map(|set| set.into_iter().collect::<Vec<_>>());
            (proptest::collection::vec(clause, 0..12), proptest::collection::vec(1u64..6, scopes))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn equals_brute_force((clauses, weights) in problems()) {
            let found = cover(&Problem { clauses: &clauses, weights: &weights }, None);
            prop_assert_eq!(found, brute(&clauses, &weights, None));
        }

        #[test]
        fn equals_brute_force_with_one_forbidden((clauses, weights) in problems(), pick in 0usize..10) {
            let forbidden = Some(pick % weights.len());
            let found = cover(&Problem { clauses: &clauses, weights: &weights }, forbidden);
            prop_assert_eq!(found, brute(&clauses, &weights, forbidden));
        }

        #[test]
        fn order_and_repetition_of_clauses_decide_nothing((clauses, weights) in problems()) {
            let straight = cover(&Problem { clauses: &clauses, weights: &weights }, None);
            let mut turned = clauses.clone();
            turned.reverse();
            turned.extend(clauses.iter().cloned());
            prop_assert_eq!(cover(&Problem { clauses: &turned, weights: &weights }, None), straight);
        }

        #[test]
        fn disjoint_clauses_bound_every_cover_from_below((clauses, weights) in problems()) {
            let bound = disjoint_clauses(&clauses).len();
            let found = cover(&Problem { clauses: &clauses, weights: &weights }, None);
            prop_assert!(found.is_some_and(|c| c.scopes.len() >= bound));
        }
    }

    #[test]
    fn a_clause_that_loses_its_last_option_has_no_cover() {
        let clauses = [vec![0], vec![0, 1]];
        assert_eq!(cover(&Problem { clauses: &clauses, weights: &[1, 1] }, Some(0)), None);
    }

    #[test]
    fn a_hostile_formula_ends_and_admits_that_it_gave_up() {
        // Two hundred overlapping clauses of equal weight: far too many ties to enumerate.
        let clauses: Vec<Vec<usize>> = (0..200usize)
            .map(|n| {
                let mut clause: Vec<usize> = [n % 60, (n * 7 + 3) % 60, (n * 13 + 5) % 60].to_vec();
                clause.sort_unstable();
                clause.dedup();
                clause
            })
            .collect();
        let found = cover(&Problem { clauses: &clauses, weights: &[1; 60] }, None).expect("every clause has options");
        assert!(clauses.iter().all(|clause| clause.iter().any(|s| found.scopes.contains(s))));
    }
}
