//! How fast recordings are read, and in how much memory: `cargo bench --bench trace`.
//!
//! Makes a HAR, an audit archive and access logs of three kinds, 1 GiB each (`DDSCOPE_BENCH_MIB` changes that), runs the program on each of
//! them, and `cat`, `jq` and `rg` beside it as far as they are installed. Figures mean something as ratios within one run, and
//! on a machine that does nothing else; processor time is shown for those that do. Peak memory and processor time are read off
//! `/proc` and are missing where there is none.

use ddscope::catalog::Catalog;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 20).unwrap_or_default() % limit.max(1)
    }
}

/// Requests as they are sent: every operation of the table, parameters filled with ids.
struct Requests {
    routes: Vec<(&'static str, &'static str)>,
    random: Random,
    sent: usize,
}

impl Requests {
    fn next(&mut self) -> (&'static str, String, u16) {
        self.sent += 1;
        let (method, template) = self.routes[self.random.below(self.routes.len())];
        let mut path = String::new();
        for segment in template.split('/').skip(1) {
            path.push('/');
            match (segment.starts_with('{'), self.random.below(3)) {
                (false, _) => path.push_str(segment),
                (true, 0) => path.push_str(&self.random.below(10_000_000).to_string()),
                (true, 1) => path.push_str(&format!("f47ac10b-58cc-4372-a567-{:012x}", self.random.below(1 << 40))),
                (true, _) => path.push_str(&format!("abc-{:03x}-ghi", self.random.below(4096))),
            }
        }
        let status = [200, 200, 200, 200, 201, 204, 400, 403, 404][self.random.below(9)];
        (method, path, status)
    }

    /// The time of day: some twenty requests a second.
    fn time(&self) -> String {
        let seconds = self.sent / 20;
        format!("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
    }
}

type Record = fn(&mut Requests, &mut String);

fn har(requests: &mut Requests, out: &mut String) {
    let (method, path, status) = requests.next();
    let fields = 5 + requests.random.below(60);
    let body: String = (0..fields).map(|n| format!("\\\"field_{n}\\\":\\\"a value of some length {n}\\\",")).collect();
    let separator = if out.is_empty() { "" } else { ",\n" };
    out.push_str(separator);
    out.push_str(&format!(
        concat!(
            "{{\"startedDateTime\":\"2026-07-03T10:11:12.345Z\",\"time\":12.5,\"request\":{{\"method\":\"{}\",",
            "\"url\":\"https://api.datadoghq.com{}\",\"httpVersion\":\"HTTP/2\",\"cookies\":[],\"headers\":[",
            "{{\"name\":\"accept\",\"value\":\"application/json\"}},{{\"name\":\"user-agent\",\"value\":\"Mozilla/5.0\"}}],",
            "\"queryString\":[],\"headersSize\":-1,\"bodySize\":0}},\"response\":{{\"status\":{},\"statusText\":\"\",",
            "\"headers\":[{{\"name\":\"content-type\",\"value\":\"application/json\"}}],\"content\":{{\"size\":1,",
            "\"mimeType\":\"application/json\",\"text\":\"{{{}\\\"end\\\":1}}\"}},\"redirectURL\":\"\"}},\"cache\":{{}},",
            "\"timings\":{{\"send\":0,\"wait\":1,\"receive\":2}}}}"
        ),
        method, path, status, body
    ));
}

fn audit(requests: &mut Requests, out: &mut String) {
    let (method, path, status) = requests.next();
    let key = requests.random.below(40);
    out.push_str(&format!(
        concat!(
            "{{\"date\":\"2026-07-03T{t}.345Z\",\"_id\":\"AQAAAYAiOhYWi7EZ-QAAAABBWUFp\",\"source\":\"audit\",",
            "\"message\":\"{m} request made to {p} by ci@example.org with response {s}\",\"status\":\"info\",",
            "\"tags\":[\"source:audit\"],\"attributes\":{{\"http\":{{\"status_code\":{s},\"url_details\":{{\"path\":\"{p}\",",
            "\"host\":\"us1.prod.dog\"}},\"method\":\"{m}\",\"useragent\":\"datadog-api-client-python/2.62.0\"}},",
            "\"network\":{{\"bytes_read\":0,\"client\":{{\"ip\":\"203.0.113.7\",\"geoip\":{{\"country\":{{\"iso_code\":\"US\"}}}}}}}},",
            "\"usr\":{{\"email\":\"ci@example.org\",\"uuid\":\"0ed5718a-10e0-11ec-8246-da7ad0900002\"}},\"action\":\"accessed\",",
            "\"evt\":{{\"name\":\"Request\",\"actor\":{{\"type\":\"API_KEY\"}}}},\"auth_method\":\"API_AND_APP_KEY\",",
            "\"metadata\":{{\"api_key\":{{\"id\":\"aaaaaaaa-0000-4000-8000-{k:012}\"}},",
            "\"application_key\":{{\"id\":\"bbbbbbbb-0000-4000-8000-{k:012}\",\"name\":\"deploy\"}}}}}}}}\n"
        ),
        m = method,
        p = path,
        s = status,
        k = key,
        t = requests.time()
    ));
}

fn all_datadog(requests: &mut Requests, out: &mut String) {
    access(requests, out, true);
}

fn one_in_ten(requests: &mut Requests, out: &mut String) {
    let datadog = requests.random.below(10) == 0;
    access(requests, out, datadog);
}

fn access(requests: &mut Requests, out: &mut String, datadog: bool) {
    let (method, path, status) = requests.next();
    let host = if datadog { "api.datadoghq.com" } else { "registry.example.org" };
    let time = requests.time();
    out.push_str(&format!(
        "{host}:443 10.0.0.5 - - [03/Jul/2026:{time} +0000] \"{method} {path} HTTP/1.1\" {status} 812 \"-\" \"Go-http-client/2.0 (linux; amd64)\"\n"
    ));
}

fn json_lines(requests: &mut Requests, out: &mut String) {
    let (method, path, status) = requests.next();
    let time = requests.time();
    out.push_str(&format!(
        concat!(
            "{{\"start_time\":\"2026-07-03T{}.345Z\",\"method\":\"{}\",\"path\":\"{}\",\"protocol\":\"HTTP/2\",",
            "\"response_code\":{},\"response_flags\":\"-\",\"bytes_received\":0,\"bytes_sent\":812,\"duration\":31,",
            "\"x_forwarded_for\":\"10.0.0.5\",\"user_agent\":\"Go-http-client/2.0\",\"authority\":\"api.datadoghq.com\",",
            "\"upstream_host\":\"203.0.113.7:443\"}}\n"
        ),
        time, method, path, status
    ));
}

/// Writes a file of about that many bytes: distinct records first, then all of them again.
fn make(path: &Path, bytes: usize, head: &str, tail: &str, separator: &str, record: Record) -> std::io::Result<()> {
    let operations = Catalog::builtin().operations();
    let routes = operations.iter().map(|operation| (operation.method, operation.path)).collect();
    let mut requests = Requests { routes, random: Random(0x9e37_79b9_7f4a_7c15), sent: 0 };
    let mut block = String::new();
    while block.len() < bytes.min(64 << 20) {
        record(&mut requests, &mut block);
    }
    let mut out = BufWriter::new(File::create(path)?);
    out.write_all(head.as_bytes())?;
    let mut written = 0;
    while written < bytes {
        if written > 0 {
            out.write_all(separator.as_bytes())?;
        }
        out.write_all(block.as_bytes())?;
        written += block.len();
    }
    out.write_all(tail.as_bytes())?;
    out.flush()
}

struct Run {
    time: Duration,
    /// In KiB.
    peak: Option<u64>,
    /// User and system, in seconds.
    processor: Option<f64>,
}

/// Runs a program to its end, draining its output; `None` if it cannot be run.
fn run(program: &str, arguments: &[&str]) -> Option<Run> {
    let start = Instant::now();
    let mut child = Command::new(program).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let mut output = child.stdout.take()?;
    let drain = std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 20];
        while output.read(&mut buffer).is_ok_and(|count| count > 0) {}
    });
    let (status, stat) = (format!("/proc/{}/status", child.id()), format!("/proc/{}/stat", child.id()));
    let (mut peak, mut processor) = (None, None);
    let ended = loop {
        peak = peak.max(std::fs::read_to_string(&status).ok().and_then(|text| high_water(&text)));
        processor = std::fs::read_to_string(&stat).ok().and_then(|text| ticks(&text)).or(processor);
        if let Some(ended) = child.try_wait().ok()? {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let time = start.elapsed();
    let _ = drain.join();
    ended.success().then_some(Run { time, peak, processor })
}

fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// Time of user and system, in seconds: the 14th and 15th field, in hundredths.
fn ticks(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(11).map(str::parse::<f64>);
    Some((fields.next()?.ok()? + fields.next()?.ok()?) / 100.0)
}

fn report(label: &str, bytes: u64, run: Option<&Run>, own: Option<&Run>) {
    let Some(run) = run else { return println!("  {label:<28} not installed, or failed") };
    let rate = bytes as f64 / 1e6 / run.time.as_secs_f64();
    let peak = run.peak.map_or("?".to_owned(), |kib| format!("{:.1} MiB", kib as f64 / 1024.0));
    let ratio = own.map_or(0.0, |own| run.time.as_secs_f64() / own.time.as_secs_f64());
    let processor = run.processor.map_or("?".to_owned(), |seconds| format!("{seconds:.2} s"));
    println!(
        "  {label:<28} {:>7.2} s {rate:>8.0} MB/s {ratio:>7.2} x {peak:>12} {processor:>10} of processor",
        run.time.as_secs_f64()
    );
}

/// Says whether what the design asks for holds.
fn judge(bytes: u64, run: Option<&Run>, budget: f64) {
    let Some(run) = run else { return };
    let rate = bytes as f64 / 1e6 / run.time.as_secs_f64();
    let peak = run.peak.map_or(0.0, |kib| kib as f64 / 1024.0);
    let holds = |holds: bool| if holds { "holds" } else { "DOES NOT HOLD" };
    println!("  budget: {budget} MB/s {}, 64 MiB {}", holds(rate >= budget), holds(peak <= 64.0));
}

/// Whether there is so much memory to spare.
fn available(bytes: u64) -> bool {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.is_some_and(|kib| kib * 1024 > bytes)
}

fn measure(name: &str, path: &Path, filter: Option<&str>, budget: f64) {
    let file = path.to_string_lossy();
    let bytes = path.metadata().map(|metadata| metadata.len()).unwrap_or_default();
    println!("{name}, {bytes} bytes");
    // the file is in the page cache for all of them
    let _ = run("cat", &[&file]);
    let mut own: Option<Run> = None;
    for _ in 0..3 {
        let next = run(env!("CARGO_BIN_EXE_ddscope"), &["scan", "--trace", &file, "--format", "json"]);
        own = match (own, next) {
            (Some(best), Some(next)) if best.time <= next.time => Some(best),
            (best, next) => next.or(best),
        };
    }
    report("ddscope scan (best of 3)", bytes, own.as_ref(), own.as_ref());
    report("cat", bytes, run("cat", &[&file]).as_ref(), own.as_ref());
    report("rg -c /api/", bytes, run("rg", &["-c", "/api/", &file]).as_ref(), own.as_ref());
    report("grep -c /api/", bytes, run("grep", &["-c", "/api/", &file]).as_ref(), own.as_ref());
    judge(bytes, own.as_ref(), budget);
    // jq builds the whole document of a HAR in memory, ten times its size
    if let Some(filter) = filter.filter(|_| available(bytes * 14)) {
        report("jq", bytes, run("jq", &["-r", filter, &file]).as_ref(), own.as_ref());
    }
}

fn main() -> std::io::Result<()> {
    // `cargo test --benches` only wants to know that it starts
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    let mebibytes = std::env::var("DDSCOPE_BENCH_MIB").ok().and_then(|text| text.parse().ok()).unwrap_or(1024);
    let size = mebibytes << 20;
    let folder = tempfile::tempdir()?;
    let at = |name: &str| -> PathBuf { folder.path().join(name) };
    type Case<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str, Record, Option<&'a str>, f64);
    let requests = ".log.entries[].request | .method + \" \" + .url";
    let cases: [Case<'_>; 5] = [
        ("HAR", "a.har", "{\"log\":{\"version\":\"1.2\",\"entries\":[", "]}}\n", ",\n", har, Some(requests), 500.0),
        ("audit archive", "audit.json", "", "", "", audit, Some(".attributes.http.method"), 600.0),
        ("access log, all Datadog's", "all.log", "", "", "", all_datadog, None, 600.0),
        ("access log, one line in ten", "tenth.log", "", "", "", one_in_ten, None, 600.0),
        ("access log in JSON", "json.log", "", "", "", json_lines, Some(".method + \" \" + .path"), 500.0),
    ];
    for (name, file, head, tail, separator, record, filter, budget) in cases {
        let path = at(file);
        make(&path, size, head, tail, separator, record)?;
        measure(name, &path, filter, budget);
        std::fs::remove_file(&path)?;
    }
    Ok(())
}
