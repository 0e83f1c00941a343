//! Calls that no declared credential covers: whatever they need, nobody compares it with what is granted.

use super::compare::counted;
use crate::catalog::requirement::State;
use crate::evidence::{Evidence, Place};
use crate::finding::{Code, Finding};
use crate::resolve::Usage;
use std::collections::BTreeSet;

/// At most so many places of one finding are kept.
const MAX_PLACES: usize = 20;

/// What is used but in none of the credentials' usages; calls that need no scope do not count.
pub fn unclaimed<'u>(usages: &[Usage], claimed: impl Iterator<Item = &'u Usage>, include_tests: bool) -> Vec<Finding> {
    // By place alone: a block of Terraform that is planned with one key may be applied with one from elsewhere.
    let covered: BTreeSet<&Place> = claimed.flat_map(|usage| usage.evidence.iter().map(|it| &it.place)).collect();
    // Recorded traffic names its maker, or is everybody's.
    let in_code = |place: &Place| matches!(place, Place::Source { .. });
    let of = |usage: &Usage| {
        let operation = usage.operation;
        let free = matches!(operation.app_key.state, State::Open | State::NotNeeded);
        let left: Vec<&Evidence> = counted(usage, include_tests)
            .filter(|it| !free && in_code(&it.place) && !covered.contains(&it.place))
            .take(MAX_PLACES)
            .collect();
        let message = format!("no credential of ddscope.toml covers this call of {}", operation.id);
        let finding = left
            .iter()
            .fold(Finding::new(Code::UnclaimedCall, operation.id, message), |it, row| it.at(&row.place, operation.id));
        let help = "add its folder to the paths (or its recording to the traces) of the credential that makes it";
        (!left.is_empty()).then(|| finding.help(help).operations([operation.id]))
    };
    usages.iter().filter_map(of).collect()
}
