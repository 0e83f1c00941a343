//! Classes: bases, attributes, methods.

use super::Lowering;
use super::grammar::{Field, Kind, child, kind};
use crate::ir::{Class, ClassId, Expr, ExprId, Field as IrField, Name, Span};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// A class definition. Statements of its body that are neither attributes nor definitions run with the module.
    pub(super) fn class(&mut self, node: Node<'t>, decorators: &[(&'t str, ExprId)], outer: Option<ClassId>) {
        if !self.descend_class(node) {
            return;
        }
        let name = child(node, Field::Name).map(|n| self.name(n)).unwrap_or_default();
        let mut class = Class::new(name, Span::of(&node));
        class.outer = outer;
        class.decorators = decorators.iter().map(|(_, id)| *id).collect();
        if let Some(bases) = child(node, Field::Superclasses) {
            for base in self.kids(bases) {
                if kind(base) != Kind::KeywordArgument {
                    class.bases.push(self.type_expr(base));
                }
            }
        }
        class.interface = class.bases.iter().any(|b| {
            matches!(self.module.expr(*b), Expr::Name(n) if n == "Protocol")
                || matches!(self.module.expr(*b), Expr::Field(_, n) if n == "Protocol")
        });
        let id = self.module.add_class(class);
        if let Some(body) = child(node, Field::Body) {
            self.class_body(body, id);
        }
        self.ascend_class();
    }

    fn class_body(&mut self, body: Node<'t>, class: ClassId) {
        for statement in self.kids(body) {
            match kind(statement) {
                Kind::FunctionDefinition => {
                    let id = self.function(statement, &[], Some(class));
                    self.add_method(class, id);
                }
                Kind::DecoratedDefinition => {
                    let before = self.module.functions.len();
                    self.decorated(statement, Some(class));
                    let method = crate::ir::FunctionId(u32::try_from(before).unwrap_or(u32::MAX));
                    let owned = self.module.functions.get(before).is_some_and(|f| f.owner == Some(class));
                    if owned {
                        self.add_method(class, method);
                    }
                }
                Kind::ClassDefinition => self.class(statement, &[], Some(class)),
                Kind::ExpressionStatement => {
                    for inner in self.kids(statement) {
                        if kind(inner) == Kind::Assignment {
                            self.attribute_of_class(inner, class);
                        }
                    }
                }
                Kind::IfStatement | Kind::TryStatement | Kind::WithStatement => {
                    for part in self.kids(statement) {
                        match kind(part) {
                            Kind::Block => self.class_body(part, class),
                            Kind::ElseClause | Kind::ElifClause | Kind::ExceptClause => {
                                for block in self.kids(part) {
                                    if kind(block) == Kind::Block {
                                        self.class_body(block, class);
                                    }
                                }
                            }
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// `Call = namedtuple("Call", "method path")` is a class with these fields.
    pub(super) fn named_tuple(&mut self, left: Node<'t>, right: Node<'t>) -> bool {
        let makes = kind(right) == Kind::Call
            && child(right, Field::Function).is_some_and(|f| self.text(f).rsplit('.').next() == Some("namedtuple"));
        if !makes || kind(left) != Kind::Identifier {
            return false;
        }
        let Some(fields) = child(right, Field::Arguments).and_then(|a| self.kids(a).get(1).copied()) else {
            return false;
        };
        let mut class = Class::new(self.name(left), Span::of(&right));
        // One text or a list of texts: either way the names are its words.
        for name in self.text(fields).split(|c: char| c != '_' && !c.is_alphanumeric()).filter(|name| !name.is_empty())
        {
            class.fields.push(IrField { name: name.into(), ty: None, value: None, span: Span::of(&fields) });
        }
        self.module.add_class(class);
        true
    }

    fn add_method(&mut self, class: ClassId, id: crate::ir::FunctionId) {
        if let Some(class) = self.module.classes.get_mut(class.0 as usize) {
            class.methods.push(id);
        }
    }

    fn attribute_of_class(&mut self, node: Node<'t>, class: ClassId) {
        let Some(left) = child(node, Field::Left) else { return };
        if kind(left) != Kind::Identifier {
            return;
        }
        let name: Name = self.name(left);
        let ty = child(node, Field::Type).map(|t| self.type_expr(t));
        let value = child(node, Field::Right).map(|v| self.expr(v));
        let field = IrField { name, ty, value, span: Span::of(&node) };
        if let Some(class) = self.module.classes.get_mut(class.0 as usize) {
            class.fields.push(field);
        }
    }
}
