//! The search in the route tree: one path of texts and holes against all templates at once.
//!
//! Knows nothing of methods, hosts and queries.

use super::Quality;
use crate::catalog::Tree;
use crate::catalog::trie::Node;
use crate::url::{Piece, Template};
use smallvec::SmallVec;

/// Longer paths fit no template.
const MOST_SEGMENTS: usize = 48;

/// A part of a path between slashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Segment<'t> {
    /// Known text.
    Text(&'t str),
    /// Nothing is known.
    Hole,
    /// Text with holes: what it begins and ends with, and whether a text in it has a colon.
    Mixed { prefix: &'t str, suffix: &'t str, colon: bool },
}

/// Cuts a path at its slashes.
pub(super) fn segments(path: &Template) -> SmallVec<[Segment<'_>; 12]> {
    let mut out: SmallVec<[Segment<'_>; 12]> = SmallVec::new();
    let mut open: Option<Segment<'_>> = None;
    for piece in path.pieces() {
        match piece {
            Piece::Hole => {
                open = Some(match open {
                    None => Segment::Hole,
                    Some(Segment::Text(text)) => Segment::Mixed { prefix: text, suffix: "", colon: text.contains(':') },
                    Some(Segment::Mixed { prefix, colon, .. }) => Segment::Mixed { prefix, suffix: "", colon },
                    Some(Segment::Hole) => Segment::Hole,
                });
            }
            Piece::Text(text) => {
                for (i, part) in text.split('/').enumerate() {
                    if i > 0 {
                        out.extend(open.take());
                    }
                    if part.is_empty() {
                        continue;
                    }
                    let colon = part.contains(':');
                    open = Some(match open {
                        None => Segment::Text(part),
                        Some(Segment::Mixed { prefix, colon: before, .. }) => {
                            Segment::Mixed { prefix, suffix: part, colon: before || colon }
                        }
                        Some(_) => Segment::Mixed { prefix: "", suffix: part, colon },
                    });
                }
            }
        }
    }
    out.extend(open);
    out
}

/// A template that fits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// Row of the operation.
    pub operation: u16,
    /// Where in the tree its template ends: equal for templates that differ in parameters' names only.
    pub node: u16,
    /// How well path and template agree.
    pub quality: Quality,
    /// How many literals of the template are written.
    pub literals: u8,
    /// Which segments those are, the first highest: of equally literal templates the one literal earlier wins.
    pub mask: u64,
}

/// One search.
pub(super) struct Walk<'s, 't> {
    tree: Tree,
    segments: &'s [Segment<'t>],
    slash: bool,
    found: Vec<Found>,
}

#[derive(Clone, Copy)]
struct State {
    quality: Quality,
    literals: u8,
    mask: u64,
    slash: bool,
}

impl<'s, 't> Walk<'s, 't> {
    /// A search for templates with as many segments as the path.
    pub(super) fn new(tree: Tree, segments: &'s [Segment<'t>]) -> Self {
        Self { tree, segments, slash: false, found: Vec::new() }
    }

    /// Lets one parameter take several segments, if the first of them has a colon as entity references have.
    pub(super) fn with_slash(mut self) -> Self {
        self.slash = true;
        self
    }

    /// Everything that fits, in no order.
    pub(super) fn run(mut self) -> Vec<Found> {
        if self.segments.len() <= MOST_SEGMENTS {
            let state = State { quality: Quality::Exact, literals: 0, mask: 0, slash: self.slash };
            self.step(0, 0, state);
        }
        self.found
    }

    /// Depth is bounded by the number of segments.
    fn step(&mut self, node: u16, at: usize, state: State) {
        let number = node;
        let Some(node) = self.tree.nodes.get(usize::from(node)).copied() else { return };
        let Some(&segment) = self.segments.get(at) else {
            self.end(number, node, state);
            return;
        };
        self.literal_branches(node, at, segment, state);
        if node.param == 0 {
            return;
        }
        let quality = if matches!(segment, Segment::Mixed { .. }) { Quality::Inferred } else { Quality::Exact };
        self.step(node.param, at + 1, State { quality: state.quality.max(quality), ..state });
        let colon = match segment {
            Segment::Text(text) => text.contains(':'),
            Segment::Mixed { colon, .. } => colon,
            Segment::Hole => false,
        };
        if state.slash && colon {
            for next in at + 2..=self.segments.len() {
                self.step(node.param, next, State { slash: false, ..state });
            }
        }
    }

    fn end(&mut self, number: u16, node: Node, state: State) {
        let routes = usize::from(node.routes)..usize::from(node.routes) + usize::from(node.route_count);
        for &operation in self.tree.routes.get(routes).unwrap_or(&[]) {
            let State { quality, literals, mask, .. } = state;
            self.found.push(Found { operation, node: number, quality, literals, mask });
        }
    }

    fn literal_branches(&mut self, node: Node, at: usize, segment: Segment<'t>, state: State) {
        let edges = usize::from(node.edges)..usize::from(node.edges) + usize::from(node.edge_count);
        let edges = self.tree.edges.get(edges).unwrap_or(&[]);
        let certain = State { literals: state.literals + 1, mask: state.mask | (1 << (63 - at)), ..state };
        let unsure = State { quality: Quality::Candidate, ..state };
        match segment {
            Segment::Text(text) => {
                if let Ok(found) = edges.binary_search_by(|(literal, _)| (*literal).cmp(text))
                    && let Some(&(_, child)) = edges.get(found)
                {
                    self.step(child, at + 1, certain);
                }
            }
            Segment::Hole => {
                for &(_, child) in edges {
                    self.step(child, at + 1, unsure);
                }
            }
            Segment::Mixed { prefix, suffix, .. } => {
                let last = at + 1 == self.segments.len();
                for &(literal, child) in edges {
                    if last && suffix.is_empty() && literal == prefix {
                        self.query_text(child, at, certain);
                    } else if literal.len() >= prefix.len() + suffix.len()
                        && literal.starts_with(prefix)
                        && literal.ends_with(suffix)
                    {
                        self.step(child, at + 1, unsure);
                    }
                }
            }
        }
    }

    /// `/api/v1/monitor{}`: the hole is a query, or else a slash and a value.
    fn query_text(&mut self, child: u16, at: usize, state: State) {
        self.step(child, at + 1, State { quality: state.quality.max(Quality::Inferred), ..state });
        if let Some(below) = self.tree.nodes.get(usize::from(child)).map(|node| node.param).filter(|&param| param != 0)
        {
            self.step(below, at + 1, State { quality: Quality::Candidate, ..state });
        }
    }
}
