//! What was found out about requests, by their text, so that finding it out again costs a look into a table: about routes, about
//! actors, and which group both together fall into. Forgotten as a whole when it grows too large.

use super::class::{self, Class, Key, Route, Verdict};
use crate::evidence::Actor;
use crate::ir::Name;
use crate::trace::address::Address;
use crate::trace::{Options, Request, Who};
use rustc_hash::FxHashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

/// Routes and actors remembered, each.
const REMEMBERED: usize = 8_192;
/// Combinations of both remembered.
const PLACES: usize = 32_768;

/// Stands for nobody among the numbers of actors.
const NOBODY: u32 = u32::MAX;
/// Stands for all actors that are not told apart.
const FOLDED: u32 = u32::MAX - 1;

/// What a route is to the count.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Known,
    Unknown,
    Skip(&'static str),
}

/// The last actors, in the order of their hashes, that are told apart on routes of the table and on others.
#[derive(Clone, Copy, Debug, Default)]
pub struct Last {
    pub known: Option<u64>,
    pub unknown: Option<u64>,
}

/// A request by the numbers of what it consists of. They hold until something is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Asked {
    route: u32,
    actor: u32,
    denied: u16,
    declared: bool,
}

impl Asked {
    fn is_nobodys(self) -> bool {
        self.actor == NOBODY && !self.declared
    }

    fn refusal(self) -> usize {
        match self.denied {
            0 => 0,
            401 => 1,
            _ => 2,
        }
    }
}

#[derive(Default)]
pub struct Memory {
    routes: FxHashMap<Box<[u8]>, u32>,
    /// What it comes to, kept apart since it is asked for all the time.
    kinds: Vec<Kind>,
    verdicts: Vec<Verdict>,
    actors: FxHashMap<Box<[u8]>, u32>,
    names: Vec<(Arc<Actor>, u64)>,
    places: FxHashMap<Asked, u32>,
    /// The same for requests of nobody, which are most where formats do not tell: by route and [`Asked::refusal`].
    nobodies: Vec<[Option<NonZeroU32>; 3]>,
    text: Vec<u8>,
}

impl Memory {
    /// What a request consists of, or why it does not count.
    pub fn ask(
        &mut self,
        request: &Request<'_>,
        address: Address<'_>,
        options: &Options<'_>,
        last: Last,
    ) -> Result<Asked, &'static str> {
        let route = self.route(request, address, options);
        let last = match self.kinds.get(route as usize) {
            Some(Kind::Skip(reason)) => return Err(reason),
            Some(Kind::Known) => last.known,
            _ => last.unknown,
        };
        let mut actor = request.actor.map_or(NOBODY, |who| self.actor(who));
        if let (Some(last), Some((_, hash))) = (last, self.names.get(actor as usize))
            && *hash > last
        {
            actor = FOLDED;
        }
        Ok(Asked { route, actor, denied: class::denied(request.status), declared: request.declared })
    }

    /// Where requests like this one are counted, if that was told.
    pub fn place(&self, asked: Asked) -> Option<u32> {
        if asked.is_nobodys() {
            let place = *self.nobodies.get(asked.route as usize)?.get(asked.refusal())?;
            return place.map(|place| place.get() - 1);
        }
        self.places.get(&asked).copied()
    }

    /// Remembers where requests like this one are counted.
    pub fn remember(&mut self, asked: Asked, place: u32) {
        if asked.is_nobodys() {
            let known = self.nobodies.get_mut(asked.route as usize).and_then(|of| of.get_mut(asked.refusal()));
            if let Some(known) = known {
                *known = NonZeroU32::new(place.saturating_add(1));
            }
            return;
        }
        if self.places.len() >= PLACES {
            self.places.clear();
        }
        self.places.insert(asked, place);
    }

    /// The groups are others now.
    pub fn forget_places(&mut self) {
        self.places.clear();
        self.nobodies.fill([None; 3]);
    }

    /// The class of requests like this one.
    pub fn class(&self, asked: Asked) -> Option<Class> {
        let Verdict::Counts { route, method, origin, deciding } = self.verdicts.get(asked.route as usize)? else {
            return None;
        };
        Some(Class::new(Key {
            route: route.clone(),
            method: method.clone(),
            denied: asked.denied,
            declared: asked.declared,
            origin: *origin,
            actor: self.names.get(asked.actor as usize).map(|(actor, _)| Arc::clone(actor)),
            folded: asked.actor == FOLDED,
            deciding: *deciding,
        }))
    }

    fn route(&mut self, request: &Request<'_>, address: Address<'_>, options: &Options<'_>) -> u32 {
        class::write_route(&mut self.text, request, address);
        if let Some(number) = self.routes.get(self.text.as_slice()) {
            return *number;
        }
        if self.verdicts.len() >= REMEMBERED {
            self.routes.clear();
            self.verdicts.clear();
            self.kinds.clear();
            self.nobodies.clear();
            self.places.clear();
        }
        let number = short(self.verdicts.len());
        let verdict = class::judge(request, address, options);
        self.kinds.push(match &verdict {
            Verdict::Skip(reason) => Kind::Skip(reason),
            Verdict::Counts { route: Route::Known(_), .. } => Kind::Known,
            Verdict::Counts { .. } => Kind::Unknown,
        });
        self.verdicts.push(verdict);
        self.nobodies.push([None; 3]);
        self.routes.insert(self.text.as_slice().into(), number);
        number
    }

    fn actor(&mut self, who: Who<'_>) -> u32 {
        self.text.clear();
        self.text.extend_from_slice(who.kind.as_bytes());
        self.text.push(b'\n');
        self.text.extend_from_slice(who.id.as_bytes());
        if let Some(number) = self.actors.get(self.text.as_slice()) {
            return *number;
        }
        if self.names.len() >= REMEMBERED {
            self.actors.clear();
            self.names.clear();
            self.places.clear();
        }
        let number = short(self.names.len());
        let actor = Actor { kind: Name::new_static(who.kind), id: Name::new(who.id) };
        let hash = class::hash(&actor);
        self.names.push((Arc::new(actor), hash));
        self.actors.insert(self.text.as_slice().into(), number);
        number
    }
}

/// Lists have at most [`REMEMBERED`] entries.
fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(FOLDED - 1)
}
