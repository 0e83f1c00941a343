//! Requests that are declared rather than called: annotated methods of interfaces (Retrofit, Feign, Spring's HTTP interfaces,
//! declarative clients of other languages).

use crate::evidence::Origin;
use crate::ir::{Class, Expr, ExprId, Name, Piece};
use std::cell::OnceCell;

use super::exec::Run;
use super::origin;
use super::request::{Request, Site};
use super::strings;
use super::subst::texts_of;
use super::transport;
use super::value::{Args, Set, Text};

/// The field of an interface that holds the base address it was made with.
pub const BASE: &str = "@base";

impl Run<'_> {
    /// Interfaces whose methods are requests by annotation (Retrofit, Feign, declarative clients).
    pub fn annotations(&mut self) {
        let module = self.module;
        self.decorators();
        let keys = OnceCell::new();
        for (c, class) in module.classes.iter().enumerate().filter(|(_, c)| c.interface || !c.bases.is_empty()) {
            // The base address that `Retrofit…baseUrl(…)…create(Class)` gave it.
            let id = self.program().class_id(self.fun.module, crate::ir::ClassId(u32::try_from(c).unwrap_or(u32::MAX)));
            let mut base = self.scope.raw_field(id, &BASE.into());
            for decorator in &class.decorators {
                let (_, args) = self.decorator(*decorator);
                for name in ["url", "baseUrl", "value", "path"] {
                    if base.is_unknown()
                        && let Some(set) = args.named(name)
                    {
                        base = set.clone();
                    }
                }
            }
            for method in &class.methods {
                let function = module.function(*method);
                if !function.body.is_empty() && class.interface {
                    continue;
                }
                for decorator in &function.decorators {
                    let (name, args) = self.decorator(*decorator);
                    let site = self.site(*decorator);
                    self.annotated(&name, &args, &base, class, &keys, site);
                }
            }
        }
    }

    /// Decorators that are functions of the program run when their function is defined.
    fn decorators(&mut self) {
        let module = self.module;
        for function in &module.functions {
            for decorator in &function.decorators {
                let callee = match module.expr(*decorator) {
                    Expr::Call(callee, _) => *callee,
                    _ => *decorator,
                };
                let known = match module.expr(callee) {
                    Expr::Name(name) => matches!(
                        self.program().resolve(self.fun.module, name),
                        Some(super::program::Resolved::Function(_) | super::program::Resolved::Class(_))
                    ),
                    _ => false,
                };
                if known {
                    self.eval(*decorator);
                }
            }
        }
    }

    /// Calls in class bodies that configure the class (`base_uri "…"`, `headers …`) are fields of it.
    pub fn configured(&mut self) {
        let module = self.module;
        for (c, class) in module.classes.iter().enumerate() {
            let id = self.program().class_id(self.fun.module, crate::ir::ClassId(u32::try_from(c).unwrap_or(u32::MAX)));
            for decorator in &class.decorators {
                let (name, args) = self.decorator(*decorator);
                if let ("base_uri" | "base_url" | "headers" | "url_base" | "self.site" | "site", Some(set)) =
                    (name.as_str(), args.at(0))
                {
                    let site = self.site(*decorator);
                    let set = set.clone();
                    self.store(&Set::of(super::value::Value::Class(id)), &name, &set, site);
                }
            }
        }
    }

    fn decorator(&mut self, id: ExprId) -> (Name, Args) {
        match self.module.expr(id) {
            Expr::Call(callee, args) | Expr::New(callee, args) => {
                let name = self.label(*callee);
                let args = self.args(args);
                (name, args)
            }
            _ => (self.label(id), Args::default()),
        }
    }

    /// Whether the file names a header of Datadog's keys: `@Header("DD-API-KEY")`, `@Headers("DD-API-KEY: …")`.
    fn declares_keys(&self) -> bool {
        self.module.exprs().any(|(_, expr)| match expr {
            Expr::Text(pieces) => match pieces.first() {
                Some(Piece::Text(text)) => text.split([':', '=']).next().is_some_and(|t| origin::is_key_name(t.trim())),
                _ => false,
            },
            _ => false,
        })
    }

    /// One annotation of a method without a body; `keys` is whether the file declares them, once somebody asked.
    fn annotated(&mut self, name: &str, args: &Args, base: &Set, class: &Class, keys: &OnceCell<bool>, site: Site) {
        let name = name.rsplit('.').next().unwrap_or(name);
        let path = ["value", "path", "uri", "url"].iter().find_map(|n| args.named(n)).or_else(|| args.at(0));
        let Some(path) = path else { return };
        let stated = args.named("method").and_then(|m| m.values().find_map(strings::verb_constant));
        let (verb, path) = match (strings::verb(name), name) {
            (Some(verb), _) => (Text::literal(verb), path.clone()),
            (None, "HTTP" | "RequestMapping" | "HttpExchange") => match stated {
                Some(verb) => (Text::literal(verb), path.clone()),
                None => return,
            },
            (None, "RequestLine") => match path.literal_text().and_then(|l| l.split_once(' ')) {
                Some((verb, path)) => (Text::literal(verb), Set::literal(path)),
                None => return,
            },
            (None, _) => {
                match name.strip_suffix("Mapping").or_else(|| name.strip_suffix("Exchange")).and_then(strings::verb) {
                    Some(verb) => (Text::literal(verb), path.clone()),
                    None => return,
                }
            }
        };
        // Controllers serve the paths of their annotations.
        let serves = class.decorators.iter().any(|d| self.label(*d).contains("Controller") || self.label(*d) == "Path");
        if serves {
            return;
        }
        for path in texts_of(&path, &Name::default()) {
            let url = match texts_of(base, &Name::default()).first().filter(|_| !base.is_unknown()) {
                Some(base) => strings::joined(base, &path, false),
                None => strings::joined(&Text::literal("/"), &path, false),
            };
            let named = origin::from_names([class.name.as_str(), &self.module.file]);
            let origin = match origin::from_url(&url, self.scope.hosts).min(named) {
                Origin::Unknown if *keys.get_or_init(|| self.declares_keys()) => Origin::LikelyDatadog,
                origin => origin,
            };
            // Whose it is, may be told by nothing: then it is undecided, not gone.
            if origin == Origin::Other || !transport::has_api_path(&url) {
                continue;
            }
            self.emit(Request::new(verb.clone(), url, origin, format!("declared by @{name}"), site));
        }
    }
}
