//! Calls of things of which nothing is known, a transport that somebody hands in: the address among their arguments tells.

use crate::evidence::Origin;
use crate::flow::deciding;
use crate::flow::exec::Run;
use crate::flow::http::Verb;
use crate::flow::origin;
use crate::flow::request::{Request, Site, template};
use crate::flow::subst::Subst;
use crate::flow::transport;
use crate::flow::value::{Args, Instance, Made, Piece, Ref, Root, Set, Text, Value};
use crate::ir::{Language, Name};
use crate::url::Target;
use std::sync::Arc;

/// How the story of such a request begins.
const GIVEN: &str = "address given to ";

/// Whether a request was found by the address that something unknown is given.
pub(in crate::flow) fn is_of_unknown(request: &Request) -> bool {
    request.steps.first().is_some_and(|(step, _)| step.starts_with(GIVEN))
}

impl Run<'_> {
    /// A request by something that is no known library: it must carry a Datadog address that is an operation's, one that
    /// can become such an address once callers and the receiver have filled it, or Datadog's keys.
    pub fn generic_request(&mut self, name: &Name, on: Option<&Arc<Made>>, args: &Args, site: Site, label: &Name) {
        let sounds =
            transport::sounds_like_request(name) || transport::is_side_by_side(name, args) || self.is_aimed(name, args);
        if !sounds || transport::is_mock(label) {
            return;
        }
        let looks = |set: &Set| set.values().filter_map(address_of).any(|text| self.may_be_address(&text));
        let named = |set: &Set| set.values().any(|v| matches!(v, Value::Ref(r) if self.says_method(r)));
        // With the keys along, or where they are at hand and the shape tells, callers tell which address it is.
        let known = match transport::carries_keys(args, on) {
            true => Some(Origin::Datadog),
            false if transport::is_shaped(name, args) && self.origin_here() == Origin::Datadog => Some(Origin::Unknown),
            false => None,
        };
        let guessed = transport::guessed(name, args, &looks, &named);
        let shaped = || known.and_then(|_| transport::shaped(name, args));
        let Some((verbs, urls)) = guessed.or_else(shaped) else {
            self.call_below(name, on, args, site);
            return;
        };
        let urls = match self.given_base(on) {
            Some(base) => transport::below(&base, &urls),
            None => urls,
        };
        self.address_given(&verbs, &urls, args, site, name, known);
    }

    /// Whether an endpoint of Datadog's, written down with its host, is given to something that neither keeps nor shows it.
    fn is_aimed(&self, name: &Name, args: &Args) -> bool {
        let aimed = |value: &Value| match value {
            Value::Text(text) => {
                text.head().starts_with("https://api.")
                    && transport::has_api_path(text)
                    && origin::from_url(text, self.scope.hosts) == Origin::Datadog
                    && !self.scope.catalog.routes(None, &Target::parse(&template(text))).is_empty()
            }
            _ => false,
        };
        // Elsewhere a name in capitals is that of a type, and makes an object.
        let type_name =
            !matches!(self.module.language, Language::Go | Language::CSharp) && name.starts_with(char::is_uppercase);
        !type_name && args.positional.iter().flat_map(Set::values).any(aimed) && !transport::handles_text(name)
    }

    /// The Datadog address that an object of a library nobody knows was made with.
    pub(super) fn given_base(&self, on: Option<&Arc<Made>>) -> Option<Set> {
        let mut at = on;
        while let Some(made) = at {
            let ours = |v: &Value| match v {
                Value::Text(t) => t.head().contains("://") && origin::from_url(t, self.scope.hosts) == Origin::Datadog,
                _ => false,
            };
            if let Some(set) = made.args.all().find(|set| set.values().any(ours)) {
                return Some(set.clone());
            }
            at = made.on.as_ref();
        }
        None
    }

    /// Requests by something unknown to those of these addresses that are Datadog's or may become so: any that somebody else
    /// completes, where more than the address tells whose it is.
    pub(super) fn address_given(
        &mut self,
        verbs: &[Verb],
        urls: &Set,
        args: &Args,
        site: Site,
        name: &str,
        known: Option<Origin>,
    ) {
        let serves = args.positional.iter().skip(1).any(|s| s.values().any(|v| matches!(v, Value::Function(_))));
        let keys = known == Some(Origin::Datadog) || transport::carries_keys(args, None);
        let literals = deciding::of_request(deciding::named(args));
        for item in &urls.items {
            let open = |url: &Text| known.is_some() && url.has_refs() || self.may_be_address(url);
            // Where one unknown thing makes of a path what another is given, only the keys tell that it is an address.
            let given = if known.is_some() { routed_of(&item.value) } else { None };
            let Some(url) = given.or_else(|| address_of(&item.value)).filter(open) else { continue };
            let hosts: Vec<Origin> =
                self.closed(&url).iter().map(|url| origin::from_url(url, self.scope.hosts)).collect();
            let host = hosts.iter().min().copied().unwrap_or(Origin::Unknown);
            // Where subclasses have different hosts, each is told apart once it is known whose object it is.
            let agreed = host != Origin::Unknown && hosts.iter().all(|other| *other == host) || known.is_none() || keys;
            let origin = match (keys, agreed) {
                (true, _) => Origin::Datadog,
                (false, true) => host,
                (false, false) => Origin::Unknown,
            };
            if (serves && host != Origin::Datadog)
                || !matches!(origin.min(host).min(self.origin_here()), Origin::Datadog | Origin::LikelyDatadog)
                || host == Origin::Other
            {
                continue;
            }
            for (verb, world, guard) in verbs {
                let Some(world) = world.and(&item.world) else { continue };
                let mut request = Request {
                    guards: guard.iter().cloned().collect(),
                    likely: true,
                    handed_out: !agreed && url.refs().any(|r| matches!(r.root, Root::This(_))),
                    literals: literals.clone(),
                    ..Request::new(verb.clone(), url.clone(), origin, format!("{GIVEN}{name}"), site)
                };
                self.hold(&mut request, &world);
                request.note_world(&world);
                self.emit(request);
            }
        }
    }

    /// Whether a parameter or field is called what methods are called.
    pub(super) fn says_method(&self, r: &Ref) -> bool {
        let name = match (r.path.last(), r.root) {
            (Some(name), _) => Some(name),
            (None, Root::Param(fun, i)) => self.program().function(fun).params.get(usize::from(i)).map(|p| &p.name),
            (None, Root::This(_) | Root::Row(..)) => None,
        };
        name.is_some_and(|name| transport::METHODS.iter().any(|method| name.eq_ignore_ascii_case(method)))
    }

    /// Whether a text holds an API path, or a Datadog host to which a caller adds one.
    fn may_be_address(&self, text: &Text) -> bool {
        if transport::has_api_path(text) {
            return true;
        }
        let added = |r: &Ref| matches!(r.root, Root::Param(..));
        text.has_refs()
            && self.closed(text).iter().any(|text| {
                transport::has_api_path(text)
                    || text.refs().any(added)
                        && text.head().contains("://")
                        && origin::from_url(text, self.scope.hosts) == Origin::Datadog
            })
    }

    /// A text with what the fields of its own object are known to hold.
    pub(super) fn closed(&self, text: &Text) -> Vec<Text> {
        let own = text.refs().find_map(|r| match r.root {
            Root::This(class) => Some(class),
            Root::Param(..) | Root::Row(..) => None,
        });
        let Some(class) = own else { return vec![text.clone()] };
        let receiver = Value::Instance(Arc::new(Instance::any(self.owner.unwrap_or(class))));
        let subst = Subst::new(Vec::new(), Some(&receiver), false);
        subst.text(&self.scope, text, 0).into_iter().map(|(text, _)| text).collect()
    }
}

/// A value as an address.
fn address_of(value: &Value) -> Option<Text> {
    match value {
        Value::Text(text) => Some((**text).clone()),
        Value::Ref(r) => Some(Text::piece(Piece::Ref(r.clone()))),
        _ => None,
    }
}

/// The path that a value makes an address of.
fn routed_of(value: &Value) -> Option<Text> {
    match value {
        Value::Made(made) => transport::routed(made),
        _ => None,
    }
}
