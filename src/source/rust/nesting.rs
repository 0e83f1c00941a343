//! How deep the parser would have to go for a Rust file, found without parsing it: brackets inside brackets, and chains of
//! operators and method calls, which the syntax tree nests as well.

/// An upper bound of the syntax tree's depth, up to a small factor.
pub(super) fn depth(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut levels: Vec<usize> = vec![0];
    let (mut sum, mut deepest, mut at) = (0usize, 0usize, 0usize);
    while let Some(&byte) = bytes.get(at) {
        at = match byte {
            b'/' if bytes.get(at + 1) == Some(&b'/') => line_end(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => comment_end(bytes, at),
            b'"' => string_end(bytes, at + 1),
            b'r' if is_raw(bytes, at) => raw_end(bytes, at + 1),
            b'\'' => char_end(bytes, at),
            _ => {
                match byte {
                    b'(' | b'[' | b'{' => {
                        levels.push(1);
                        sum += 1;
                    }
                    b')' | b']' | b'}' => {
                        sum -= levels.pop().unwrap_or(0).min(sum);
                        if byte == b'}' && !goes_on(bytes, at + 1) {
                            reset(&mut levels, &mut sum);
                        }
                    }
                    b';' | b',' => reset(&mut levels, &mut sum),
                    b'.' | b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^' | b'!' | b'<' | b'=' | b'?' => {
                        if let Some(last) = levels.last_mut() {
                            *last += 1;
                            sum += 1;
                        }
                    }
                    b'e' if bytes.get(at..at + 4) == Some(b"else") => {
                        // `else if` nests, although a block came before.
                        if let Some(last) = levels.last_mut() {
                            *last += 1;
                            sum += 1;
                        }
                    }
                    _ => {}
                }
                deepest = deepest.max(sum);
                at + 1
            }
        };
    }
    deepest
}

/// Whether what a block ended goes on after it: with `else`, a method call or `?`.
fn goes_on(bytes: &[u8], from: usize) -> bool {
    let rest = bytes.get(from..).unwrap_or_default();
    let blank = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let next = rest.get(blank..).unwrap_or_default();
    next.starts_with(b"else") || next.starts_with(b".") || next.starts_with(b"?")
}

/// A new statement or element begins: what came before at this level no longer counts, except for the bracket itself.
fn reset(levels: &mut [usize], sum: &mut usize) {
    if let Some(last) = levels.last_mut() {
        *sum -= last.saturating_sub(1).min(*sum);
        *last = (*last).min(1);
    }
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', bytes.get(at..).unwrap_or_default()).map_or(bytes.len(), |n| at + n)
}

fn comment_end(bytes: &[u8], start: usize) -> usize {
    let (mut level, mut at) = (0usize, start);
    while at < bytes.len() {
        match bytes.get(at..at + 2) {
            Some(b"/*") => (level, at) = (level + 1, at + 2),
            Some(b"*/") => {
                (level, at) = (level - 1, at + 2);
                if level == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    bytes.len()
}

fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn is_raw(bytes: &[u8], at: usize) -> bool {
    let before = at
        .checked_sub(1)
        .and_then(|i| bytes.get(i))
        .is_some_and(|b| b.is_ascii_alphanumeric() && *b != b'b' || *b == b'_');
    let hashes = bytes.get(at + 1..).unwrap_or_default().iter().take_while(|b| **b == b'#').count();
    !before && bytes.get(at + 1 + hashes) == Some(&b'"')
}

fn raw_end(bytes: &[u8], at: usize) -> usize {
    let hashes = bytes.get(at..).unwrap_or_default().iter().take_while(|b| **b == b'#').count();
    let mut close = vec![b'"'];
    close.resize(hashes + 1, b'#');
    let from = at + hashes + 1;
    memchr::memmem::find(bytes.get(from..).unwrap_or_default(), &close).map_or(bytes.len(), |n| from + n + close.len())
}

/// The end of a character, or of the quote of a lifetime.
fn char_end(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at + 1) {
        Some(b'\\') => {
            memchr::memchr(b'\'', bytes.get(at + 3..).unwrap_or_default()).map_or(bytes.len(), |n| at + 4 + n)
        }
        _ if bytes.get(at + 2) == Some(&b'\'') => at + 3,
        _ => at + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::depth;

    #[test]
    fn ordinary_code_is_shallow() {
        let code = "fn f() { let x = a.b(c, d)?.e(); if x { g(\"((((\"); } else { h('('); } } // ((((\n".repeat(500);
        assert!(depth(&code) < 12, "{}", depth(&code));
        assert!(depth("const A: &str = r#\"((((((((((((\"#; /* ((((((((( */") < 6);
    }

    #[test]
    fn brackets_chains_and_else_count() {
        assert!(depth(&"(".repeat(1000)) >= 1000);
        assert!(depth(&format!("fn f() {{ x{} }}", ".y()".repeat(1000))) >= 1000);
        assert!(depth(&format!("fn f() {{ x{} }}", " + y".repeat(1000))) >= 1000);
        assert!(depth(&format!("fn f() {{ x{} }}", "&".repeat(1000))) >= 1000);
        assert!(depth("fn f() { }}}}} ( ; ) ' \" ") < 10);
    }

    #[test]
    fn else_if_counts() {
        let code = format!("fn f() {{ if a {{ b; }} {} }}", "else if a { b; }".repeat(1000));
        assert!(depth(&code) >= 900, "{}", depth(&code));
    }
}
