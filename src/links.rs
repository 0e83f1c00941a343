//! Links on places in text for terminals (OSC 8): what the renderers mark becomes an address, or goes.
//!
//! Renderers mark places relative to the working directory, because they know neither it nor the terminal.

use ddscope::report::style::LINK;
use std::borrow::Cow;
use std::path::Path;

const END: &str = "\u{1b}\\";
const CLOSE: &str = "\u{1b}]8;;\u{1b}\\";

/// The text for a terminal that shows links.
pub fn addressed<'t>(text: &'t str, here: &Path) -> Cow<'t, str> {
    let here = format!("file://{}/", here.to_string_lossy().replace('%', "%25").replace(' ', "%20"));
    each(text, |address| match address.strip_prefix('/') {
        Some(_) => Some(format!("file://{address}")),
        None => Some(format!("{here}{address}")),
    })
}

/// The text for everything else.
pub fn removed(text: &str) -> Cow<'_, str> {
    each(text, |_| None)
}

fn each<'t>(text: &'t str, address: impl Fn(&str) -> Option<String>) -> Cow<'t, str> {
    if !text.contains(LINK) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, marked)) = rest.split_once(LINK) {
        out.push_str(before);
        let Some((place, after)) = marked.split_once(END) else {
            rest = marked;
            continue;
        };
        let (inside, after) = after.split_once(CLOSE).unwrap_or((after, ""));
        match address(place) {
            Some(address) => out.push_str(&format!("\u{1b}]8;;{address}{END}{inside}{CLOSE}")),
            None => out.push_str(inside),
        }
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ddscope::report::style::linked;

    #[test]
    fn marks_become_addresses_or_go() {
        let text = format!("at {} and {}", linked("a b.py:3", "a b.py", 3), linked("/x:1", "/x", 1));
        assert_eq!(removed(&text), "at a b.py:3 and /x:1");
        assert_eq!(
            addressed(&text, Path::new("/home/me")),
            "at \u{1b}]8;;file:///home/me/a%20b.py#3\u{1b}\\a b.py:3\u{1b}]8;;\u{1b}\\ and \u{1b}]8;;file:///x#1\u{1b}\\/x:1\u{1b}]8;;\u{1b}\\"
        );
    }

    #[test]
    fn names_cannot_close_a_link() {
        let text = linked("evil", "a\u{1b}\\\u{1b}]0;title\u{7}", 1);
        assert_eq!(removed(&text), "evil");
        assert!(!text.contains("]0;title\u{7}"), "{text:?}");
    }
}
