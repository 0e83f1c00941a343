//! What tree-sitter front ends share: kinds and fields as small enums instead of strings, children in one pass, parsing.
//! What the kinds mean is each front end's own business.

use smallvec::SmallVec;
use tree_sitter::{Language, Node, Tree, TreeCursor};

/// How deep a front end follows nesting before it gives up on the inside; keeps the stack bounded.
pub const MAX_DEPTH: u32 = 400;

/// Lists node kinds (or fields) with their names in the grammar, as an enum with `Other` for the rest.
/// Anonymous tokens are listed with a `'` before them.
macro_rules! names {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $vis enum $name { $($variant,)* Other }

        impl $crate::source::tree::Named for $name {
            const OTHER: Self = Self::Other;
            fn named(name: &str) -> Self {
                match name { $($text => Self::$variant,)* _ => Self::Other }
            }
        }
    };
}
pub(crate) use names;

/// An enum of names in a grammar.
pub trait Named: Copy + PartialEq + 'static {
    /// Any other name.
    const OTHER: Self;

    /// The variant for a name.
    fn named(name: &str) -> Self;
}

/// A tree-sitter language with its kinds and fields resolved once.
pub struct Grammar<K, F> {
    language: Language,
    kinds: Vec<K>,
    fields: Vec<F>,
}

impl<K: Named, F: Named> Grammar<K, F> {
    /// Resolves the names of a language.
    pub fn new(language: Language) -> Self {
        let kinds = (0..u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX))
            .map(|id| match language.node_kind_for_id(id) {
                Some(name) if language.node_kind_is_named(id) => K::named(name),
                Some(name) => K::named(&format!("'{name}")),
                None => K::OTHER,
            })
            .collect();
        // Field ids start at 1; slot 0 stands for "no field".
        let fields = (0..=u16::try_from(language.field_count()).unwrap_or(u16::MAX - 1))
            .map(|id| language.field_name_for_id(id).map_or(F::OTHER, F::named))
            .collect();
        Self { language, kinds, fields }
    }

    /// Parses a text; `None` only if the grammar does not fit the library.
    pub fn parse(&self, text: &str) -> Option<Tree> {
        super::parsing::parse(&self.language, text)
    }

    /// The kind of a node.
    pub fn kind(&self, node: Node<'_>) -> K {
        // Errors have an id of their own, outside the table.
        self.kinds.get(usize::from(node.kind_id())).copied().unwrap_or_else(|| K::named("ERROR"))
    }

    fn field(&self, cursor: &TreeCursor<'_>) -> F {
        let id = cursor.field_id().map_or(0, |id| usize::from(id.get()));
        self.fields.get(id).copied().unwrap_or(F::OTHER)
    }

    /// All children that are named or stand in a field, without comments and other extras.
    pub fn children<'t>(&self, cursor: &mut TreeCursor<'t>, node: Node<'t>) -> Children<'t, K, F> {
        let mut list = SmallVec::new();
        cursor.reset(node);
        if cursor.goto_first_child() {
            loop {
                let node = cursor.node();
                let field = self.field(cursor);
                if (node.is_named() || field != F::OTHER) && (!node.is_extra() || node.is_error()) {
                    list.push(Child { field, kind: self.kind(node), node });
                }
                if !cursor.goto_next_sibling() {
                    break;
                }
            }
        }
        Children(list)
    }
}

/// A child of a node, with what it is and what it is for.
#[derive(Clone, Copy)]
pub struct Child<'t, K, F> {
    /// The field it stands in.
    pub field: F,
    /// Its kind.
    pub kind: K,
    /// The node itself.
    pub node: Node<'t>,
}

/// The children of a node in order.
pub struct Children<'t, K, F>(SmallVec<[Child<'t, K, F>; 6]>);

impl<'t, K: Named, F: Named> Children<'t, K, F> {
    /// The first child in a field.
    pub fn field(&self, field: F) -> Option<Child<'t, K, F>> {
        self.0.iter().find(|c| c.field == field).copied()
    }

    /// The first child of a kind.
    pub fn kind(&self, kind: K) -> Option<Child<'t, K, F>> {
        self.0.iter().find(|c| c.kind == kind).copied()
    }

    /// The first child.
    pub fn first(&self) -> Option<Child<'t, K, F>> {
        self.0.first().copied()
    }

    /// All children.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Child<'t, K, F>> {
        self.0.iter().copied()
    }
}

/// Collects the places the grammar could not read, at most `limit` of them.
pub fn syntax_errors(tree: &Tree, limit: usize) -> Vec<crate::span::Span> {
    let mut found = Vec::new();
    let root = tree.root_node();
    if !root.has_error() {
        return found;
    }
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        let bad = node.is_error() || node.is_missing();
        if bad {
            found.push(crate::span::Span::of(&node));
            if found.len() >= limit {
                return found;
            }
        }
        // Only subtrees that hold an error are entered, so that the walk stays short.
        if !bad && node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}
