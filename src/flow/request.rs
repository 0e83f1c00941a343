//! HTTP requests as functions make them, before and after their callers have filled the holes.

mod simplify;

pub use simplify::{contradict, simplified};

use crate::evidence::Origin;
use crate::ir::{Name, Span};
use crate::url::Template;

use super::strings;
use super::transport;
use super::value::{Piece, Ref, Root, Text, Value, World};
use smallvec::SmallVec;

/// Most steps of a derivation that are kept.
const MAX_STEPS: usize = 12;

/// A place in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Site {
    /// Index of the module.
    pub module: u32,
    /// The stretch in it.
    pub span: Span,
}

/// A request with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Request {
    /// Method, letter case as found; empty if unknown.
    pub verb: Text,
    /// URL or path.
    pub url: Text,
    /// What must hold of parameters for the request to be made.
    pub guards: Vec<Guard>,
    /// Whose URL it is, as far as the code around it tells.
    pub origin: Origin,
    /// Where it is reported: the place at which the operation became determined.
    pub at: Site,
    /// Whether `at` is final, and only the host is still to be learned.
    pub settled: bool,
    /// Whether a link was inferred rather than proven.
    pub likely: bool,
    /// Whether it is only written down as an object: what makes it was not found, or is found elsewhere.
    pub stated: bool,
    /// Whether a command-line program makes it.
    pub cli: bool,
    /// Whether it is a connection that its function hands out, so that callers set the method.
    pub handed_out: bool,
    /// Whether a condition on parameters chose its method or address among others: which callers make it is theirs to say.
    pub chosen: bool,
    /// Whether what is unknown of it comes out of one of several branches: nothing else found at its place is that call.
    pub alternative: bool,
    /// Literals of its body that may decide what it requires, (key, value).
    pub literals: Vec<(Name, Name)>,
    /// How it was derived, innermost first.
    pub steps: Vec<(Name, Site)>,
}

/// A condition on something a caller decides.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Guard {
    /// It equals one of these texts, letter case ignored (true), or none of them (false).
    Equal(Ref, Vec<Name>, bool),
    /// It is given and neither false nor null (true), or not (false).
    Truthy(Ref, bool),
    /// At least one of these does not hold.
    NotAll(Vec<Guard>),
}

impl Guard {
    /// What it is about.
    pub fn subjects(&self) -> SmallVec<[&Ref; 2]> {
        match self {
            Self::Equal(subject, ..) | Self::Truthy(subject, _) => SmallVec::from_elem(subject, 1),
            Self::NotAll(guards) => guards.iter().flat_map(Self::subjects).collect(),
        }
    }

    /// The same condition on something else.
    pub fn of(&self, subject: &Ref) -> Option<Self> {
        match self {
            Self::Equal(_, texts, yes) => Some(Self::Equal(subject.clone(), texts.clone(), *yes)),
            Self::Truthy(_, yes) => Some(Self::Truthy(subject.clone(), *yes)),
            Self::NotAll(_) => None,
        }
    }

    /// Whether it may hold where its subject is a value.
    pub fn admits(&self, value: &Value) -> bool {
        match self {
            Self::Equal(_, texts, yes) => match value {
                Value::Text(t) => {
                    t.as_literal().is_none_or(|l| texts.iter().any(|t| t.eq_ignore_ascii_case(l)) == *yes)
                }
                Value::Null => !yes,
                Value::Instance(i) => i.constant().is_none_or(|c| texts.iter().any(|t| t == c) == *yes),
                // `HttpMethod.GET`.
                Value::External(_) | Value::Made(_) => strings::verb_constant(value)
                    .is_none_or(|verb| texts.iter().any(|t| t.eq_ignore_ascii_case(&verb)) == *yes),
                _ => true,
            },
            Self::Truthy(_, yes) => match value {
                Value::Null | Value::Bool(false) => !yes,
                Value::Text(t) => t.as_literal().is_none_or(|l| l.is_empty() != *yes),
                Value::Ref(_) => true,
                _ => *yes,
            },
            Self::NotAll(_) => true,
        }
    }

    /// The opposite condition; `None` where no single condition says it.
    pub fn negated(&self) -> Option<Self> {
        match self {
            Self::Equal(r, texts, yes) => Some(Self::Equal(r.clone(), texts.clone(), !yes)),
            Self::Truthy(r, yes) => Some(Self::Truthy(r.clone(), !yes)),
            Self::NotAll(_) => None,
        }
    }

    /// What holds where not all of some conditions do.
    pub fn not_all(guards: &[Self]) -> Option<Self> {
        match guards {
            [] => None,
            [one] => one.negated(),
            several => Some(Self::NotAll(several.to_vec())),
        }
    }
}

impl Request {
    /// A request whose story begins with this step at the place at which it is reported; nothing else is known of it.
    pub fn new(verb: Text, url: Text, origin: Origin, step: impl Into<Name>, site: Site) -> Self {
        Self {
            verb,
            url,
            guards: Vec::new(),
            origin,
            at: site,
            settled: false,
            likely: false,
            stated: false,
            cli: false,
            handed_out: false,
            chosen: false,
            alternative: false,
            literals: Vec::new(),
            steps: vec![(step.into(), site)],
        }
    }

    /// The references that are still to be filled.
    pub fn refs(&self) -> impl Iterator<Item = &Ref> {
        self.verb.refs().chain(self.url.refs())
    }

    /// The rows of long tables that it is made with.
    pub fn rows(&self) -> impl Iterator<Item = Root> {
        let subjects = self.guards.iter().flat_map(Guard::subjects);
        self.refs().chain(subjects).map(|r| r.root).filter(|root| matches!(root, Root::Row(..)))
    }

    /// Whether a caller has something to fill.
    pub fn has_params(&self) -> bool {
        self.refs().any(|r| matches!(r.root, Root::Param(..)))
            || self.guards.iter().any(|g| g.subjects().iter().any(|r| matches!(r.root, Root::Param(..))))
    }

    /// Whether its conditions speak of what callers pass: as it is, or whether it has the field that a verb or address comes from.
    /// What other fields hold may be set where nobody sees it.
    pub fn depends_on_arguments(&self) -> bool {
        let given = |guard: &&Guard| guard.subjects().iter().any(|r| matches!(r.root, Root::Param(..)));
        let is_part = |field: &Ref| match &*field.path {
            [name] => transport::names_request(name) || self.refs().any(|r| r.path.last() == Some(name)),
            _ => false,
        };
        let told = |guard: &Guard| match guard {
            Guard::Truthy(subject, _) => subject.path.is_empty() || is_part(subject),
            guard => guard.subjects().iter().all(|r| r.path.is_empty() || !matches!(r.root, Root::Param(..))),
        };
        let mut given = self.guards.iter().filter(given).peekable();
        given.peek().is_some() && given.all(told)
    }

    /// Whether anything is left to fill.
    pub fn is_open(&self) -> bool {
        self.refs().next().is_some()
    }

    /// Adds a step to how it was derived; of very long stories the beginning is told.
    pub fn tell(&mut self, step: impl Into<Name>, site: Site) {
        if self.steps.len() < MAX_STEPS {
            self.steps.push((step.into(), site));
        }
    }

    /// Whether it is the same request, derived in another way perhaps: one derivation is enough.
    pub fn is_again(&self, other: &Self) -> bool {
        // All fields, lest a new one be forgotten.
        let Self {
            verb,
            url,
            guards,
            origin,
            at,
            settled,
            likely,
            stated,
            cli,
            handed_out,
            chosen: _,
            alternative: _,
            literals,
            steps: _,
        } = self;
        (*at, *settled, *likely, *stated, *cli, *handed_out, *origin)
            == (other.at, other.settled, other.likely, other.stated, other.cli, other.handed_out, other.origin)
            && (verb, url, guards, literals) == (&other.verb, &other.url, &other.guards, &other.literals)
    }

    /// Notes that it is made in a world of its own, if that leaves something unknown that other worlds may know.
    pub fn note_world(&mut self, world: &World) {
        let vague = self.verb.as_literal().is_none_or(str::is_empty) || self.url.as_literal().is_none();
        self.alternative |= vague && world.is_branch();
    }

    /// The method in upper case, if it is known.
    pub fn method(&self) -> Option<Name> {
        self.verb.as_literal().filter(|v| !v.is_empty()).map(|v| Name::from(v.to_ascii_uppercase()))
    }
}

/// A text as a URL template: everything unknown is a hole. Where a base with a slash at its end met a path with one at its
/// beginning, one of the two goes, as every HTTP library and server has it.
pub fn template(text: &Text) -> Template {
    let mut out = Template::default();
    let mut last = ' ';
    // A builder puts a slash before what is a whole address already.
    let doubled =
        matches!(text.pieces.first(), Some(Piece::Lit(lit)) if lit.starts_with("/http") && lit.contains("://"));
    for piece in &text.pieces {
        match piece {
            Piece::Lit(lit) => {
                let lit = if doubled && out.pieces().is_empty() { lit.trim_start_matches('/') } else { lit.as_str() };
                let mut kept = String::with_capacity(lit.len());
                for c in lit.chars() {
                    // `https://` and, rarely, `//host/path` keep theirs.
                    let twice = c == '/' && last == '/' && (kept.len() > 1 || !out.pieces().is_empty());
                    if !twice || kept.ends_with(":/") {
                        kept.push(c);
                    }
                    last = c;
                }
                out.push_text(&kept);
            }
            _ => {
                out.push_hole();
                last = ' ';
            }
        }
    }
    out.with_query()
}
