//! Parsing that always ends: the scanners of some grammars go round in circles on broken text.
//!
//! Work is counted, not time, so that the answer is the same on every machine.

use std::ops::ControlFlow;
use tree_sitter::{Language, ParseOptions, ParseState, Parser, Point, Range, Tree};

/// Hundreds of steps that a parser may take without getting further in the text; only reducing a hundred thousand levels
/// takes as many.
const STUCK: usize = 5000;
/// Hundreds of steps in all, besides one for each byte; people's code takes a hundredth of it.
const SHORT: usize = 10_000;
/// What is parsed instead of a text that was given up: an error in every language.
const UNREADABLE: &str = "<?php ) )";
/// The part of it that is parsed. Trees of people's texts have no end to their range.
const MARK: Range = Range {
    start_byte: 0,
    end_byte: UNREADABLE.len(),
    start_point: Point { row: 0, column: 0 },
    end_point: Point { row: 0, column: UNREADABLE.len() },
};

/// Parses a text. One on which the grammar does not come to an end is given up, which leaves a tree of nothing but an error
/// that [`is_given_up`] knows again.
/// `None` only if the grammar does not fit the library, which a test rules out.
pub(super) fn parse(language: &Language, text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(language).ok()?;
    let (mut left, mut furthest, mut stuck) = (SHORT + text.len(), 0, 0);
    let mut watch = |state: &ParseState| {
        left -= 1;
        stuck += 1;
        if state.current_byte_offset() > furthest {
            (furthest, stuck) = (state.current_byte_offset(), 0);
        }
        if left == 0 || stuck == STUCK { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let mut read = |at: usize, _| text.as_bytes().get(at..).unwrap_or_default();
    let options = ParseOptions::new().progress_callback(&mut watch);
    parser.parse_with_options(&mut read, None, Some(options)).or_else(|| {
        parser.reset();
        parser.set_included_ranges(&[MARK]).ok()?;
        parser.parse(UNREADABLE, None)
    })
}

/// Whether a tree stands for a text of which nothing was read.
pub(super) fn is_given_up(tree: &Tree) -> bool {
    tree.included_ranges() == [MARK]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_up_is_an_error_in_every_language() {
        let languages: [Language; 11] = [
            tree_sitter_bash::LANGUAGE.into(),
            tree_sitter_c_sharp::LANGUAGE.into(),
            tree_sitter_go::LANGUAGE.into(),
            tree_sitter_java::LANGUAGE.into(),
            tree_sitter_javascript::LANGUAGE.into(),
            tree_sitter_kotlin_ng::LANGUAGE.into(),
            tree_sitter_php::LANGUAGE_PHP.into(),
            tree_sitter_python::LANGUAGE.into(),
            tree_sitter_ruby::LANGUAGE.into(),
            tree_sitter_typescript::LANGUAGE_TSX.into(),
            tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        ];
        for language in languages {
            let tree = parse(&language, UNREADABLE);
            assert!(tree.is_some_and(|tree| tree.root_node().has_error() && !is_given_up(&tree)), "{language:?}");
        }
    }

    #[test]
    fn a_text_that_is_given_up_is_known_again() {
        let bytes = include_bytes!("../../tests/fixtures/fuzz/scan/kt/scanner-in-circles");
        let tree = parse(&tree_sitter_kotlin_ng::LANGUAGE.into(), &String::from_utf8_lossy(bytes));
        assert!(tree.is_some_and(|tree| is_given_up(&tree)));
    }
}
