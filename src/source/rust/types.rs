//! Types as expressions. References are transparent; a type parameter is what it is bounded by.

use super::{Lowerer, join, name};
use crate::ir::{Expr, ExprId, Name, Span};

/// HTTP methods with a constant.
const VERBS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

impl Lowerer<'_> {
    /// A type; `None` for what says nothing (`_`, `()`).
    pub(super) fn type_of(&mut self, ty: &syn::Type) -> Option<ExprId> {
        if self.depth >= super::MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let value = self.type_inside(ty);
        self.depth -= 1;
        value
    }

    fn type_inside(&mut self, ty: &syn::Type) -> Option<ExprId> {
        match ty {
            syn::Type::Path(path) => Some(self.type_path(&path.path)),
            syn::Type::Reference(inner) => self.type_of(&inner.elem),
            syn::Type::Ptr(inner) => self.type_of(&inner.elem),
            syn::Type::Paren(inner) => self.type_of(&inner.elem),
            syn::Type::Group(inner) => self.type_of(&inner.elem),
            syn::Type::Slice(inner) => self.list_type(&inner.elem),
            syn::Type::Array(inner) => self.list_type(&inner.elem),
            syn::Type::ImplTrait(it) => self.bound(it.bounds.iter()),
            syn::Type::TraitObject(it) => self.bound(it.bounds.iter()),
            syn::Type::Tuple(tuple) if !tuple.elems.is_empty() => {
                let span = self.at(tuple.paren_token.span.join());
                let items = tuple.elems.iter().filter_map(|t| self.type_of(t)).collect();
                let base = self.add(Expr::Name(Name::new_static("tuple")), span);
                Some(self.add(Expr::Generic(base, items), span))
            }
            _ => None,
        }
    }

    fn list_type(&mut self, elem: &syn::Type) -> Option<ExprId> {
        let elem = self.type_of(elem)?;
        let span = self.span_of(elem);
        let base = self.add(Expr::Name(Name::new_static("Vec")), span);
        Some(self.add(Expr::Generic(base, vec![elem]), span))
    }

    /// The first trait among bounds.
    pub(super) fn bound<'a>(&mut self, bounds: impl Iterator<Item = &'a syn::TypeParamBound>) -> Option<ExprId> {
        let mut bounds = bounds.filter_map(|b| match b {
            syn::TypeParamBound::Trait(bound) => Some(&bound.path),
            _ => None,
        });
        bounds.next().map(|path| self.type_path(path))
    }

    /// A path in type position: names, and arguments of the last segment.
    pub(super) fn type_path(&mut self, path: &syn::Path) -> ExprId {
        let span = self.path_span(path);
        if let [only] = path.segments.iter().collect::<Vec<_>>().as_slice()
            && only.arguments.is_none()
        {
            let own = name(&only.ident);
            if let Some((_, bound)) = self.bounds.iter().rev().find(|(n, _)| *n == own) {
                return *bound;
            }
        }
        let base = self.path(path);
        let Some(syn::PathArguments::AngleBracketed(arguments)) = path.segments.last().map(|s| &s.arguments) else {
            return base;
        };
        let args: Vec<ExprId> = arguments
            .args
            .iter()
            .filter_map(|a| match a {
                syn::GenericArgument::Type(ty) => self.type_of(ty),
                syn::GenericArgument::AssocType(ty) => self.type_of(&ty.ty),
                _ => None,
            })
            .collect();
        if args.is_empty() { base } else { self.add(Expr::Generic(base, args), span) }
    }

    pub(super) fn path_span(&self, path: &syn::Path) -> Span {
        match (path.segments.first(), path.segments.last()) {
            (Some(first), Some(last)) => join(self.at(first.ident.span()), self.at(last.ident.span())),
            _ => Span::default(),
        }
    }

    /// A path: `crate::a::B` begins with a module, `Self` is the type around, other first segments are names.
    pub(super) fn path(&mut self, path: &syn::Path) -> ExprId {
        let segments: Vec<Name> = path.segments.iter().map(|s| name(&s.ident)).collect();
        let span = self.path_span(path);
        // The methods of `http` and `reqwest` are constants; their values are their names.
        if let [.., method, verb] = segments.as_slice()
            && method == "Method"
            && VERBS.contains(&verb.as_str())
        {
            return self.text(verb.to_string(), span);
        }
        let first = segments.first().map(Name::as_str).unwrap_or_default();
        let (mut value, rest) = match (first, &self.owner) {
            ("None", _) if segments.len() == 1 => return self.add(Expr::Null, span),
            ("self", _) if segments.len() == 1 => return self.add(Expr::This, span),
            ("crate" | "super" | "self", _) => {
                // Modules are written small; the last segment is an item.
                let items = segments.len().saturating_sub(1);
                let modules = segments
                    .iter()
                    .take(items)
                    .take_while(|s| s.chars().next().is_some_and(|c| !c.is_uppercase()))
                    .count();
                let module = self.absolute(segments.get(..modules.max(1)).unwrap_or_default());
                (self.add(Expr::Module(module), span), segments.get(modules.max(1)..).unwrap_or_default())
            }
            ("Self", Some((_, true))) => (self.add(Expr::This, span), segments.get(1..).unwrap_or_default()),
            ("Self", Some((owner, false))) => {
                let owner = owner.clone();
                (self.add(Expr::Name(owner), span), segments.get(1..).unwrap_or_default())
            }
            _ => {
                let first = segments.first().cloned().unwrap_or_default();
                (self.add(Expr::Name(first), span), segments.get(1..).unwrap_or_default())
            }
        };
        for segment in rest {
            value = self.add(Expr::Field(value, segment.clone()), span);
        }
        value
    }
}
