//! The two keys of a deployment tool: the one that only plans, and the one that applies.
//!
//! One pair for each configured provider (each alias has its own credential). What is called when is told by the
//! evidence; the solving is left to `privilege`.

use crate::evidence::{Call, Evidence};
use crate::ir::Name;
use crate::privilege::{Credential, Solution, Weights, needs};
use crate::resolve::{Resolution, Usage};
use std::collections::BTreeSet;

/// What one configured provider needs.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The tool: `terraform`, `pulumi`.
    pub tool: &'static str,
    /// The provider as its configuration names it: `datadog`, `datadog.eu`.
    pub provider: Name,
    /// For a key that only plans: starting the provider, validation, refreshing, data sources.
    pub plan: Solution,
    /// For a key that applies: the former, and creating, updating and deleting as far as the input shows them.
    pub apply: Solution,
}

impl Deployment {
    /// How it is headed: `Terraform with provider datadog.eu`.
    pub fn title(&self) -> String {
        let tool = if self.tool == "pulumi" { "Pulumi" } else { "Terraform" };
        format!("{tool}, provider {}", crate::redact::safe(&self.provider))
    }
}

/// Solves for every provider that the evidence names, in order.
pub fn deployments(resolution: &Resolution, include_tests: bool, weights: &Weights) -> Vec<Deployment> {
    let whose = |evidence: &Evidence| match &evidence.call {
        Call::Declared { vocabulary, provider, .. } if !provider.is_empty() => Some((*vocabulary, provider.clone())),
        _ => None,
    };
    let all = resolution.usages.iter().flat_map(|usage| &usage.evidence).filter(|it| include_tests || !it.test);
    let providers: BTreeSet<(&'static str, Name)> = all.filter_map(whose).collect();
    let solved = |wanted: &dyn Fn(&Evidence) -> bool| {
        let usages: Vec<Usage> = resolution.usages.iter().filter_map(|usage| usage.only(wanted)).collect();
        needs(&usages, Credential::AppKey, include_tests, weights)
    };
    providers
        .into_iter()
        .map(|(tool, provider)| {
            let mine = |it: &Evidence| whose(it).as_ref().is_some_and(|key| *key == (tool, provider.clone()));
            let plan = solved(&|it| mine(it) && it.call.is_planned() == Some(true));
            let apply = solved(&mine);
            Deployment { tool, plan, apply, provider: provider.clone() }
        })
        .collect()
}
