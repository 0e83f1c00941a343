//! Where the time of a run went, as a table for people (`--stats`).

use super::style::{BOLD, DIM, grouped};
use crate::meter::{Meter, Stage};
use std::fmt::Write as _;
use std::time::Duration;

/// The table; `total` is the time from start to end.
pub fn stats(meter: &Meter, total: Duration) -> String {
    let mut out =
        format!("{BOLD}{:<12}{:>10}{:>7}{:>10}{:>12}{:>12}{BOLD:#}\n", "stage", "time", "", "files", "bytes", "rate");
    let mut known = Duration::ZERO;
    for stage in meter.stages() {
        known += stage.took;
        out.push_str(&line(&stage, total));
        if stage.name == "parse" {
            for (language, it) in meter.languages() {
                let stage = Stage { name: language, times: 1, took: it.took, files: it.files, bytes: it.bytes };
                let _ = write!(out, "{DIM}  {}{DIM:#}", line(&stage, Duration::ZERO));
            }
        }
    }
    let rest = Stage { name: "the rest", times: 1, took: total.saturating_sub(known), files: 0, bytes: 0 };
    out.push_str(&line(&rest, total));
    let _ = writeln!(out, "{BOLD}{:<12}{:>10}{BOLD:#}", "total", time(total));
    if !meter.languages().is_empty() {
        let _ = writeln!(out, "{DIM}times of languages are those of all threads together{DIM:#}");
    }
    out
}

fn line(stage: &Stage, total: Duration) -> String {
    let name = match stage.times {
        1 => stage.name.to_owned(),
        many => format!("{} ×{many}", stage.name),
    };
    let share = if total.is_zero() {
        String::new()
    } else {
        format!("{:.0} %", stage.took.as_secs_f64() * 100.0 / total.as_secs_f64())
    };
    let files = if stage.files > 0 { grouped(stage.files) } else { String::new() };
    let (bytes, rate) = match stage.bytes {
        0 => (String::new(), String::new()),
        some => (size(some), format!("{}/s", size((some as f64 / stage.took.as_secs_f64().max(1e-6)) as u64))),
    };
    let width = if total.is_zero() { 10 } else { 12 };
    let text = format!("{name:<width$}{:>10}{share:>7}{files:>10}{bytes:>12}{rate:>12}", time(stage.took));
    format!("{}\n", text.trim_end())
}

/// `3.4 ms`.
pub fn time(took: Duration) -> String {
    match took.as_secs_f64() {
        s if s >= 10.0 => format!("{s:.1} s"),
        s if s >= 1.0 => format!("{s:.2} s"),
        s => format!("{:.1} ms", s * 1e3),
    }
}

/// `9.1 MB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads_well() {
        let meter = Meter::default();
        meter.stage("read", || meter.did(2_000_000));
        meter.stage("parse", || meter.parsed("python", 4_000, Duration::from_millis(2)));
        let text = anstream::adapter::strip_str(&stats(&meter, Duration::from_secs(2))).to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[1].starts_with("read") && lines[1].contains("2.0 MB"), "{text}");
        assert!(lines[3].contains("python        2.0 ms") && lines[3].contains("2.0 MB/s"), "{text}");
        assert!(lines[5].starts_with("total           2.00 s"), "{text}");
    }
}
