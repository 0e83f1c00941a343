//! Evidence: one place that shows a Datadog call, before anyone asked the table which operation it is.
//!
//! `flow`, `infra` and `trace` produce it, `resolve` consumes it.

use crate::ir::{Language, Name, Span};
use crate::url::Template;
use std::sync::Arc;

/// One place that shows a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// What is called, as far as the place shows it.
    pub call: Call,
    /// Where.
    pub place: Place,
    /// How sure the place is about the call.
    pub confidence: Confidence,
    /// Whether the place is test code.
    pub test: bool,
    /// Literals that flow to the call's arguments and may decide between requirements, as (name, value): `share_type` → `embed`.
    pub literals: Vec<(Name, Name)>,
    /// How the call was derived, from the first known thing to the call; printed by `--explain-use`.
    pub steps: Vec<Step>,
    /// What only recorded traffic knows.
    pub observed: Option<Box<Observed>>,
}

/// Where evidence stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// A stretch of a text file.
    Source {
        /// The file as reported, `/`-separated.
        file: Arc<str>,
        /// Its language; `None` for Terraform and other declarations.
        language: Option<Language>,
        /// The stretch.
        span: Span,
    },
    /// A record of a trace.
    Record {
        /// The file as reported, `-` for standard input.
        file: Arc<str>,
        /// 1-based record.
        record: u64,
    },
}

impl Place {
    /// The file as reported.
    pub fn file(&self) -> &Arc<str> {
        match self {
            Self::Source { file, .. } | Self::Record { file, .. } => file,
        }
    }

    /// First line, or the record of a trace.
    pub fn line(&self) -> u64 {
        match self {
            Self::Source { span, .. } => u64::from(span.line),
            Self::Record { record, .. } => *record,
        }
    }
}

/// How sure we are, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// Type or URL proven.
    Certain,
    /// One link inferred.
    Likely,
    /// Several operations fit, or it may not be Datadog at all.
    Possible,
}

impl Confidence {
    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

/// An API version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Version {
    /// `/api/v1`.
    V1,
    /// `/api/v2`.
    V2,
}

/// What is called.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// A method of an official client.
    Sdk {
        /// Whose naming rules apply.
        client: Naming,
        /// Version of the receiver's type, where known.
        version: Option<Version>,
        /// Class of the receiver as written (`MonitorsApi`, `MonitorsAPI`), where known.
        class: Option<Name>,
        /// Method as written (`list_monitors_with_pagination`).
        method: Name,
    },
    /// A method of an older client, by the symbol of the table (`api.Monitor.create`, `Client.GetMonitors`, `get_all_monitors`).
    Legacy {
        /// Which client.
        client: Legacy,
        /// The symbol as the table spells it.
        symbol: Name,
    },
    /// An HTTP request.
    Http {
        /// Upper-case method; `None` where it cannot be told.
        method: Option<Name>,
        /// URL or path with holes.
        url: Template,
        /// Whose URL it is.
        origin: Origin,
        /// Whether the shell or a program like `curl` makes it.
        cli: bool,
        /// Whether what is unknown of it comes out of one of several branches: what else is found at its place is another
        /// call.
        alternative: bool,
    },
    /// A Terraform (or Pulumi, CDKTF, operator, …) block, one evidence per action.
    Declared {
        /// Which vocabulary the type belongs to: `terraform`, `pulumi`, `kubernetes`, `ansible`, `github-action`, `cli`.
        vocabulary: &'static str,
        /// `datadog_monitor`; data sources have the prefix `data.`.
        kind: Name,
        /// `create`, `read`, `update`, `delete`, `plan`, `configure`, `run`.
        action: Name,
        /// The operation (`v1:CreateMonitor`) that the action calls, as the table of declared resources says.
        operation: Name,
        /// The block as users name it: `datadog_monitor.main`, `data.datadog_role.admin`.
        address: Name,
        /// The configured provider whose credential makes the call: `datadog`, `datadog.eu`; empty where there is no such thing.
        provider: Name,
    },
    /// A Datadog call of which no more is known than that it happens; never dropped.
    Opaque {
        /// What was seen, e.g. the unknown resource type or method.
        what: Name,
        /// The kebab-case reason (`unknown-type`, `module-not-downloaded`).
        reason: &'static str,
    },
    /// A call as the report of an earlier run tells it; its operation was decided then.
    Told {
        /// The word for its kind in reports.
        kind: &'static str,
        /// The call in words.
        text: Name,
        /// Upper-case method, where it is a request and its method is known.
        method: Option<Name>,
        /// URL or path with holes written `{}`, where it is a request.
        url: Option<Name>,
    },
}

impl Call {
    /// What of a declared block makes the call.
    pub fn action(&self) -> Option<&str> {
        if let Self::Declared { action, .. } = self { Some(action) } else { None }
    }

    /// Whether this happens while changes are only planned: refreshing, data sources, validation, starting the provider.
    /// `None` for calls that are not declared, or that know no planning.
    pub fn is_planned(&self) -> Option<bool> {
        match self {
            Self::Declared { provider, action, .. } if !provider.is_empty() => {
                Some(matches!(action.as_str(), "plan" | "read" | "configure"))
            }
            _ => None,
        }
    }
}

/// Which part of a deployment is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Only planning.
    Plan,
    /// Planning and applying.
    Apply,
}

impl Phase {
    /// The word on the command line and in `ddscope.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Apply => "apply",
        }
    }

    /// Whether the phase makes a call; calls that belong to no deployment are made in both.
    pub fn makes(self, call: &Call) -> bool {
        self == Self::Apply || call.is_planned() != Some(false)
    }
}

/// Naming rules of the six official clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Naming {
    /// `datadog-api-client` for Python.
    Python,
    /// `@datadog/datadog-api-client` for TypeScript and JavaScript.
    TypeScript,
    /// `datadog-api-client-go`.
    Go,
    /// `com.datadoghq:datadog-api-client`, for Java and Kotlin.
    Java,
    /// `datadog_api_client` for Ruby.
    Ruby,
    /// `datadog-api-client` for Rust.
    Rust,
}

/// The older clients of `shared/facts/legacy_clients.tsv`; the name in the table is in parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Legacy {
    /// `datadog` for Python (`datadogpy`).
    Datadogpy,
    /// The `dog` command line (`dogshell`).
    Dogshell,
    /// `dogapi` for Ruby (`dogapi-rb`).
    DogapiRb,
    /// `zorkian/go-datadog-api` (`go-datadog-api`).
    GoDatadogApi,
    /// `dogapi` for Node (`node-dogapi`).
    NodeDogapi,
}

/// Whose URL it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// Proven Datadog: host, keys in the headers, client class.
    Datadog,
    /// Inferred Datadog: names around it.
    LikelyDatadog,
    /// Nothing known either way.
    Unknown,
    /// Another product.
    Other,
}

/// One step of a derivation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// What was learned, e.g. `base URL` or `wrapper Client._get`.
    pub what: Name,
    /// The file.
    pub file: Arc<str>,
    /// Where in it.
    pub span: Span,
}

/// What a trace tells beyond method and URL. Never secrets: ids of keys are public identifiers, values are not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Observed {
    /// HTTP status, if recorded; the lowest of several, so that one request that was answered shows.
    pub status: Option<u16>,
    /// Who made the request, where the format tells it.
    pub actor: Option<Actor>,
    /// When, in seconds since 1970; the last time of several requests.
    pub time: Option<i64>,
    /// The first time, in seconds since 1970.
    pub first: Option<i64>,
    /// How many equal requests this stands for.
    pub count: u64,
    /// Declared (a request collection) rather than observed.
    pub declared: bool,
}

/// Who made a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Actor {
    /// `application-key`, `api-key`, `oauth-client`, `user`, `personal-access-token`, `service-access-token`.
    pub kind: Name,
    /// Its id or name as recorded.
    pub id: Name,
}
