//! Reading the environment.

use crate::flow::value::{Args, Piece, Set, Text, Value};
use crate::ir::Name;
use std::sync::Arc;

/// Whether a path is the table of environment variables.
pub fn is_environment(path: &str) -> bool {
    matches!(
        path,
        "os.environ" | "ENV" | "process.env" | "_ENV" | "_SERVER" | "import.meta.env" | "Deno.env" | "Bun.env"
    )
}

/// What is read from the environment, and the default beside it; `None` if it is something else.
pub(super) fn environment(path: &str, args: &Args) -> Option<Set> {
    if let Some(name) = path.strip_prefix("process.env.").or_else(|| path.strip_prefix("import.meta.env.")) {
        return Some(Set::text(Text::piece(Piece::Env(name.into()))));
    }
    let reads = matches!(
        path,
        "os.environ.get"
            | "os.getenv"
            | "getenv"
            | "ENV.fetch"
            | "os.environ.setdefault"
            | "System.getenv"
            | "System.getProperty"
            | "java.lang.System.getenv"
            | "os.Getenv"
            | "os.LookupEnv"
            | "std.env.var"
            | "env.var"
            | "std::env.var"
            | "std::env::var"
            | "env.var_os"
            | "env"
            | "Environment.GetEnvironmentVariable"
            | "System.Environment.GetEnvironmentVariable"
            | "environ.get"
            | "decouple.config"
            | "Deno.env.get"
            | "dotenv.get"
            | "std::env::var_os"
            | "std::env.var_os"
    );
    if !reads {
        return None;
    }
    let mut out = Set::unknown();
    for value in args.at(0).into_iter().flat_map(Set::values) {
        match value {
            Value::Text(text) => match text.as_literal() {
                Some(name) => out.add(Value::Text(Arc::new(Text::piece(Piece::Env(name.into()))))),
                None => out.add(Value::Text(text.clone())),
            },
            _ => out.add(Value::Text(Arc::new(Text::piece(Piece::Env(Name::default()))))),
        };
    }
    if let Some(default) = args.at(1).or_else(|| args.named("default")) {
        for value in default.values() {
            if !matches!(value, Value::Null | Value::Bool(_) | Value::Function(_)) {
                out.add(value.clone());
            }
        }
    }
    Some(out)
}
