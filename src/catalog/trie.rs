//! The route tree: path templates cut at `/` into a tree of literal segments with one parameter branch each.
//!
//! Built by `build.rs` for the compiled table and at run time for overlays; how it is searched is in `routes`.

use std::collections::BTreeMap;

/// A node of the flat tree. Node 0 is the root.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// First of its literal branches among the edges.
    pub edges: u16,
    /// How many literal branches it has.
    pub edge_count: u16,
    /// Its parameter branch; 0 where there is none.
    pub param: u16,
    /// First of the operations that end here, among the route list.
    pub routes: u16,
    /// How many operations end here.
    pub route_count: u16,
}

/// A literal branch: the segment and the node it leads to; a node's edges are sorted by segment.
pub type Edge<T> = (T, u16);

/// The flat tree.
#[derive(Clone, Debug, Default)]
pub struct Flat {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The branches of all nodes.
    pub edges: Vec<Edge<String>>,
    /// Indices of operations.
    pub routes: Vec<u16>,
}

#[derive(Default)]
struct Growing {
    literals: BTreeMap<String, Growing>,
    param: Option<Box<Growing>>,
    routes: Vec<u16>,
}

/// Builds the tree of `templates`; the position of a template is its operation's index.
pub fn build<'a>(templates: impl Iterator<Item = &'a str>) -> Flat {
    let mut root = Growing::default();
    for (index, template) in templates.enumerate() {
        let mut node = &mut root;
        for segment in segments(template) {
            node = if is_param(segment) {
                node.param.get_or_insert_with(Box::default)
            } else {
                node.literals.entry(segment.to_owned()).or_default()
            };
        }
        node.routes.push(u16::try_from(index).unwrap_or(u16::MAX));
    }
    let mut flat = Flat::default();
    flatten(&root, &mut flat);
    flat
}

/// Depth is the number of segments of a template of the table.
fn flatten(node: &Growing, flat: &mut Flat) -> u16 {
    let short = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let own = flat.nodes.len();
    let edges = flat.edges.len();
    flat.nodes.push(Node {
        edges: short(edges),
        edge_count: short(node.literals.len()),
        param: 0,
        routes: short(flat.routes.len()),
        route_count: short(node.routes.len()),
    });
    flat.routes.extend(&node.routes);
    flat.edges.extend(node.literals.keys().map(|segment| (segment.clone(), 0)));
    for (offset, child) in node.literals.values().enumerate() {
        let target = flatten(child, flat);
        flat.edges[edges + offset].1 = target;
    }
    if let Some(child) = &node.param {
        let target = flatten(child, flat);
        flat.nodes[own].param = target;
    }
    short(own)
}

/// The segments of a path without its leading and trailing slashes; none for `/`.
pub fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// Whether a template's segment stands for a value.
pub fn is_param(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}

/// Method and template with the parameters' names left out: equal for routes that cannot be told apart by path.
pub fn shape(method: &str, path: &str) -> String {
    let mut out = format!("{method} ");
    for segment in segments(path) {
        out.push('/');
        out.push_str(if is_param(segment) { "{}" } else { segment });
    }
    out
}
