//! Rust: items, types, expressions, macros whose arguments are expressions.
//!
//! Here are the front end, guarded parsing, and the state of one lowering. `items` has definitions, `uses` imports, `types` type
//! expressions, `statements` blocks and control flow, `expressions` values, `calls` calls and the methods that hand a value on,
//! `patterns` what patterns bind and test, `macros` macros, `nesting` how deep a file is before it is parsed.

use super::lowering::scope::Scope;
use super::{File, FrontEnd, testing};
use crate::ir::{ClassId, Expr, ExprId, Function, FunctionId, Language, Module, Name, Place, Span, Stmt};
use std::collections::HashMap;
use syn::parse::{ParseStream, Parser};

mod calls;
mod defaults;
mod expressions;
mod items;
mod macros;
mod nesting;
mod patterns;
mod statements;
mod types;
mod uses;

/// The front end for Rust.
pub struct Rust;

/// Expressions nested deeper than this are not looked into.
const MAX_DEPTH: usize = 200;
/// Files whose syntax tree may be deeper than this are parsed on a stack of their own.
const DEEP: usize = 60;
/// Files whose syntax tree may be deeper than this are not parsed.
const TOO_DEEP: usize = 4000;
/// The size of that stack.
const STACK: usize = 512 << 20;

impl FrontEnd for Rust {
    fn languages(&self) -> &'static [Language] {
        &[Language::Rust]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["rs"]
    }

    fn lower(&self, file: &File) -> Vec<Module> {
        let depth = nesting::depth(&file.text);
        if depth > TOO_DEEP {
            return vec![unreadable(file, Span::new(1, 1, 1, 1))];
        }
        if depth <= DEEP {
            return lower_here(file);
        }
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || lower_here(file));
            thread.ok().and_then(|t| t.join().ok()).unwrap_or_else(|| vec![unreadable(file, Span::new(1, 1, 1, 1))])
        })
    }
}

/// An empty module that says where its file could not be read.
fn unreadable(file: &File, at: Span) -> Module {
    let mut module = Module::new(file.path.clone(), Language::Rust, uses::module_path(&file.path));
    module.test = testing::is_rust_test(&file.path, &file.text);
    module.syntax_errors.push(at);
    module.unread = true;
    module
}

fn lower_here(file: &File) -> Vec<Module> {
    let text = without_shebang(&file.text);
    let lines = Lines::new(&text);
    let modules = match text.parse::<proc_macro2::TokenStream>() {
        Ok(tokens) => {
            let (items, errors) = parse(tokens);
            let mut modules = lower_items(file, &lines, &items);
            if let Some(first) = modules.first_mut() {
                first.syntax_errors.extend(errors.into_iter().map(|e| lines.span(e)));
            }
            modules
        }
        Err(error) => vec![unreadable(file, lines.span(error.span()))],
    };
    // Without this the places of every file ever parsed stay in memory.
    proc_macro2::extra::invalidate_current_thread_spans();
    modules
}

fn lower_items(file: &File, lines: &Lines<'_>, items: &[syn::Item]) -> Vec<Module> {
    let mut done = Vec::new();
    let path = uses::module_path(&file.path);
    Lowerer::new(file, lines, path, testing::is_rust_test(&file.path, &file.text)).run(items, &mut done);
    done
}

fn without_shebang(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.strip_prefix("#!") {
        Some(rest) if !rest.trim_start().starts_with('[') => format!("//{rest}"),
        _ => text.to_owned(),
    }
}

/// All items; an item that cannot be read is left out and its place noted.
fn parse(tokens: proc_macro2::TokenStream) -> (Vec<syn::Item>, Vec<proc_macro2::Span>) {
    let mut errors = Vec::new();
    let mut items = Vec::new();
    let _ = (|input: ParseStream<'_>| {
        while input.peek(syn::Token![#]) && input.peek2(syn::Token![!]) {
            input.call(syn::Attribute::parse_inner)?;
        }
        while !input.is_empty() {
            let ahead = input.fork();
            match ahead.parse::<syn::Item>() {
                Ok(item) => {
                    syn::parse::discouraged::Speculative::advance_to(input, &ahead);
                    items.push(item);
                }
                Err(error) => {
                    errors.push(error.span());
                    skip_item(input)?;
                }
            }
        }
        Ok(())
    })
    .parse2(tokens);
    (items, errors)
}

/// Skips to the end of what may be an item.
fn skip_item(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() {
        match input.parse::<proc_macro2::TokenTree>()? {
            proc_macro2::TokenTree::Group(g) if g.delimiter() == proc_macro2::Delimiter::Brace => break,
            proc_macro2::TokenTree::Punct(p) if p.as_char() == ';' => break,
            _ => {}
        }
    }
    Ok(())
}

/// Turns the parser's places, which count characters, into ours, which count bytes.
struct Lines<'t> {
    /// The lines, unless all of the text is ASCII.
    lines: Vec<&'t str>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        Self { lines: if text.is_ascii() { Vec::new() } else { text.split('\n').collect() } }
    }

    fn span(&self, span: proc_macro2::Span) -> Span {
        let (start, end) = (span.start(), span.end());
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span::new(small(start.line), self.column(start), small(end.line), self.column(end))
    }

    fn column(&self, at: proc_macro2::LineColumn) -> u32 {
        let line = self.lines.get(at.line.saturating_sub(1));
        let bytes = line.map_or(at.column, |line| line.char_indices().nth(at.column).map_or(line.len(), |(i, _)| i));
        u32::try_from(bytes).unwrap_or(u32::MAX - 1) + 1
    }
}

/// The lowering of one module.
struct Lowerer<'f> {
    file: &'f File,
    lines: &'f Lines<'f>,
    module: Module,
    /// Statements of the open block.
    out: Vec<Stmt>,
    function: FunctionId,
    scope: Scope,
    depth: usize,
    /// Types of this module that have a class.
    classes: HashMap<Name, ClassId>,
    /// The modules declared in this one.
    children: Vec<Name>,
    /// The type that `Self` is, and whether it is a trait.
    owner: Option<(Name, bool)>,
    /// Type parameters and what they are bounded by.
    bounds: Vec<(Name, ExprId)>,
    test: bool,
    temporaries: usize,
    /// Finished modules inside of this one.
    inner: Vec<Module>,
}

impl<'f> Lowerer<'f> {
    fn new(file: &'f File, lines: &'f Lines<'f>, path: Vec<Name>, test: bool) -> Self {
        let mut module = Module::new(file.path.clone(), Language::Rust, path);
        module.test = test;
        Self {
            file,
            lines,
            module,
            out: Vec::new(),
            function: Module::MAIN,
            scope: Scope::default(),
            depth: 0,
            classes: HashMap::new(),
            children: Vec::new(),
            owner: None,
            bounds: Vec::new(),
            test,
            temporaries: 0,
            inner: Vec::new(),
        }
    }

    fn run(mut self, items: &[syn::Item], done: &mut Vec<Module>) {
        self.items(items);
        if let Some(main) = self.module.functions.first_mut() {
            main.body = self.out;
        }
        done.push(self.module);
        done.append(&mut self.inner);
    }

    fn at(&self, span: proc_macro2::Span) -> Span {
        self.lines.span(span)
    }

    fn add(&mut self, expr: Expr, span: Span) -> ExprId {
        self.module.add(expr, span)
    }

    fn unknown(&mut self, span: Span) -> ExprId {
        self.module.add(Expr::Unknown, span)
    }

    fn span_of(&self, id: ExprId) -> Span {
        self.module.span(id)
    }

    fn assign(&mut self, name: Name, value: ExprId) {
        self.out.push(Stmt::Assign(Place::Name(name), value));
    }

    /// Gives a value a name unless it has one, so that using it twice evaluates it once.
    fn named_value(&mut self, value: ExprId) -> ExprId {
        if matches!(self.module.expr(value), Expr::Name(_) | Expr::This) {
            return value;
        }
        self.temporaries += 1;
        let name = Name::new(format!("${}", self.temporaries));
        self.assign(name.clone(), value);
        let span = self.span_of(value);
        self.add(Expr::Name(name), span)
    }

    /// Runs `lower` and returns the statements it made; what it declares is forgotten.
    fn captured(&mut self, lower: impl FnOnce(&mut Self)) -> Vec<Stmt> {
        let outer = std::mem::take(&mut self.out);
        let mark = self.scope.open(true);
        lower(self);
        self.scope.close(mark);
        std::mem::replace(&mut self.out, outer)
    }

    /// Lowers the body of a function and adds it.
    fn function(&mut self, function: Function, sees_locals: bool, body: impl FnOnce(&mut Self)) -> FunctionId {
        let id = self.module.add_function(function);
        let outer_function = std::mem::replace(&mut self.function, id);
        let outer = std::mem::take(&mut self.out);
        let mark = self.scope.open(sees_locals);
        body(self);
        self.scope.close(mark);
        let statements = std::mem::replace(&mut self.out, outer);
        self.function = outer_function;
        if let Some(function) = self.module.functions.get_mut(id.0 as usize) {
            function.body = statements;
        }
        id
    }
}

/// From the start of one place to the end of another.
fn join(start: Span, end: Span) -> Span {
    Span::new(start.line, start.column, end.end_line, end.end_column)
}

/// An identifier without `r#`.
fn name(ident: &syn::Ident) -> Name {
    let text = ident.to_string();
    Name::new(text.strip_prefix("r#").unwrap_or(&text))
}
