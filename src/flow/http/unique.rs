//! Methods that only an official client has, on receivers of which nothing else is known.

use crate::evidence::{Legacy, Naming, Version};
use crate::flow::exec::Run;
use crate::flow::found::{Found, What};
use crate::flow::library;
use crate::flow::request::Site;
use crate::flow::state::Pending;
use crate::flow::value::{Args, Client, Ref, Root, Value};
use crate::ir::{Expr, Language, Member, Name};
use std::sync::Arc;

/// Most calls left to callers, beyond which none is passed up from what is called here.
const MAX_PASSED_UP: usize = 16;

impl Run<'_> {
    /// A method that only an official client has, on a receiver nobody knows, in a file that imports that client.
    pub fn by_unique_name(&mut self, name: &Name, site: Site, label: &Name) -> bool {
        let Some(naming) = naming_of(self.module.language) else { return false };
        let compound = name.contains('_')
            || name.chars().filter(char::is_ascii_uppercase).count() + usize::from(naming != Naming::Go) >= 2;
        let lower = label.to_ascii_lowercase();
        let speaks = lower.contains("api") || lower.contains("client") || lower.contains("datadog") || lower == "dd";
        if !compound
            || !speaks
            || !self.scope.catalog.is_sdk_method(naming, name)
            || !self.scope.classes_with(self.fun.module, name).is_empty()
        {
            return false;
        }
        if !self.module.imports.iter().any(|i| library::official(&i.module) == Some(naming)) {
            return false;
        }
        let client = Client { naming, version: self.only_version(naming), class: None, made: None };
        self.found(Found {
            what: What::Sdk(Arc::new(client), name.clone()),
            at: site,
            fun: self.fun,
            likely: true,
            literals: Vec::new(),
            steps: vec![(format!("{name} is a method of the client only").into(), site)],
        });
        true
    }

    /// Whether an official or older client for this language has such a method.
    pub(in crate::flow) fn clients_have(&self, name: &Name) -> bool {
        let older = match self.module.language {
            Language::Ruby => Some((Legacy::DogapiRb, "Dogapi::Client")),
            Language::Go => Some((Legacy::GoDatadogApi, "Client")),
            _ => None,
        };
        let catalog = self.scope.catalog;
        naming_of(self.module.language).is_some_and(|naming| catalog.is_sdk_method(naming, name))
            || older.is_some_and(|(client, class)| {
                catalog.is_legacy_symbol(client, &library::join_symbol(client, class, name))
            })
    }

    /// Leaves the call of a client's method on something that the object at work keeps to this function's own callers, who may know the
    /// object.
    pub(in crate::flow) fn pass_up(&mut self, pending: &Pending, args: &Args) {
        if let Value::Ref(Ref { root: Root::This(_), path }) = &pending.callee
            && path.len() == 2
            && path.last().is_some_and(|name| self.clients_have(name))
            && self.out.summary.pending.len() < MAX_PASSED_UP
        {
            self.leave_pending(Pending { args: args.clone(), ..pending.clone() });
        }
    }

    /// The API version whose part of the official client this file uses, if it uses one only.
    fn only_version(&self, naming: Naming) -> Option<Version> {
        let version = |name: &str| match name {
            "v1" | "V1" | "datadogV1" => Some(Version::V1),
            "v2" | "V2" | "datadogV2" => Some(Version::V2),
            _ => None,
        };
        let imported = self.module.imports.iter().filter(|i| library::official(&i.module) == Some(naming));
        let named = imported.flat_map(|i| {
            let member = match &i.member {
                Member::Named(name) => version(name),
                _ => None,
            };
            i.module.split(['.', '/', ':']).filter_map(version).chain(member).collect::<Vec<_>>()
        });
        let used = self.module.exprs().filter_map(|(_, expr)| match expr {
            Expr::Field(_, name) => version(name),
            _ => None,
        });
        let mut versions = named.chain(used);
        let first = versions.next()?;
        versions.all(|other| other == first).then_some(first)
    }
}

/// Whose rules name the methods of the official client for a language.
fn naming_of(language: Language) -> Option<Naming> {
    Some(match language {
        Language::Python => Naming::Python,
        Language::JavaScript | Language::TypeScript => Naming::TypeScript,
        Language::Go => Naming::Go,
        Language::Java | Language::Kotlin => Naming::Java,
        Language::Ruby => Naming::Ruby,
        Language::Rust => Naming::Rust,
        Language::Shell | Language::Php | Language::CSharp => return None,
    })
}
