//! The tools: each checks its paths, runs a command of the command line, and hands over its JSON.

use super::bounds::bounded;
use super::paths::Roots;
use crate::cli::{self, Cli, Outcome};
use crate::emit::EMITTERS;
use crate::error::Error;
use clap::Parser as _;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolResult, ContentBlock};
use rmcp::schemars::{JsonSchema, Schema, SchemaGenerator};
use rmcp::{ErrorData, ServerHandler, tool, tool_handler, tool_router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What serves one client.
#[derive(Clone, Debug)]
pub(super) struct Server {
    roots: Roots,
    max_bytes: usize,
    catalog: Option<PathBuf>,
}

/// Where to look.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Inputs {
    /// Files and folders of code, relative to the server's folder. Without paths and traces: that folder.
    #[serde(default)]
    paths: Vec<String>,
    /// Files and folders of recorded traffic (HAR, cassettes, access logs, the audit trail, …); the format is recognised.
    #[serde(default)]
    traces: Vec<String>,
    /// Count calls of test code, too.
    #[serde(default)]
    include_tests: bool,
    /// Globs of files to leave out, such as `docs/**`.
    #[serde(default)]
    exclude: Vec<String>,
    /// What the tool does not know: a misspelt `path` must not scan everything.
    #[serde(flatten)]
    #[schemars(skip)]
    unknown: BTreeMap<String, Value>,
}

/// What a credential is.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// An application key or an access token.
    AppKey,
    /// An OAuth client.
    Oauth,
    /// A role.
    Role,
}

/// Input of `scan`.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Scan {
    #[serde(flatten)]
    inputs: Inputs,
    /// The kind of credential to answer for; without it, keys and OAuth clients.
    credential: Option<Kind>,
}

/// Input of `explain`.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
struct Explain {
    /// A scope (`monitors_read`), an operation (`v1:ListMonitors`), a method of a client (`list_monitors`), a Terraform type
    /// (`datadog_monitor`), a request (`GET /api/v1/monitor/123`) or a URL.
    what: String,
}

/// Input of `generate`.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Generate {
    #[serde(flatten)]
    inputs: Inputs,
    #[schemars(schema_with = "forms")]
    format: Option<String>,
    /// The kind of credential, where the form does not decide it.
    credential: Option<Kind>,
    /// Name of the key, token, role or integration.
    name: Option<String>,
    /// Leave out calls that change something.
    #[serde(default)]
    read_only: bool,
}

/// Input of `check`.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Check {
    #[serde(flatten)]
    inputs: Inputs,
    /// The scopes that the credential holds.
    #[serde(default)]
    granted: Vec<String>,
    /// Files with what credentials hold: answers of Datadog's API, Terraform, lists.
    #[serde(default)]
    grants: Vec<String>,
    /// The kind of credential that `granted` is for.
    credential: Option<Kind>,
}

impl Server {
    pub(super) fn new(roots: Roots, max_bytes: usize, catalog: Option<PathBuf>) -> Self {
        Self { roots, max_bytes, catalog }
    }

    /// Runs a command line beside the protocol; what goes wrong is the tool's error, not the protocol's.
    async fn run(
        &self,
        words: Result<Vec<String>, Error>,
        shape: impl FnOnce(Outcome) -> Value + Send + 'static,
    ) -> Result<CallToolResult, ErrorData> {
        let (catalog, most) = (self.catalog.clone(), self.max_bytes);
        let work = move || -> Result<Value, String> {
            let words = words.map_err(|error| error.to_string())?;
            let mut cli = Cli::try_parse_from(words).map_err(|error| error.render().to_string())?;
            cli.common.catalog = catalog;
            cli::run(&cli).map(|outcome| bounded(shape(outcome), most)).map_err(|error| error.to_string())
        };
        let failed = |text: String| CallToolResult::error(vec![ContentBlock::text(text)]);
        Ok(match tokio::task::spawn_blocking(work).await {
            Ok(Ok(value)) => CallToolResult::structured(value),
            Ok(Err(text)) => failed(text),
            Err(_) => failed("this failed, which is a bug in ddscope".to_owned()),
        })
    }

    /// Words that name the inputs, if all of them may be read.
    fn inputs(&self, inputs: &Inputs, words: &mut Vec<String>) -> Result<(), Error> {
        if let Some(name) = inputs.unknown.keys().next() {
            let error = Error::new(format!("this tool takes no `{name}`"));
            return Err(error.help("it takes paths, traces, exclude, include_tests, and what its description names"));
        }
        if inputs.include_tests {
            words.push("--include-tests".to_owned());
        }
        words.extend(inputs.exclude.iter().map(|glob| format!("--exclude={glob}")));
        for trace in &inputs.traces {
            words.push(format!("--trace={}", self.roots.admit(trace)?));
        }
        words.push("--".to_owned());
        for path in &inputs.paths {
            words.push(self.roots.admit(path)?);
        }
        Ok(())
    }
}

#[tool_router]
impl Server {
    #[tool(
        name = "scan",
        description = "Find the Datadog API operations that code or recorded traffic uses, with the places, the least scopes needed for each kind of credential, and the calls that could not be decided.",
        annotations(title = "Least Datadog scopes for code", read_only_hint = true, open_world_hint = false)
    )]
    async fn scan(&self, Parameters(asked): Parameters<Scan>) -> Result<CallToolResult, ErrorData> {
        let mut words = command("scan", asked.credential);
        let words = self.inputs(&asked.inputs, &mut words).map(|()| words);
        self.run(words, |outcome| without(parsed(&outcome.text), &["skipped"])).await
    }

    #[tool(
        name = "explain",
        description = "Say what a Datadog scope opens, or what an operation, client method, Terraform type, request or URL needs from an application key and from an OAuth client.",
        annotations(title = "What a scope or call means", read_only_hint = true, open_world_hint = false)
    )]
    async fn explain(&self, Parameters(asked): Parameters<Explain>) -> Result<CallToolResult, ErrorData> {
        let words = ["ddscope", "explain", "--format=json", "--", &asked.what].map(str::to_owned).to_vec();
        self.run(Ok(words), |outcome| parsed(&outcome.text)).await
    }

    #[tool(
        name = "generate",
        description = "Write the least scopes that code or recorded traffic needs in the form that a tool or an endpoint takes: names, Terraform, bodies for Datadog's API, an OAuth authorize URL, a justification, …",
        annotations(title = "Write the least scopes", read_only_hint = true, open_world_hint = false)
    )]
    async fn generate(&self, Parameters(asked): Parameters<Generate>) -> Result<CallToolResult, ErrorData> {
        let mut words = vec!["ddscope".to_owned(), "generate".to_owned()];
        words.extend(asked.format.iter().map(|format| format!("--format={format}")));
        words.extend(asked.credential.map(flag));
        words.extend(asked.name.iter().map(|name| format!("--name={name}")));
        words.extend(asked.read_only.then(|| "--read-only".to_owned()));
        let words = self.inputs(&asked.inputs, &mut words).map(|()| words);
        self.run(
            words,
            |outcome| json!({"text": outcome.text, "notes": outcome.notes, "complete": outcome.problems.is_empty()}),
        )
        .await
    }

    #[tool(
        name = "check",
        description = "Compare the scopes that a credential holds with what code or recorded traffic needs: what is missing, what is excess, and why. Give `granted` names or `grants` files; without both, the ddscope.toml of the server's folder.",
        annotations(title = "Granted against needed scopes", read_only_hint = true, open_world_hint = false)
    )]
    async fn check(&self, Parameters(asked): Parameters<Check>) -> Result<CallToolResult, ErrorData> {
        let mut words = command("check", asked.credential);
        if !asked.granted.is_empty() {
            words.push(format!("--granted={}", asked.granted.join(",")));
        }
        let grants = asked.grants.iter().map(|path| self.roots.admit(path).map(|path| format!("--grant={path}")));
        let words = grants.collect::<Result<Vec<String>, Error>>().and_then(|grants| {
            words.extend(grants);
            self.inputs(&asked.inputs, &mut words).map(|()| words)
        });
        self.run(words, |outcome| {
            without(parsed(&outcome.text), &["skipped", "usages", "credentials", "inputs", "fingerprint"])
        })
        .await
    }
}

#[tool_handler(
    name = "ddscope",
    instructions = "ddscope finds which Datadog API operations code and recorded traffic use and answers with the \
    least set of scopes for an application key, an OAuth client or a role. Use `scan` before creating a key, `generate` \
    to write it down (Terraform, API bodies, an OAuth URL, …), `check` to compare with what is granted, `explain` for \
    questions about one scope, operation or URL. It only reads files, never runs code and never calls Datadog. Unresolved \
    calls may need more than the answer: look at their places before you rely on it."
)]
impl ServerHandler for Server {}

/// The forms that `generate` knows, with what each is.
fn forms(_: &mut SchemaGenerator) -> Schema {
    let about: Vec<String> =
        EMITTERS.iter().map(|emitter| format!("`{}` ({})", emitter.name(), emitter.about())).collect();
    let names: Vec<&str> = EMITTERS.iter().map(|emitter| emitter.name()).collect();
    rmcp::schemars::json_schema!({
        "type": "string",
        "enum": names,
        "description": format!("The form of the output; without it, names. {}", about.join(", ")),
    })
}

fn command(name: &str, credential: Option<Kind>) -> Vec<String> {
    let mut words = vec!["ddscope".to_owned(), name.to_owned(), "--format=json".to_owned()];
    words.extend(credential.map(flag));
    words
}

fn flag(kind: Kind) -> String {
    let name = match kind {
        Kind::AppKey => "app-key",
        Kind::Oauth => "oauth",
        Kind::Role => "role",
    };
    format!("--credential={name}")
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!({"text": text}))
}

/// The value without the members of these names, at any depth: they tell an assistant little and cost much.
fn without(value: Value, names: &[&str]) -> Value {
    match value {
        Value::Object(object) => {
            let kept = object.into_iter().filter(|(key, _)| !names.contains(&key.as_str()));
            Value::Object(kept.map(|(key, item)| (key, without(item, names))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(|item| without(item, names)).collect()),
        other => other,
    }
}
