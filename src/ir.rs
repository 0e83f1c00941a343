//! A small language-neutral program: what every front end lowers to and all that `flow` knows of a language.
//!
//! The model keeps what decides which request is made: names, imports, functions, classes, calls, string templates,
//! literal tables, and the branches around them. What cannot be expressed is [`Expr::Unknown`], never an error.
//!
//! Conventions that every front end follows:
//! * `async`/`await`, `defer`, `go`, parentheses, references (`&x`, `*x`, `x!`, `x?`), `try` operators are transparent.
//! * Loop, `with`, `try` bodies are flattened into the surrounding block; `if`, `switch`, `match`, `when`, `case` become
//!   [`Stmt::Branch`]; a loop variable is assigned [`Expr::Element`] of what is looped over.
//! * Destructuring becomes one assignment per name of [`Expr::Index`] (position) or [`Expr::Field`] (key).
//! * `self`/`this`/`cls`/Go receivers are [`Expr::This`] and are not among the parameters.
//! * String building (interpolation, `+`, literal-format calls) is one [`Expr::Text`]; a format call whose format is not a
//!   literal is [`Expr::Format`].
//! * Keyword arguments stay arguments with a name. Struct literals with a type are [`Expr::New`] with named arguments.

use smol_str::SmolStr;
use std::sync::Arc;

pub mod dump;
mod language;

pub use crate::span::Span;
pub use language::Language;

/// An identifier or short text; cheap to clone.
pub type Name = SmolStr;

/// Index of an expression in its [`Module`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(pub u32);

/// Index of a function in its [`Module`]; 0 is the module body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub u32);

/// Index of a class in its [`Module`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClassId(pub u32);

/// One source file, lowered.
#[derive(Clone, Debug)]
pub struct Module {
    /// Path as reported, `/`-separated.
    pub file: Arc<str>,
    /// Language of the file.
    pub language: Language,
    /// The name under which other files import this one, as segments: Python `pkg/mod.py` → `[pkg, mod]`; TypeScript the path
    /// without its ending; Go the directory; Java, Kotlin, C# the package; Ruby and PHP the path without its ending; Rust the
    /// path below `src` without `mod`/`lib`/`main`.
    pub path: Vec<Name>,
    /// Names brought in from other modules, in order.
    pub imports: Vec<Import>,
    /// All functions, lambdas included; the first is the module body.
    pub functions: Vec<Function>,
    /// All classes, structs, enums, interfaces, traits, modules-as-namespaces.
    pub classes: Vec<Class>,
    /// Whether the whole file is test code (by path or framework).
    pub test: bool,
    /// Places the grammar could not read; the rest of the file is still lowered.
    pub syntax_errors: Vec<Span>,
    /// Whether nothing of the file, or nothing of a script in it, could be read: what it does is not known.
    pub unread: bool,
    exprs: Vec<Expr>,
    spans: Vec<Span>,
}

/// One imported name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Name in this file; empty for an import that binds none (Ruby `require`) or that binds all (see `member`).
    pub local: Name,
    /// What is imported from: a dotted module (`datadog_api_client.v1`), a package (`@datadog/datadog-api-client`), an import
    /// path (`github.com/…/datadogV2`), a relative path already made absolute against the module's own path (`src/config/datadog`).
    pub module: Name,
    /// What of it is imported.
    pub member: Member,
    /// Where.
    pub span: Span,
}

/// Which part of a module an import binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member {
    /// The module itself (`import x`, `* as x`, `require("x")`).
    Module,
    /// One member (`from m import x`, `import { x }`; a default import has the member `default`).
    Named(Name),
    /// Everything (`from m import *`, Java `import p.*`, Ruby `require`).
    All,
}

/// A function, method, lambda or the module body.
#[derive(Clone, Debug)]
pub struct Function {
    /// Name; empty for lambdas and the module body.
    pub name: Name,
    /// The class it is a method of.
    pub owner: Option<ClassId>,
    /// The function it is written inside of, whose variables it sees.
    pub parent: Option<FunctionId>,
    /// Parameters without the receiver.
    pub params: Vec<Param>,
    /// Statements in order.
    pub body: Vec<Stmt>,
    /// Decorators and annotations, as expressions (`GET("x")`, `property`).
    pub decorators: Vec<ExprId>,
    /// Declared result type, see [`Expr::Generic`] for how types are written.
    pub returns: Option<ExprId>,
    /// What kind of function this is.
    pub kind: FunctionKind,
    /// Whether it is test code (`#[test]`, `#[cfg(test)]`, `@Test`, inside `describe`).
    pub test: bool,
    /// The whole definition.
    pub span: Span,
}

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FunctionKind {
    /// Called by name (functions, methods, lambdas, the module body).
    Plain,
    /// Called on the class (static, class method, Go function with a constructor's shape stays Plain).
    Static,
    /// Read like a field (Python `@property`, JS `get x()`, Ruby and Kotlin accessors, C# properties with a body).
    Property,
    /// Called by `New` (`__init__`, `constructor`, `initialize`, the class's own name in Java).
    Constructor,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Param {
    /// Name as callers may use it.
    pub name: Name,
    /// Declared type.
    pub ty: Option<ExprId>,
    /// Default value.
    pub default: Option<ExprId>,
    /// How arguments bind to it.
    pub kind: ParamKind,
}

/// How arguments bind to a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParamKind {
    /// By position or by name.
    Normal,
    /// All remaining positional arguments, as a list.
    Rest,
    /// All remaining named arguments, as an object.
    Named,
}

/// A class, struct, enum, interface, trait, object or namespace.
#[derive(Clone, Debug)]
pub struct Class {
    /// Name.
    pub name: Name,
    /// The class it is nested in.
    pub outer: Option<ClassId>,
    /// Superclasses, implemented interfaces, mixins, embedded structs.
    pub bases: Vec<ExprId>,
    /// Decorators and annotations.
    pub decorators: Vec<ExprId>,
    /// Declared fields, class attributes, enum members, constants.
    pub fields: Vec<Field>,
    /// Methods in order.
    pub methods: Vec<FunctionId>,
    /// Whether its methods have no bodies (interface, trait, protocol).
    pub interface: bool,
    /// The whole definition.
    pub span: Span,
}

/// A declared field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name.
    pub name: Name,
    /// Declared type.
    pub ty: Option<ExprId>,
    /// Initial or constant value.
    pub value: Option<ExprId>,
    /// Where it is declared.
    pub span: Span,
}

/// A statement. Order matters: a later assignment replaces an earlier one.
#[derive(Clone, Debug)]
pub enum Stmt {
    /// `place = value`; `x += y` is written out as `x = x + y`.
    Assign(Place, ExprId),
    /// An expression for its effect.
    Eval(ExprId),
    /// `return x` or `yield x`, and the value of a lambda or of a block in languages where the last expression is the result.
    Return(Option<ExprId>),
    /// Leaves the block without a value: `raise`, `throw`, `break`, `continue`, `exit`.
    Exit,
    /// `if`/`switch`/`match`: the arms in order, tried one after the other; at most one runs. An arm without a condition
    /// is `else`/`default`. The body of a `catch` is an arm whose condition is [`Expr::Unknown`], without an `else`.
    Branch(Vec<Arm>),
}

/// One arm of a [`Stmt::Branch`].
#[derive(Clone, Debug)]
pub struct Arm {
    /// Condition; `None` for the last resort.
    pub when: Option<ExprId>,
    /// What runs.
    pub body: Vec<Stmt>,
}

/// What an assignment assigns to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A local or module variable.
    Name(Name),
    /// A variable of the module, assigned by a function that says so (`global x`).
    Global(Name),
    /// A field of an object, `self.x = …` being a field of [`Expr::This`].
    Field(ExprId, Name),
    /// An element of a table.
    Index(ExprId, ExprId),
}

/// An expression.
#[derive(Clone, Debug)]
pub enum Expr {
    /// A string, with literal pieces and embedded expressions in order.
    Text(Vec<Piece>),
    /// A number, as written.
    Number(Name),
    /// `true` / `false`.
    Bool(bool),
    /// `null`, `None`, `nil`, `undefined`.
    Null,
    /// A variable, function, class, package or module by its simple name. Ruby `$x`, shell `$X`, PHP `$x` come without the sign.
    Name(Name),
    /// The receiver.
    This,
    /// The receiver seen as its superclass.
    Super,
    /// `object.name`, `Module::Name`, `pkg.Name`, `object->name`, `object?.name`.
    Field(ExprId, Name),
    /// `object[key]`.
    Index(ExprId, ExprId),
    /// `callee(args)`. Ruby `x.y` without arguments is a call too. Block arguments (`do |x| … end`, trailing lambdas) come last, as [`Expr::Lambda`].
    Call(ExprId, Vec<Arg>),
    /// `new Type(args)`, struct literals `Type{a: b}` (fields as named arguments).
    New(ExprId, Vec<Arg>),
    /// A dictionary, hash, object literal or map.
    Object(Vec<(Key, ExprId)>),
    /// A list, array, tuple, set.
    List(Vec<ExprId>),
    /// Any element of a collection (loop variable): what a loop without further ado goes through in this language, of a dictionary
    /// its keys in Python, its values in Go, PHP and the shell, else its entries.
    Element(ExprId),
    /// Key and value of any entry of a dictionary, place and value of any element of a list, as a list of two.
    Entry(ExprId),
    /// One of several values, without a condition that could tell: `a or b`, `a ?? b`, `a || b`, Ruby `a ||= b`.
    Choice(Vec<ExprId>),
    /// `condition ? yes : no` and `match`/`when`/`switch` expressions: (condition, value) tried in order, `None` is the last resort.
    Select(Vec<(Option<ExprId>, ExprId)>),
    /// `format` applied to arguments, where the format itself is not a literal in place.
    Format(FormatStyle, ExprId, Vec<Arg>),
    /// A lambda, nested function, method reference to a function of this file.
    Lambda(FunctionId),
    /// `require("x")`, `import("x")`, `importlib.import_module("x")` used as a value.
    Module(Name),
    /// A value whose type is written down at this place: a cast, a type assertion, the declared type of a local variable. Where nothing
    /// is known of the value, it is an instance of the type.
    Typed(ExprId, ExprId),
    /// A type with arguments: `Optional[T]`, `List<T>`, `Arc<dyn T>`, `*T`, `T[]`. Plain types are `Name` and `Field`.
    Generic(ExprId, Vec<ExprId>),
    /// `left == right` (true) or `left != right` (false); `case` labels of a switch compare the subject with each label.
    Equal(ExprId, ExprId, bool),
    /// `left in [a, b]`, `includes`, `contains` stay calls; this is only the operator. The flag is false for `not in`.
    Contains(ExprId, ExprId, bool),
    /// All of the conditions.
    All(Vec<ExprId>),
    /// Any of the conditions.
    Any(Vec<ExprId>),
    /// The opposite of a condition.
    Not(ExprId),
    /// Runs a shell or process command: the words in order, e.g. `curl -X POST url`. A word may be any expression.
    Command(Vec<ExprId>),
    /// Several expressions evaluated for their effect or because nothing is known of how they combine (`a + b` of numbers, comparisons).
    Opaque(Vec<ExprId>),
    /// Nothing that matters, or not understood.
    Unknown,
}

/// A piece of a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Literal text with escapes resolved.
    Text(Name),
    /// An embedded expression.
    Expr(ExprId),
}

/// A key in an [`Expr::Object`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A known key.
    Name(Name),
    /// A computed key.
    Expr(ExprId),
    /// All entries of another object (`**x`, `...x`).
    Spread,
}

/// A call argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arg {
    /// Name, for keyword arguments and struct fields.
    pub name: Option<Name>,
    /// Value.
    pub value: ExprId,
    /// Whether the value is unpacked (`*args`, `**kwargs`, `...xs`).
    pub spread: bool,
}

impl Arg {
    /// A plain positional argument.
    pub fn positional(value: ExprId) -> Self {
        Self { name: None, value, spread: false }
    }

    /// A keyword argument.
    pub fn named(name: impl Into<Name>, value: ExprId) -> Self {
        Self { name: Some(name.into()), value, spread: false }
    }
}

/// How placeholders look in a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FormatStyle {
    /// `%s`, `%d`, `%v`, `%(name)s`, `%{name}`.
    Percent,
    /// `{}`, `{0}`, `{name}`.
    Brace,
}

impl Module {
    /// An empty module with its body function.
    pub fn new(file: impl Into<Arc<str>>, language: Language, path: Vec<Name>) -> Self {
        Self {
            file: file.into(),
            language,
            path,
            imports: Vec::new(),
            functions: vec![Function::new("", Span::default())],
            classes: Vec::new(),
            test: false,
            syntax_errors: Vec::new(),
            unread: false,
            exprs: Vec::new(),
            spans: Vec::new(),
        }
    }

    /// The module body.
    pub const MAIN: FunctionId = FunctionId(0);

    /// Adds an expression.
    pub fn add(&mut self, expr: Expr, span: Span) -> ExprId {
        let id = ExprId(u32::try_from(self.exprs.len()).unwrap_or(u32::MAX));
        self.exprs.push(expr);
        self.spans.push(span);
        id
    }

    /// The expression with this id; `Unknown` for an id of another module.
    pub fn expr(&self, id: ExprId) -> &Expr {
        self.exprs.get(id.0 as usize).unwrap_or(&Expr::Unknown)
    }

    /// Where an expression stands.
    pub fn span(&self, id: ExprId) -> Span {
        self.spans.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// How many expressions there are.
    pub fn len(&self) -> usize {
        self.exprs.len()
    }

    /// Whether there are no expressions at all.
    pub fn is_empty(&self) -> bool {
        self.exprs.is_empty()
    }

    /// Adds a function and returns its id.
    pub fn add_function(&mut self, function: Function) -> FunctionId {
        let id = FunctionId(u32::try_from(self.functions.len()).unwrap_or(u32::MAX));
        self.functions.push(function);
        id
    }

    /// Adds a class and returns its id.
    pub fn add_class(&mut self, class: Class) -> ClassId {
        let id = ClassId(u32::try_from(self.classes.len()).unwrap_or(u32::MAX));
        self.classes.push(class);
        id
    }

    /// The function with this id. Ids come from this module only.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.0 as usize]
    }

    /// The class with this id. Ids come from this module only.
    pub fn class(&self, id: ClassId) -> &Class {
        &self.classes[id.0 as usize]
    }

    /// Moves every span, for code that stands inside another file.
    pub fn map_spans(&mut self, moved: impl Fn(Span) -> Span) {
        let functions = self.functions.iter_mut().map(|f| &mut f.span);
        let classes =
            self.classes.iter_mut().flat_map(|c| c.fields.iter_mut().map(|f| &mut f.span).chain([&mut c.span]));
        let imports = self.imports.iter_mut().map(|i| &mut i.span);
        for span in self.spans.iter_mut().chain(functions).chain(classes).chain(imports).chain(&mut self.syntax_errors)
        {
            *span = moved(*span);
        }
    }

    /// Every expression with its id, in the order added.
    pub fn exprs(&self) -> impl Iterator<Item = (ExprId, &Expr)> {
        self.exprs.iter().enumerate().map(|(i, e)| (ExprId(u32::try_from(i).unwrap_or(u32::MAX)), e))
    }
}

impl Function {
    /// A plain function without parameters and body.
    pub fn new(name: impl Into<Name>, span: Span) -> Self {
        Self {
            name: name.into(),
            owner: None,
            parent: None,
            params: Vec::new(),
            body: Vec::new(),
            decorators: Vec::new(),
            returns: None,
            kind: FunctionKind::Plain,
            test: false,
            span,
        }
    }
}

impl Class {
    /// A class without members.
    pub fn new(name: impl Into<Name>, span: Span) -> Self {
        Self {
            name: name.into(),
            outer: None,
            bases: Vec::new(),
            decorators: Vec::new(),
            fields: Vec::new(),
            methods: Vec::new(),
            interface: false,
            span,
        }
    }
}
