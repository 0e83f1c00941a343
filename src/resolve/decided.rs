//! Which undecided requests are but another way to read what is known at their place.
//!
//! A place at which something is decided often makes the same request in a less precise reading, too: before a default is
//! put in, or with the method of one branch and the path of another. Those say nothing new. What a branch of its own gets
//! from elsewhere does.

use super::{Unresolved, Usage, decide, reason};
use crate::catalog::{Catalog, Operation};
use crate::evidence::{Call, Place};
use crate::url::Target;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The operations found on every line.
pub(super) struct Decided {
    lines: BTreeMap<(Arc<str>, u32, bool), Vec<&'static Operation>>,
}

impl Decided {
    /// Gathers them. What a test passes decides nothing for the program, what the program passes decides for the test.
    pub(super) fn collect(usages: &[Usage]) -> Self {
        let mut lines: BTreeMap<_, Vec<&'static Operation>> = BTreeMap::new();
        for usage in usages {
            for one in &usage.evidence {
                let Place::Source { file, span, .. } = &one.place else { continue };
                for test in [one.test, true] {
                    lines.entry((file.clone(), span.line, test)).or_default().push(usage.operation);
                }
            }
        }
        Self { lines }
    }

    /// Whether an undecided call says nothing that the operations found on its line do not say.
    pub(super) fn covers(&self, catalog: &Catalog, one: &Unresolved) -> bool {
        let Place::Source { file, span, .. } = &one.evidence.place else { return false };
        let Some(found) = self.lines.get(&(file.clone(), span.line, one.evidence.test)) else { return false };
        let idle = matches!(
            one.reason,
            reason::PATH | reason::SEVERAL | reason::VERB | reason::UNKNOWN_ENDPOINT | reason::WEAK
        );
        let Call::Http { method, url, alternative, .. } = &one.evidence.call else { return false };
        if !idle {
            return false;
        }
        // Its path is known, with another method.
        let crossed = || {
            let fits = catalog.routes(None, &Target::parse(url));
            found.iter().any(|operation| fits.iter().any(|fit| fit.operation.id == operation.id))
        };
        let asked = method.as_deref().is_none_or(|method| found.iter().any(|operation| operation.method == method));
        match one.reason {
            reason::UNKNOWN_ENDPOINT => crossed() || !is_below_api(&Target::parse(url)),
            _ if *alternative => false,
            _ if decide::is_open(url) || one.candidates.is_empty() => true,
            _ => asked && (found.iter().any(|it| one.candidates.iter().any(|c| c == it.id)) || crossed()),
        }
    }
}

/// Whether an address has a part that shows it to be one of the API's, rather than pieces put together wrongly.
fn is_below_api(target: &Target) -> bool {
    target.host.is_datadog() || target.path.to_string().contains("api/")
}
