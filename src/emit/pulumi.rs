//! Pulumi programs with an application key.

use super::{Emitter, Order, because, not_empty};
use crate::error::Result;
use crate::privilege::Credential;
use serde_json::Value;
use std::fmt::Write as _;

/// Pulumi YAML.
pub struct Yaml;
/// Pulumi in TypeScript.
pub struct TypeScript;

impl Emitter for Yaml {
    fn name(&self) -> &'static str {
        "pulumi"
    }

    fn about(&self) -> &'static str {
        "a datadog:ApplicationKey resource in Pulumi YAML"
    }

    fn credentials(&self) -> &'static [Credential] {
        &[Credential::AppKey]
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        not_empty(order, "key")?;
        // JSON strings are YAML strings; `${` would be looked up.
        let name = Value::from(order.details.name.replace("${", "$${"));
        let mut out = format!(
            "resources:\n  applicationKey:\n    type: datadog:ApplicationKey\n    properties:\n      name: {name}\n      scopes:\n"
        );
        for scope in order.scopes {
            let _ = writeln!(out, "        - {scope} # {}", because(scope, order));
        }
        Ok(out)
    }
}

impl Emitter for TypeScript {
    fn name(&self) -> &'static str {
        "pulumi-typescript"
    }

    fn about(&self) -> &'static str {
        "a datadog.ApplicationKey in a Pulumi program in TypeScript"
    }

    fn credentials(&self) -> &'static [Credential] {
        &[Credential::AppKey]
    }

    fn emit(&self, order: &Order<'_>) -> Result<String> {
        not_empty(order, "key")?;
        let name = Value::from(order.details.name.as_str());
        let scopes: Vec<String> =
            order.scopes.iter().map(|scope| format!("    \"{scope}\", // {}\n", because(scope, order))).collect();
        Ok(format!(
            "import * as datadog from \"@pulumi/datadog\";\n\n\
             export const applicationKey = new datadog.ApplicationKey({name}, {{\n  name: {name},\n  scopes: [\n{}  ],\n}});\n",
            scopes.concat()
        ))
    }
}
