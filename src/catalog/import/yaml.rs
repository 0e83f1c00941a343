//! A YAML document as a tree, without what nobody here reads. Aliases and tags are not followed.

use crate::error::{Error, Result};
use saphyr_parser::{Event, Parser};

/// Deeper documents are refused.
const DEEPEST: usize = 200;

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// Text, number, word: as written.
    Scalar(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in the order written.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// Reads a document; the values of keys that `skip` names are left out at any depth. Errors where the text is no YAML.
    pub fn read(text: &str, skip: &[&str]) -> Result<Self> {
        let mut open: Vec<(Node, Option<String>)> = Vec::new();
        let mut skipped = 0_usize;
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| {
                Error::new(format!("no valid yaml: {}", error.info())).line(error.marker().line() as u64)
            })?;
            let waits = matches!(open.last(), Some((Node::Map(_), Some(key))) if skip.contains(&key.as_str()));
            let done = match event {
                Event::MappingStart(..) | Event::SequenceStart(..) if skipped > 0 || waits => {
                    skipped += 1;
                    continue;
                }
                Event::MappingEnd | Event::SequenceEnd if skipped > 0 => {
                    skipped -= 1;
                    if skipped == 0
                        && let Some((_, key)) = open.last_mut()
                    {
                        *key = None;
                    }
                    continue;
                }
                _ if skipped > 0 => continue,
                Event::MappingStart(..) => {
                    open.push((Node::Map(Vec::new()), None));
                    None
                }
                Event::SequenceStart(..) => {
                    open.push((Node::List(Vec::new()), None));
                    None
                }
                Event::MappingEnd | Event::SequenceEnd => open.pop().map(|(node, _)| node),
                Event::Scalar(text, ..) => Some(Node::Scalar(text.into_owned())),
                Event::Alias(_) => Some(Node::Scalar(String::new())),
                _ => None,
            };
            if open.len() > DEEPEST {
                return Err(Error::new("nested too deeply").line(span.start.line() as u64));
            }
            let Some(done) = done else { continue };
            match open.last_mut() {
                None => return Ok(done),
                Some((Node::List(items), _)) => items.push(done),
                Some((Node::Map(entries), key)) => match (key.take(), done) {
                    (Some(name), value) => entries.push((name, value)),
                    (None, Node::Scalar(name)) => *key = Some(name),
                    (None, _) => *key = Some(String::new()),
                },
                Some((Node::Scalar(_), _)) => {}
            }
        }
        Err(Error::new("the document is empty"))
    }

    /// The value of a key.
    pub fn at(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text of a scalar value of a key.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.at(key) {
            Some(Self::Scalar(text)) => Some(text),
            _ => None,
        }
    }

    /// The entries of a mapping.
    pub fn entries(&self) -> &[(String, Self)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Scalar(text) => Some(text),
            _ => None,
        }
    }
}
