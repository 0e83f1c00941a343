//! `.http` and `.rest` files of editors: requests separated by `###`, variables as `@name = value`.

use super::collection::{self, Collection, Declared};
use super::{Context, Format, Strength};
use crate::error::Result;
use std::io::BufRead;

/// The format.
pub struct HttpFile;

const METHODS: [&str; 9] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT"];

impl Format for HttpFile {
    fn name(&self) -> &'static str {
        "http-file"
    }

    fn recognise(&self, head: &[u8], file_name: &str) -> Option<Strength> {
        let text = String::from_utf8_lossy(head);
        if !text.lines().any(|line| request(line).is_some()) {
            return None;
        }
        if file_name.ends_with(".http") || file_name.ends_with(".rest") {
            return Some(Strength::Certain);
        }
        let variable = |line: &str| line.starts_with('@') && line.contains('=');
        let separated = text.lines().any(|line| line.starts_with("###"));
        (separated && text.lines().any(|line| variable(line) || line.contains("{{"))).then_some(Strength::Likely)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let Some(bytes) = collection::whole(input, context) else { return Ok(()) };
        let text = String::from_utf8_lossy(&bytes);
        let mut collection = Collection::default();
        let mut open: Option<Declared> = None;
        let (mut wanted, mut head) = (true, false);
        for (line, number) in text.lines().zip(1..) {
            if line.starts_with("###") {
                open.take().into_iter().for_each(|request| collection.push(request));
                (wanted, head) = (true, false);
            } else if let Some((name, value)) = line.strip_prefix('@').and_then(|rest| rest.split_once('=')) {
                collection.define(name.trim(), value.trim());
            } else if wanted {
                if let Some((method, url)) = request(line) {
                    let (method, url) = (method.to_owned(), url.to_owned());
                    open = Some(Declared { record: number, method, url, host: String::new() });
                    (wanted, head) = (false, true);
                }
            } else if head && let Some(request) = &mut open {
                head = !line.trim().is_empty();
                header(line, request);
            }
            context.tally.seen(number);
        }
        open.into_iter().for_each(|request| collection.push(request));
        collection.count(context);
        Ok(())
    }
}

/// A line after the request line: more of the URL, or a header.
fn header(line: &str, request: &mut Declared) {
    let continued = line.starts_with([' ', '\t']) && line.trim_start().starts_with(['?', '&', '/']);
    if continued && request.url.len() < 16 * 1024 {
        request.url.push_str(line.trim());
    } else if let Some((name, value)) = line.split_once(':')
        && name.eq_ignore_ascii_case("host")
    {
        request.host = value.trim().to_owned();
    }
}

/// `METHOD URL [HTTP/x]`, or a URL alone, which is read.
fn request(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_whitespace();
    let first = words.next()?;
    if METHODS.contains(&first) {
        // variables may be written with spaces
        let rest = line.trim_start()[first.len()..].trim();
        let url = rest.rsplit_once(" HTTP/").map_or(rest, |(url, _)| url.trim());
        return (!url.is_empty()).then_some((first, url));
    }
    let url = first.starts_with("https://") || first.starts_with("http://") || first.starts_with("{{");
    (url && !line.starts_with(' ')).then_some(("GET", line.trim()))
}
