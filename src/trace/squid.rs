//! Squid's native access log. Requests to TLS hosts are tunnels without a path unless the proxy opens them.

use super::lines::{self, Filter, Line};
use super::{Context, Format, Request, Strength, Tally, time};
use crate::error::Result;
use std::io::BufRead;

/// The format.
pub struct Squid;

const NO_REQUEST: &str = "line without a request";
const NOT_DATADOG: &str = "line without a host of datadog's (--host counts others)";

impl Format for Squid {
    fn name(&self) -> &'static str {
        "squid-log"
    }

    fn recognise(&self, head: &[u8], _file_name: &str) -> Option<Strength> {
        let first = head.split(|&byte| byte == b'\n').next()?;
        parse(std::str::from_utf8(first).ok()?).is_some().then_some(Strength::Certain)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let filter = Filter::datadog(context.options, NOT_DATADOG).filter(|_| !context.options.assume_datadog);
        lines::parallel(input, &mut context.tally, filter.as_ref(), &line);
        Ok(())
    }
}

fn line(line: Line<'_>, tally: &mut Tally<'_>, _: &mut ()) {
    tally.seen(line.number);
    let Ok(text) = std::str::from_utf8(line.bytes) else {
        return tally.problem(Some(line.number), "line that is not UTF-8");
    };
    match parse(text) {
        Some(request) => tally.request(&Request { record: line.number, ..request }),
        None => tally.skip(line.number, NO_REQUEST),
    }
}

/// `1286536309.126 0 10.0.0.1 TCP_MISS/200 510 GET https://… user HIER_DIRECT/… type`.
fn parse(text: &str) -> Option<Request<'_>> {
    let mut fields = text.split_ascii_whitespace();
    let when = fields.next()?;
    let mut code = fields.nth(2)?.split('/');
    let (action, status) = (code.next()?, code.next()?);
    let (method, url) = (fields.nth(1)?, fields.next()?);
    let plausible = action.starts_with("TCP_") || action.starts_with("NONE") || action.starts_with("UDP_");
    (plausible && when.contains('.') && method.bytes().all(|byte| byte.is_ascii_uppercase())).then(|| Request {
        method,
        url,
        status: status.parse().ok(),
        time: time::epoch(when.as_bytes()),
        ..Request::default()
    })
}
