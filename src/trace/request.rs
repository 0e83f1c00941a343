//! What the readers of formats hand to the count: one request as recorded.

/// One recorded request, as a format reader found it.
#[derive(Clone, Debug, Default)]
pub struct Request<'a> {
    /// 1-based record.
    pub record: u64,
    /// Method in any case; empty if the record does not tell.
    pub method: &'a str,
    /// URL or path, with its query if recorded. Holes are written `{}`.
    pub url: &'a str,
    /// Host, where the format keeps it apart from the URL.
    pub host: &'a str,
    /// HTTP status, 0 or `None` if there was no answer.
    pub status: Option<u16>,
    /// Seconds since 1970.
    pub time: Option<i64>,
    /// Who made it.
    pub actor: Option<Who<'a>>,
    /// Whether another id of the record, besides the actor's, is the one that was asked for.
    pub asked_for: bool,
    /// What the format itself says about whose requests it holds.
    pub nature: Nature,
    /// Declared (a request collection), not observed.
    pub declared: bool,
}

/// Who made a request: the kind of [`Actor`](crate::evidence::Actor), and its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who<'a> {
    /// The kind.
    pub kind: &'static str,
    /// The id.
    pub id: &'a str,
}

/// What a format says about whose requests it holds, beyond their hosts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nature {
    /// Nothing: the host decides, and without one the user must.
    #[default]
    Any,
    /// Records of clients' tests: without a host, an API path is taken as Datadog's.
    ClientTests,
    /// Written by Datadog or by its clients: all of it is Datadog's API.
    Datadog,
}
