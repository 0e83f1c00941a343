//! TypeScript and JavaScript, with or without JSX: syntax trees lowered to `ir`. What the program does is for `flow` to say.

mod assignments;
mod calls;
mod classes;
mod commonjs;
mod compiled;
mod declarations;
mod expressions;
mod functions;
mod grammar;
mod modules;
mod patterns;
mod statements;
mod strings;
mod types;

use super::tree::{Child, Children, MAX_DEPTH, syntax_errors};
use super::{File, FrontEnd, testing};
use crate::ir::{Expr, ExprId, Function, FunctionId, Language, Module, Name, Span, Stmt};
use grammar::{Family, JAVASCRIPT, Kind, Place, TSX, TYPESCRIPT};
use std::collections::HashSet;
use tree_sitter::{Node, Tree, TreeCursor};

/// How many unreadable places of a file are noted.
const MAX_SYNTAX_ERRORS: usize = 100;

/// The front end.
pub struct TypeScript;

impl FrontEnd for TypeScript {
    fn languages(&self) -> &'static [Language] {
        &[Language::TypeScript, Language::JavaScript]
    }

    fn endings(&self) -> &'static [&'static str] {
        // `gs` is how Google's Apps Script is kept in files.
        &["ts", "mts", "cts", "tsx", "js", "mjs", "cjs", "jsx", "gs"]
    }

    fn lower(&self, file: &File) -> Vec<Module> {
        let (stem, ending) = modules::split_ending(&file.path);
        let typed = matches!(ending, "ts" | "mts" | "cts" | "tsx");
        let language = if typed { Language::TypeScript } else { Language::JavaScript };
        let path = stem.split('/').filter(|s| !s.is_empty() && *s != ".").map(Name::from).collect();
        let mut module = Module::new(file.path.clone(), language, path);
        module.test = testing::is_script_test(&file.path);
        let family: &Family = match ending {
            "ts" | "mts" | "cts" => &TYPESCRIPT,
            "tsx" => &TSX,
            _ => &JAVASCRIPT,
        };
        let Some((family, tree)) = parse(family, typed, &file.text) else { return vec![module] };
        module.syntax_errors = syntax_errors(&tree, MAX_SYNTAX_ERRORS);
        module.unread = super::parsing::is_given_up(&tree);
        let mut lowering = Lowering::new(module, family, &file.text, &tree);
        lowering.program(tree.root_node());
        vec![lowering.module]
    }
}

/// Parses; JavaScript that its grammar cannot read is tried again as TypeScript, for Flow and mislabelled files.
fn parse<'g>(family: &'g Family, typed: bool, text: &str) -> Option<(&'g Family, Tree)> {
    let tree = family.parse(text)?;
    if !typed && tree.root_node().has_error() {
        let again: &'g Family = &TSX;
        if let Some(second) = again.parse(text).filter(|t| !t.root_node().has_error()) {
            return Some((again, second));
        }
    }
    Some((family, tree))
}

/// The lowering of one file.
struct Lowering<'t> {
    module: Module,
    family: &'t Family,
    text: &'t str,
    cursor: TreeCursor<'t>,
    /// Statements of the block being lowered.
    block: Vec<Stmt>,
    /// Nested functions of the function being lowered, visible before they are written.
    hoisted: Vec<Stmt>,
    /// The function being lowered.
    function: FunctionId,
    /// What `this` is in the methods of an object literal that has a name.
    this: Option<Name>,
    /// Whether `yield` means `await` in the function being lowered.
    awaits: bool,
    /// Functions that serve as classes (`F.prototype.m = …`), by name, with their class.
    constructors: Vec<(Name, crate::ir::ClassId)>,
    /// Names before `.prototype` anywhere in the file.
    prototypes: HashSet<&'t str>,
    /// Whether a test framework is imported.
    framework: bool,
    /// Whether the code being lowered is a test.
    test: bool,
    depth: u32,
    temporaries: u32,
}

impl<'t> Lowering<'t> {
    fn new(module: Module, family: &'t Family, text: &'t str, tree: &'t Tree) -> Self {
        let test = module.test;
        Self {
            module,
            family,
            text,
            cursor: tree.walk(),
            block: Vec::new(),
            hoisted: Vec::new(),
            function: Module::MAIN,
            this: None,
            awaits: false,
            constructors: Vec::new(),
            prototypes: commonjs::prototype_names(text),
            framework: false,
            test,
            depth: 0,
            temporaries: 0,
        }
    }

    fn program(&mut self, root: Node<'t>) {
        self.module.functions[0].span = Span::of(&root);
        for child in self.children(root).iter() {
            self.statement(child);
        }
        let mut body = std::mem::take(&mut self.hoisted);
        body.append(&mut self.block);
        self.module.functions[0].body = body;
        self.module.functions[0].test = self.module.test;
        if self.module.test {
            for function in &mut self.module.functions {
                function.test = true;
            }
        }
    }

    fn children(&mut self, node: Node<'t>) -> Children<'t, Kind, Place> {
        self.family.children(&mut self.cursor, node)
    }

    fn text(&self, node: Node<'t>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    fn name(&self, node: Node<'t>) -> Name {
        Name::new(self.text(node))
    }

    /// Whether a direct child is this token; for keywords that stand in no field.
    fn has_token(&mut self, node: Node<'t>, token: &str) -> bool {
        self.cursor.reset(node);
        if !self.cursor.goto_first_child() {
            return false;
        }
        loop {
            let child = self.cursor.node();
            if !child.is_named() && child.kind() == token {
                return true;
            }
            if !self.cursor.goto_next_sibling() {
                return false;
            }
        }
    }

    fn add(&mut self, expr: Expr, node: Node<'t>) -> ExprId {
        self.module.add(expr, Span::of(&node))
    }

    fn push(&mut self, stmt: Stmt) {
        self.block.push(stmt);
    }

    /// Lowers into a block of its own.
    fn in_block(&mut self, lower: impl FnOnce(&mut Self)) -> Vec<Stmt> {
        let outer = std::mem::take(&mut self.block);
        lower(self);
        std::mem::replace(&mut self.block, outer)
    }

    /// Runs `lower` one level deeper, unless that is too deep: then the place is noted and nothing done.
    fn deeper<T>(&mut self, node: Node<'t>, lower: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            if self.module.syntax_errors.len() < MAX_SYNTAX_ERRORS {
                self.module.syntax_errors.push(Span::of(&node));
            }
            return None;
        }
        self.depth += 1;
        let value = lower(self);
        self.depth -= 1;
        Some(value)
    }

    fn temporary(&mut self) -> Name {
        self.temporaries += 1;
        Name::from(format!("${}", self.temporaries))
    }

    fn function_mut(&mut self, id: FunctionId) -> Option<&mut Function> {
        self.module.functions.get_mut(id.0 as usize)
    }
}

/// A child as this family knows it.
type Item<'t> = Child<'t, Kind, Place>;
