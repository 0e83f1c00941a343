//! String literals: escapes, joining neighbouring pieces, text blocks.

use crate::ir::{Name, Piece};

/// Joins neighbouring literal pieces and drops empty ones.
pub(crate) fn join_literals(pieces: Vec<Piece>) -> Vec<Piece> {
    let literal = |p: &Piece| matches!(p, Piece::Text(_));
    if pieces.len() < 2 || !pieces.windows(2).any(|w| w.iter().all(literal)) {
        return pieces.into_iter().filter(|p| !matches!(p, Piece::Text(t) if t.is_empty())).collect();
    }
    let mut joined = Vec::with_capacity(pieces.len());
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(t) => text.push_str(&t),
            Piece::Expr(e) => {
                if !text.is_empty() {
                    joined.push(Piece::Text(Name::new(&text)));
                    text.clear();
                }
                joined.push(Piece::Expr(e));
            }
        }
    }
    if !text.is_empty() {
        joined.push(Piece::Text(Name::new(&text)));
    }
    joined
}

/// Resolves the escapes of C-like languages: `\n`, `\\`, `\"`, `\u00e9`, `\u{e9}`, `\U0001f600`, `\x41`, `\101`; an unknown escape is the
/// character itself, a backslash before a line end is nothing.
pub(crate) fn unescape(text: &str) -> Name {
    if !text.contains('\\') {
        return Name::new(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(sign) = rest.chars().next() else { break };
        rest = &rest[sign.len_utf8()..];
        match sign {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'a' | 'b' | 'f' | 'v' => out.push(' '),
            's' => out.push(' '),
            '\n' => {}
            'x' => rest = push_code(&mut out, rest, 2, 16),
            'u' if rest.starts_with('{') => rest = push_braced(&mut out, rest),
            'u' => rest = push_code(&mut out, rest, 4, 16),
            'U' => rest = push_code(&mut out, rest, 8, 16),
            '0'..='7' => {
                let mut digits = String::from(sign);
                let more = rest.bytes().take(2).take_while(|b| (b'0'..=b'7').contains(b)).count();
                digits.push_str(&rest[..more]);
                rest = &rest[more..];
                push_number(&mut out, &digits, 8);
            }
            other => out.push(other),
        }
    }
    out.push_str(rest);
    Name::new(out)
}

fn push_code<'t>(out: &mut String, rest: &'t str, width: usize, radix: u32) -> &'t str {
    let count = rest.bytes().take(width).take_while(u8::is_ascii_hexdigit).count();
    push_number(out, &rest[..count], radix);
    &rest[count..]
}

fn push_braced<'t>(out: &mut String, rest: &'t str) -> &'t str {
    let Some(end) = rest.find('}') else { return rest };
    push_number(out, &rest[1..end], 16);
    &rest[end + 1..]
}

fn push_number(out: &mut String, digits: &str, radix: u32) {
    out.push(u32::from_str_radix(digits, radix).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
}

/// Java text block: the first line end dropped, the common indentation removed, trailing blanks of lines too.
pub(crate) fn text_block(text: &str) -> String {
    let text = text.strip_prefix('\r').unwrap_or(text);
    let text = text.trim_start_matches([' ', '\t']).strip_prefix('\n').unwrap_or(text);
    let last = text.rsplit('\n').next().unwrap_or("");
    let indent = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .chain(last.trim().is_empty().then_some(last.len()))
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = text.split('\n').map(|line| line.get(indent..).unwrap_or("").trim_end()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved() {
        assert_eq!(unescape(r#"a\"b\\c"#), "a\"b\\c");
        assert_eq!(unescape(r"\u0041\x42\103\u{44}"), "ABCD");
        assert_eq!(unescape(r"\$x"), "$x");
        assert_eq!(unescape("cut\\"), "cut");
        assert_eq!(unescape(r"\uZZ"), "\u{fffd}ZZ");
    }

    #[test]
    fn text_blocks_lose_their_indentation() {
        assert_eq!(text_block("\n    {\n      \"a\": 1\n    }\n    "), "{\n  \"a\": 1\n}\n");
        assert_eq!(text_block("\n  /api/v1/monitor"), "/api/v1/monitor");
    }
}
