//! Calls of wrappers that the project describes in `ddscope.toml`.

use crate::catalog::Operation;
use crate::ir::Name;
use crate::wrapper::{Method, Shape, Slot, Wrapper};
use std::sync::Arc;

use super::exec::Run;
use super::request::Site;
use super::transport;
use super::value::{Args, Fun, Made, Piece, Set, Text, Value};

/// The host that requests of wrappers go to; which site it is does not matter.
const HOST: &str = "https://api.datadoghq.com";

impl Run<'_> {
    /// What a call of this path does if it is described. Says whether it is.
    pub fn described_call(&mut self, path: &str, args: &Args, site: Site) -> bool {
        let wrappers = self.scope.wrappers;
        let mut any = false;
        for wrapper in wrappers.iter().filter(|w| w.matches(path)) {
            any = true;
            match &wrapper.shape {
                Shape::Operations(ids) => {
                    for operation in ids.iter().filter_map(|id| self.scope.catalog.operation(id)) {
                        let url = Set::text(address(operation));
                        self.described(wrapper, operation.method, &url, site);
                    }
                }
                Shape::Request { path, method, base } => {
                    let Some(path) = argument(args, path) else { continue };
                    let url = transport::under(&Set::literal(format!("{HOST}{base}")), &path);
                    match method {
                        Method::Is(method) => self.described(wrapper, method, &url, site),
                        Method::In(slot) => {
                            let verbs = transport::known(argument(args, slot).as_ref(), "GET");
                            self.request(&verbs, &url, None, &Args::default(), site, &label(wrapper), false);
                        }
                    }
                }
            }
        }
        any
    }

    fn described(&mut self, wrapper: &Wrapper, method: &str, url: &Set, site: Site) {
        let verbs = transport::fixed(method);
        self.request(&verbs, url, None, &Args::default(), site, &label(wrapper), false);
    }

    /// The same for a function of the program, whose body tells nothing.
    pub fn described_function(&mut self, fun: Fun, args: &Args, site: Site) -> bool {
        if self.scope.wrappers.is_empty() {
            return false;
        }
        let program = self.program();
        let mut path: Vec<&str> = program.module(fun.module).path.iter().map(Name::as_str).collect();
        if let Some(owner) = program.owner(fun) {
            path.push(&program.class(owner).name);
        }
        path.push(&program.function(fun).name);
        self.described_call(&path.join("."), args, site)
    }
}

/// An outside object that a described wrapper may be called on.
pub fn object(wrappers: &[Wrapper], path: &Name, args: Args) -> Set {
    if !wrappers.iter().any(|w| w.is_called_on(path)) {
        return Set::unknown();
    }
    let path = if path.ends_with("()") { path.clone() } else { format!("{path}()").into() };
    Set::of(Value::Made(Arc::new(Made { path, on: None, args, depth: 1 })))
}

fn label(wrapper: &Wrapper) -> String {
    format!("a wrapper that {}:{} describes", wrapper.file, wrapper.line)
}

/// An argument by position or name, or an entry of the options among the arguments.
fn argument(args: &Args, slot: &Slot) -> Option<Set> {
    match slot {
        Slot::Position(at) => args.at(*at).cloned(),
        Slot::Named(name) => args
            .named(name)
            .cloned()
            .or_else(|| transport::options(args).and_then(|table| transport::entry(&table, &[name.as_str()]))),
    }
}

/// An address of an operation, its parameters as holes.
fn address(operation: &Operation) -> Text {
    let host = match operation.hosts.first() {
        Some(host) => format!("https://{}", host.replace("{site}", "datadoghq.com")),
        None => HOST.to_owned(),
    };
    let mut out = Text::literal(host);
    for (i, part) in operation.path.split(['{', '}']).enumerate() {
        out.push(if i % 2 == 0 { Piece::Lit(part.into()) } else { Piece::Hole(part.into()) });
    }
    if let Some(query) = operation.query {
        out.push(Piece::Lit(format!("?{query}").into()));
    }
    out
}
