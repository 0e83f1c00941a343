//! Cut, corrupt, mixed and hostile files: what can be had is had, what was lost is said, nothing panics.

use crate::support::{fixture, folder, run};
use ddscope::evidence::Evidence;
use ddscope::trace::{Options, Summary};
use std::io::Write;

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder()).expect("fixtures");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), fixture(&name))).collect()
}

fn plain(name: &str, bytes: &[u8]) -> (Vec<Evidence>, Summary) {
    let options = Options { assume_datadog: true, sessions: true, ..Options::plain() };
    run(name, bytes, &options)
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

/// Formats that are one document: a cut within it is always noticed.
const DOCUMENTS: [&str; 11] = [
    "har",
    "cassette-json",
    "mockserver",
    "test-server",
    "burp",
    "audit-trail",
    "jaeger",
    "zipkin",
    "datadog-spans",
    "otlp",
    "cassette-yaml",
];

#[test]
fn a_cut_at_any_line_costs_nothing_that_came_before() {
    for (name, bytes) in fixtures() {
        let (_, whole) = run(&name, &bytes, &Options::plain());
        let mut last = 0;
        let lines = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        for cut in lines {
            let (evidence, summary) = run(&name, &bytes[..cut], &Options::plain());
            if summary.format != whole.format {
                // too little is left to tell the format
                continue;
            }
            assert!(summary.requests <= whole.requests, "{name} cut at {cut}: {summary:?}");
            assert!(summary.requests >= last, "{name} cut at {cut}: {summary:?}");
            assert_eq!(evidence.is_empty(), summary.requests == 0, "{name} cut at {cut}");
            last = summary.requests;
        }
    }
}

#[test]
fn a_cut_document_is_never_called_whole() {
    for (name, bytes) in fixtures() {
        let (_, whole) = plain(&name, &bytes);
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        let is_document = whole.format.is_some_and(|format| DOCUMENTS.contains(&format));
        if !is_document || name.ends_with("jsonl") || name == "audit_archive.json" {
            continue;
        }
        let kept = bytes.trim_ascii_end().len();
        // the last line of a cassette holds no record
        let last_line = bytes[..kept].iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
        let kept = if whole.format == Some("cassette-yaml") { last_line } else { kept };
        for cut in (kept / 2..kept).step_by(if lines > 4 { 7 } else { 3 }) {
            let (_, summary) = plain(&name, &bytes[..cut]);
            if name.ends_with(".yaml") && bytes[..cut].windows(9).any(|window| window == b"\nversion:") {
                // go-vcr writes its version first: a list that ends early after a whole record looks like one that ends
                continue;
            }
            assert!(!summary.problems.is_empty(), "{name} cut at {cut} of {kept}: {summary:?}");
        }
    }
}

#[test]
fn cuts_anywhere_and_flipped_bytes_do_no_harm() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 16).unwrap_or_default()
    };
    for (name, bytes) in fixtures() {
        let packed = gzipped(&bytes);
        for _ in 0..60 {
            plain(&name, &bytes[..random() % bytes.len()]);
            plain(&name, &packed[..random() % packed.len()]);
            for whole in [&bytes, &packed] {
                let mut broken = whole.clone();
                for _ in 0..1 + random() % 4 {
                    let at = random() % broken.len();
                    broken[at] ^= 1 << (random() % 8);
                }
                let (evidence, summary) = plain(&name, &broken);
                let counted: u64 = evidence.iter().filter_map(|one| one.observed.as_deref()).map(|it| it.count).sum();
                assert_eq!(counted, summary.requests, "{name}");
            }
        }
    }
}

#[test]
fn a_cut_flow_is_said() {
    let bytes = fixture("flows.mitm");
    let whole = (1..bytes.len()).filter(|&cut| plain("flows", &bytes[..cut]).1.problems.is_empty()).count();
    // flows stand one after another: only cuts between the five of them go unnoticed
    assert_eq!(whole, 4);
}

#[test]
fn a_broken_line_costs_that_line_only() {
    let text = String::from_utf8(fixture("audit_archive.json")).expect("UTF-8");
    let whole = plain("a.json", text.as_bytes()).1;
    let broken = text.replacen("\"evt\":{", "\"evt\":[[{", 1);
    let (_, summary) = plain("a.json", broken.as_bytes());
    assert_eq!(summary.records, whole.records);
    assert_eq!(summary.problems.len(), 1, "{summary:?}");
    assert_eq!(summary.problems[0].record, Some(1));
    assert!(summary.requests + 1 >= whole.requests, "{summary:?}");
}

#[test]
fn packing_does_not_matter() {
    for (name, bytes) in fixtures() {
        let (evidence, summary) = plain(&name, &bytes);
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        zlib.write_all(&bytes).expect("in memory");
        let zstd = ruzstd::encoding::compress_to_vec(bytes.as_slice(), ruzstd::encoding::CompressionLevel::Fastest);
        let twice = [zstd.clone(), vec![0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]].concat();
        for packed in [gzipped(&bytes), zlib.finish().expect("in memory"), zstd, twice] {
            assert_eq!(plain(&name, &packed), (evidence.clone(), summary.clone()), "{name}");
        }
        if std::str::from_utf8(&bytes).is_ok_and(|text| text.is_ascii()) && !name.ends_with(".mitm") {
            let wide: Vec<u8> = [0xfeff]
                .into_iter()
                .chain(bytes.iter().map(|&byte| u16::from(byte)))
                .flat_map(u16::to_le_bytes)
                .collect();
            assert_eq!(plain(&name, &wide), (evidence.clone(), summary.clone()), "{name} in UTF-16");
            let marked = [&[0xef, 0xbb, 0xbf], bytes.as_slice()].concat();
            assert_eq!(plain(&name, &marked), (evidence, summary), "{name} with a mark");
        }
    }
}

#[test]
fn cut_packing_is_said() {
    let bytes = fixture("combined.log").repeat(50);
    let packed = gzipped(&bytes);
    let (_, summary) = plain("access.log.gz", &packed[..packed.len() / 2]);
    assert!(summary.problems.iter().any(|problem| problem.what.contains("packed data is broken")), "{summary:?}");
    assert_eq!(summary.format, Some("access-log"));
}

#[test]
fn packing_within_packing_is_taken_off() {
    let bytes = fixture("combined.log");
    let once = gzipped(&bytes);
    assert_eq!(plain("a.log", &gzipped(&gzipped(&once))), plain("a.log", &bytes));
    // what is no packing is not given up silently
    let mut broken = gzipped(&once);
    broken[3] = 0xff;
    broken.truncate(15);
    let (_, summary) = plain("a.log", &broken);
    assert!(summary.problems.iter().any(|problem| problem.what.contains("packed data is broken")), "{summary:?}");
}

#[test]
fn a_bomb_within_a_bomb_is_given_up() {
    // packed files with a long name and nothing in them, one after the other: nothing ever comes out
    let empty = flate2::GzBuilder::new().filename(vec![b'a'; 60_000]).write(Vec::new(), flate2::Compression::best());
    let empties = empty.finish().expect("in memory").repeat(70);
    let packed = gzipped(&empties).repeat(10);
    let (_, summary) = plain("bomb.log.gz", &packed);
    assert!(summary.problems.iter().any(|problem| problem.what.contains("expands without end")), "{summary:?}");
}

#[test]
fn a_window_too_large_is_said() {
    // a frame that asks for a window of 2 GiB
    let (_, summary) = plain("a.har.zst", &[0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00, 0x00]);
    assert!(summary.problems.iter().any(|problem| problem.what.contains("packed data is broken")), "{summary:?}");
}

#[test]
fn a_bomb_is_given_up() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&fixture("vhost.log")).expect("in memory");
    let block = vec![b'\n'; 1 << 20];
    for _ in 0..300 {
        encoder.write_all(&block).expect("in memory");
    }
    let packed = encoder.finish().expect("in memory");
    let (_, summary) = run("bomb.log.gz", &packed, &Options::plain());
    assert_eq!(summary.requests, 2);
    assert!(summary.problems.iter().any(|problem| problem.what.contains("expands to more than")), "{summary:?}");
}

#[test]
fn depth_and_length_are_bounded() {
    let deep = "[".repeat(1 << 20);
    let objects = "{\"a\":".repeat(1 << 18);
    let long = "x".repeat(20 << 20);
    let record = "{\"request\":{\"method\":\"GET\",\"url\":\"https://api.datadoghq.com/api/v1/monitor\"},\"response\":{\"status\":200}}";
    let har = |inside: &str| format!("{{\"log\":{{\"entries\":[{record},{inside}]}}}}");
    let cases = [
        ("deep.har", har(&deep), 1),
        ("objects.har", har(&objects), 1),
        ("long.har", har(&format!("{{\"request\":{{\"url\":\"https://api.datadoghq.com/{long}\"}}}}")), 1),
        ("spans.json", format!("{{\"resourceSpans\":{deep}"), 0),
        ("spans.json", format!("[{{\"traceId\":\"1\",\"localEndpoint\":{objects}"), 0),
        ("audit.json", format!("{{\"source\":\"audit\",\"data\":{deep}"), 0),
        ("postman.json", format!("{{\"info\":{{\"_postman_id\":\"1\"}},\"item\":{deep}"), 0),
        ("insomnia.yaml", format!("type: collection.insomnia.rest/5.0\ncollection: {}", "[".repeat(5000)), 0),
        ("cassette.yaml", format!("interactions:\n- request:\n    method: GET\n    uri: {long}"), 0),
    ];
    for (name, text, requests) in cases {
        let (_, summary) = run(name, text.as_bytes(), &Options::plain());
        assert_eq!(summary.requests, requests, "{name}: {:?}", summary.problems);
        assert!(!summary.problems.is_empty(), "{name}: {summary:?}");
    }
}

#[test]
fn an_endless_line_is_passed_over() {
    let first = String::from_utf8(fixture("audit_archive.json")).expect("UTF-8");
    let long = format!("{{\"attributes\":{{\"x\":\"{}\"}}}}\n", "y".repeat(40 << 20));
    let (_, summary) = run("a.json", format!("{first}{long}{first}").as_bytes(), &Options::plain());
    let (_, once) = run("a.json", first.as_bytes(), &Options::plain());
    assert_eq!(summary.requests, 2 * once.requests, "{summary:?}");
    assert!(summary.problems.iter().any(|problem| problem.what.contains("too long")), "{summary:?}");
    assert_eq!(summary.problems.len(), 1, "{summary:?}");
}

#[test]
fn what_is_no_recording_is_said() {
    for (name, bytes) in [("a.bin", &b"\0\x01\x02\x03"[..]), ("a.txt", b"hello"), ("a.json", b"{\"a\":1}"), ("e", b"")]
    {
        let (evidence, summary) = run(name, bytes, &Options::plain());
        assert!(evidence.is_empty());
        assert_eq!(summary.format, None, "{name}");
        assert_eq!(summary.problems.len(), 1, "{name}");
    }
}
