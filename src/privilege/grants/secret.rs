//! Recognises key values, so that none is ever repeated.

/// Whether a word looks like the value of a key or token.
pub fn is_secret(word: &str) -> bool {
    let prefixed = ["ddapp_", "ddpat_", "ddsat_"].iter().any(|prefix| word.starts_with(prefix));
    let hex = matches!(word.len(), 32 | 40) && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    prefixed || hex
}

/// The word, or a mask if it is a secret.
pub fn masked(word: &str) -> &str {
    if is_secret(word) { "[redacted]" } else { word }
}
