//! Access logs that quote the request line: Apache and nginx (common, combined, with a virtual host), Envoy, HAProxy, AWS
//! load balancers.
//!
//! The formats are told apart by nothing but where things stand, and people add fields of their own; so the request is found
//! by its quotes, the status by its place beside it, and the host as any field that is a host of Datadog's.

use super::address::{self, Whose};
use super::lines::{self, Filter, Line};
use super::{Context, Format, Request, Strength, Tally, time};
use crate::error::Result;
use memchr::memmem::Finder;
use std::io::BufRead;
use std::sync::LazyLock;

/// The format.
pub struct AccessLog;

/// What ends a request line.
static VERSION: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b" HTTP/"));
/// Why lines are left out unread.
const NOT_DATADOG: &str = "line without a host of datadog's (--assume-datadog or --host count others)";
const NO_REQUEST: &str = "line without a request";

impl Format for AccessLog {
    fn name(&self) -> &'static str {
        "access-log"
    }

    fn recognise(&self, head: &[u8], _file_name: &str) -> Option<Strength> {
        if head.trim_ascii_start().starts_with(b"{") {
            return None;
        }
        let lines = head.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).take(20);
        let (mut all, mut ours) = (0, 0);
        for line in lines {
            all += 1;
            ours += u32::from(find_request(line).is_some());
        }
        (ours > 0 && ours * 2 >= all).then_some(Strength::Likely)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let filter = Filter::datadog(context.options, NOT_DATADOG);
        lines::parallel(input, &mut context.tally, filter.as_ref(), &line);
        Ok(())
    }
}

/// The time of the line before: most lines have the same.
#[derive(Default)]
struct Clock {
    written: [u8; 26],
    time: Option<i64>,
}

impl Clock {
    /// Reads the spelling of common logs.
    fn read(&mut self, text: &[u8]) -> Option<i64> {
        if text == self.written {
            return self.time;
        }
        let time = time::common_log(text);
        if let Ok(written) = text.try_into() {
            (self.written, self.time) = (written, time);
        }
        time
    }
}

fn line(line: Line<'_>, tally: &mut Tally<'_>, clock: &mut Clock) {
    tally.seen(line.number);
    let Ok(text) = std::str::from_utf8(line.bytes) else {
        return tally.problem(Some(line.number), "line that is not UTF-8");
    };
    let Some(found) = find_request(line.bytes) else {
        return tally.skip(line.number, NO_REQUEST);
    };
    let (Some(before), Some(request), Some(after)) =
        (text.get(..found.start), text.get(found.start..found.end), text.get(found.end..))
    else {
        return tally.skip(line.number, NO_REQUEST);
    };
    let (method, rest) = cut(request, b' ');
    let (url, _) = cut(rest, b' ');
    let host = if url.starts_with('/') { host(before, after, tally) } else { "" };
    tally.request(&Request {
        record: line.number,
        method,
        url,
        host,
        status: status(before, after),
        time: when(before, clock),
        ..Request::default()
    });
}

/// What stands before and after the first such byte. The searches of the standard library cost more than all else here.
fn cut(text: &str, byte: u8) -> (&str, &str) {
    let at = memchr::memchr(byte, text.as_bytes()).unwrap_or(text.len());
    (text.get(..at).unwrap_or(text), text.get(at + 1..).unwrap_or_default())
}

struct Found {
    start: usize,
    end: usize,
}

/// Finds `"GET /path HTTP/1.1"`, without its quotes.
fn find_request(line: &[u8]) -> Option<Found> {
    for version in VERSION.find_iter(line) {
        let (Some(quote), Some(closing)) =
            (memchr::memrchr(b'"', &line[..version]), memchr::memchr(b'"', &line[version..]))
        else {
            continue;
        };
        let (start, end) = (quote + 1, version + closing);
        let method = line[start..].iter().take_while(|byte| byte.is_ascii_uppercase()).count();
        if method >= 3 && line.get(start + method) == Some(&b' ') && start + method < version {
            return Some(Found { start, end });
        }
    }
    None
}

/// After the request in most formats; load balancers put `status status received sent` before it, HAProxy `status bytes …`.
fn status(before: &str, after: &str) -> Option<u16> {
    let code = |text: &str| text.parse().ok().filter(|code| text.len() == 3 && (100..600).contains(code));
    let following = after.strip_prefix("\" ").and_then(|rest| code(cut(rest, b' ').0));
    let following = following.or_else(|| after.trim_start_matches('"').split_whitespace().next().and_then(code));
    following.or_else(|| {
        let fields: Vec<&str> = before.trim_end_matches('"').split_whitespace().collect();
        let balancer = fields.len().checked_sub(4).and_then(|at| code(fields.get(at)?));
        balancer.or_else(|| fields.iter().find_map(|field| code(field)))
    })
}

/// The host among the fields. Envoy quotes the authority next to last, and there it is told even when it is another's.
fn host<'a>(before: &'a str, after: &'a str, tally: &Tally<'_>) -> &'a str {
    if before.starts_with('[') {
        let mut quoted = after.rsplit('"');
        if let (Some(_), Some(_upstream), Some(_), Some(authority)) =
            (quoted.next(), quoted.next(), quoted.next(), quoted.next())
        {
            return address::host_of(authority);
        }
    }
    // Apache's virtual host with its port stands first
    let first = cut(before, b' ').0;
    let (name, port) = cut(first, b':');
    if memchr::memchr(b'.', name.as_bytes()).is_some() && port.parse::<u16>().is_ok() {
        return address::host_of(first);
    }
    let fields = before.split([' ', '\t', '"', ',', '|']).chain(after.split([' ', '\t', '"', ',', '|']));
    for field in fields {
        let field = field.trim_matches(['{', '}', '[', ']', '(', ')', ';']);
        let field = field.rsplit_once('=').map_or(field, |(_, value)| value);
        if field.contains('/') || !field.contains('.') {
            continue;
        }
        let host = address::host_of(field);
        let known = tally.options().hosts.iter().any(|known| address::host_of(known).eq_ignore_ascii_case(host));
        if known || address::whose(host) != Whose::Other {
            return host;
        }
    }
    ""
}

/// `[10/Oct/2026:13:55:36 -0700]`, or an ISO time as a field before the request.
fn when(before: &str, clock: &mut Clock) -> Option<i64> {
    if let Some(time) = clock.read(cut(cut(before, b'[').1, b']').0.as_bytes()) {
        return Some(time);
    }
    let inside = before.split('[').skip(1).filter_map(|rest| rest.split_once(']')).map(|(inside, _)| inside.as_bytes());
    let mut fields = before.split_whitespace().take(4).map(str::as_bytes);
    inside
        .filter_map(|text| time::common_log(text).or_else(|| time::iso(text)))
        .next()
        .or_else(|| fields.find_map(time::iso))
}
