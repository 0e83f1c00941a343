//! A grammar's node kinds and fields as enums, so that lowering compares numbers instead of texts.

use std::num::NonZeroU16;
use tree_sitter::Language;

/// Maps the grammar's node kind ids: position = id.
pub(crate) fn kind_table<K: Copy>(language: &Language, other: K, find: impl Fn(&str) -> Option<K>) -> Vec<K> {
    let count = u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX);
    (0..count).map(|id| language.node_kind_for_id(id).and_then(&find).unwrap_or(other)).collect()
}

/// The grammar's id of a field; a field that the grammar does not have is never found in a tree.
pub(crate) fn field_id(language: &Language, name: &str) -> Option<NonZeroU16> {
    language.field_id_for_name(name)
}

/// Declares `Kind`, `Field`, `kind(node)`, `child(node, field)` and `language()` for one grammar.
macro_rules! grammar {
    ($language:expr; kinds { $($kind:ident = $kind_name:literal,)* } fields { $($field:ident = $field_name:literal,)* }) => {
        /// Node kinds that lowering tells apart.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub(super) enum Kind { $($kind,)* Other }

        /// Fields that lowering asks for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub(super) enum Field { $($field,)* }

        struct Tables {
            language: tree_sitter::Language,
            kinds: Vec<Kind>,
            fields: Vec<Option<std::num::NonZeroU16>>,
        }

        static TABLES: std::sync::LazyLock<Tables> = std::sync::LazyLock::new(|| {
            use crate::source::lowering::grammar as tables;
            let language: tree_sitter::Language = $language.into();
            let kinds = tables::kind_table(&language, Kind::Other, |name| match name {
                $($kind_name => Some(Kind::$kind),)*
                _ => None,
            });
            let fields = vec![$(tables::field_id(&language, $field_name),)*];
            Tables { language, kinds, fields }
        });

        /// The grammar.
        pub(super) fn language() -> &'static tree_sitter::Language {
            &TABLES.language
        }

        /// The kind of a node.
        pub(super) fn kind(node: tree_sitter::Node<'_>) -> Kind {
            TABLES.kinds.get(usize::from(node.kind_id())).copied().unwrap_or(Kind::Other)
        }

        /// The child of a node under a field.
        pub(super) fn child(node: tree_sitter::Node<'_>, field: Field) -> Option<tree_sitter::Node<'_>> {
            let id = TABLES.fields.get(field as usize).copied().flatten()?;
            node.child_by_field_id(id.get())
        }

        #[cfg(test)]
        mod grammar_tests {
            #[test]
            fn names_are_those_of_the_grammar() {
                let language = super::language();
                let known: Vec<&str> = (0..language.node_kind_count())
                    .filter_map(|id| language.node_kind_for_id(u16::try_from(id).unwrap_or(u16::MAX)))
                    .collect();
                for name in [$($kind_name,)*] {
                    assert!(known.contains(&name), "no node kind {name}");
                }
                for name in [$($field_name,)*] {
                    assert!(language.field_id_for_name(name).is_some(), "no field {name}");
                }
            }
        }
    };
}
pub(crate) use grammar;
