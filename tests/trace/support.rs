//! Reads fixtures and writes what came of them as text.

use ddscope::evidence::{Call, Evidence, Place};
use ddscope::trace::{Options, Summary, read};
use std::fmt::Write;
use std::path::PathBuf;

/// Where the fixtures are.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/trace")
}

/// Bytes of a fixture.
pub fn fixture(name: &str) -> Vec<u8> {
    let path = folder().join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Reads bytes as a file of that name.
pub fn run(name: &str, bytes: &[u8], options: &Options<'_>) -> (Vec<Evidence>, Summary) {
    let mut evidence = Vec::new();
    let summary = read(name, &mut { bytes }, options, &mut |one| evidence.push(one));
    (evidence, summary)
}

/// Evidence and summary as lines.
pub fn show((evidence, summary): &(Vec<Evidence>, Summary)) -> String {
    let mut text = String::new();
    for one in evidence {
        let Call::Http { method, url, origin, cli, .. } = &one.call else { panic!("not a request: {one:?}") };
        let Place::Record { record, .. } = &one.place else { panic!("not a record: {one:?}") };
        assert!(!cli);
        let observed = one.observed.as_deref().expect("traffic is observed");
        let _ = write!(text, "{record} {} {url}", method.as_deref().unwrap_or("?"));
        if let Some(status) = observed.status {
            let _ = write!(text, " {status}");
        }
        let _ = write!(text, " x{} {origin:?} {}", observed.count, one.confidence.name());
        if let Some(actor) = &observed.actor {
            let _ = write!(text, " by {} {}", actor.kind, actor.id);
        }
        if let Some(time) = observed.time {
            let _ = write!(text, " at {time}");
        }
        if observed.declared {
            text.push_str(" declared");
        }
        for (name, value) in &one.literals {
            let _ = write!(text, " {name}={value}");
        }
        text.push('\n');
    }
    let format = summary.format.unwrap_or("unknown");
    let _ = writeln!(
        text,
        "-- {format}: {} records, {} requests, {} bytes",
        summary.records, summary.requests, summary.bytes
    );
    for skipped in &summary.skipped {
        let _ = writeln!(text, "   skipped {} from record {}: {}", skipped.count, skipped.first, skipped.reason);
    }
    for problem in &summary.problems {
        let _ = writeln!(text, "   problem {:?}: {}", problem.record, problem.what);
    }
    for note in &summary.notes {
        let _ = writeln!(text, "   note {} {}", note.count, note.what);
    }
    text
}
