//! YAML as a tree with places, as far as scripts and declarations need it: anchors, aliases and tags are left out.

use saphyr_parser::{Event, Parser, ScalarStyle};

/// How deep mappings and sequences may nest; what lies deeper is left out.
const MAX_DEPTH: usize = 64;

/// A node of a document.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// A text.
    Scalar(Scalar),
    /// Keys that are texts and their values, in order.
    Map(Vec<(Scalar, Node)>),
    /// A list.
    List(Vec<Node>),
    /// An alias, or something too deep.
    Nothing,
}

/// A text and where it begins.
#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    /// Its value.
    pub value: String,
    /// How it is written.
    pub style: ScalarStyle,
    /// 1-based line of its first character (of the `|` of a block).
    pub line: usize,
    /// Characters before it in its line.
    pub column: usize,
    /// 1-based line of its end.
    pub end_line: usize,
}

/// A document as far as it can be read, and the line of the place where it could not.
pub(crate) struct Document {
    /// The top nodes of all documents in the file.
    pub roots: Vec<Node>,
    /// (1-based line, 1-based column) of the error.
    pub error: Option<(usize, usize)>,
}

enum Open {
    Map { entries: Vec<(Scalar, Node)>, key: Option<Option<Scalar>> },
    List(Vec<Node>),
    TooDeep,
}

/// Reads all documents of a file.
pub(crate) fn parse(text: &str) -> Document {
    let mut stack: Vec<Open> = Vec::new();
    let mut document = Document { roots: Vec::new(), error: None };
    for event in Parser::new_from_str(text) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                document.error = Some((error.marker().line(), error.marker().col() + 1));
                break;
            }
        };
        let done = match event {
            Event::Scalar(value, style, ..) => Node::Scalar(Scalar {
                value: value.into_owned(),
                style,
                line: span.start.line(),
                column: span.start.col(),
                end_line: span.end.line(),
            }),
            Event::Alias(_) => Node::Nothing,
            Event::MappingStart(..) | Event::SequenceStart(..) if stack.len() >= MAX_DEPTH => {
                stack.push(Open::TooDeep);
                continue;
            }
            Event::MappingStart(..) => {
                stack.push(Open::Map { entries: Vec::new(), key: None });
                continue;
            }
            Event::SequenceStart(..) => {
                stack.push(Open::List(Vec::new()));
                continue;
            }
            Event::MappingEnd | Event::SequenceEnd => match stack.pop() {
                Some(open) => open.close(),
                None => continue,
            },
            _ => continue,
        };
        add(&mut stack, &mut document.roots, done);
    }
    while let Some(open) = stack.pop() {
        add(&mut stack, &mut document.roots, open.close());
    }
    document
}

impl Open {
    fn close(self) -> Node {
        match self {
            Self::Map { entries, .. } => Node::Map(entries),
            Self::List(items) => Node::List(items),
            Self::TooDeep => Node::Nothing,
        }
    }
}

fn add(stack: &mut [Open], roots: &mut Vec<Node>, node: Node) {
    match stack.last_mut() {
        None => roots.push(node),
        Some(Open::List(items)) => items.push(node),
        Some(Open::TooDeep) => {}
        Some(Open::Map { entries, key }) => match key.take() {
            None => {
                *key = Some(match node {
                    Node::Scalar(scalar) => Some(scalar),
                    _ => None,
                });
            }
            Some(Some(key)) => entries.push((key, node)),
            Some(None) => {}
        },
    }
}

impl Node {
    /// The value of a key of a mapping.
    pub fn field(&self, name: &str) -> Option<&Node> {
        match self {
            Self::Map(entries) => entries.iter().find(|(key, _)| key.value == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text itself.
    pub fn scalar(&self) -> Option<&Scalar> {
        match self {
            Self::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }
}
