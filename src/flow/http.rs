//! Where requests leave the program: calls of HTTP libraries, and calls of anything that takes a Datadog address.

mod below;
mod connection;
mod determined;
mod later;
mod low_level;
mod unique;
mod unknown;

use later::{flurl_verb, is_no_address};
pub(in crate::flow) use unknown::is_of_unknown;

use crate::evidence::Origin;
use crate::ir::{Language, Name};
use std::sync::Arc;

use super::deciding;
use super::exec::Run;
use super::found::{Found, What};
use super::origin;
use super::request::{Guard, Request, Site, contradict};
use super::strings;
use super::subst::texts_of;
use super::transport::{self, Role};
use super::value::{Args, MAX_PIECES, MAX_VALUES, Made, Piece, Root, Set, Text, Value, World};

/// A possible method of a request, and under which condition it is the one.
pub type Verb = (Text, World, Option<Guard>);

/// The pseudo-argument of a request whose address was assigned after it was made.
pub const FILLED_IN: &str = "filled in";

/// Most requests that a function leaves to its callers.
const MAX_REQUESTS: usize = 256;
/// Most conditions kept with a request; without the others it is only less selective.
const MAX_GUARDS: usize = 8;

impl Run<'_> {
    /// A call of an outside function: if it belongs to an HTTP library, the request it makes. Says whether it does.
    pub fn http_call(&mut self, path: &Name, on: Option<&Arc<Made>>, args: &Args, site: Site) -> bool {
        if transport::is_mock(path) {
            return false;
        }
        let last = transport::last_segment(path);
        let told;
        let args = match self.address_from_builder(last, args, site) {
            Some(args) => {
                told = args;
                &told
            }
            None => args,
        };
        if let Some((verbs, urls)) = transport::built(path, last, on, args) {
            self.request(&verbs, &urls, on, args, site, path, false);
            return true;
        }
        // The official clients' own transport, for paths that they have no method for.
        if self.client_transport(path, on, args, site) {
            return true;
        }
        let low_level = matches!(last, "PrepareRequest" | "request");
        if transport::sends(last) {
            self.send_later(on, args, site);
        }
        if transport::is_library(self.module.language, path) || (low_level && super::library::official(path).is_some())
        {
            if let Some(role) = transport::role(last, path) {
                return self.library_call(role, path, on, args, site);
            }
            // A client that is told method and path in one object, whatever its method is called.
            if transport::states_request(args) {
                self.generic_request(&last.into(), on, args, site, &transport::receiver_of(path, last).into());
            }
            return false;
        }
        if let Some(words) = transport::process_words(path, args) {
            self.run_words(&words, site);
            return true;
        }
        let label: Name = transport::receiver_of(path, last).into();
        self.generic_request(&last.into(), on, args, site, &label);
        false
    }

    fn library_call(&mut self, role: Role, path: &Name, on: Option<&Arc<Made>>, args: &Args, site: Site) -> bool {
        if transport::is_builder(path) {
            return false;
        }
        // A resource is its own address.
        if let (Role::Named(verb), Some(on)) = (role, on)
            && on.path == super::eval::RESOURCE
            && let Some(base) = on.args.at(0)
        {
            self.request(&transport::fixed(verb), base, None, &on.args, site, path, false);
            return true;
        }
        for table in args.positional.iter().filter_map(Set::table) {
            transport::METHODS
                .iter()
                .chain(transport::ADDRESS)
                .for_each(|key| self.scope.note_layers(&table, &Name::from(*key)));
        }
        let Some((verbs, urls)) = transport::arguments(role, args) else { return false };
        self.request(&verbs, &urls, on, args, site, path, false);
        urls.values().any(|v| matches!(v, Value::Text(_) | Value::Ref(_) | Value::External(_)))
    }

    /// `axios[verb](url)`, `getattr(requests, verb)(url)`, `connection.public_send(verb, url)`.
    pub fn verb_call(&mut self, objects: &Set, verbs: &Set, args: &Args, site: Site) {
        let verbs: Vec<Verb> = strings::verbs(verbs).into_iter().map(|(t, w)| (t, w, None)).collect();
        let Some((_, urls)) = transport::arguments(Role::Named("GET"), args) else { return };
        for object in objects.values() {
            let (path, on) = match object {
                Value::External(path) => (path.clone(), None),
                Value::Made(made) => (made.path.clone(), Some(made.clone())),
                Value::Ref(_) => {
                    self.address_given(&verbs, &urls, args, site, "something unknown", None);
                    continue;
                }
                _ => continue,
            };
            if transport::is_library(self.module.language, &path) {
                self.request(&verbs, &urls, on.as_ref(), args, site, &path, false);
            }
        }
    }

    /// `URI(address).read`, `new URL(address).openConnection()`: requests by the address itself. Says whether it is one.
    pub fn address_call(&mut self, address: &Value, name: &str, args: &Args, site: Site) -> bool {
        let opens = match self.module.language {
            Language::Ruby => matches!(name, "open" | "read"),
            Language::Java | Language::Kotlin => matches!(name, "openConnection" | "openStream" | "readText"),
            // Flurl's extension methods of strings.
            Language::CSharp => name.ends_with("Async") && flurl_verb(name).is_some(),
            _ => false,
        };
        if !opens {
            return false;
        }
        let stated = if name == "openConnection" { self.stated_verb() } else { None };
        self.opened = name == "openConnection" && stated.is_none() && self.hands_out_connection();
        let verbs = match stated {
            Some(verbs) => verbs,
            None if self.module.language == Language::CSharp => transport::fixed(flurl_verb(name).unwrap_or("GET")),
            None => transport::fixed("GET"),
        };
        self.request(&verbs, &Set::of(address.clone()), None, args, site, name, false);
        self.opened = false;
        true
    }

    /// Requests for all combinations of methods and addresses that can meet.
    #[allow(clippy::too_many_arguments, reason = "one call site shape, spelled out")]
    pub(in crate::flow) fn request(
        &mut self,
        verbs: &[Verb],
        urls: &Set,
        on: Option<&Arc<Made>>,
        args: &Args,
        site: Site,
        path: &str,
        likely: bool,
    ) {
        let mut urls = transport::with_base(urls, on);
        let keys = transport::carries_keys(args, on);
        // With the keys in this very call it is Datadog's, wherever it goes.
        if urls.is_unknown() && transport::carries_keys(args, on.filter(|_| transport::is_builder(path))) {
            urls = Set::text(Text::piece(Piece::Hole(Name::default())));
        }
        let origin = if keys { Origin::Datadog } else { Origin::Unknown };
        let literals = deciding::of_request(deciding::named(args));
        // There may be more than that, of which nothing else would tell.
        self.out.cut |= urls.items.len() >= MAX_VALUES;
        for item in &urls.items {
            let is_address = match &item.value {
                // Request objects were requests when they were made; what another package makes may be an address.
                Value::Made(made) => {
                    !transport::is_any_library(&made.path) && (keys || transport::routed(made).is_some())
                }
                Value::Instance(_) | Value::Null | Value::Function(_) => false,
                _ => true,
            };
            if !is_address {
                continue;
            }
            for url in texts_of(&Set::of(item.value.clone()), &Name::default()) {
                for (verb, world, guard) in verbs {
                    let Some(world) = world.and(&item.world) else { continue };
                    let mut request = Request {
                        guards: guard.iter().cloned().collect(),
                        likely,
                        handed_out: self.opened,
                        literals: literals.clone(),
                        ..Request::new(verb.clone(), url.clone(), origin, format!("request by {path}"), site)
                    };
                    if keys && origin::from_url(&request.url, self.scope.hosts) != Origin::Datadog {
                        request.tell("it carries Datadog's keys", site);
                    }
                    request.note_world(&world);
                    self.hold(&mut request, &world);
                    self.emit(request);
                }
            }
        }
    }

    /// Adds to a request what must hold in the world in which its parts meet.
    pub fn hold(&self, request: &mut Request, world: &World) {
        for guard in self.held_in(world) {
            request.chosen |= guard.subjects().iter().any(|r| matches!(r.root, Root::Param(..)));
            if request.guards.len() < MAX_GUARDS && !request.guards.contains(&guard) {
                request.guards.push(guard);
            }
        }
    }

    /// Takes a request: decided ones are found, open ones wait for a caller or a receiver.
    pub fn emit(&mut self, request: Request) {
        match self.by_row(&request) {
            Some(rows) => rows.into_iter().for_each(|request| self.emit_one(request)),
            None => self.emit_one(request),
        }
    }

    fn emit_one(&mut self, mut request: Request) {
        for guard in &self.guards {
            if request.guards.len() < MAX_GUARDS && !request.guards.contains(guard) {
                request.guards.push(guard.clone());
            }
        }
        if contradict(&request.guards) {
            return;
        }
        if let Some((class, site)) = self.guessed {
            request.likely = true;
            let name = &self.program().class(class).name;
            request.tell(format!("the object is taken for one of {name} by its name"), site);
        }
        strings::drop_open_query(&mut request.url);
        if request.url.pieces.len() > MAX_PIECES {
            self.out.cut = true;
            return;
        }
        if request.url.as_literal().is_some_and(is_no_address) {
            return;
        }
        let judge = || origin::from_url(&request.url, self.scope.hosts);
        let said = self.scope.state.judged.origin(&request.url, judge);
        match said {
            Origin::Other => return,
            Origin::Datadog => request.origin = Origin::Datadog,
            Origin::LikelyDatadog => request.origin = request.origin.min(Origin::LikelyDatadog),
            Origin::Unknown => {}
        }
        if !matches!(request.origin, Origin::Datadog) {
            self.attribute(&mut request);
        }
        // What its conditions chose waits for the callers that they speak of, and so does a path that is nobody's yet.
        let waits = request.chosen && request.depends_on_arguments();
        let nobodys = said == Origin::Unknown && request.url.head().starts_with('/');
        let waits = waits || request.handed_out;
        let open = request.is_open() || waits || request.has_params() && nobodys;
        request.settled =
            request.settled || !request.verb.has_refs() && !request.handed_out && self.is_determined(&request);
        let positive = matches!(request.origin, Origin::Datadog | Origin::LikelyDatadog);
        if open && (waits || !(request.settled && positive && request.is_open())) {
            return self.leave_open(request);
        }
        self.found(Found::of(self.fun, request));
    }

    /// Leaves a request to callers and receivers.
    fn leave_open(&mut self, request: Request) {
        let requests = &mut self.out.summary.requests;
        let room = requests.len() < MAX_REQUESTS;
        match requests.iter_mut().find(|known| known.is_again(&request)) {
            // The shorter story: those of recursion grow with every round.
            Some(known) => {
                known.alternative |= request.alternative;
                known.chosen |= request.chosen;
                if request.steps.len() < known.steps.len() {
                    known.steps = request.steps;
                }
            }
            None if room => requests.push(request),
            // Whose operation is certain was told where it became so; the others are told of the whole function.
            None => self.out.cut |= !request.settled || request.chosen,
        }
    }

    /// What the names and keys around this function say.
    pub fn origin_here(&self) -> Origin {
        self.origin_and_why().0
    }

    /// The same, with what says it.
    fn origin_and_why(&self) -> (Origin, &'static str) {
        if self.out.keys {
            return (Origin::Datadog, "the keys that it handles");
        }
        if let Some(known) = self.surroundings.get() {
            return known;
        }
        let known = self.origin_around();
        self.surroundings.set(Some(known));
        known
    }

    /// Notes in a request's derivation what of the surroundings makes it Datadog's, where the address does not say.
    fn attribute(&self, request: &mut Request) {
        let (mut around, why) = self.origin_and_why();
        // What Datadog integrates with is in the names of the code that sets it up, and says nothing of the host.
        if around == Origin::Other && origin::is_integration(&request.url) {
            around = Origin::Unknown;
        }
        // A script talks to many; only what is said of this very command proves whose address it has.
        if request.cli && matches!(around, Origin::Datadog | Origin::LikelyDatadog) {
            around = if origin::names_another(&request.url) { Origin::Unknown } else { Origin::LikelyDatadog };
        }
        let origin = merge(request.origin, around);
        let ours = matches!(origin, Origin::Datadog | Origin::LikelyDatadog);
        if ours && origin != request.origin {
            let span = self.module.function(self.fun.id).span;
            request.tell(format!("taken for Datadog's by {why}"), Site { module: self.fun.module, span });
        }
        request.origin = origin;
    }

    /// What the names around this function say, and the keys that its class and its file handle; the same during a run.
    fn origin_around(&self) -> (Origin, &'static str) {
        let program = self.program();
        let function = self.module.function(self.fun.id);
        let mut names: Vec<Name> = Vec::new();
        let mut at = Some(function);
        while let Some(f) = at {
            names.push(f.name.clone());
            if let Some(owner) = f.owner {
                let class = program.class_id(self.fun.module, owner);
                names.push(program.class(class).name.clone());
                for base in program.ancestors(class).into_iter().skip(1) {
                    names.push(program.class(base).name.clone());
                }
                names.extend(program.external_bases(class));
            }
            at = f.parent.map(|p| self.module.function(p));
            if names.len() > 64 {
                break;
            }
        }
        match origin::from_names(names.iter().map(Name::as_str)) {
            Origin::Unknown => {}
            origin => return (origin, "the names of the function and what it stands in"),
        }
        if self.owner.is_some_and(|owner| self.scope.keys_of(owner)) {
            return (Origin::LikelyDatadog, "the keys that its class handles");
        }
        if let Some(owner) = self.owner
            && program.ancestors(owner).into_iter().any(|c| self.scope.speaks(c))
        {
            return (Origin::LikelyDatadog, "what else its class talks to");
        }
        match origin::from_names(self.module.file.rsplit('/')) {
            Origin::Unknown => {}
            origin => return (origin, "the name of its file or of a folder around"),
        }
        let origin = if self.scope.keys_in(self.fun.module) { Origin::LikelyDatadog } else { Origin::Unknown };
        (origin, "the keys that its file handles")
    }

    /// Words of a command line, evaluated.
    pub fn command(&mut self, id: crate::ir::ExprId, words: &[crate::ir::ExprId]) -> Set {
        let site = self.site(id);
        let mut out = Vec::new();
        for word in words {
            let set = self.eval(*word);
            // An unquoted variable is split at blanks, a list stands for its items.
            let splits = matches!(self.module.expr(*word), crate::ir::Expr::Name(_));
            super::command::expand(&set, splits, &mut out, 0);
        }
        self.run_words(&out, site);
        Set::unknown()
    }

    fn run_words(&mut self, words: &[Set], site: Site) {
        match super::command::parse(words) {
            Some(super::command::Command::Request { verb, urls, keys, program }) => {
                let unnamed = Name::default();
                let origin = if keys { Origin::Datadog } else { Origin::Unknown };
                let literals = deciding::of_request(words.iter().map(|word| (&unnamed, word)));
                for url in urls {
                    for text in texts_of(&url, &Name::default()) {
                        for (verb, _) in strings::verbs(&verb) {
                            self.emit(Request {
                                cli: true,
                                literals: literals.clone(),
                                ..Request::new(verb, text.clone(), origin, format!("request by {program}"), site)
                            });
                        }
                    }
                }
            }
            Some(super::command::Command::Dog(words)) => {
                let client = crate::evidence::Legacy::Dogshell;
                let symbol = (2..=words.len())
                    .rev()
                    .map(|n| Name::from(words[..n].join(" ")))
                    .find(|s| self.scope.catalog.is_legacy_symbol(client, s));
                if let Some(symbol) = symbol {
                    self.found(Found {
                        steps: vec![(format!("{symbol} run").into(), site)],
                        what: What::Legacy(client, symbol),
                        at: site,
                        fun: self.fun,
                        likely: false,
                        literals: Vec::new(),
                    });
                }
            }
            None => {}
        }
    }
}

/// Two opinions on whose URL it is; a positive one wins.
fn merge(a: Origin, b: Origin) -> Origin {
    match (a, b) {
        (Origin::Unknown, other) | (other, Origin::Unknown) => other,
        (a, b) => a.min(b),
    }
}

/// Whether a text is nothing but something unknown.
pub fn is_blank(text: &Text) -> bool {
    text.pieces.iter().all(|p| !matches!(p, Piece::Lit(l) if l.len() > 1))
}
