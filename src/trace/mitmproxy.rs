//! mitmproxy's flow files: tnetstrings (`<length>:<content><type>`), one flow after another.
//!
//! Only the request's parts and the answer's status are read; everything else is passed over by its length, whatever
//! mitmproxy's version put there.

use super::{Context, Format, Request, Strength};
use crate::error::Result;
use std::io::{BufRead, Read};

/// The format.
pub struct Mitmproxy;

/// Longest text kept.
const LONGEST: u64 = 16 * 1024;
const NOT_HTTP: &str = "flow that is not HTTP";

impl Format for Mitmproxy {
    fn name(&self) -> &'static str {
        "mitmproxy"
    }

    fn recognise(&self, head: &[u8], _file_name: &str) -> Option<Strength> {
        let mut cursor = Cursor { input: &mut &head[..], left: u64::MAX };
        // a dictionary whose first key is a name
        let length = cursor.length()?;
        let key = cursor.bytes()?;
        let name = !key.is_empty() && key.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_');
        (name && length > key.len() as u64).then_some(Strength::Certain)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let mut cursor = Cursor { input, left: u64::MAX };
        let mut record = 0;
        loop {
            if cursor.input.fill_buf().unwrap_or_default().is_empty() {
                return Ok(());
            }
            record += 1;
            let mut flow = Flow::default();
            let whole = cursor.item(&mut |cursor, kind| flow.read(cursor, kind)).is_some();
            context.tally.seen(record);
            flow.count(record, context, whole);
            if !whole {
                context.tally.problem(Some(record), "flow that is cut off or broken, the rest is lost");
                return Ok(());
            }
        }
    }
}

/// What matters of a flow.
#[derive(Default)]
struct Flow {
    kind: String,
    method: String,
    scheme: String,
    authority: String,
    host: String,
    path: String,
    header: String,
    status: Option<u16>,
    time: Option<i64>,
}

impl Flow {
    fn read(&mut self, cursor: &mut Cursor<'_>, key: &[u8]) -> Option<()> {
        match key {
            b"type" => self.kind = cursor.text()?,
            b"request" => cursor.members(&mut |cursor, key| match key {
                b"method" => cursor.text().map(|text| self.method = text),
                b"scheme" => cursor.text().map(|text| self.scheme = text),
                b"authority" => cursor.text().map(|text| self.authority = text),
                b"host" => cursor.text().map(|text| self.host = text),
                b"path" => cursor.text().map(|text| self.path = text),
                b"timestamp_start" => cursor.text().map(|text| self.time = super::time::epoch(text.as_bytes())),
                b"headers" => cursor.pairs(&mut |name, value| {
                    if name.eq_ignore_ascii_case(b"host") {
                        self.header = String::from_utf8_lossy(value).into_owned();
                    }
                }),
                _ => cursor.pass(),
            })?,
            b"response" => cursor.members(&mut |cursor, key| match key {
                b"status_code" => cursor.text().map(|text| self.status = text.parse().ok()),
                _ => cursor.pass(),
            })?,
            _ => cursor.pass()?,
        }
        Some(())
    }

    fn count(&self, record: u64, context: &mut Context<'_>, whole: bool) {
        if self.method.is_empty() || self.path.is_empty() {
            if whole {
                context.tally.skip(record, NOT_HTTP);
            }
            return;
        }
        // in transparent mode `host` is an address; what the client asked for is in the authority or the header
        let named = [&self.authority, &self.header, &self.host].into_iter().find(|host| !host.is_empty());
        context.tally.request(&Request {
            record,
            method: &self.method,
            url: &self.path,
            host: named.map_or("", |host| host),
            status: self.status,
            time: self.time,
            ..Request::default()
        });
    }
}

/// Calls back with the key of each member; the value must be read or passed over.
type Each<'f> = dyn FnMut(&mut Cursor<'_>, &[u8]) -> Option<()> + 'f;

/// Reads tnetstrings; `None` anywhere means cut off or broken.
struct Cursor<'a> {
    input: &'a mut dyn BufRead,
    left: u64,
}

impl Cursor<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.input.fill_buf().ok()?.first()?;
        self.input.consume(1);
        self.left = self.left.checked_sub(1)?;
        Some(byte)
    }

    /// The digits before the colon.
    fn length(&mut self) -> Option<u64> {
        let mut length = 0u64;
        for digits in 0..13 {
            match self.byte()? {
                byte @ b'0'..=b'9' => length = length * 10 + u64::from(byte - b'0'),
                b':' if digits > 0 => return (length < self.left).then_some(length),
                _ => return None,
            }
        }
        None
    }

    /// Reads a dictionary or, where it is something else, passes over it.
    fn item(&mut self, each: &mut Each<'_>) -> Option<()> {
        self.members(each)
    }

    fn members(&mut self, each: &mut Each<'_>) -> Option<()> {
        let length = self.length()?;
        let outside = self.left - length;
        // nothing but a dictionary begins with a length; its type comes last, and a wrong one shows in its content
        let digit = self.input.fill_buf().ok()?.first().is_some_and(u8::is_ascii_digit);
        while digit && self.left > outside {
            let key = self.bytes()?;
            if self.left <= outside {
                return None;
            }
            each(self, &key)?;
        }
        self.skip(self.left.checked_sub(outside)?)?;
        matches!(self.byte()?, b'}' | b']' | b'~' | b',' | b';' | b'#' | b'^' | b'!').then_some(())
    }

    /// A list of pairs, such as headers.
    fn pairs(&mut self, each: &mut dyn FnMut(&[u8], &[u8])) -> Option<()> {
        let length = self.length()?;
        let outside = self.left - length;
        while self.left > outside {
            let pair = self.length()?;
            let after = self.left - pair;
            let (name, value) = (self.bytes()?, self.bytes()?);
            each(&name, &value);
            self.skip(self.left.checked_sub(after)?)?;
            self.byte()?;
        }
        self.byte().map(drop)
    }

    /// A scalar's bytes, as far as they are kept.
    fn bytes(&mut self) -> Option<Vec<u8>> {
        let length = self.length()?;
        let mut bytes = Vec::new();
        let kept = length.min(LONGEST);
        (&mut *self.input).take(kept).read_to_end(&mut bytes).ok()?;
        if (bytes.len() as u64) < kept {
            return None;
        }
        self.left = self.left.checked_sub(kept)?;
        self.skip(length - kept)?;
        self.byte()?;
        Some(bytes)
    }

    fn text(&mut self) -> Option<String> {
        Some(String::from_utf8_lossy(&self.bytes()?).into_owned())
    }

    fn pass(&mut self) -> Option<()> {
        let length = self.length()?;
        self.skip(length)?;
        self.byte().map(drop)
    }

    fn skip(&mut self, mut count: u64) -> Option<()> {
        self.left = self.left.checked_sub(count)?;
        while count > 0 {
            let ahead = self.input.fill_buf().ok()?.len() as u64;
            if ahead == 0 {
                return None;
            }
            let used = ahead.min(count);
            self.input.consume(used as usize);
            count -= used;
        }
        Some(())
    }
}
