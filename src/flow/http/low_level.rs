//! The official clients' own transport, for paths that the installed version has no method for.
//!
//! Names and orders of arguments are those of the clients' sources: `ApiClient.call_api` and `Endpoint` (Python), `call_api`
//! (Ruby), `createBuilder` and `invokeAPI` (Java), `makeRequestContext` (TypeScript). Go's `PrepareRequest` and Python's
//! `rest_client.request` have the shape of other libraries' calls (`transport::role`).

use crate::evidence::Origin;
use crate::flow::exec::Run;
use crate::flow::request::{Request, Site};
use crate::flow::subst::texts_of;
use crate::flow::value::{Args, Made, Set, Value};
use crate::flow::{library, strings, transport};
use crate::ir::Name;
use std::sync::Arc;

/// Names of the argument that holds the path, and of the one that holds the method.
const PATHS: &[&str] = &["resource_path", "endpoint_path", "path", "url"];
const METHODS: &[&str] = &["http_method", "method"];

impl Run<'_> {
    /// A request through an official client's transport. Says whether the call is one.
    pub(super) fn client_transport(&mut self, path: &Name, on: Option<&Arc<Made>>, args: &Args, site: Site) -> bool {
        if library::official(path).is_none() {
            return false;
        }
        let name = transport::last_segment(path);
        let Some(parts) = parts(name, on, args) else { return false };
        self.send(name, parts, site, false);
        true
    }

    /// The same on a receiver of which nothing is known, in a file that imports an official client.
    pub fn unknown_transport(&mut self, name: &Name, args: &Args, site: Site) -> bool {
        let Some(parts) = parts(name, None, args) else { return false };
        let uses_client = self.module.imports.iter().any(|import| library::official(&import.module).is_some());
        // A class of the program with a method of that name is the likelier receiver.
        if !uses_client || !self.scope.classes_with(self.fun.module, name).is_empty() {
            return false;
        }
        self.send(name, parts, site, true);
        true
    }

    fn send(&mut self, name: &str, (verbs, urls): (Set, Set), site: Site, likely: bool) {
        for url in urls.items.iter().filter(|item| is_path(&item.value)) {
            for (text, world) in
                texts_of(&Set::of(url.value.clone()), &Name::default()).into_iter().map(|t| (t, &url.world))
            {
                for (verb, other) in strings::verbs(&verbs) {
                    let Some(world) = world.and(&other) else { continue };
                    let mut request = Request {
                        likely,
                        ..Request::new(
                            verb,
                            text.clone(),
                            if likely { Origin::LikelyDatadog } else { Origin::Datadog },
                            format!("request by the client's own {name}"),
                            site,
                        )
                    };
                    request.note_world(&world);
                    self.hold(&mut request, &world);
                    self.emit(request);
                }
            }
        }
    }
}

/// Method and path of a call; `None` if it is none of the transport's.
fn parts(name: &str, on: Option<&Arc<Made>>, args: &Args) -> Option<(Set, Set)> {
    let at = |index: usize| args.at(index).cloned();
    let named = |names: &[&str]| names.iter().find_map(|name| args.named(name)).cloned();
    let (method, path) = match name {
        "call_api" | "call_api_paginated" | "callApi" | "callAPI" | "makeRequestContext" => {
            let (first, second) = (at(0), at(1));
            // Ruby's has the method first.
            let turned = first.as_ref().is_some_and(is_method) && !second.as_ref().is_some_and(is_method);
            let (method, path) = if turned { (first, second) } else { (second, first) };
            (named(METHODS).or(method)?, named(PATHS).or(path)?)
        }
        "call_with_http_info" | "call_with_http_info_paginated" => {
            let made = on.filter(|made| transport::last_segment(made.path.trim_end_matches("()")) == "Endpoint")?;
            let settings = made.args.named("settings").or(made.args.at(0))?.table()?;
            (settings.entry("http_method")?.clone(), settings.entry("endpoint_path")?.clone())
        }
        "invokeAPI" => match at(1)?.values().find_map(builder) {
            Some(path) => (at(0)?, path),
            None => (at(2)?, at(1)?),
        },
        _ => return None,
    };
    Some((method, path))
}

/// The path that a request builder of the Java client was made for.
fn builder(value: &Value) -> Option<Set> {
    match value {
        Value::Made(made) if made.path.ends_with(".createBuilder()") => made.args.at(1).cloned(),
        _ => None,
    }
}

fn is_method(set: &Set) -> bool {
    const VERBS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
    let verb = |text: &str| VERBS.contains(&text.to_ascii_uppercase().trim_start_matches(':'));
    set.literals().is_some_and(|texts| texts.iter().all(|text| verb(text)))
        || set.values().any(|value| matches!(value, Value::External(path) if verb(transport::last_segment(path))))
}

fn is_path(value: &Value) -> bool {
    match value {
        // What begins with something unknown may be a path.
        Value::Text(text) => {
            let head = text.head();
            head.is_empty() || head.starts_with('/') || head.contains("://")
        }
        Value::Ref(_) => true,
        _ => false,
    }
}
