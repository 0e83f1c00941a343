//! The line on a terminal that tells how far a long run is.
//!
//! Part of the binary, not of the library: it watches the meter and draws; nothing else knows of it.

use ddscope::meter::{Meter, Moment};
use ddscope::report::stats::size;
use ddscope::report::style::grouped;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Runs that are over sooner show nothing.
const PATIENCE: Duration = Duration::from_millis(400);
const PAUSE: Duration = Duration::from_millis(100);

/// The line; gone when dropped.
pub struct Progress {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Begins to watch, if standard error is a terminal.
pub fn watch(meter: &Arc<Meter>) -> Option<Progress> {
    let target = ProgressDrawTarget::stderr();
    if target.is_hidden() {
        return None;
    }
    let (stop, stopped) = mpsc::channel();
    let meter = Arc::clone(meter);
    let draw = move || {
        if stopped.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
            return;
        }
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
            bar.set_style(style);
        }
        while stopped.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
            if let Some(moment) = meter.moment() {
                bar.set_message(words(&moment));
            }
            bar.tick();
        }
        bar.finish_and_clear();
    };
    let thread = thread::Builder::new().name("progress".to_owned()).spawn(draw).ok()?;
    Some(Progress { stop: Some(stop), thread: Some(thread) })
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// `parsing  120 of 2,400 files · 1.2 MB · 8.1 MB/s`.
fn words(moment: &Moment) -> String {
    let doing = match moment.stage {
        "walk" => "looking for files",
        "read" => "reading",
        "parse" => "parsing",
        "flow" => "following values",
        "declared" => "reading declarations",
        "traffic" => "reading traffic",
        "resolve" => "looking calls up",
        "solve" | "compare" => "solving",
        "report" => "writing the report",
        other => other,
    };
    let mut parts = Vec::new();
    if moment.expected > 0 {
        parts.push(format!("{} of {} files", grouped(moment.files), grouped(moment.expected)));
    }
    if moment.bytes > 0 {
        let rate = moment.bytes as f64 / moment.since.as_secs_f64().max(0.05);
        parts.push(size(moment.bytes));
        parts.push(format!("{}/s", size(rate as u64)));
    }
    if moment.since.as_secs() >= 2 {
        parts.push(format!("{} s", moment.since.as_secs()));
    }
    format!("{doing}  {}", parts.join(" · "))
}
