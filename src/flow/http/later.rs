//! Requests whose address comes in other ways than as an argument: filled in after the request was made, made by a function, or
//! the text itself that a method is called on.

use crate::evidence::Origin;
use crate::flow::exec::Run;
use crate::flow::http::{FILLED_IN, is_blank};
use crate::flow::request::{Request, Site};
use crate::flow::transport::Role;
use crate::flow::value::{Args, Bindings, Made, Set, Text, Value};
use crate::flow::{origin, strings, transport};
use crate::ir::{Expr, ExprId, Place, Stmt};
use std::sync::Arc;

impl Run<'_> {
    /// `client.get().uri(b -> b.path("/x").build())`: the arguments with what the function makes of an empty address.
    pub(super) fn address_from_builder(&mut self, last: &str, args: &Args, site: Site) -> Option<Args> {
        let [Set { items }] = args.positional.as_slice() else { return None };
        let [crate::flow::value::Item { value: Value::Function(closure), .. }] = items.as_slice() else { return None };
        if last != "uri" {
            return None;
        }
        let empty = Args { positional: vec![Set::literal("")], ..Args::default() };
        let closure = closure.clone();
        let address = self.apply(&closure, None, &empty, site);
        Some(Args { positional: vec![address], ..Args::default() })
    }

    /// Requests that were filled in after they were made: `req.URL = …; client.Do(req)`.
    pub(super) fn send_later(&mut self, on: Option<&Arc<Made>>, args: &Args, site: Site) {
        // resty: `request.URL = …; request.Send()`.
        if let Some(request) =
            on.filter(|m| m.args.named("URL").is_some() && transport::is_library(self.module.language, &m.path))
            && let Some((verbs, urls)) = transport::arguments(Role::Options("GET"), &request.args)
        {
            self.request(&verbs, &urls, request.on.as_ref(), &request.args, site, &request.path, false);
        }
        for value in args.positional.iter().flat_map(Set::values) {
            let Value::Made(made) = value else { continue };
            if !transport::is_request_type(&made.path) || made.args.named(FILLED_IN).is_none() {
                continue;
            }
            let Some((verbs, urls)) = transport::arguments(Role::Options("GET"), &made.args) else { continue };
            self.request(&verbs, &urls, None, &made.args, site, &made.path, false);
        }
    }
}

impl Run<'_> {
    /// A request with an address that nobody could follow, made by a function that was given one of Datadog's: it is that one.
    pub(super) fn follow_given(&self, request: &mut Request, bindings: &Bindings) {
        if !is_blank(&request.url) || request.url.has_refs() {
            return;
        }
        let ours = |value: &Value| match value {
            Value::Text(text)
                if text.head().contains("://")
                    && transport::has_api_path(text)
                    && origin::from_url(text, self.scope.hosts) == Origin::Datadog =>
            {
                Some(Text::clone(text))
            }
            _ => None,
        };
        let mut given = bindings.args.iter().flat_map(Set::values).filter_map(ours);
        if let (Some(url), None) = (given.next(), given.next()) {
            request.url = url;
            request.likely = true;
        }
    }
}

/// Whether a text cannot be an address: the name of a header or a field, a media type.
pub(super) fn is_no_address(text: &str) -> bool {
    const MEDIA: &[&str] = &["application/", "text/", "image/", "multipart/", "audio/", "video/"];
    !text.contains('/') || MEDIA.iter().any(|m| text.starts_with(m))
}

/// The method in a name like `GetJsonAsync`.
pub(super) fn flurl_verb(name: &str) -> Option<&'static str> {
    strings::VERBS.iter().copied().find(|verb| {
        let (head, rest) = name.split_at_checked(verb.len()).unwrap_or(("", ""));
        head.eq_ignore_ascii_case(verb)
            && matches!(rest, "Async" | "JsonAsync" | "StringAsync" | "StreamAsync" | "BytesAsync")
    })
}

impl Run<'_> {
    /// Gives a variable that is assigned further down its value already: `verb`, `verb.name()`.
    pub(super) fn look_ahead(&mut self, id: ExprId) {
        let module = self.module;
        let name = match module.expr(id) {
            Expr::Name(name) => name,
            Expr::Call(callee, _) => match module.expr(*callee) {
                Expr::Field(object, _) => match module.expr(*object) {
                    Expr::Name(name) => name,
                    _ => return,
                },
                _ => return,
            },
            _ => return,
        };
        if self.local(name).is_some() {
            return;
        }
        let mut waiting: Vec<&[Stmt]> = vec![&module.function(self.fun.id).body];
        while let Some(block) = waiting.pop() {
            for stmt in block {
                match stmt {
                    Stmt::Assign(Place::Name(to), value) if to == name => {
                        // Its value may ask for it again.
                        self.assign_name(name, Set::unknown());
                        let set = self.eval(*value);
                        self.assign_name(name, set);
                        return;
                    }
                    Stmt::Branch(arms) => waiting.extend(arms.iter().map(|arm| arm.body.as_slice())),
                    _ => {}
                }
            }
        }
    }
}
