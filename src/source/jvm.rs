//! What the front ends of Java and Kotlin share: which class a bare name belongs to, tests told by frameworks, collections made in place.

pub(super) mod injected;
pub(super) mod tables;

use super::lowering::Builder;
use crate::ir::{ClassId, Expr, ExprId, Name};
use std::collections::HashMap;
use tree_sitter::Node;

/// Libraries that only tests import.
const TEST_LIBRARIES: &[&str] = &[
    "org.junit",
    "junit.framework",
    "org.testng",
    "org.mockito",
    "org.assertj",
    "kotlin.test",
    "io.kotest",
    "io.mockk",
];

/// Annotations that make a method test code.
const TEST_ANNOTATIONS: &[&str] = &[
    "After",
    "AfterAll",
    "AfterClass",
    "AfterEach",
    "Before",
    "BeforeAll",
    "BeforeClass",
    "BeforeEach",
    "ParameterizedTest",
    "RepeatedTest",
    "Test",
    "TestFactory",
];

/// Types whose values are neither clients nor objects of the project.
const PLAIN_TYPES: &[&str] = &[
    "Any",
    "Boolean",
    "Byte",
    "CharSequence",
    "Character",
    "Double",
    "Float",
    "Int",
    "Integer",
    "Long",
    "Number",
    "Object",
    "Short",
    "String",
    "Unit",
    "Void",
    "boolean",
    "byte",
    "char",
    "double",
    "float",
    "int",
    "long",
    "short",
    "var",
    "void",
];

/// Whether a module that is imported makes the importing file test code.
pub(super) fn is_test_library(module: &str) -> bool {
    TEST_LIBRARIES.iter().any(|l| module.strip_prefix(l).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

/// Whether an annotation marks test code.
pub(super) fn is_test_annotation(name: &str) -> bool {
    TEST_ANNOTATIONS.binary_search(&name).is_ok()
}

/// Whether a type says nothing about the requests its values make.
pub(super) fn is_plain_type(name: &str) -> bool {
    PLAIN_TYPES.binary_search(&name).is_ok()
}

/// First segments of package names, so that `com.acme.Api` is not taken for a field `com`.
pub(super) fn is_package_root(name: &str) -> bool {
    matches!(
        name,
        "com"
            | "org"
            | "io"
            | "net"
            | "dev"
            | "java"
            | "javax"
            | "jakarta"
            | "kotlin"
            | "kotlinx"
            | "okhttp3"
            | "retrofit2"
    )
}

/// Whether a member belongs to the class or to its instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Reached through the class.
    Static,
    /// Reached through an instance.
    Instance,
}

/// A class whose body is open, with the members that the file shows.
pub(super) struct Enclosing {
    /// Its name.
    pub name: Name,
    /// Its id.
    pub class: ClassId,
    /// Its fields.
    pub fields: HashMap<Name, Access>,
    /// Its methods.
    pub methods: HashMap<Name, Access>,
    /// Whether it has bases whose members the file may not show.
    pub inherits: bool,
    /// Whether it stands inside a function and sees that function's variables.
    pub local: bool,
}

/// The open classes, outermost first.
#[derive(Default)]
pub(super) struct Surroundings {
    stack: Vec<Enclosing>,
}

/// Fields or methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A field or property.
    Field,
    /// A method.
    Method,
}

impl Surroundings {
    /// Opens a class body.
    pub fn push(&mut self, class: Enclosing) {
        self.stack.push(class);
    }

    /// Closes the innermost class body.
    pub fn pop(&mut self) {
        self.stack.pop();
    }

    /// The innermost open class.
    pub fn innermost(&self) -> Option<&Enclosing> {
        self.stack.last()
    }

    /// Whether a member that no open class declares can only be one that the class inherits. With several open classes it
    /// may be inherited by any of them, which the engine finds out.
    pub fn may_inherit(&self) -> bool {
        matches!(self.stack.as_slice(), [only] if only.inherits)
    }

    /// The object through which a bare member name is reached, if a class of this file declares it.
    pub fn owner_of<'t>(&self, b: &mut Builder<'t>, sort: Sort, name: &str, node: Node<'t>) -> Option<ExprId> {
        let (index, access) = self.stack.iter().enumerate().rev().find_map(|(index, class)| {
            let members = if sort == Sort::Field { &class.fields } else { &class.methods };
            members.get(name).map(|access| (index, *access))
        })?;
        let class = self.stack.get(index)?;
        Some(match access {
            Access::Static => b.add(Expr::Name(class.name.clone()), node),
            Access::Instance => self.instance(b, index, node),
        })
    }

    /// `Outer.this`: the instance of an open class by its name.
    pub fn instance_named<'t>(&self, b: &mut Builder<'t>, name: &str, node: Node<'t>) -> Option<ExprId> {
        let index = self.stack.iter().rposition(|c| c.name == name)?;
        Some(self.instance(b, index, node))
    }

    /// The instance of the open class at a depth: the receiver, a captured variable, or any instance of it.
    fn instance<'t>(&self, b: &mut Builder<'t>, index: usize, node: Node<'t>) -> ExprId {
        let inner = self.stack.get(index + 1..).unwrap_or_default();
        let Some(class) = self.stack.get(index).filter(|_| !inner.is_empty()) else { return b.add(Expr::This, node) };
        if inner.iter().all(|c| c.local) {
            return b.add(Expr::Name(captured_this(&class.name)), node);
        }
        let (value, ty) = (b.unknown(node), b.add(Expr::Name(class.name.clone()), node));
        b.add(Expr::Typed(value, ty), node)
    }

    /// Before a class inside a function: keeps the receiver in a variable that the class's methods see.
    pub fn capture_this<'t>(&self, b: &mut Builder<'t>, node: Node<'t>) {
        if let Some(class) = self.innermost() {
            let this = b.add(Expr::This, node);
            b.assign(captured_this(&class.name), this);
        }
    }
}

fn captured_this(class: &str) -> Name {
    Name::new(format!("this${class}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_for_searching() {
        assert!(TEST_ANNOTATIONS.is_sorted());
        assert!(PLAIN_TYPES.is_sorted());
    }

    #[test]
    fn test_libraries_are_matched_by_whole_segments() {
        assert!(is_test_library("org.junit.jupiter.api"));
        assert!(!is_test_library("org.junitpioneer"));
    }
}
