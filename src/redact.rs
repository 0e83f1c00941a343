//! Keeps secrets and control characters out of whatever text of the input is echoed.
//!
//! Values that look like Datadog keys (`ddapp_…`, `ddpat_…`, `ddsat_…`, 32 or 40 hexadecimal digits) become `[redacted]`,
//! characters that would steer a terminal become visible.

use std::borrow::Cow;

const MARK: &str = "[redacted]";
const PREFIXES: [&str; 3] = ["ddapp_", "ddpat_", "ddsat_"];

/// Text of the input, safe to show.
pub fn safe(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| (b' '..=b'~').contains(&b)) && !has_secret(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for (word, is_word) in words(text) {
        if is_word && is_secret(word) {
            out.push_str(MARK);
        } else {
            out.extend(word.chars().map(visible));
        }
    }
    Cow::Owned(out)
}

/// Text that must stay recognisable, such as the path of a file, without what would steer a terminal.
pub fn printable(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// A URL, safe to show: without user, query values and fragment, too.
pub fn url(text: &str) -> String {
    let text = text.split('#').next().unwrap_or_default();
    let (address, query) = text.split_once('?').map_or((text, None), |(a, q)| (a, Some(q)));
    let address = match address.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
            let host = authority.rsplit('@').next().unwrap_or_default();
            Cow::Owned(format!("{scheme}://{host}{path}"))
        }
        None => Cow::Borrowed(address),
    };
    let mut out = safe(&address).into_owned();
    let names: Vec<&str> =
        query.into_iter().flat_map(|q| q.split('&')).filter_map(|pair| pair.split('=').next()).collect();
    if names.iter().any(|name| !name.is_empty() && *name != "{}") {
        out.push('?');
        out.push_str(&safe(&names.join("&")));
    }
    out
}

fn has_secret(text: &str) -> bool {
    words(text).any(|(word, is_word)| is_word && is_secret(word))
}

/// Runs of letters, digits and `_`, and what is between them.
fn words(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let is_word = inside(first);
        let end = rest.find(|c| inside(c) != is_word).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        Some((word, is_word))
    })
}

fn is_secret(word: &str) -> bool {
    let prefixed = PREFIXES.iter().any(|p| word.strip_prefix(p).is_some_and(|rest| rest.len() >= 8));
    // Longer runs are checked by their parts between underscores, as in `key_0123…`.
    prefixed || word.split('_').any(|part| matches!(part.len(), 32 | 40) && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn visible(c: char) -> char {
    let steering = c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    if steering { char::REPLACEMENT_CHARACTER } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_every_shape_are_hidden() {
        let hex = "0123456789abcdef";
        let (short, long) = (hex.repeat(2), format!("{}{}", hex.repeat(2), "01234567"));
        for secret in [short.as_str(), &long, "ddapp_A1b2C3d4E5f6", "ddpat_abcdefgh12345678"] {
            assert_eq!(safe(&format!("/a/{secret}/b")), "/a/[redacted]/b");
            assert!(!url(&format!("https://{secret}@h/x?api_key={secret}#{secret}")).contains(secret));
        }
        assert_eq!(safe("/api/v1/monitor/123"), "/api/v1/monitor/123");
        assert_eq!(
            url("https://api.datadoghq.com/api/v1/series?api_key={}&x=1"),
            "https://api.datadoghq.com/api/v1/series?api_key&x"
        );
    }

    #[test]
    fn terminals_are_not_steered() {
        assert_eq!(safe("a\u{1b}[2Jb\u{202e}c"), "a\u{fffd}[2Jb\u{fffd}c");
        assert_eq!(safe("größe"), "größe");
        assert_eq!(printable("a\u{1b}]0;x\u{7}\n"), "a\u{fffd}]0;x\u{fffd}\u{fffd}");
    }
}
