//! Python, and the code cells of Jupyter notebooks: syntax trees lowered to `ir`.

mod classes;
mod control;
mod expressions;
mod functions;
mod grammar;
mod imports;
mod joins;
mod notebook;
mod statements;
mod strings;

use super::lowering::Builder;
use super::{File, FrontEnd, lowering, testing};
use crate::ir::{Expr, ExprId, Language, Module, Name};
use std::ops::{Deref, DerefMut};
use tree_sitter::Node;

/// The front end.
pub struct Python;

impl FrontEnd for Python {
    fn languages(&self) -> &'static [Language] {
        &[Language::Python]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["py", "pyi", "pyw", "ipynb"]
    }

    fn lower(&self, file: &File) -> Vec<Module> {
        if file.path.ends_with(".ipynb") {
            return notebook::lower(file).into_iter().collect();
        }
        lower_text(file, &file.text).into_iter().collect()
    }
}

/// Lowers Python source that stands for `file`.
fn lower_text(file: &File, text: &str) -> Option<Module> {
    let tree = lowering::parse(grammar::language(), text)?;
    let mut builder = Builder::new(file, Language::Python, &tree, text);
    builder.module.path = module_path(&file.path);
    builder.module.test = testing::is_python_test(&file.path, &file.text);
    let mut lowering = Lowering { builder, receivers: Vec::new(), globals: Vec::new(), tests: false };
    lowering.block_of(tree.root_node());
    Some(lowering.builder.finish())
}

/// `src/pkg/mod.py` → `[src, pkg, mod]`; a package's `__init__` is the package.
fn module_path(path: &str) -> Vec<Name> {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let mut segments: Vec<Name> = stem.split('/').filter(|s| !s.is_empty() && *s != ".").map(Name::from).collect();
    if segments.last().is_some_and(|s| s == "__init__") {
        segments.pop();
    }
    segments
}

/// The lowering of one file.
struct Lowering<'t> {
    builder: Builder<'t>,
    /// Names of the receiver in the functions that are open, innermost last; `None` in functions that have none of their own.
    receivers: Vec<Option<Name>>,
    /// Names declared `global` in the functions that are open.
    globals: Vec<Vec<Name>>,
    /// Whether a test framework is imported.
    tests: bool,
}

impl<'t> Deref for Lowering<'t> {
    type Target = Builder<'t>;

    fn deref(&self) -> &Self::Target {
        &self.builder
    }
}

impl DerefMut for Lowering<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.builder
    }
}

impl<'t> Lowering<'t> {
    /// A name as an expression: the receiver if it is called so here.
    fn name_expr(&mut self, node: Node<'t>) -> ExprId {
        let text = self.text(node);
        let receiver = self.receivers.iter().rev().flatten().next().is_some_and(|r| r == text);
        let expr = if receiver { Expr::This } else { Expr::Name(Name::new(text)) };
        self.add(expr, node)
    }
}
