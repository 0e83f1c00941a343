//! Classes and functions of Pulumi's and CDKTF's packages: which resource type a name stands for.
//!
//! Pulumi names a class like the type in camel case, with a module for each integration partner (`aws.IntegrationAccount` is
//! `datadog_integration_aws_account`); data sources are functions (`getMonitor`). CDKTF has a module for each type, and
//! classes with the prefix `DataDatadog` for data sources.

use super::kinds::{self, Kind};

/// What a name of a package stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Class {
    /// A resource or a data source.
    Known(&'static Kind),
    /// The provider with its credential.
    Provider,
}

/// Of a token behind `datadog:`: `Monitor`, `index/monitor:Monitor`, `aws:IntegrationAccount`, `getMonitor`.
pub(super) fn of_token(path: &str) -> Option<Class> {
    let parts: Vec<&str> = path.split([':', '/']).filter(|part| !part.is_empty()).collect();
    let (name, modules) = parts.split_last()?;
    let module = modules.first().copied().unwrap_or("index");
    of_pulumi(if module == "index" { "" } else { module }, name)
}

/// Of a class or function in a module of Pulumi's package, in any language's spelling.
pub(super) fn of_pulumi(module: &str, name: &str) -> Option<Class> {
    if name == "Provider" || name == "NewProvider" {
        return Some(Class::Provider);
    }
    let fold = |text: &str| text.replace('_', "").to_ascii_lowercase();
    let folded = fold(name);
    let function = ["get", "lookup"].iter().find_map(|start| folded.strip_prefix(start));
    let (data, rest) = match function {
        Some(rest) => (true, rest),
        None => (false, folded.as_str()),
    };
    let rest = if data { rest.strip_suffix("output").or(rest.strip_suffix("plain")).unwrap_or(rest) } else { rest };
    let find = |rest: &str| {
        let own = || kinds::folded(data, rest);
        let partner = || {
            let inner = rest.strip_prefix("integration").unwrap_or(rest);
            kinds::folded(data, &format!("integration{}{inner}", fold(module)))
        };
        if module.is_empty() { own() } else { partner().or_else(own) }
    };
    find(rest).map(Class::Known)
}

/// Of a class of CDKTF's package.
pub(super) fn of_cdktf(name: &str) -> Option<Class> {
    if matches!(name, "DatadogProvider" | "NewDatadogProvider") {
        return Some(Class::Provider);
    }
    let name = name.to_ascii_lowercase();
    let (data, rest) = match name.strip_prefix("datadatadog") {
        Some(rest) => (true, rest),
        None => (false, name.as_str()),
    };
    kinds::folded(data, rest).map(Class::Known)
}

/// Whether a name written elsewhere is an argument of Terraform: without regard to case, underscores and hyphens, and in the
/// plural where Terraform repeats a block.
pub(super) fn is_argument(written: &str, argument: &str) -> bool {
    let fold = |text: &str| text.replace(['_', '-'], "").to_ascii_lowercase();
    let (written, argument) = (fold(written), fold(argument));
    written == argument || written.strip_suffix('s').is_some_and(|singular| singular == argument)
}

/// Whether a name that no class has belongs to a known one: arguments, states, nested structures, results.
pub(super) fn is_part_of_another(name: &str, of: impl Fn(&str) -> Option<Class>) -> bool {
    let ends = ["Args", "ArgsDict", "State", "Result", "Config", "Type", "Types", "Options", "OutputReference", "List"];
    if ends.iter().any(|end| name.ends_with(end)) {
        return true;
    }
    let capitals = name.char_indices().skip(1).filter(|(_, letter)| letter.is_ascii_uppercase()).map(|(at, _)| at);
    capitals.into_iter().any(|at| name.get(..at).is_some_and(|start| of(start).is_some()))
}
