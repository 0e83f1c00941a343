//! Terraform's configuration language as a small tree that both of its spellings (HCL and JSON) become.
//!
//! Values keep what decides what is called and what is granted: literals, references, calls of functions. Everything
//! else is [`Value::Open`]. What the blocks mean is left to the other files.

use crate::ir::{Name, Span};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where.
    pub span: Span,
    /// The file it was written in, as an index into the folder's files; values travel between files.
    pub file: usize,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A string without interpolation.
    Text(String),
    /// `[a, b]`.
    List(Vec<Node>),
    /// `{ a = b }`.
    Object(Vec<(String, Node)>),
    /// `var.x`, `data.datadog_permissions.all.permissions["monitors_read"]`: the words in order. An index that is no literal
    /// is kept apart as the last element.
    Reference(Vec<Name>, Option<Box<Node>>),
    /// `toset(x)`.
    Call(Name, Vec<Node>),
    /// `[for x in list : body]`, with the name that stands for an element.
    Each(Name, Box<Node>, Box<Node>),
    /// Decided when Terraform runs, or of no interest.
    Open,
}

/// What stands between braces.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// `name = value`, in order.
    pub attributes: Vec<(String, Node)>,
    /// Blocks, in order.
    pub blocks: Vec<Block>,
}

/// A block.
#[derive(Clone, Debug)]
pub struct Block {
    /// `resource`, `module`, `lifecycle`.
    pub keyword: String,
    /// `datadog_monitor`, `main`.
    pub labels: Vec<String>,
    /// What it holds.
    pub body: Body,
    /// Its header.
    pub span: Span,
    /// The whole of it.
    pub whole: Span,
    /// The file, as an index into the folder's files.
    pub file: usize,
}

impl Body {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&Node> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, node)| node)
    }

    /// Blocks of this keyword. In JSON they look like attributes: see [`Node::bodies`].
    pub fn blocks_named<'a>(&'a self, keyword: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| block.keyword == keyword)
    }

    /// The bodies of nested blocks of this name, in either spelling.
    pub fn nested(&self, name: &str) -> Vec<Body> {
        let blocks = self.blocks_named(name).map(|block| block.body.clone());
        blocks.chain(self.attribute(name).into_iter().flat_map(Node::bodies)).collect()
    }
}

impl Node {
    /// A node at no place in particular.
    pub fn new(value: Value, span: Span, file: usize) -> Self {
        Self { value, span, file }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// The words of a plain reference, also of one written as text (`"datadog.eu"`, as JSON does).
    pub fn dotted(&self) -> Option<String> {
        match &self.value {
            Value::Reference(words, None) => Some(words.join(".")),
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// The elements of a list.
    pub fn items(&self) -> &[Node] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }

    /// An object, or each object of a list, as what nested blocks are in JSON.
    pub fn bodies(&self) -> Vec<Body> {
        match &self.value {
            Value::Object(fields) => vec![Body { attributes: fields.clone(), blocks: Vec::new() }],
            Value::List(items) => items.iter().flat_map(Node::bodies).collect(),
            _ => Vec::new(),
        }
    }

    /// The node with every part of it placed in another file.
    pub fn of_file(mut self, file: usize) -> Self {
        self.file = file;
        self
    }
}
