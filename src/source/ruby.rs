//! Ruby: scripts, classes and modules, blocks, strings, hashes.
//!
//! Here are the front end, the state of one lowering and the bodies of methods and blocks. `statements` has control flow,
//! `expressions` values, `strings` literals, `calls` method calls, `blocks` what iterators and other block takers do,
//! `classes` and `methods` definitions, `commands` the programs that Ruby starts.

use super::lowering::Builder;
use super::{File, FrontEnd, lowering, testing};
use crate::ir::{ClassId, Expr, ExprId, Import, Language, Member, Module, Name, Span, Stmt};
use grammar::{Kind, kind};
use std::collections::HashMap;
use tree_sitter::{Node, Tree};

mod blocks;
mod calls;
mod classes;
mod commands;
mod expressions;
mod grammar;
mod methods;
mod statements;
mod strings;

/// The front end for Ruby.
pub struct Ruby;

impl FrontEnd for Ruby {
    fn languages(&self) -> &'static [Language] {
        &[Language::Ruby]
    }

    fn endings(&self) -> &'static [&'static str] {
        &[
            "rb",
            "rake",
            "gemspec",
            "ru",
            "rbw",
            "jbuilder",
            "podspec",
            "Rakefile",
            "Gemfile",
            "Capfile",
            "Fastfile",
            "Vagrantfile",
        ]
    }

    fn lower(&self, file: &File) -> Vec<Module> {
        let text = file.text.to_string();
        let Some(tree) = lowering::parse(grammar::language(), &text) else { return Vec::new() };
        vec![Lowerer::new(file, &tree, &text).run(&tree)]
    }
}

/// One lowering.
struct Lowerer<'t> {
    b: Builder<'t>,
    /// Classes and modules around this place, outermost first.
    classes: Vec<ClassFrame>,
    /// The bodies of here-documents by where their beginnings stand.
    heredocs: HashMap<usize, Node<'t>>,
    /// The method around this place.
    method: Option<MethodFrame>,
    /// Blocks that are lowered as part of the code around them.
    inlined: usize,
    /// Whether this is inside of `describe` and the like.
    test: bool,
}

/// A class or module that is being lowered.
struct ClassFrame {
    id: ClassId,
    /// Whether methods from here on belong to the class itself (`class << self`, `module_function`).
    statics: bool,
}

/// A method that is being lowered.
struct MethodFrame {
    name: Name,
    /// The parameter that the method's block comes in.
    block: Name,
    constructor: bool,
    statics: bool,
}

impl<'t> Lowerer<'t> {
    fn new(file: &File, tree: &'t Tree, text: &'t str) -> Self {
        let mut b = Builder::new(file, Language::Ruby, tree, text);
        let stem = file.path.rsplit_once('.').map_or(&*file.path, |(stem, _)| stem);
        b.module.path = stem.split('/').filter(|s| !s.is_empty() && *s != ".").map(Name::new).collect();
        b.module.test = testing::is_ruby_test(&file.path, &file.text);
        Self { b, classes: Vec::new(), heredocs: heredocs(tree), method: None, inlined: 0, test: false }
    }

    fn run(mut self, tree: &'t Tree) -> Module {
        self.body(tree.root_node(), false);
        self.b.finish()
    }

    /// Lowers statements; with `tail`, the value of the last one is returned.
    fn body(&mut self, node: Node<'t>, tail: bool) {
        let start = self.b.out.len();
        let kids = self.b.parts(node);
        let plain = |n: &Node<'t>| !matches!(kind(*n), Kind::Rescue | Kind::Else | Kind::Ensure | Kind::EmptyStatement);
        let rescues = kids.iter().any(|n| kind(*n) == Kind::Rescue);
        let otherwise = kids.iter().find(|n| kind(**n) == Kind::Else).copied();
        let count = kids.iter().filter(|n| plain(n)).count();
        for (at, child) in kids.iter().filter(|n| plain(n)).enumerate() {
            self.statement(*child, tail && at + 1 == count && otherwise.is_none());
        }
        if rescues {
            let mut arms = Vec::new();
            for clause in kids.iter().filter(|n| kind(**n) == Kind::Rescue) {
                arms.push(self.rescue(*clause, tail));
            }
            // What the last statement returns must not hide the handlers.
            let at = if tail && self.b.out.len() > start { self.b.out.len() - 1 } else { self.b.out.len() };
            self.b.out.insert(at, Stmt::Branch(arms));
        }
        if let Some(otherwise) = otherwise {
            self.body(otherwise, tail);
        }
        for clause in kids.iter().filter(|n| kind(**n) == Kind::Ensure) {
            self.body(*clause, false);
        }
    }

    /// Lowers the statements before the last, and the last as an expression.
    fn value_of_body(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let plain =
            |n: &&Node<'t>| !matches!(kind(**n), Kind::Rescue | Kind::Else | Kind::Ensure | Kind::EmptyStatement);
        let mut value = None;
        let count = kids.iter().filter(plain).count();
        for (at, child) in kids.iter().filter(plain).enumerate() {
            if at + 1 < count {
                self.statement(*child, false);
            } else {
                value = Some(self.expression(*child));
            }
        }
        let mut values: Vec<ExprId> = value.into_iter().collect();
        for clause in kids.iter().filter(|n| kind(**n) == Kind::Rescue) {
            if let Some(body) = grammar::child(*clause, grammar::Field::Body) {
                values.push(self.value_of_body(body));
            }
        }
        for clause in kids.iter().filter(|n| kind(**n) == Kind::Ensure) {
            self.body(*clause, false);
        }
        match values.as_slice() {
            [] => self.b.add(Expr::Null, node),
            [one] => *one,
            _ => self.b.add(Expr::Choice(values), node),
        }
    }

    /// Runs `lower` and returns the statements it made instead of adding them to the open block.
    fn captured(&mut self, lower: impl FnOnce(&mut Self)) -> Vec<Stmt> {
        let outer = std::mem::take(&mut self.b.out);
        lower(self);
        std::mem::replace(&mut self.b.out, outer)
    }

    /// Notes an import of everything another file defines.
    fn import(&mut self, module: Name, node: Node<'t>) {
        let span = Span::of(&node);
        self.b.module.imports.push(Import { local: Name::default(), module, member: Member::All, span });
    }
}

/// The bodies of here-documents, in order, belong to their beginnings, in order.
fn heredocs<'t>(tree: &'t Tree) -> HashMap<usize, Node<'t>> {
    let (mut beginnings, mut bodies) = (Vec::new(), Vec::new());
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        match kind(node) {
            Kind::HeredocBeginning => beginnings.push(node.start_byte()),
            Kind::HeredocBody => bodies.push(node),
            _ => {}
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                beginnings.sort_unstable();
                bodies.sort_by_key(Node::start_byte);
                return beginnings.into_iter().zip(bodies).collect();
            }
        }
    }
}
