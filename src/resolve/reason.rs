//! Why a call stays undecided: the ids that reports print and what they mean to a reader.

/// Several operations fit the path.
pub const SEVERAL: &str = "several-operations";
/// The client has no such method.
pub const UNKNOWN_METHOD: &str = "unknown-method";
/// A Datadog address that the table does not know.
pub const UNKNOWN_ENDPOINT: &str = "unknown-endpoint";
/// The path is fixed, the HTTP method is not.
pub const VERB: &str = "verb-not-constant";
/// The path is decided at run time.
pub const PATH: &str = "path-not-constant";
/// Which method of a client is called is decided at run time.
pub const METHOD: &str = "method-not-constant";
/// The path is Datadog's, the host may be another product's.
pub const HOST: &str = "host-not-constant";
/// A guess too weak to count.
pub const WEAK: &str = "not-proven";

/// An endpoint that older clients call and no document of Datadog's describes.
pub const UNDOCUMENTED: &str = "undocumented-endpoint";
/// An endpoint of older releases of which no requirement was ever published.
pub const RETIRED: &str = "retired-endpoint";

/// One sentence for people, and what they can do about it.
pub fn describe(reason: &str) -> (&'static str, &'static str) {
    match reason {
        SEVERAL => {
            ("more than one operation fits", "look at the candidates; if you know which it is, grant that one's scopes")
        }
        UNKNOWN_METHOD => (
            "the client has no such method in the releases that the table knows",
            "check the spelling and the client's version",
        ),
        UNKNOWN_ENDPOINT => (
            "Datadog's documents do not describe this endpoint",
            "find out what it needs by trying it with a scoped key",
        ),
        UNDOCUMENTED => (
            "older clients call this endpoint, but no document says what it needs",
            "move to a documented endpoint, or try it with a scoped key",
        ),
        RETIRED => (
            "Datadog's documents dropped this endpoint and never said what it needs",
            "move to its successor (ddscope explain tells which)",
        ),
        VERB => {
            ("the HTTP method is decided at run time", "look at the candidates; a recorded trace would tell (--trace)")
        }
        PATH => ("the path is decided at run time", "record the traffic of a run and add it with --trace"),
        METHOD => (
            "the client's method is picked by a name at run time",
            "record the traffic of a run and add it with --trace, or describe the wrapper in ddscope.toml",
        ),
        HOST => (
            "the path is one of Datadog's, but nothing shows that the host is",
            "if it is Datadog, name its host with --host",
        ),
        WEAK => (
            "it looks like a Datadog call, but too little shows it",
            "look at the place; --explain-use FILE:LINE tells how it was found",
        ),
        "unknown-type" | "unknown-class" | "unknown-kind" | "unknown-module" => {
            ("the resource type is not in the table", "look its API calls up in the provider's documentation")
        }
        "unknown-action" => (
            "what this action calls is not in the table",
            "look into the action; if it needs an application key, record its traffic",
        ),
        "unknown-command" => (
            "what this command calls is not in the table",
            "look up which key it needs, or record its traffic (--trace)",
        ),
        "module-not-downloaded" => (
            "the module comes from a registry or a repository and is not here, so what it declares does not count",
            "run `terraform init` next to it, which puts it into .terraform/modules, or give the plan: terraform show -json PLANFILE > plan.json",
        ),
        "module-not-found" => (
            "the module's folder is not here, or was left out",
            "name the folder that holds both, or take it out of --exclude",
        ),
        _ => ("the call cannot be decided", "look at the place; a recorded trace would tell (--trace)"),
    }
}
