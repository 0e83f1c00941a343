//! Plain lists of names: commas, spaces, lines, JSON lists, `scopes: […]`, authorize URLs.

use super::json::{Node, Value};
use super::oauth::OIDC;
use super::secret::is_secret;
use super::{Context, Grant, Granted, Holding, Result, Source};
use crate::error::Error;
use crate::span::Span;
use percent_encoding::percent_decode_str;

/// `["a", "b"]`.
pub(super) fn list(node: &Node, context: &Context<'_>) -> Grant {
    let scopes = node.items().iter().filter_map(|item| context.granted(item)).collect();
    Grant::new(context.file.to_string(), Source::List, Holding::Scopes(scopes), context.place(node.span))
}

/// An object with a list of names under one of the usual keys; `null` there means unscoped, as in the API.
pub(super) fn read_object(document: &Node, context: &Context<'_>) -> Option<Result<Vec<Grant>>> {
    let keys = ["scopes", "scope", "permissions", "permission_scopes", "requestedScopes", "requested_scopes"];
    let node = keys.iter().find_map(|key| document.at(key))?;
    let name = document.text_at("name").map_or_else(|| context.file.to_string(), str::to_owned);
    let empty = matches!(&node.value, Value::List(items) if items.is_empty());
    let holding = if node.is_null() || empty {
        Holding::Unscoped { why: if empty { "empty" } else { "null" } }
    } else if let Some(text) = node.text() {
        let words = text.split([' ', ',']).filter(|word| !word.is_empty());
        Holding::Scopes(words.map(|word| Granted { name: word.into(), place: context.place(node.span) }).collect())
    } else {
        Holding::Scopes(node.items().iter().filter_map(|item| context.granted(item)).collect())
    };
    Some(Ok(vec![Grant::new(name, Source::List, holding, context.place(node.span))]))
}

/// Whether a text that starts with a bracket is `[a, b]` without quotes, as tools print lists.
pub(super) fn is_bracketed_words(text: &str) -> bool {
    let inner = text.strip_prefix('[').map(str::trim_start);
    inner.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()) && !rest.starts_with("null"))
}

/// Words of a text, with comments (`#`, `//`), bullets, quotes and a leading `scopes:` taken off.
///
/// # Errors
/// If a word cannot be a name, with its line; a word that looks like a key's value is not repeated.
pub(super) fn words(text: &str, context: &Context<'_>) -> Result<Grant> {
    if let Some(query) = authorize_query(text) {
        return Ok(authorize(&query, context));
    }
    let mut scopes = Vec::new();
    for (number, line) in (1u32..).zip(text.lines()) {
        let code = line.split('#').next().unwrap_or_default();
        let code = code.split("//").next().unwrap_or_default();
        let mut from = 0;
        for word in code.split(|c: char| c.is_whitespace() || ",;[](){}\"'`".contains(c)) {
            // `split` yields slices of `code` in order, so the next one starts at or after `from`.
            let column = code.get(from..).and_then(|rest| rest.find(word)).map_or(from, |at| from + at);
            from = column + word.len();
            if word.is_empty() || matches!(word, "-" | "*" | "=" | "scopes:" | "scope:" | "scopes" | "scopes=") {
                continue;
            }
            check_word(word, number)?;
            if !OIDC.contains(&word) {
                let one = |n: usize| u32::try_from(n).unwrap_or(u32::MAX - 1) + 1;
                let span = Span::new(number, one(column), number, one(column + word.len()));
                scopes.push(Granted { name: word.into(), place: context.place(span) });
            }
        }
    }
    let place = scopes.first().map_or_else(|| context.place(Span::new(1, 1, 1, 1)), |granted| granted.place.clone());
    Ok(Grant::new(context.file.to_string(), Source::List, Holding::Scopes(scopes), place))
}

fn check_word(word: &str, line: u32) -> Result<()> {
    let line = u64::from(line);
    if is_secret(word) {
        let error = Error::new("this looks like the value of a key, not like a scope").line(line);
        return Err(error.help("give the scopes of the key, and rotate the key if this file is shared"));
    }
    let fits = word.chars().all(|c| c.is_ascii_alphanumeric() || "_-.:".contains(c));
    if fits && word.len() <= 100 && word.chars().any(|c| c.is_ascii_alphabetic()) {
        return Ok(());
    }
    let shown: String = word.chars().filter(|c| !c.is_control()).take(40).collect();
    Err(Error::new(format!("`{shown}` cannot be the name of a scope"))
        .line(line)
        .help("give names such as monitors_read"))
}

/// The query of an authorize URL, if the text is one.
fn authorize_query(text: &str) -> Option<String> {
    let text = text.trim();
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let (_, query) = rest.split_once('?')?;
    (!text.contains(char::is_whitespace)).then(|| query.to_owned())
}

fn authorize(query: &str, context: &Context<'_>) -> Grant {
    let place = context.place(Span::new(1, 1, 1, 1));
    let mut grant = Grant::new("authorize URL", Source::OauthToken, Holding::Scopes(Vec::new()), place.clone());
    let values = query.split('&').filter_map(|pair| pair.split_once('='));
    let found = values.filter(|(name, _)| *name == "scope").map(|(_, value)| {
        let spaced = value.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    });
    let mut scopes = Vec::new();
    for text in found {
        for word in text.split([' ', ',']).filter(|word| !word.is_empty() && !OIDC.contains(word)) {
            scopes.push(Granted { name: word.into(), place: place.clone() });
        }
    }
    if scopes.is_empty() {
        grant.problems.push("the URL asks for no scopes: the client's registered ones apply".to_owned());
    }
    grant.holding = Holding::Scopes(scopes);
    grant
}
