//! What an expression may be: bounded sets of texts with holes, client objects, functions, instances, tables.
//!
//! Values are symbolic where a function's own parameters or its receiver's fields are concerned ([`Ref`]), so that a
//! function is summarised once and instantiated at every call.

mod bound;
mod constant;
mod few;
mod layers;
mod set;
mod tables;
mod text;
mod widen;

pub(in crate::flow) use bound::MAX_PIECES;
pub use few::Few;
pub use set::*;
pub use text::*;

use crate::evidence::{Legacy, Naming, Version};
use crate::ir::{FunctionId, Name};
use std::cmp::Ordering;
use std::hash::Hash;
use std::sync::Arc;

use super::request::Site;
use super::strings;

/// Most values that a set holds; what does not fit is forgotten.
pub const MAX_VALUES: usize = 64;
/// Most values that a set holds once one of them is an object with parts.
pub(in crate::flow) const MAX_COMPOSITES: usize = 8;
/// Deepest chain of fields that a [`Ref`] follows.
const MAX_PATH: usize = 4;

/// A function of the whole program: module index and function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fun {
    /// Index of the module.
    pub module: u32,
    /// The function in it.
    pub id: FunctionId,
}

impl Fun {
    /// Before every other function.
    pub const FIRST: Self = Self { module: 0, id: FunctionId(0) };
}

/// A class of the whole program; the parts of one class in several files share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cls(pub u32);

/// Something decided elsewhere: a parameter of a function or the receiver, and a field path from there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ref {
    /// Where it starts.
    pub root: Root,
    /// Fields from there.
    pub path: Few<Name>,
}

/// Start of a [`Ref`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Root {
    /// A parameter.
    Param(Fun, u16),
    /// The receiver of a method that is written in this class.
    This(Cls),
    /// A row of a long table: which one, nothing tells. The function that takes it out has them all, under this number.
    Row(Fun, u32),
}

impl Ref {
    /// The root itself.
    pub fn root(root: Root) -> Self {
        Self { root, path: Few::none() }
    }

    /// A field of it; `None` where the chain gets too long to be useful.
    pub fn field(&self, name: &Name) -> Option<Self> {
        if self.path.len() >= MAX_PATH {
            return None;
        }
        Some(Self { root: self.root, path: self.path.iter().chain([name]).cloned().collect() })
    }

    /// Whether a value beside it says nothing more: what all callers together pass for a parameter, an object of the type that
    /// a field is declared with.
    pub fn stands_for(&self, value: &Value) -> bool {
        let Root::Param(..) = self.root else { return false };
        match value {
            Value::External(_) => self.path.is_empty(),
            Value::Made(_) | Value::Instance(_) if self.path.is_empty() => true,
            Value::Made(made) => made.path.ends_with("()") && made.on.is_none() && made.args == Args::default(),
            Value::Instance(object) => object.made.is_none() && object.fields.is_none(),
            _ => false,
        }
    }
}

/// One possible value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// A string.
    Text(Arc<Text>),
    /// Decided by the caller or the receiver.
    Ref(Ref),
    /// An API object of an official client.
    Client(Arc<Client>),
    /// An object of an older client, with the symbol so far (`api.Monitor`, `Client`).
    Legacy(Legacy, Name),
    /// An object of a class of the program.
    Instance(Arc<Instance>),
    /// A class of the program.
    Class(Cls),
    /// A function of the program, with what it captured.
    Function(Arc<Closure>),
    /// A method of an API object, taken as a value.
    Method(Arc<Value>, Name),
    /// A module of the program.
    Module(u32),
    /// A name from outside the program, dotted: `requests.get`, `os.environ`.
    External(Name),
    /// What a call of something from outside the program gave.
    Made(Arc<Made>),
    /// A dictionary.
    Table(Arc<Table>),
    /// A list or tuple.
    List(Arc<Vec<Set>>),
    /// `true` or `false`.
    Bool(bool),
    /// Null.
    Null,
}

impl Value {
    fn is_composite(&self) -> bool {
        match self {
            // A function as it stands in the program has no parts.
            Self::Function(c) => **c != Closure::plain(c.function),
            Self::Method(object, _) => object.is_composite(),
            _ => matches!(self, Self::Made(_) | Self::Instance(_) | Self::Table(_) | Self::List(_)),
        }
    }

    /// Whether it is something that has members or can be called. What the environment holds is a text.
    pub fn is_object(&self) -> bool {
        match self {
            Self::Text(_) | Self::Ref(_) | Self::Null | Self::Bool(_) => false,
            Self::External(path) => !path.rsplit_once('.').is_some_and(|(of, _)| strings::is_environment(of)),
            _ => true,
        }
    }
}

/// An API object of an official client. Where it was made is not part of its identity.
#[derive(Clone, Debug)]
pub struct Client {
    /// Whose rules name its methods.
    pub naming: Naming,
    /// API version, where the class does not leave it open.
    pub version: Option<Version>,
    /// Class as written.
    pub class: Option<Name>,
    /// Where it was made.
    pub made: Option<Site>,
}

impl Client {
    fn key(&self) -> (Naming, Option<Version>, &Option<Name>) {
        (self.naming, self.version, &self.class)
    }
}

impl PartialEq for Client {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Client {}

impl std::hash::Hash for Client {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl PartialOrd for Client {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Client {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// An object of a class of the program, with the constructor's arguments where they are known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Instance {
    /// Its class.
    pub class: Cls,
    /// What its constructor was called with.
    pub made: Option<Arc<Bindings>>,
    /// Fields set by the literal that made it.
    pub fields: Option<Arc<Table>>,
}

impl Instance {
    /// Some object of the class.
    pub fn any(class: Cls) -> Self {
        Self { class, made: None, fields: None }
    }

    /// What it was given at a place, by which languages that take objects apart name their parts.
    pub fn part(&self, place: &str) -> Option<Set> {
        let place: usize = place.parse().ok()?;
        match (&self.made, &self.fields) {
            (Some(made), _) if !made.args.is_empty() => made.args.get(place).cloned(),
            (_, Some(fields)) => fields.entries.get(place).map(|(_, set)| set.clone()),
            _ => None,
        }
    }
}

/// Arguments of one call of one function, by parameter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bindings {
    /// The function.
    pub function: Fun,
    /// What each parameter gets; empty sets are unknown.
    pub args: Vec<Set>,
}

/// A function value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Closure {
    /// The function.
    pub function: Fun,
    /// The object it was taken from.
    pub receiver: Option<Value>,
    /// What the enclosing functions' parameters were when it was made.
    pub captured: Vec<Arc<Bindings>>,
    /// Arguments already supplied (`partial`, `bind`).
    pub partial: Vec<Set>,
}

impl Closure {
    /// A function as it stands in the program.
    pub fn plain(function: Fun) -> Self {
        Self { function, receiver: None, captured: Vec::new(), partial: Vec::new() }
    }
}

/// What a call of something from outside the program gave.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Made {
    /// Dotted path of what was called, every call marked: `resty.New().R()`.
    pub path: Name,
    /// The object the last call was made on.
    pub on: Option<Arc<Made>>,
    /// Its arguments.
    pub args: Args,
    /// How long the chain is.
    pub depth: u8,
}

/// Arguments of a call, evaluated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Args {
    /// By position.
    pub positional: Vec<Set>,
    /// By name.
    pub named: Vec<(Name, Set)>,
    /// Unpacked dictionaries.
    pub spread: Vec<Set>,
}

impl Args {
    /// The argument called `name`, looked up among the named ones and in unpacked tables.
    pub fn named(&self, name: &str) -> Option<&Set> {
        self.named.iter().find(|(n, _)| n == name).map(|(_, s)| s).or_else(|| {
            self.spread.iter().flat_map(|s| &s.items).find_map(|i| match &i.value {
                Value::Table(t) => t.entry(name),
                _ => None,
            })
        })
    }

    /// The arguments as they are in one world.
    pub fn within(&self, world: &World) -> Self {
        let within = |set: &Set| set.within(world);
        Self {
            positional: self.positional.iter().map(within).collect(),
            named: self.named.iter().map(|(name, set)| (name.clone(), within(set))).collect(),
            spread: self.spread.iter().map(within).collect(),
        }
    }

    /// The argument at `index`.
    pub fn at(&self, index: usize) -> Option<&Set> {
        self.positional.get(index)
    }

    /// All arguments in order, named ones last.
    pub fn all(&self) -> impl Iterator<Item = &Set> {
        self.positional.iter().chain(self.named.iter().map(|(_, s)| s)).chain(&self.spread)
    }
}

/// A dictionary.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Table {
    /// Entries with known keys, in order.
    pub entries: Vec<(Name, Set)>,
    /// Values under unknown keys.
    pub rest: Set,
    /// Tables that only a caller knows and that were spread into this one; entries of its own win.
    pub spread: Set,
}

impl Table {
    /// The value under `key`.
    pub fn entry(&self, key: &str) -> Option<&Set> {
        self.entries.iter().rev().find(|(k, _)| k == key).map(|(_, v)| v)
    }
}
