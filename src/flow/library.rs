//! What names from outside the program mean: the official clients, the older clients, and the shapes that objects made
//! by other libraries take.

use crate::catalog::Catalog;
use crate::evidence::{Legacy, Naming, Version};
use crate::ir::Name;
use std::sync::Arc;

use super::value::{Args, Client, Made, Set, Value};
use super::words::{Remembered, Words};

/// Longest chain of calls that is followed.
const MAX_CHAIN: u8 = 12;
/// Longest path of an outside name.
const MAX_PATH: usize = 240;

/// Stands for a class or a method by a name that is known only when the program runs.
pub const UNNAMED: &str = "{}";

/// An API class of an official client within a path, and what follows it.
#[derive(Debug, PartialEq, Eq)]
pub struct ApiClass<'a> {
    /// Whose rules name its methods.
    pub naming: Naming,
    /// Version, where the path shows it.
    pub version: Option<Version>,
    /// The class as the client names it.
    pub class: &'a str,
    /// Whether the path goes on behind the class, and how.
    pub rest: &'a str,
}

/// The packages of the official clients.
const ROOTS: &[(&str, Naming)] = &[
    ("datadog_api_client", Naming::Python),
    ("@datadog/datadog-api-client", Naming::TypeScript),
    ("datadog-api-client-go", Naming::Go),
    ("com.datadog.api", Naming::Java),
    ("DatadogAPIClient", Naming::Ruby),
    ("datadog_api_client::", Naming::Rust),
];

/// The official client that a path belongs to.
pub fn official(path: &str) -> Option<Naming> {
    if !path.contains("atadog") {
        return None;
    }
    if path.starts_with("datadog_api_client::") || path.starts_with("datadog_api_client.datadogV") {
        return Some(Naming::Rust);
    }
    ROOTS.iter().find(|(root, _)| path.starts_with(root) || (root.contains('-') && path.contains(root))).map(|r| r.1)
}

/// Finds the API class in an outside path.
pub fn api_class(path: &str) -> Option<ApiClass<'_>> {
    let naming = official(path)?;
    let mut class = None;
    let mut start = 0;
    for (i, c) in path.char_indices().chain([(path.len(), '.')]) {
        if matches!(c, '.' | '/' | ':') {
            let segment = path.get(start..i)?;
            let unnamed = segment.trim_end_matches("()") == UNNAMED && i == path.len() && !path.contains(".model");
            if unnamed || is_api_class(naming, segment) {
                class = Some((segment, i));
                break;
            }
            start = i + c.len_utf8();
        }
    }
    let (segment, end) = class?;
    let mut name = segment.strip_suffix("()").unwrap_or(segment);
    let mut version = version_in(&path[..end]);
    if naming == Naming::Go {
        name = name.strip_prefix("New").unwrap_or(name);
        name = name.strip_suffix("Service").unwrap_or(name);
    }
    for (suffix, v) in [("V1", Version::V1), ("V2", Version::V2)] {
        if let Some(base) = name.strip_suffix(suffix) {
            (name, version) = (base, Some(v));
        }
    }
    Some(ApiClass { naming, version, class: name, rest: &path[end..] })
}

fn is_api_class(naming: Naming, segment: &str) -> bool {
    let mut name = segment.strip_suffix("()").unwrap_or(segment);
    if naming == Naming::Go {
        name = name.strip_prefix("New").unwrap_or(name);
        name = name.strip_suffix("Service").unwrap_or(name);
    }
    if naming == Naming::TypeScript {
        name = name.strip_suffix("V1").or_else(|| name.strip_suffix("V2")).unwrap_or(name);
    }
    let ending = matches!(naming, Naming::Ruby | Naming::Rust);
    let stem = name.strip_suffix(if ending { "API" } else { "Api" }).or_else(|| name.strip_suffix("Api"));
    stem.is_some_and(|s| s.len() > 1 && s.starts_with(|c: char| c.is_ascii_uppercase()) && s != "Datadog")
}

fn version_in(path: &str) -> Option<Version> {
    // The last mention decides: `datadog-api-client-go/v2/api/datadogV1`.
    path.rsplit(['.', '/', ':']).find_map(|segment| match segment {
        "v1" | "V1" | "datadogV1" => Some(Version::V1),
        "v2" | "V2" | "datadogV2" => Some(Version::V2),
        s if s.ends_with("-v1") => Some(Version::V1),
        s if s.ends_with("-v2") => Some(Version::V2),
        _ => None,
    })
}

/// The API object that calling or constructing an outside path gives.
pub fn constructed(path: &str) -> Option<Client> {
    let class = api_class(path)?;
    let rest = class.rest.trim_start_matches(['.', ':']);
    let constructor = rest.is_empty()
        || matches!(rest, "new" | "default" | "with_config" | "with_client_and_config" | "with_client" | "getInstance");
    constructor.then(|| client(&class))
}

fn client(class: &ApiClass<'_>) -> Client {
    Client { naming: class.naming, version: class.version, class: Some(class.class.into()), made: None }
}

/// An object of a type from outside that is written down.
pub fn instance_of(path: &Name) -> Set {
    if let Some(class) = api_class(path)
        && class.rest.is_empty()
    {
        return Set::of(Value::Client(Arc::new(client(&class))));
    }
    if let Some(object) = legacy_object(path) {
        return Set::of(object);
    }
    thread_local! {
        static FOLLOWED: Remembered = Remembered::default();
    }
    let follow = || !is_plain_type(path) && !is_address_type(path) && sounds_like_client(path);
    if !FOLLOWED.with(|known| known.is(path, follow)) {
        return Set::unknown();
    }
    Set::of(Value::Made(Arc::new(Made { path: format!("{path}()").into(), on: None, args: Args::default(), depth: 1 })))
}

/// Whether a name from outside may be that of something that makes requests or keeps those that do.
pub fn sounds_like_client(path: &str) -> bool {
    static WORDS: Words = Words::new(&[
        "datadog",
        "dogapi",
        "http",
        "client",
        "url",
        "uri",
        "rest",
        "session",
        "request",
        "api",
        "axios",
        "fetch",
        "retrofit",
        "feign",
        "conn",
        "transport",
        "faraday",
        "excon",
        "pool",
        "command",
        "process",
    ]);
    // The clients' data types, and answers to requests.
    if path.contains(".model") || path.contains("Response") || path.contains("response") || path.contains("Exception") {
        return false;
    }
    WORDS.are_in(path)
}

/// Types of addresses: texts to the engine.
fn is_address_type(path: &str) -> bool {
    matches!(path.rsplit(['.', ':', '/', '\\']).next(), Some("Url" | "URL" | "URI" | "Uri" | "HttpUrl"))
}

/// Types that say nothing about what an object can do.
fn is_plain_type(path: &str) -> bool {
    matches!(
        path,
        "str"
            | "string"
            | "String"
            | "int"
            | "bool"
            | "float"
            | "bytes"
            | "dict"
            | "list"
            | "object"
            | "any"
            | "Any"
            | "number"
            | "boolean"
            | "void"
            | "error"
            | "&str"
            | "i64"
            | "i32"
            | "u64"
            | "u32"
            | "f64"
            | "Integer"
            | "Long"
            | "Object"
            | "unknown"
            | "never"
            | "interface{}"
            | "int64"
            | "float64"
            | "Self"
            | "self"
            | "T"
            | "var"
            | "dynamic"
            | "Dict"
            | "List"
            | "Map"
            | "typing.Any"
            | "typing.Dict"
            | "typing.List"
            | "Record"
            | "None"
            | "null"
            | "undefined"
    )
}

/// A field of an outside name.
pub fn external_field(path: &Name, name: &Name) -> Set {
    if path.len() > MAX_PATH || path.is_empty() {
        return Set::unknown();
    }
    Set::of(Value::External(format!("{path}.{name}").into()))
}

/// A field of an object made outside.
pub fn made_field(made: &Made, name: &Name) -> Set {
    if made.path.len() > MAX_PATH {
        return Set::unknown();
    }
    let path = format!("{}.{name}", made.path);
    // The first Go client keeps its API objects in fields: `client.MonitorsApi`.
    if let Some(class) = api_class(&path)
        && class.rest.is_empty()
    {
        return Set::of(Value::Client(Arc::new(client(&class))));
    }
    // A field set by the literal or the keyword that made the object.
    if let Some(set) = made.args.named(name)
        && !set.is_unknown()
    {
        return set.clone();
    }
    if !super::transport::is_any_library(&path) && !sounds_like_client(name) {
        return Set::unknown();
    }
    let mut out = made.clone();
    out.path = path.into();
    out.depth = out.depth.saturating_add(1);
    if out.depth > MAX_CHAIN { Set::unknown() } else { Set::of(Value::Made(Arc::new(out))) }
}

/// A member of a client object: a method as a value, or the part of an older client's symbol.
pub fn client_field(catalog: &Catalog, object: &Value, name: &Name) -> Set {
    match object {
        Value::Client(_) if matches!(name.as_str(), "javaClass" | "class") => Set::of(object.clone()),
        Value::Client(client) if catalog.is_sdk_method(client.naming, name) => {
            Set::of(Value::Method(Arc::new(object.clone()), name.clone()))
        }
        Value::Legacy(client, symbol) => {
            let full = join_symbol(*client, symbol, name);
            if catalog.is_legacy_symbol(*client, &full) {
                Set::of(Value::Method(Arc::new(object.clone()), name.clone()))
            } else {
                Set::of(Value::Legacy(*client, full))
            }
        }
        _ => Set::unknown(),
    }
}

/// The table's spelling of a member of an older client's object.
pub fn join_symbol(client: Legacy, object: &str, member: &str) -> Name {
    match client {
        Legacy::DogapiRb => format!("{object}#{member}").into(),
        _ => format!("{object}.{member}").into(),
    }
}

/// The object of an older client that an outside path stands for.
pub fn legacy_object(path: &str) -> Option<Value> {
    let client = path.ends_with(".NewClient") || path.ends_with(".Client");
    if client && path.contains("zorkian/go-datadog-api") {
        return Some(Value::Legacy(Legacy::GoDatadogApi, "Client".into()));
    }
    if matches!(path, "Dogapi.Client" | "Dogapi::Client" | "dogapi.Dogapi.Client") {
        return Some(Value::Legacy(Legacy::DogapiRb, "Dogapi::Client".into()));
    }
    if matches!(
        path,
        "datadog.ThreadStats" | "datadog.threadstats.ThreadStats" | "datadog.threadstats.base.ThreadStats"
    ) {
        return Some(Value::Legacy(Legacy::Datadogpy, "ThreadStats".into()));
    }
    None
}

/// The symbol of an older client that an outside path, called, stands for: `datadog.api.Monitor.create` is
/// `api.Monitor.create`, also with the module in between (`datadog.api.monitors.Monitor.create`).
pub fn legacy_symbol(path: &str) -> Option<(Legacy, Name)> {
    if let Some(rest) = path.strip_prefix("datadog.api.") {
        let parts: Vec<&str> = rest.split('.').filter(|p| !p.is_empty()).collect();
        let class = |p: &&str| *p == UNNAMED || p.starts_with(|c: char| c.is_ascii_uppercase());
        let first = parts.iter().position(class)?;
        let rest = parts.get(first..)?;
        if rest.len() < 2 || rest.iter().any(|p| p.ends_with("()")) || parts.contains(&"exceptions") {
            return None;
        }
        return Some((Legacy::Datadogpy, format!("api.{}", rest.join(".")).into()));
    }
    if let Some(rest) = path.strip_prefix("dogapi.") {
        return (!rest.contains('(')).then(|| (Legacy::NodeDogapi, format!("dogapi.{rest}").into()));
    }
    if matches!(path, "datadog.lambda_metric" | "datadog.datadog_lambda_wrapper") {
        return Some((Legacy::Datadogpy, path.into()));
    }
    None
}

fn mentions_address(set: &Set) -> bool {
    set.values().any(|v| match v {
        Value::Text(t) => t.pieces.iter().any(
            |p| matches!(p, super::value::Piece::Lit(l) if l.contains("datadog") || l.contains("://") || l.contains("/api/")),
        ),
        Value::Table(t) => t.entries.iter().any(|(_, s)| s.items.len() == 1 && mentions_address(s)),
        _ => false,
    })
}

/// What a call of something outside gives.
pub fn result(path: &str, on: Option<&Arc<Made>>, args: Args) -> Set {
    let depth = on.map_or(0, |m| m.depth) + 1;
    thread_local! {
        static FOLLOWED: Remembered = Remembered::default();
    }
    let follow = || {
        super::transport::is_any_library(path)
            || sounds_like_client(super::transport::last_segment(path))
            || super::deciding::is_named(path)
    };
    if !FOLLOWED.with(|known| known.is(path, follow))
        && !super::transport::carries_keys(&args, None)
        && !args.all().any(mentions_address)
    {
        return Set::unknown();
    }
    if path.is_empty() || path.len() > MAX_PATH || depth > MAX_CHAIN {
        return Set::unknown();
    }
    Set::of(Value::Made(Arc::new(Made { path: format!("{path}()").into(), on: on.cloned(), args, depth })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(path: &str) -> Option<(Naming, Option<Version>, &str, &str)> {
        api_class(path).map(|c| (c.naming, c.version, c.class, c.rest))
    }

    #[test]
    fn api_classes_are_found_in_every_clients_spelling() {
        let (v1, v2) = (Some(Version::V1), Some(Version::V2));
        assert_eq!(
            class("datadog_api_client.v1.api.monitors_api.MonitorsApi"),
            Some((Naming::Python, v1, "MonitorsApi", ""))
        );
        assert_eq!(class("@datadog/datadog-api-client.v2.LogsApi"), Some((Naming::TypeScript, v2, "LogsApi", "")));
        assert_eq!(
            class("@datadog/datadog-api-client-auth-n-mappings.AuthNMappingsApiV2"),
            Some((Naming::TypeScript, v2, "AuthNMappingsApi", ""))
        );
        assert_eq!(
            class("github.com/DataDog/datadog-api-client-go/v2/api/datadogV1.NewMonitorsApi"),
            Some((Naming::Go, v1, "MonitorsApi", ""))
        );
        assert_eq!(
            class("github.com/DataDog/datadog-api-client-go/api/v1/datadog.NewAPIClient().MonitorsApi"),
            Some((Naming::Go, v1, "MonitorsApi", ""))
        );
        assert_eq!(
            class("com.datadog.api.v1.client.api.AwsIntegrationApi"),
            Some((Naming::Java, v1, "AwsIntegrationApi", ""))
        );
        assert_eq!(class("DatadogAPIClient.V2.RolesAPI.new"), Some((Naming::Ruby, v2, "RolesAPI", ".new")));
        assert_eq!(
            class("datadog_api_client::datadogV2::api_roles.RolesAPI.with_config"),
            Some((Naming::Rust, v2, "RolesAPI", ".with_config"))
        );
        assert_eq!(class("requests.api.MonitorsApi"), None);
        assert_eq!(class("datadog_api_client.ApiClient"), None);
    }

    #[test]
    fn older_symbols_drop_the_module_in_between() {
        assert_eq!(
            legacy_symbol("datadog.api.monitors.Monitor.create"),
            Some((Legacy::Datadogpy, "api.Monitor.create".into()))
        );
        assert_eq!(legacy_symbol("datadog.api.exceptions.ApiError"), None);
        assert_eq!(legacy_symbol("datadog.initialize"), None);
    }
}
