//! PHP's cURL functions: a handle is an options object (`url`, `method`, `headers`), and `curl_exec` takes it.

use super::Lowerer;
use super::grammar::{Kind, kind};
use crate::ir::{Arg, Expr, ExprId, Key, Name, Piece, Place, Stmt};
use tree_sitter::Node;

/// The key of the options object for a verb that holds unless another is named.
const IMPLIED: &str = "implied_method";

/// The key of the options object that a cURL option sets.
pub(super) fn option(name: &str) -> Option<&'static str> {
    Some(match name.trim_start_matches('\\') {
        "CURLOPT_URL" => "url",
        "CURLOPT_CUSTOMREQUEST" => "method",
        "CURLOPT_HTTPHEADER" => "headers",
        _ => return None,
    })
}

/// The verb that a switch such as `CURLOPT_POST => true` or a body stands for, unless a verb is named.
fn verb(name: &str) -> Option<&'static str> {
    Some(match name.trim_start_matches('\\') {
        "CURLOPT_POST" | "CURLOPT_POSTFIELDS" => "POST",
        "CURLOPT_HTTPGET" => "GET",
        "CURLOPT_PUT" | "CURLOPT_UPLOAD" => "PUT",
        "CURLOPT_NOBODY" => "HEAD",
        _ => return None,
    })
}

impl<'t> Lowerer<'t> {
    /// A call of a `curl_…` function; `None` for any other.
    pub(super) fn curl_call(&mut self, name: &str, arguments: Option<Node<'t>>, node: Node<'t>) -> Option<ExprId> {
        if !name.starts_with("curl_") {
            return None;
        }
        let kids = self.b.kids(arguments?);
        match name {
            "curl_init" => {
                let url = kids.first().map(|u| self.expr(*u));
                let entries = url.map(|u| (Key::Name(Name::new_static("url")), u)).into_iter().collect();
                Some(self.b.add(Expr::Object(entries), node))
            }
            "curl_setopt" => {
                let (handle, key, value) = (*kids.first()?, *kids.get(1)?, *kids.get(2)?);
                self.set_option(handle, self.b.text(key), value, node);
                Some(self.b.unknown(node))
            }
            "curl_setopt_array" => {
                self.set_options(*kids.first()?, *kids.get(1)?, node);
                Some(self.b.unknown(node))
            }
            "curl_exec" | "curl_multi_add_handle" => {
                let handle = self.expr(*kids.get(usize::from(name != "curl_exec"))?);
                let callee = self.b.add(Expr::Name(Name::new_static("curl_exec")), node);
                Some(self.b.add(Expr::Call(callee, vec![Arg::positional(handle)]), node))
            }
            "curl_close" | "curl_errno" | "curl_error" | "curl_getinfo" => Some(self.b.unknown(node)),
            _ => None,
        }
    }

    fn set_option(&mut self, handle: Node<'t>, name: &str, value: Node<'t>, node: Node<'t>) {
        let handle = self.expr(handle);
        let value = self.expr(value);
        if let Some(key) = option(name) {
            self.b.emit(Stmt::Assign(Place::Field(handle, Name::new_static(key)), value));
        } else if let Some(verb) = verb(name).filter(|_| self.is_on(value)) {
            let verb = self.b.add(Expr::Text(vec![Piece::Text(Name::new_static(verb))]), node);
            self.b.emit(Stmt::Assign(Place::Field(handle, Name::new_static(IMPLIED)), verb));
        }
    }

    /// Whether a switch is not plainly switched off.
    fn is_on(&self, value: ExprId) -> bool {
        match self.b.module.expr(value) {
            Expr::Bool(on) => *on,
            Expr::Number(number) => number != "0",
            _ => true,
        }
    }

    /// Options in an array; those of a literal are set one by one, others merged in.
    fn set_options(&mut self, handle: Node<'t>, options: Node<'t>, node: Node<'t>) {
        let array = self.b.first(options).filter(|a| kind(*a) == Kind::ArrayCreation);
        let Some(array) = array else {
            let options = self.expr(options);
            let old = self.expr(handle);
            let merged = self.b.add(Expr::Object(vec![(Key::Spread, old), (Key::Spread, options)]), node);
            if let Some(target) = self.b.first(handle) {
                self.bind(target, merged);
            }
            return;
        };
        for element in self.b.kids(array) {
            let parts = self.b.kids(element);
            if let [key, value] = parts.as_slice() {
                let name = self.b.text(*key);
                self.set_option(handle, name, *value, node);
            }
        }
    }
}
