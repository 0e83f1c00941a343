//! Connections of the JVM: opened by their address, told their method afterwards, by the function that opens one or by those
//! that it hands the connection to.

use crate::flow::exec::Run;
use crate::flow::http::Verb;
use crate::flow::request::Request;
use crate::flow::strings;
use crate::flow::value::{Bindings, Set, Text, World};
use crate::ir::{Expr, ExprId, Function, Language, Module, Place, Stmt};

impl Run<'_> {
    /// The method that this function sets on a connection, wherever in its body; a POST if it only writes to one.
    pub(super) fn stated_verb(&mut self) -> Option<Vec<Verb>> {
        let module = self.module;
        let function = module.function(self.fun.id);
        let (method, output) = statement_of(module, function);
        let Some(method) = method else {
            return output.then(|| vec![(Text::literal("POST"), World::default(), None)]);
        };
        self.look_ahead(method);
        let set: Set = self.eval(method);
        if set.is_unknown() {
            return Some(vec![(Text::default(), World::default(), None)]);
        }
        Some(strings::verbs(&set).into_iter().map(|(t, w)| (t, w, None)).collect())
    }

    /// Whether this function gives a connection to its callers, who may set its method.
    pub(super) fn hands_out_connection(&self) -> bool {
        let function = self.module.function(self.fun.id);
        match function.returns.map(|ty| self.module.expr(ty)) {
            Some(Expr::Name(ty) | Expr::Field(_, ty)) => ty.ends_with("URLConnection"),
            Some(_) => false,
            None => self.module.language == Language::Kotlin && matches!(*function.body, [Stmt::Return(Some(_))]),
        }
    }

    /// A request of a function called here with what only this call says of it: the address that it was given, the method that is
    /// set on the connection which it hands out.
    pub(in crate::flow) fn told_here(&mut self, mut request: Request, given: &Bindings) -> Vec<Request> {
        self.follow_given(&mut request, given);
        if !request.handed_out {
            return vec![request];
        }
        match self.stated_verb() {
            Some(verbs) => {
                let told = |(verb, world, _): Verb| {
                    let mut told = Request { verb, handed_out: false, ..request.clone() };
                    told.note_world(&world);
                    self.hold(&mut told, &world);
                    told
                };
                verbs.into_iter().map(told).collect()
            }
            None => vec![Request { handed_out: self.hands_out_connection(), ..request }],
        }
    }
}

/// What a function says of a connection: the method that it sets, and whether it writes to it.
fn statement_of(module: &Module, function: &Function) -> (Option<ExprId>, bool) {
    let inside = |line: u32| function.span.line <= line && line <= function.span.end_line;
    let mut output = false;
    for (id, expr) in module.exprs() {
        let (name, args) = match expr {
            Expr::Call(callee, args) => match module.expr(*callee) {
                Expr::Field(_, name) => (name, args.as_slice()),
                _ => continue,
            },
            // Kotlin's properties.
            Expr::Field(_, name) if name == "outputStream" && module.language == Language::Kotlin => (name, &[][..]),
            _ => continue,
        };
        if !matches!(name.as_str(), "setRequestMethod" | "setDoOutput" | "getOutputStream" | "outputStream")
            || !inside(module.span(id).line)
        {
            continue;
        }
        match (name.as_str(), args) {
            ("setRequestMethod", [method, ..]) => return (Some(method.value), output),
            _ => output = true,
        }
    }
    let mut waiting: Vec<&[Stmt]> = vec![&function.body];
    while let Some(block) = waiting.pop() {
        for stmt in block {
            match stmt {
                Stmt::Assign(Place::Field(_, name) | Place::Name(name), value) => match name.as_str() {
                    "requestMethod" => return (Some(*value), output),
                    "doOutput" => output |= matches!(module.expr(*value), Expr::Bool(true)),
                    _ => {}
                },
                Stmt::Branch(arms) => waiting.extend(arms.iter().map(|arm| arm.body.as_slice())),
                _ => {}
            }
        }
    }
    (None, output)
}
