//! Items: functions, types, impl blocks, traits, constants, modules.

use super::{Lowerer, join, name};
use crate::ir::{Class, ClassId, Expr, ExprId, Field, Function, FunctionKind, Name, Param, ParamKind, Span};

/// What a function is besides its signature and body.
struct Shape {
    owner: Option<ClassId>,
    nested: bool,
}

impl Lowerer<'_> {
    /// The items of a module: types first, so that impl blocks find them.
    pub(super) fn items(&mut self, items: &[syn::Item]) {
        for item in items {
            if let syn::Item::Mod(module) = item {
                self.children.push(name(&module.ident));
            }
        }
        for item in items {
            self.declare(item);
        }
        for item in items {
            self.item(item, false);
        }
    }

    /// Makes a class for a type, without its methods.
    fn declare(&mut self, item: &syn::Item) {
        match item {
            syn::Item::Struct(item) => {
                let id = self.class(&item.ident, &item.attrs);
                let outer = self.generics(&item.generics);
                self.fields(id, &item.fields);
                self.bounds.truncate(outer);
            }
            syn::Item::Union(item) => {
                self.class(&item.ident, &item.attrs);
            }
            syn::Item::Enum(item) => {
                let id = self.class(&item.ident, &item.attrs);
                for variant in &item.variants {
                    let value = variant.discriminant.as_ref().map(|(_, value)| self.expression(value));
                    let span = self.at(variant.ident.span());
                    // A variant is a value of the enum.
                    let ty = variant.fields.is_empty().then(|| self.add(Expr::Name(name(&item.ident)), span));
                    self.add_field(id, Field { name: name(&variant.ident), ty, value, span });
                }
            }
            syn::Item::Trait(item) => {
                let id = self.class(&item.ident, &item.attrs);
                let bases: Vec<ExprId> =
                    item.supertraits.iter().filter_map(|b| self.bound(std::iter::once(b))).collect();
                if let Some(class) = self.module.classes.get_mut(id.0 as usize) {
                    class.interface = true;
                    class.bases = bases;
                }
            }
            _ => {}
        }
    }

    fn class(&mut self, ident: &syn::Ident, attributes: &[syn::Attribute]) -> ClassId {
        let own = name(ident);
        let span = self.at(ident.span());
        let id = self.class_named(own, span);
        let decorators = self.decorators(attributes);
        if let Some(class) = self.module.classes.get_mut(id.0 as usize) {
            class.decorators = decorators;
        }
        id
    }

    /// The class of this name, which is made if the type is defined elsewhere.
    fn class_named(&mut self, own: Name, span: Span) -> ClassId {
        if let Some(id) = self.classes.get(&own) {
            return *id;
        }
        let id = self.module.add_class(Class::new(own.clone(), span));
        self.classes.insert(own, id);
        id
    }

    fn fields(&mut self, class: ClassId, fields: &syn::Fields) {
        for (at, field) in fields.iter().enumerate() {
            let own = field.ident.as_ref().map_or_else(|| Name::new(at.to_string()), name);
            let ty = self.type_of(&field.ty);
            let span =
                field.ident.as_ref().map(|i| self.at(i.span())).or(ty.map(|t| self.span_of(t))).unwrap_or_default();
            let value = self.declared_default(&field.attrs);
            self.add_field(class, Field { name: own, ty, value, span });
        }
    }

    fn add_field(&mut self, class: ClassId, field: Field) {
        if let Some(class) = self.module.classes.get_mut(class.0 as usize) {
            class.fields.push(field);
        }
    }

    /// One item, of a module or inside of a function.
    pub(super) fn item(&mut self, item: &syn::Item, nested: bool) {
        let outer = self.test;
        self.test |= is_test(attributes(item));
        match item {
            syn::Item::Fn(item) => {
                let shape = Shape { owner: None, nested };
                let id = self.define(&item.sig, &item.attrs, Some(&item.block), shape);
                if nested {
                    let span = self.at(item.sig.ident.span());
                    let lambda = self.add(Expr::Lambda(id), span);
                    self.assign(name(&item.sig.ident), lambda);
                }
            }
            syn::Item::Const(item) => {
                let value = self.constant(&item.ty, &item.expr);
                self.assign(name(&item.ident), value);
            }
            syn::Item::Static(item) => {
                let value = self.constant(&item.ty, &item.expr);
                self.assign(name(&item.ident), value);
            }
            syn::Item::Impl(item) => self.implementation(item),
            syn::Item::Trait(item) => self.trait_item(item),
            syn::Item::Use(item) => self.use_item(item),
            syn::Item::Mod(item) => self.module_item(item),
            syn::Item::Macro(item) => self.macro_item(&item.mac),
            syn::Item::Struct(_) | syn::Item::Enum(_) | syn::Item::Union(_) if nested => self.declare(item),
            syn::Item::Type(item) => {
                if let Some(ty) = self.type_of(&item.ty) {
                    self.assign(name(&item.ident), ty);
                }
            }
            _ => {}
        }
        self.test = outer;
    }

    /// A constant's value; its type matters where the value says nothing.
    fn constant(&mut self, ty: &syn::Type, value: &syn::Expr) -> ExprId {
        let value = self.expression(value);
        if matches!(
            self.module.expr(value),
            Expr::Text(_) | Expr::Number(_) | Expr::List(_) | Expr::Object(_) | Expr::New(..)
        ) {
            return value;
        }
        match self.type_of(ty) {
            Some(ty) => {
                let span = self.span_of(value);
                self.add(Expr::Typed(value, ty), span)
            }
            None => value,
        }
    }

    /// `mod x;` is another file, `mod x { … }` a module of its own.
    fn module_item(&mut self, item: &syn::ItemMod) {
        let own = name(&item.ident);
        let span = self.at(item.ident.span());
        self.child_module(&own, span);
        let Some((_, items)) = &item.content else { return };
        if self.depth + 10 >= super::MAX_DEPTH {
            return;
        }
        let mut path = self.module.path.clone();
        path.push(own);
        let mut inner = Lowerer::new(self.file, self.lines, path, self.test);
        inner.depth = self.depth + 10;
        inner.run(items, &mut self.inner);
    }

    fn implementation(&mut self, item: &syn::ItemImpl) {
        let syn::Type::Path(ty) = &*item.self_ty else {
            return;
        };
        let Some(last) = ty.path.segments.last() else { return };
        let own = name(&last.ident);
        let span = self.at(last.ident.span());
        let id = self.class_named(own.clone(), span);
        let outer = self.generics(&item.generics);
        let owner = self.owner.replace((own, false));
        if let Some((path, _)) = &item.trait_ {
            let base = self.type_path(path);
            if let Some(class) = self.module.classes.get_mut(id.0 as usize) {
                class.bases.push(base);
            }
        }
        for member in &item.items {
            match member {
                syn::ImplItem::Fn(method) => {
                    let outer = self.test;
                    self.test |= is_test(&method.attrs);
                    let shape = Shape { owner: Some(id), nested: false };
                    self.define(&method.sig, &method.attrs, Some(&method.block), shape);
                    self.test = outer;
                }
                syn::ImplItem::Const(constant) => {
                    let value = Some(self.expression(&constant.expr));
                    let span = self.at(constant.ident.span());
                    self.add_field(id, Field { name: name(&constant.ident), ty: None, value, span });
                }
                _ => {}
            }
        }
        self.owner = owner;
        self.bounds.truncate(outer);
    }

    fn trait_item(&mut self, item: &syn::ItemTrait) {
        let span = self.at(item.ident.span());
        let id = self.class_named(name(&item.ident), span);
        let outer = self.generics(&item.generics);
        let owner = self.owner.replace((name(&item.ident), true));
        for member in &item.items {
            match member {
                syn::TraitItem::Fn(method) => {
                    let shape = Shape { owner: Some(id), nested: false };
                    self.define(&method.sig, &method.attrs, method.default.as_ref(), shape);
                }
                syn::TraitItem::Const(constant) => {
                    let value = constant.default.as_ref().map(|(_, value)| self.expression(value));
                    let ty = self.type_of(&constant.ty);
                    let span = self.at(constant.ident.span());
                    self.add_field(id, Field { name: name(&constant.ident), ty, value, span });
                }
                _ => {}
            }
        }
        self.owner = owner;
        self.bounds.truncate(outer);
    }

    /// Notes what type parameters are bounded by; returns how many were known before.
    fn generics(&mut self, generics: &syn::Generics) -> usize {
        let before = self.bounds.len();
        for param in generics.type_params() {
            if let Some(bound) = self.bound(param.bounds.iter()) {
                self.bounds.push((name(&param.ident), bound));
            }
        }
        for predicate in generics.where_clause.iter().flat_map(|w| &w.predicates) {
            if let syn::WherePredicate::Type(predicate) = predicate
                && let syn::Type::Path(ty) = &predicate.bounded_ty
                && let Some(ident) = ty.path.get_ident()
                && let Some(bound) = self.bound(predicate.bounds.iter())
            {
                self.bounds.push((name(ident), bound));
            }
        }
        before
    }

    fn define(
        &mut self,
        signature: &syn::Signature,
        attributes: &[syn::Attribute],
        block: Option<&syn::Block>,
        shape: Shape,
    ) -> crate::ir::FunctionId {
        let start = self.at(signature.fn_token.span);
        let end = block.map_or(start, |b| self.at(b.brace_token.span.close()));
        let outer = self.generics(&signature.generics);
        let mut function = Function::new(name(&signature.ident), join(start, end));
        function.owner = shape.owner;
        function.parent = shape.nested.then_some(self.function);
        function.test = self.test;
        function.decorators = self.decorators(attributes);
        let receiver = matches!(signature.inputs.first(), Some(syn::FnArg::Receiver(_)));
        if shape.owner.is_some() && !receiver {
            function.kind = FunctionKind::Static;
        }
        if let syn::ReturnType::Type(_, ty) = &signature.output {
            function.returns = self.type_of(ty);
        }
        let id = self.function(function, false, |it| {
            for input in &signature.inputs {
                if let syn::FnArg::Typed(input) = input {
                    let ty = it.type_of(&input.ty);
                    it.parameter(&input.pat, ty);
                }
            }
            if let Some(block) = block {
                it.block(block, true);
            }
        });
        self.bounds.truncate(outer);
        if let Some(class) = shape.owner.and_then(|c| self.module.classes.get_mut(c.0 as usize)) {
            class.methods.push(id);
        }
        id
    }

    /// Declares a parameter of the function being lowered.
    pub(super) fn parameter(&mut self, pattern: &syn::Pat, ty: Option<ExprId>) {
        let simple = match pattern {
            syn::Pat::Ident(ident) if ident.subpat.is_none() => Some(name(&ident.ident)),
            _ => None,
        };
        let own = simple.clone().unwrap_or_else(|| {
            self.temporaries += 1;
            Name::new(format!("${}", self.temporaries))
        });
        self.scope.declare(own.clone());
        if let Some(function) = self.module.functions.get_mut(self.function.0 as usize) {
            function.params.push(Param { name: own.clone(), ty, default: None, kind: ParamKind::Normal });
        }
        if simple.is_none() {
            let span = self.module.function(self.function).span;
            let value = self.add(Expr::Name(own), span);
            self.bind(pattern, value);
        }
    }

    /// Attributes as calls: `#[get("/x")]`.
    fn decorators(&mut self, attributes: &[syn::Attribute]) -> Vec<ExprId> {
        let mut out = Vec::new();
        for attribute in attributes {
            let path = attribute.path();
            let built_in =
                ["doc", "derive", "allow", "cfg", "inline", "must_use", "cfg_attr", "serde", "warn", "expect", "deny"];
            if built_in.iter().any(|n| path.is_ident(n)) {
                continue;
            }
            let callee = self.path(path);
            let span = self.span_of(callee);
            out.push(match &attribute.meta {
                syn::Meta::List(list) => {
                    let args = self.macro_arguments(list.tokens.clone()).unwrap_or_default();
                    let args = args.iter().map(|a| self.argument(a)).collect();
                    self.add(Expr::Call(callee, args), span)
                }
                _ => callee,
            });
        }
        out
    }
}

/// Whether attributes mark test code: `#[test]`, `#[tokio::test]`, `#[cfg(test)]`, `#[rstest]`.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|a| {
        let last = a.path().segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
        match last.as_str() {
            "test" | "rstest" | "test_case" | "quickcheck" | "bench" => true,
            "cfg" => matches!(&a.meta, syn::Meta::List(list) if {
                let text = list.tokens.to_string();
                text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == "test") && !text.contains("not")
            }),
            _ => false,
        }
    })
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        _ => &[],
    }
}
