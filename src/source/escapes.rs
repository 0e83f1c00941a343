//! Backslash escapes as JavaScript, C# and PHP share them.

/// Resolves one escape sequence, backslash included; a sequence that means nothing stands for its characters.
pub fn unescape(sequence: &str) -> String {
    let mut rest = sequence.chars();
    rest.next();
    let Some(first) = rest.next() else { return sequence.to_owned() };
    let tail = rest.as_str();
    match first {
        'n' => "\n".into(),
        't' => "\t".into(),
        'r' => "\r".into(),
        'b' => "\u{8}".into(),
        'f' => "\u{c}".into(),
        'v' => "\u{b}".into(),
        'e' => "\u{1b}".into(),
        '0' if tail.is_empty() => "\0".into(),
        'x' | 'u' | 'U' => code_point(tail).map(String::from).unwrap_or_default(),
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => String::new(),
        other => {
            let mut text = String::from(other);
            text.push_str(tail);
            text
        }
    }
}

fn code_point(digits: &str) -> Option<char> {
    let digits = digits.trim_start_matches('{').trim_end_matches('}');
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn sequences_become_characters() {
        for (sequence, text) in [
            ("\\n", "\n"),
            ("\\x2f", "/"),
            ("\\u{2F}", "/"),
            ("\\u002f", "/"),
            ("\\/", "/"),
            ("\\\n", ""),
            ("\\0", "\0"),
        ] {
            assert_eq!(unescape(sequence), text, "{sequence}");
        }
    }
}
