//! Options about recorded traffic, shared by the commands that scan.

use crate::scan::TrafficOptions;
use std::time::{SystemTime, UNIX_EPOCH};

/// Which recorded requests count.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Recorded traffic")]
pub struct Traffic {
    /// Count requests of logs that do not tell the host as Datadog's
    #[arg(long)]
    pub assume_datadog: bool,
    /// Only what the key, client, token or user with this id did
    #[arg(long, value_name = "ID")]
    pub actor: Option<String>,
    /// Not what happened before: a date, a time, or how long ago (90d, 12h)
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true)]
    pub since: Option<i64>,
    /// Not what happened at or after: a date, a time, or how long ago
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true)]
    pub until: Option<i64>,
    /// Report all traffic as one recording of this name: for archives of many files, and for parts that are merged later
    #[arg(long, value_name = "NAME")]
    pub recording: Option<String>,
    /// Count what browser sessions did, too
    #[arg(long)]
    pub sessions: bool,
    /// How a log of JSON lines names its fields: method, url, host, status or time; repeatable
    #[arg(long = "log-field", value_name = "FIELD=NAME", value_parser = field)]
    pub fields: Vec<(String, String)>,
}

impl Traffic {
    /// The library's options.
    pub fn options(&self) -> TrafficOptions {
        TrafficOptions {
            assume_datadog: self.assume_datadog,
            sessions: self.sessions,
            actor: self.actor.clone(),
            recording: self.recording.clone(),
            since: self.since,
            until: self.until,
            fields: self.fields.clone(),
        }
    }
}

/// Reads a moment, in seconds since 1970.
fn moment(text: &str) -> Result<i64, String> {
    let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    for (unit, seconds) in units {
        if let Some(Ok(number)) = text.strip_suffix(unit).map(str::parse::<i64>)
            && number >= 0
        {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
            return Ok(i64::try_from(now).unwrap_or(i64::MAX).saturating_sub(number.saturating_mul(seconds)));
        }
    }
    crate::trace::moment(text).ok_or_else(|| "write it like 2026-07-01, 2026-07-01T12:00:00Z or 90d".to_owned())
}

/// Reads `FIELD=NAME`.
fn field(text: &str) -> Result<(String, String), String> {
    const FIELDS: [&str; 5] = ["method", "url", "host", "status", "time"];
    let (field, name) = text.split_once('=').ok_or_else(|| "write it like status=resp_code".to_owned())?;
    if !FIELDS.contains(&field) {
        return Err(format!("the fields are {}", FIELDS.join(", ")));
    }
    Ok((field.to_owned(), name.to_owned()))
}
