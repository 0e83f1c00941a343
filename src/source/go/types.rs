//! Go types: declarations become classes, type expressions become names and generics. Pointers are transparent.

use super::grammar::{Field, Kind, child, kind};
use super::{Lowerer, Name};
use crate::ir::{self, Expr, ExprId, Function, Param, ParamKind, Place, Span, Stmt};
use tree_sitter::Node;

/// Predeclared types; a value of them is never an object with requests.
const BASIC: &[&str] = &[
    "any",
    "bool",
    "byte",
    "complex128",
    "complex64",
    "error",
    "float32",
    "float64",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "rune",
    "string",
    "uint",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "uintptr",
];

/// Whether a type is predeclared.
pub(super) fn is_basic(name: &str) -> bool {
    BASIC.binary_search(&name).is_ok()
}

impl<'t> Lowerer<'t> {
    /// `type …`, alone or in a group.
    pub(super) fn type_declaration(&mut self, node: Node<'t>) {
        for spec in self.b.kids(node) {
            let (Some(name), Some(ty)) = (child(spec, Field::Name), child(spec, Field::Type)) else { continue };
            let name = self.b.name(name);
            match (kind(spec), kind(ty)) {
                (Kind::TypeAlias, _) => {
                    let ty = self.ty(ty);
                    self.b.assign(name, ty);
                }
                (_, Kind::StructType) => self.struct_type(name, ty, spec),
                (_, Kind::InterfaceType) => self.interface_type(name, ty, spec),
                (_, Kind::QualifiedType | Kind::PointerType | Kind::GenericType) => {
                    let base = self.ty(ty);
                    let class = self.class(&name, spec);
                    self.b.module.classes[class.0 as usize].bases.push(base);
                }
                (_, Kind::TypeIdentifier) if !is_basic(self.b.text(ty)) => {
                    let base = self.ty(ty);
                    let class = self.class(&name, spec);
                    self.b.module.classes[class.0 as usize].bases.push(base);
                }
                _ => self.conversion(name, spec),
            }
        }
    }

    /// A named basic, function, map or slice type: calling it gives its argument back. With methods it is a class.
    fn conversion(&mut self, name: Name, spec: Node<'t>) {
        if self.types_with_methods.contains(&name) {
            self.class(&name, spec);
            return;
        }
        let mut function = Function::new(name, Span::of(&spec));
        function.params.push(Param { name: Name::new("value"), ty: None, default: None, kind: ParamKind::Normal });
        let frame = self.b.begin_function(function, false);
        let value = self.b.add(Expr::Name(Name::new("value")), spec);
        self.b.emit(Stmt::Return(Some(value)));
        self.b.end_function(frame);
    }

    /// A struct: its fields, and embedded types as bases that are also fields.
    pub(super) fn struct_type(&mut self, name: Name, ty: Node<'t>, spec: Node<'t>) {
        let class = self.class(&name, spec);
        let mut bases = Vec::new();
        let mut fields = Vec::new();
        let lists = self.b.kids(ty);
        let declarations = lists.first().map(|list| self.b.kids(*list)).unwrap_or_default();
        for declaration in declarations {
            let Some(field_type) = child(declaration, Field::Type) else { continue };
            let id = self.ty(field_type);
            let mut named = false;
            let default = self.tagged_default(declaration);
            for kid in self.b.kids(declaration) {
                if kid.kind() == "field_identifier" {
                    named = true;
                    fields.push(ir::Field { value: default, ..field(self.b.name(kid), id, kid) });
                }
            }
            if !named {
                bases.push(id);
                fields.push(field(Name::new(base_name(self.b.text(field_type))), id, field_type));
            }
        }
        self.struct_fields.insert(name, fields.iter().map(|f| f.name.clone()).collect());
        let class = &mut self.b.module.classes[class.0 as usize];
        class.bases = bases;
        class.fields = fields;
    }

    fn interface_type(&mut self, name: Name, ty: Node<'t>, spec: Node<'t>) {
        let class = self.class(&name, spec);
        let mut bases = Vec::new();
        for member in self.b.kids(ty) {
            match kind(member) {
                Kind::MethodElem => {
                    let Some(name) = child(member, Field::Name) else { continue };
                    let mut function = Function::new(self.b.name(name), Span::of(&member));
                    function.owner = Some(class);
                    function.params = self.params(child(member, Field::Parameters));
                    function.returns = self.result_type(child(member, Field::Result));
                    let id = self.b.module.add_function(function);
                    self.b.module.classes[class.0 as usize].methods.push(id);
                }
                Kind::TypeElem => bases.extend(self.b.first(member).map(|ty| self.ty(ty))),
                _ => {}
            }
        }
        let class = &mut self.b.module.classes[class.0 as usize];
        class.interface = true;
        class.bases = bases;
    }

    /// A type as an expression.
    pub(super) fn ty(&mut self, node: Node<'t>) -> ExprId {
        if !self.b.descend(node) {
            return self.b.unknown(node);
        }
        let id = self.ty_inner(node);
        self.b.ascend();
        id
    }

    fn ty_inner(&mut self, node: Node<'t>) -> ExprId {
        match kind(node) {
            Kind::TypeIdentifier | Kind::Identifier => {
                let name = self.b.name(node);
                self.b.add(Expr::Name(name), node)
            }
            Kind::QualifiedType => {
                let text = self.b.text(node);
                self.b.dotted(text, node)
            }
            Kind::PointerType | Kind::ParenthesizedType | Kind::TypeElem => match self.b.first(node) {
                Some(inner) => self.ty(inner),
                None => self.b.unknown(node),
            },
            Kind::GenericType => match child(node, Field::Type) {
                Some(base) => {
                    let args = child(node, Field::TypeArguments).map(|a| self.b.kids(a)).unwrap_or_default();
                    let base = self.ty(base);
                    let args = args.into_iter().map(|a| self.ty(a)).collect();
                    self.b.add(Expr::Generic(base, args), node)
                }
                None => self.b.unknown(node),
            },
            Kind::SliceType | Kind::ArrayType | Kind::ImplicitLengthArrayType => {
                let element: Vec<ExprId> = child(node, Field::Element).map(|e| self.ty(e)).into_iter().collect();
                self.generic("[]", element, node)
            }
            Kind::MapType => {
                let args = [child(node, Field::Key), child(node, Field::Value)].into_iter().flatten();
                let args = args.map(|a| self.ty(a)).collect();
                self.generic("map", args, node)
            }
            Kind::ChannelType => {
                let args = child(node, Field::Value).map(|a| self.ty(a)).into_iter().collect();
                self.generic("chan", args, node)
            }
            Kind::FunctionType => {
                let mut args: Vec<ExprId> =
                    self.params(child(node, Field::Parameters)).into_iter().filter_map(|p| p.ty).collect();
                args.extend(self.result_type(child(node, Field::Result)));
                self.generic("func", args, node)
            }
            Kind::StructType => {
                let name = self.anonymous_struct(node);
                self.b.add(Expr::Name(name), node)
            }
            _ => self.b.unknown(node),
        }
    }

    fn generic(&mut self, base: &str, args: Vec<ExprId>, node: Node<'t>) -> ExprId {
        let base = self.b.add(Expr::Name(Name::new(base)), node);
        self.b.add(Expr::Generic(base, args), node)
    }

    /// A struct type without a name gets one, so that literals of it can name their fields.
    pub(super) fn anonymous_struct(&mut self, node: Node<'t>) -> Name {
        let name = Name::new(format!("struct${}", node.start_byte()));
        if !self.classes.contains_key(&name) {
            self.struct_type(name.clone(), node, node);
        }
        name
    }

    /// Parameters; several names may share a type.
    pub(super) fn params(&mut self, list: Option<Node<'t>>) -> Vec<Param> {
        let mut params = Vec::new();
        for declaration in list.map(|l| self.b.kids(l)).unwrap_or_default() {
            let rest = kind(declaration) == Kind::VariadicParameter;
            let Some(ty_node) = child(declaration, Field::Type) else { continue };
            let mut ty = self.ty(ty_node);
            if rest {
                ty = self.generic("[]", vec![ty], ty_node);
            }
            let kind_of = if rest { ParamKind::Rest } else { ParamKind::Normal };
            let before = params.len();
            for kid in self.b.kids(declaration) {
                if kid.id() != ty_node.id() && kind(kid) == Kind::Identifier {
                    params.push(Param { name: self.b.name(kid), ty: Some(ty), default: None, kind: kind_of });
                }
            }
            if params.len() == before {
                params.push(Param { name: Name::default(), ty: Some(ty), default: None, kind: kind_of });
            }
        }
        params
    }

    /// The result type: a list of types where there are several.
    pub(super) fn result_type(&mut self, result: Option<Node<'t>>) -> Option<ExprId> {
        let result = result?;
        if kind(result) != Kind::ParameterList {
            return Some(self.ty(result));
        }
        let types: Vec<ExprId> = self.params(Some(result)).into_iter().filter_map(|p| p.ty).collect();
        match types.as_slice() {
            [] => None,
            [one] => Some(*one),
            _ => Some(self.b.add(Expr::List(types), result)),
        }
    }

    /// What a variable of a declared type holds before it is assigned: an empty table, a zero struct, or something of that type.
    pub(super) fn declared_value(&mut self, ty: Node<'t>) -> Option<ExprId> {
        let value = match kind(ty) {
            Kind::MapType => Expr::Object(Vec::new()),
            Kind::SliceType | Kind::ArrayType => Expr::List(Vec::new()),
            Kind::TypeIdentifier if is_basic(self.b.text(ty)) => return None,
            Kind::TypeIdentifier if self.struct_fields.contains_key(self.b.text(ty)) => {
                let ty = self.ty(ty);
                Expr::New(ty, Vec::new())
            }
            _ => {
                let id = self.ty(ty);
                let nothing = self.b.unknown(ty);
                Expr::Typed(nothing, id)
            }
        };
        Some(self.b.add(value, ty))
    }

    /// A value that is known to be of a type; predeclared types tell nothing.
    pub(super) fn typed(&mut self, value: ExprId, ty: Node<'t>) -> ExprId {
        if kind(ty) == Kind::TypeIdentifier && is_basic(self.b.text(ty)) {
            return value;
        }
        let id = self.ty(ty);
        self.b.add(Expr::Typed(value, id), ty)
    }

    /// Declares a variable of a type with an optional value.
    pub(super) fn declare_variable(&mut self, name: Node<'t>, ty: Option<Node<'t>>, value: Option<ExprId>) {
        let value = match (ty, value) {
            (Some(ty), Some(value)) if matches!(self.b.module.expr(value), Expr::Call(..) | Expr::Unknown) => {
                Some(self.typed(value, ty))
            }
            // A variable of the package, which a function will fill.
            (Some(ty), None) if self.b.function == ir::Module::MAIN => {
                self.declared_value(ty).or_else(|| Some(self.b.add(Expr::Null, ty)))
            }
            (Some(ty), None) => self.declared_value(ty),
            (_, value) => value,
        };
        let text = self.b.name(name);
        match value {
            Some(value) if text == "_" => self.b.emit(Stmt::Eval(value)),
            Some(value) => self.b.emit(Stmt::Assign(Place::Name(text.clone()), value)),
            None => {}
        }
        self.declare(text);
    }

    /// Declares a local name; only names that hide the receiver or something predeclared matter.
    pub(super) fn declare(&mut self, name: Name) {
        if self.receiver.as_ref() == Some(&name)
            || matches!(name.as_str(), "append" | "make" | "new")
            || is_basic(&name)
        {
            self.b.scope.declare(name);
        }
    }
}

impl<'t> Lowerer<'t> {
    /// What a tag says that a field holds where nobody sets it: `env:"URL" envDefault:"https://…"`.
    fn tagged_default(&mut self, declaration: Node<'t>) -> Option<ExprId> {
        let tag = self.b.kids(declaration).into_iter().find(|kid| kind(*kid) == Kind::RawString)?;
        let text = self.b.text(tag);
        let start = ["envDefault:\"", "default:\""].iter().find_map(|key| Some(text.find(key)? + key.len()))?;
        let value = text.get(start..)?.split('"').next().filter(|value| value.contains('/') || value.contains('.'))?;
        let value = Name::new(value);
        Some(self.b.literal(value, tag))
    }
}

fn field(name: Name, ty: ExprId, node: Node<'_>) -> ir::Field {
    ir::Field { name, ty: Some(ty), value: None, span: Span::of(&node) }
}

/// The simple name of a written type: `*pkg.Name[T]` is `Name`.
pub(super) fn base_name(text: &str) -> &str {
    let text = text.split('[').next().unwrap_or(text).trim_start_matches(['*', '(']).trim_end_matches(')').trim();
    text.rsplit('.').next().unwrap_or(text)
}
