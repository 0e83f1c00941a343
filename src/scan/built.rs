//! Leaves build output out where its sources are in the tree, too.

use super::code::{Code, Source};
use crate::error::Error;
use crate::input::{Skipped, Strength, built};
use crate::source;
use std::sync::Arc;

/// Sets aside what was built from sources that mention Datadog themselves. `failed` are files that cannot be parsed: of those
/// that are only build output nothing is missing. What is built and has no sources here stays, without the modules of others.
pub(super) fn set_aside(sources: &mut [Source<'_>], failed: Vec<(usize, Error)>, result: &mut Code) {
    let package = |(index, source): (usize, &Source<'_>)| {
        let large = failed.iter().any(|(at, _)| *at == index);
        let matters = large || source.strength != Strength::None && !source.done;
        matters
            .then(|| built::package_of(&source.found.shown, source.text.as_ref().map(|text| text.as_str())))
            .flatten()
            .map(str::to_owned)
    };
    let packages: Vec<Option<String>> = sources.iter().enumerate().map(package).collect();
    let written: Vec<&str> = sources
        .iter()
        .zip(&packages)
        .filter(|(source, package)| package.is_none() && source.strength == Strength::Strong && !source.done)
        .map(|(source, _)| &*source.found.shown)
        .filter(|shown| source::is_script_source(shown))
        .collect();
    let beside: Vec<bool> = packages
        .iter()
        .map(|package| package.as_deref().is_some_and(|p| written.iter().any(|shown| built::is_below(shown, p))))
        .collect();
    for (index, error) in failed {
        if !beside.get(index).copied().unwrap_or_default() {
            result.problems.push(error);
        }
    }
    for ((source, package), beside) in sources.iter_mut().zip(&packages).zip(beside) {
        if beside {
            result.skipped.push(Skipped { file: source.found.shown.clone(), reason: "built" });
            (source.done, source.text) = (true, None);
        } else if package.is_some()
            && let Some(own) = source.text.as_deref().and_then(|text| built::without_third_party(text))
        {
            source.text = Some(Arc::new(own));
        }
    }
}
