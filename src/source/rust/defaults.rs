//! What fields hold where nobody sets them, as attributes say: clap's `#[arg(default_value = "…")]`, serde's `#[serde(default = "f")]`.

use super::Lowerer;
use crate::ir::{Expr, ExprId};
use proc_macro2::{TokenStream, TokenTree};

impl Lowerer<'_> {
    /// The default that the attributes of a field give it.
    pub(super) fn declared_default(&mut self, attributes: &[syn::Attribute]) -> Option<ExprId> {
        attributes.iter().find_map(|attribute| {
            let syn::Meta::List(list) = &attribute.meta else { return None };
            let last = attribute.path().segments.last()?.ident.to_string();
            match last.as_str() {
                "arg" | "clap" | "structopt" | "option" | "argh" | "bpaf" | "envconfig" => {
                    let value = value_of(&list.tokens, &["default_value", "default_value_t", "default", "fallback"])?;
                    Some(self.expression(&value))
                }
                "serde" | "builder" | "derivative" | "educe" => {
                    let value = value_of(&list.tokens, &["default", "value"])?;
                    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(function), .. }) = &value else {
                        return Some(self.expression(&value));
                    };
                    let path = function_named(function)?;
                    let span = self.at(function.span());
                    let callee = self.path(&path);
                    Some(self.add(Expr::Call(callee, Vec::new()), span))
                }
                _ => None,
            }
        })
    }
}

/// The path that a text names, if it is plain: what nests within a text was not counted before the file was parsed.
fn function_named(text: &syn::LitStr) -> Option<syn::Path> {
    let plain = text.value().chars().all(|c| c.is_alphanumeric() || c == '_' || c == ':');
    if plain { text.parse().ok() } else { None }
}

/// The expression behind one of these names in `name = value, …`.
fn value_of(tokens: &TokenStream, names: &[&str]) -> Option<syn::Expr> {
    let mut tokens = tokens.clone().into_iter().peekable();
    while let Some(token) = tokens.next() {
        let TokenTree::Ident(name) = &token else { continue };
        let known = names.iter().any(|known| name == known);
        if !known || !is_sign(tokens.peek(), '=') {
            continue;
        }
        tokens.next();
        let mut value = TokenStream::new();
        while let Some(token) = tokens.next_if(|token| !is_sign(Some(token), ',')) {
            value.extend([token]);
        }
        return syn::parse2(value).ok();
    }
    None
}

fn is_sign(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}
