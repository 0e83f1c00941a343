//! A `ddscope.toml` to start from: the credential with exactly the scopes that are needed now.

use super::{Emitter, Order, because};
use crate::error::Result;
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
            let _ = writeln!(out, "  \"{scope}\", # {}", because(scope, order));
        }
        out.push_str("]\n");
        // What the next change of the project will ask for, ready to be uncommented.
        out.push_str(
            "# paths = [\"src\"]   # the code that uses it; without it, all\n\n\
             # [[credential.allow]]   # what it holds for something outside this repository\n\
             # scope = \"metrics_read\"\n\
             # reason = \"\"\n",
        );
        Ok(out)
    }
}
