//! Statements that change an address which a variable holds: `url.path_segments_mut()?.push(id);`, `url.set_path("/x");`,
//! `builder.path("/x");`.

use crate::flow::exec::Run;
use crate::flow::strings;
use crate::flow::transport;
use crate::flow::value::{Args, Set, Value};
use crate::ir::{Expr, ExprId, Language, Name};

/// Gives the parts of a path to be changed.
const SEGMENTS: &str = "path_segments_mut";
/// Most calls between a variable and what is called on it.
const MAX_CHAIN: usize = 6;

/// Whether a path is that of a request that is being built.
fn is_request_builder(path: &str) -> bool {
    path.contains("Request.Builder()") || path.contains("HttpRequest.newBuilder()")
}

impl Run<'_> {
    /// `builder.post(body);` as a statement of its own: the request that the variable holds is a POST from there on.
    pub(super) fn builds(&self, old: &Set, name: &Name, new: &Set) -> bool {
        matches!(self.module.language, Language::Java | Language::Kotlin)
            && transport::says_what(name)
            && !new.is_unknown()
            && old.values().chain(new.values()).all(|v| matches!(v, Value::Made(m) if is_request_builder(&m.path)))
    }

    /// Notes what a call on an address makes of it.
    pub(super) fn change_address(&mut self, object: ExprId, old: &Set, name: &Name, args: &Args, new: &Set) {
        let address = |v: &Value| matches!(v, Value::Text(_) | Value::Ref(_));
        // Beside a builder that somebody hands in stands what is known to be handed in.
        let only = |set: &Set| Set { items: set.items.iter().filter(|i| address(&i.value)).cloned().collect() };
        let old = &only(old);
        if old.is_unknown() {
            return;
        }
        let changed = match (self.module.language, name.as_str()) {
            (Language::Rust, "push" | "extend") => {
                self.behind_segments(object).map(|local| (local, strings::with_segments(old, args)))
            }
            (Language::Rust, "set_path") => {
                self.variable(object).map(|local| (local, strings::with_new_path(old, args)))
            }
            (Language::Java | Language::Kotlin, name) if strings::builds_path(name) => {
                self.variable(object).or_else(|| self.behind_steps(object)).map(|local| (local, only(new)))
            }
            _ => None,
        };
        if let Some((local, set)) = changed.filter(|(_, set)| !set.is_unknown()) {
            self.assign_name(&local, set);
        }
    }

    /// The variable that an expression is.
    fn variable(&self, object: ExprId) -> Option<Name> {
        match self.module.expr(object) {
            Expr::Name(name) if self.is_variable(name) => Some(name.clone()),
            _ => None,
        }
    }

    /// The variable with OkHttp's builder to which steps before this one were taken: `builder.addPathSegment("api").…`.
    fn behind_steps(&self, object: ExprId) -> Option<Name> {
        let mut at = object;
        for _ in 0..MAX_CHAIN {
            let Expr::Call(callee, _) = self.module.expr(at) else { return None };
            let Expr::Field(inner, name) = self.module.expr(*callee) else { return None };
            if !matches!(
                name.as_str(),
                "scheme"
                    | "host"
                    | "port"
                    | "setScheme"
                    | "setHost"
                    | "setPort"
                    | "addPathSegment"
                    | "addPathSegments"
                    | "encodedPath"
            ) {
                return None;
            }
            if let Some(variable) = self.variable(*inner) {
                return Some(variable);
            }
            at = *inner;
        }
        None
    }

    /// The variable whose path's parts an expression gives.
    fn behind_segments(&self, object: ExprId) -> Option<Name> {
        let mut at = object;
        for _ in 0..MAX_CHAIN {
            let Expr::Call(callee, _) = self.module.expr(at) else { return None };
            let Expr::Field(inner, name) = self.module.expr(*callee) else { return None };
            if name.as_str() == SEGMENTS {
                return self.variable(*inner);
            }
            at = *inner;
        }
        None
    }
}
