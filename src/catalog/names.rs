//! How operation names and tags become methods and classes in the official clients. Shared with `build.rs`.
//!
//! The rules were checked against all 1,896 operations of the Python client 2.62.0; which client calls what is in `catalog`.

/// Replacements that three clients make before they put underscores in.
const REPLACED: [(&str, &str); 6] = [
    ("AuthNMapping", "AuthnMapping"),
    ("AuthN ", "Authn "),
    ("IdP", "Idp"),
    ("IoT", "Iot"),
    ("SLOs", "Slos"),
    ("APIs", "Apis"),
];

/// `ListAWSAccounts` → `list_aws_accounts`, without the replacements of [`method_snake`].
pub fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 8);
    for (i, &c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            push_separator(&mut out);
            continue;
        }
        if c.is_ascii_uppercase() && i > 0 {
            let after_small = chars[i - 1].is_ascii_lowercase() || chars[i - 1].is_ascii_digit();
            let before_small = chars.get(i + 1).is_some_and(char::is_ascii_lowercase);
            if after_small || before_small {
                push_separator(&mut out);
            }
        }
        out.push(c.to_ascii_lowercase());
    }
    out.trim_matches('_').to_owned()
}

fn push_separator(out: &mut String) {
    if !out.ends_with('_') {
        out.push('_');
    }
}

/// The method of the Python, Ruby and Rust clients.
pub fn method_snake(operation: &str) -> String {
    let mut name = operation.to_owned();
    for (from, to) in REPLACED {
        name = name.replace(from, to);
    }
    snake(&name)
}

/// The method of the TypeScript and Java clients.
pub fn method_camel(operation: &str) -> String {
    let mut chars = operation.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// The class of the Python, TypeScript and Go clients: `AWS Integration` → `AWSIntegrationApi`.
pub fn class_plain(tag: &str) -> String {
    let mut out: String = tag.chars().filter(char::is_ascii_alphanumeric).collect();
    out.push_str("Api");
    out
}

/// The class of the Java client: `AWS Integration` → `AwsIntegrationApi`.
pub fn class_java(tag: &str) -> String {
    let mut out = String::new();
    for word in snake(tag).split('_') {
        let mut chars = word.chars();
        out.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        out.push_str(chars.as_str());
    }
    out.push_str("Api");
    out
}

/// Letters and digits in lower case: what all spellings of one name have in common.
pub fn fold(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
