//! A `ddscope.toml` to start from: the credential with exactly the scopes that are needed now.

use super::{Emitter, Order};
use crate::error::Result;
use crate::ir::Name;
use crate::privilege::Credential;
use std::fmt::Write as _;

/// `ddscope.toml`.
pub struct Config;

impl Emitter for Config {
    fn name(&self) -> &'static str {
        "config"
    }

    fn about(&self) -> &'static str {
        "a ddscope.toml that declares the credential, to start checking with"
    }

    fn credentials(&self) -> &'static [Credential] {
        &Credential::ALL
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        let mut out = String::from(
            "# What this project's credentials hold. `ddscope check` compares it with what the code needs.\n\n",
        );
        let name = toml_edit::Value::from(order.details.name.as_str());
        let _ = writeln!(
            out,
            "[[credential]]\nname ={}\nkind = \"{}\"\nscopes = [",
            name.decorated(" ", ""),
            order.credential.name()
        );
        for scope in order.scopes {
            let operations = order.solution.because.get(scope).map(Vec::as_slice).unwrap_or_default();
            let shown: Vec<&str> = operations.iter().take(3).map(Name::as_str).collect();
            let more = operations.len().saturating_sub(3);
            let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
            let _ = writeln!(out, "  \"{scope}\", # {}{rest}", shown.join(", "));
        }
        Ok(out + "]\n")
    }
}
