//! The same requests mean the same in every format; keys planted in them never come out.

use crate::convert::{HOST, Sent, Tells, WRITERS};
use crate::support::{fixture, run};
use ddscope::evidence::{Call, Evidence};
use ddscope::trace::Options;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Requests of a fixture, or of a file of the same form (method, path, status, separated by tabs) named by `DDSCOPE_REQUESTS`,
/// with the operation that each is, where the file tells it.
pub fn requests() -> Vec<(Sent, Option<String>)> {
    let text = match std::env::var_os("DDSCOPE_REQUESTS") {
        Some(path) => std::fs::read(path).expect("the file that DDSCOPE_REQUESTS names"),
        None => fixture("requests.tsv"),
    };
    let text = String::from_utf8(text).expect("UTF-8");
    let one = |line: &str| {
        let mut fields = line.split('\t').map(str::to_owned);
        let (method, path) = (fields.next().expect("method"), fields.next().expect("path"));
        let status = fields.next().expect("status").parse().expect("number");
        (Sent { method, path, status, key: "0123456789abcdef0123456789abcdef".into() }, fields.next())
    };
    text.lines().map(one).collect()
}

/// A route for every method and path: nothing but equal requests is counted together.
fn exactly(method: &str, url: &str) -> Option<usize> {
    let path = url.split_once(HOST).map_or(url, |(_, path)| path);
    let mut hasher = DefaultHasher::new();
    (method, path).hash(&mut hasher);
    Some(hasher.finish() as usize)
}

/// Paths that differ in nothing but ids are counted together.
fn without_ids(path: &str) -> String {
    let id = |segment: &str| {
        let digits = segment.bytes().filter(u8::is_ascii_digit).count();
        let hex = segment.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        // ids of dashboards and some others: abc-d3f-ghi
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
        let dashed = segment.len() == 11
            && segment.bytes().enumerate().all(|(at, c)| if at % 4 == 3 { c == b'-' } else { plain(c) });
        dashed || digits > 0 && hex && (digits == segment.len() || segment.replace('-', "").len() >= 16)
    };
    // keys, and tokens that look like them, are taken out
    let key = |segment: &str| segment.as_bytes().windows(32).any(|run| run.iter().all(u8::is_ascii_hexdigit));
    let plain = |segment: &str| id(segment) || key(segment) || segment == "redacted";
    let path = path.split('?').next().unwrap_or_default();
    path.split('/').map(|segment| if plain(segment) { "0" } else { segment }).collect::<Vec<_>>().join("/")
}

type Counts = BTreeMap<(String, String, bool), u64>;

fn counts(evidence: &[Evidence], tells: Tells) -> Counts {
    let mut counts = Counts::new();
    for one in evidence {
        let Call::Http { method, url, .. } = &one.call else { panic!("{one:?}") };
        let observed = one.observed.as_deref().expect("observed");
        let path = url.to_string().trim_start_matches("https://").trim_start_matches(HOST).to_owned();
        let path = without_ids(&path);
        let denied = tells == Tells::All && matches!(observed.status, Some(401 | 403));
        *counts.entry((method.as_deref().unwrap_or_default().to_owned(), path, denied)).or_default() += observed.count;
    }
    counts
}

#[test]
fn every_format_tells_the_same_requests() {
    let all: Vec<Sent> = requests().into_iter().map(|(sent, _)| sent).collect();
    let options = Options { canonical: &exactly, ..Options::plain() };
    for (format, file, tells, write) in WRITERS {
        let mut wanted = Counts::new();
        for it in &all {
            let denied = *tells == Tells::All && matches!(it.status, 401 | 403);
            *wanted.entry((it.method.clone(), without_ids(&it.path), denied)).or_default() += 1;
        }
        let (evidence, summary) = run(file, &write(&all), &options);
        assert_eq!(summary.format, Some(*format), "{file}");
        assert_eq!(summary.problems, [], "{file}");
        assert_eq!(summary.requests, all.len() as u64, "{file}: {summary:?}");
        let found = counts(&evidence, *tells);
        let differ = |a: &Counts, b: &Counts| {
            a.iter()
                .filter(|(key, n)| b.get(*key) != Some(*n))
                .map(|(key, n)| format!("{key:?} x{n}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(differ(&found, &wanted), differ(&wanted, &found), "{file}");
    }
}

#[test]
fn every_format_has_a_writer() {
    // one request a file: there is nothing to compare
    let single = ["bruno"];
    for format in ddscope::trace::FORMATS {
        let name = format.name();
        assert!(single.contains(&name) || WRITERS.iter().any(|(written, ..)| *written == name), "{name}");
    }
}

#[test]
fn planted_keys_never_come_out() {
    let hex = "0123456789abcdef0123456789abcdef";
    let keys = [
        hex.to_owned(),
        format!("{hex}01234567"),
        format!("pub{hex}"),
        "ddapp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6".to_owned(),
        "ddpat_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6".to_owned(),
        "ddsat_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6".to_owned(),
    ];
    for key in &keys {
        let paths = [
            format!("/api/v1/monitor?api_key={key}&application_key={key}"),
            format!("/api/v1/api_key/{key}"),
            format!("/api/v1/x/%22{key}%22/y"),
            format!("/api/v1/x/key={key}"),
        ];
        let one = |path: &String| Sent { method: "GET".into(), path: path.clone(), status: 200, key: key.clone() };
        let all: Vec<Sent> = paths.iter().map(one).collect();
        for (_, file, _, write) in WRITERS {
            let bytes = write(&all);
            for cut in [bytes.len(), bytes.len() * 2 / 3] {
                let said = format!("{:?}", run(file, &bytes[..cut], &Options::plain()));
                assert!(!said.contains(key.as_str()), "{key} in {file}: {said}");
                assert!(cut < bytes.len() || said.contains("/api/v1/monitor"), "{file}: {said}");
            }
        }
    }
}

#[test]
fn keys_in_the_place_of_names_are_taken_out() {
    let key = "0123456789abcdef0123456789abcdef";
    let line = format!(
        "{{\"source\":\"audit\",\"attributes\":{{\"http\":{{\"method\":\"GET\",\"url_details\":{{\"path\":\"/api/v1/monitor\"}}}},\"auth_method\":\"API_AND_APP_KEY\",\"metadata\":{{\"api_key\":{{\"id\":\"{key}\"}}}},\"usr\":{{\"id\":\"{key}\"}}}}}}\n"
    );
    let said = format!("{:?}", run("a.json", line.as_bytes(), &Options::plain()));
    assert!(said.contains("/api/v1/monitor") && !said.contains(key), "{said}");
}
