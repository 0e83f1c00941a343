//! Logs that name their columns in a `#Fields:` line: CloudFront, IIS and others of the W3C extended format.

use super::lines::{self, Line};
use super::{Context, Format, Request, Strength, Tally, time};
use crate::error::Result;
use memchr::memmem;
use std::io::BufRead;

/// The format.
pub struct W3c;

const NO_REQUEST: &str = "line without a request";

impl Format for W3c {
    fn name(&self) -> &'static str {
        "w3c-log"
    }

    fn recognise(&self, head: &[u8], _file_name: &str) -> Option<Strength> {
        let columns = Columns::find(head)?;
        (columns.method.is_some() && columns.path.is_some()).then_some(Strength::Certain)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let head = input.fill_buf().unwrap_or_default();
        let Some(columns) = Columns::find(head) else {
            context.tally.problem(Some(1), "no #Fields line at the beginning");
            return Ok(());
        };
        lines::parallel(input, &mut context.tally, None, &|line, tally, (): &mut ()| columns.read(line, tally));
        Ok(())
    }
}

/// Where the columns are.
#[derive(Default, PartialEq, Eq)]
struct Columns {
    method: Option<usize>,
    path: Option<usize>,
    query: Option<usize>,
    host: Option<usize>,
    other_host: Option<usize>,
    status: Option<usize>,
    date: Option<usize>,
    time: Option<usize>,
}

impl Columns {
    fn find(head: &[u8]) -> Option<Self> {
        let start = memmem::find(head.get(..4096.min(head.len()))?, b"#Fields:")?;
        let line = head[start..].split(|&byte| byte == b'\n').next()?;
        Some(Self::parse(line))
    }

    fn parse(line: &[u8]) -> Self {
        let mut columns = Self::default();
        let names = String::from_utf8_lossy(line);
        for (index, name) in names.trim_start_matches("#Fields:").split_whitespace().enumerate() {
            let column = match name.to_ascii_lowercase().as_str() {
                "cs-method" => &mut columns.method,
                "cs-uri-stem" | "cs-uri" => &mut columns.path,
                "cs-uri-query" => &mut columns.query,
                "x-host-header" => &mut columns.host,
                "cs(host)" | "cs-host" => &mut columns.other_host,
                "sc-status" => &mut columns.status,
                "date" => &mut columns.date,
                "time" => &mut columns.time,
                _ => continue,
            };
            *column = Some(index);
        }
        columns
    }

    fn read(&self, line: Line<'_>, tally: &mut Tally<'_>) {
        if line.bytes.first() == Some(&b'#') {
            if line.bytes.starts_with(b"#Fields:") && Self::parse(line.bytes) != *self {
                tally.problem(Some(line.number), "other columns from here on");
            }
            return;
        }
        let Ok(text) = std::str::from_utf8(line.bytes) else {
            return tally.problem(Some(line.number), "line that is not UTF-8");
        };
        if text.trim().is_empty() {
            return;
        }
        let separator = if text.contains('\t') { '\t' } else { ' ' };
        let fields: Vec<&str> = text.split(separator).take(256).collect();
        let field =
            |column: Option<usize>| column.and_then(|column| fields.get(column).copied()).filter(|text| *text != "-");
        let (Some(method), Some(path)) = (field(self.method), field(self.path)) else {
            tally.seen(line.number);
            return tally.skip(line.number, NO_REQUEST);
        };
        let url = match field(self.query) {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        };
        let when = field(self.date).map(|date| format!("{date}T{}", field(self.time).unwrap_or("00:00:00")));
        tally.request(&Request {
            record: line.number,
            method,
            url: &url,
            host: field(self.host).or(field(self.other_host)).unwrap_or_default(),
            status: field(self.status).and_then(|status| status.parse().ok()),
            time: when.and_then(|when| time::iso(when.as_bytes())),
            ..Request::default()
        });
    }
}
