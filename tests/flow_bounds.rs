//! What the engine has no room for is still told: a call that a bound cuts off is reported as undecided, never dropped.

use ddscope::catalog::Catalog;
use ddscope::scan::{Options, scan};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

/// Operations found in a program, and its undecided calls with their lines.
fn read(text: &str) -> (BTreeSet<String>, Vec<(u64, String)>) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("tool.py"), text).expect("a file");
    let options = Options { paths: vec![folder.path().to_path_buf()], ..Options::default() };
    let scan = scan(&options, Catalog::builtin()).expect("a scan");
    let used = scan.resolution.usages.iter().map(|usage| usage.operation.id.to_owned()).collect();
    let undecided =
        scan.resolution.unresolved.iter().map(|u| (u.evidence.place.line(), u.call().to_string())).collect();
    (used, undecided)
}

/// Whether a call on a line is undecided because its path, or all of it, is not known.
fn is_open_on(undecided: &[(u64, String)], line: u64) -> bool {
    undecided.iter().any(|(at, call)| *at == line && call.ends_with("{}"))
}

/// The line on which a text stands, from 1.
fn line_of(program: &str, text: &str) -> u64 {
    let at = program.lines().position(|line| line.contains(text)).expect("the text stands in the program");
    at as u64 + 1
}

/// The paths of so many operations that read without a parameter.
fn paths(count: usize) -> Vec<&'static str> {
    let all = Catalog::builtin().operations();
    let plain: BTreeSet<&str> =
        all.iter().filter(|o| o.method == "GET" && !o.path.contains('{')).map(|operation| operation.path).collect();
    let paths: Vec<&str> = plain.into_iter().take(count).collect();
    assert_eq!(paths.len(), count);
    paths
}

const HEAD: &str = "import requests\n\nBASE = \"https://api.datadoghq.com\"\nKEYS = {\"DD-API-KEY\": \"x\"}\n\n";

fn table(count: usize) -> String {
    let mut text = format!("{HEAD}PATHS = [\n");
    for path in paths(count) {
        let _ = writeln!(text, "    \"{path}\",");
    }
    text + "]\n\n\n"
}

/// A function that takes one of so many paths, and what it does with it.
fn choice(count: usize, call: &str) -> String {
    let mut text = String::from("def run(name):\n");
    for (number, path) in paths(count).into_iter().enumerate() {
        let _ = writeln!(text, "    if name.has({number}):\n        path = \"{path}\"");
    }
    text + "    " + call + "\n"
}

#[test]
fn a_long_table_is_read_to_its_end() {
    let call = "requests.get(BASE + path, headers=KEYS)";
    let helper = format!("def send(path):\n    return {call}\n\n\n");
    for count in [3, 32, 33, 64, 65, 120] {
        let mut single = String::from(HEAD);
        for path in paths(count) {
            let _ = writeln!(single, "requests.get(BASE + \"{path}\", headers=KEYS)");
        }
        let (each, open) = read(&single);
        let open: BTreeSet<String> = open.into_iter().map(|(_, call)| call).collect();
        let plain = format!("{}def run():\n    for path in PATHS:\n        {call}\n", table(count));
        let helped = format!("{}{helper}def run():\n    for path in PATHS:\n        send(path)\n", table(count));
        for text in [plain, helped] {
            let (used, undecided) = read(&text);
            assert_eq!(used, each);
            assert!(undecided.iter().all(|one| open.contains(&one.1)), "{undecided:?}");
        }
    }
}

#[test]
fn more_paths_than_one_place_holds_leave_an_undecided_call() {
    let text = format!("{HEAD}{}", choice(120, "requests.get(BASE + path, headers=KEYS)"));
    let (used, undecided) = read(&text);
    assert!((40..120).contains(&used.len()), "{}", used.len());
    assert!(is_open_on(&undecided, line_of(&text, "def run")), "{undecided:?}");
}

#[test]
fn a_helper_called_with_more_paths_than_are_filled_in_leaves_an_undecided_call() {
    let helper = "def send(path):\n    return requests.get(BASE + path, headers=KEYS)\n\n\n";
    let text = format!("{HEAD}{helper}{}", choice(120, "send(path)"));
    let (used, undecided) = read(&text);
    assert!((20..120).contains(&used.len()), "{}", used.len());
    assert!(is_open_on(&undecided, line_of(&text, "def run")), "{undecided:?}");
}

#[test]
fn a_function_with_more_open_requests_than_are_kept_is_an_undecided_call() {
    let mut text =
        format!("{HEAD}class Api:\n    def __init__(self, base):\n        self.base = base\n\n    def all(self):\n");
    for number in 0..400 {
        let _ = writeln!(text, "        requests.get(self.base + self.path_{number}(), headers=KEYS)");
    }
    let _ = writeln!(text, "\n\ndef main(host):\n    Api(host).all()");
    let (_, undecided) = read(&text);
    assert!(is_open_on(&undecided, line_of(&text, "def all(self)")), "{undecided:?}");
}

#[test]
fn a_function_that_calls_more_of_what_it_is_given_than_is_kept_is_an_undecided_call() {
    let mut text = format!("{HEAD}def all(call):\n    requests.get(BASE + \"/api/v1/monitor\", headers=KEYS)\n");
    for number in 0..60 {
        let _ = writeln!(text, "    call(\"/api/v1/{number}\")");
    }
    let (used, undecided) = read(&text);
    assert_eq!(used.into_iter().collect::<Vec<_>>(), ["v1:ListMonitors"]);
    assert!(is_open_on(&undecided, line_of(&text, "def all(call)")), "{undecided:?}");
}

#[test]
fn an_address_of_more_pieces_than_are_followed_is_an_undecided_call() {
    let mut address = String::from("BASE");
    for number in 0..60 {
        let _ = write!(address, " + \"/\" + part_{number}()");
    }
    let text = format!("{HEAD}def run():\n    requests.get({address}, headers=KEYS)\n");
    let (used, undecided) = read(&text);
    assert!(used.is_empty(), "{used:?}");
    assert!(is_open_on(&undecided, line_of(&text, "requests.get")), "{undecided:?}");
}

#[test]
fn a_function_that_looks_up_more_than_it_may_is_an_undecided_call() {
    // Every choice doubles what the address may be.
    let mut text = format!("{HEAD}def run(site):\n    url = BASE\n");
    for number in 0..40 {
        let _ = writeln!(
            text,
            "    if site.has({number}):\n        url = url + \"/a{number}\"\n    else:\n        url = url + site.part{number}"
        );
    }
    let _ = writeln!(text, "    requests.get(url, headers=KEYS)");
    let (_, undecided) = read(&text);
    assert!(!undecided.is_empty());
}

#[test]
fn steps_beyond_those_that_are_kept_change_nothing_of_what_is_found() {
    let mut text = format!("{HEAD}def step_0(path):\n    return requests.get(BASE + path, headers=KEYS)\n\n\n");
    for number in 1..30 {
        let _ = writeln!(text, "def step_{number}(path):\n    return step_{}(path)\n\n", number - 1);
    }
    let _ = writeln!(text, "def run():\n    return step_29(\"/api/v1/monitor\")");
    let (used, undecided) = read(&text);
    assert_eq!(used.into_iter().collect::<Vec<_>>(), ["v1:ListMonitors"]);
    assert!(undecided.is_empty(), "{undecided:?}");
}

#[test]
fn options_filled_under_one_condition_after_the_other_keep_what_they_began_with() {
    let mut program = format!("{HEAD}def run(given):\n    options = {{\"what\": \"monitor\"}}\n");
    for option in ["timeout", "verify", "cert", "stream", "proxies"] {
        let _ = writeln!(program, "    if given.has(\"{option}\"):\n        options[\"{option}\"] = \"{option} it\"");
    }
    program += "    if given.has(\"downtimes\"):\n        options[\"what\"] = \"downtime\"\n";
    program += "    return requests.get(BASE + \"/api/v1/\" + options[\"what\"], headers=KEYS)\n";
    let (used, undecided) = read(&program);
    assert_eq!(used, BTreeSet::from(["v1:ListDowntimes".to_owned(), "v1:ListMonitors".to_owned()]));
    assert_eq!(undecided, []);
}

/// Every field may be any other: there are more ways through them than could be gone, and the address is at the end of each.
#[test]
fn fields_that_are_made_of_each_other_are_found() {
    let fields = 14;
    let mut text = format!("{HEAD}class Status:\n    def __init__(self):\n");
    for field in 0..fields {
        let _ = writeln!(text, "        self.part{field} = None");
    }
    text += "\n    def merge(self, other: \"Status\"):\n        self.part0 = \"/api/v1/validate\"\n";
    for (field, other) in (0..fields).flat_map(|field| (0..fields).map(move |other| (field, other))) {
        if field != other {
            let _ = writeln!(text, "        if other.part{other}:\n            self.part{field} = self.part{other}");
        }
    }
    text +=
        "\n\ndef report(status: Status):\n    requests.get(BASE + status.part3, headers=KEYS)\n\n\nreport(Status())\n";
    let (used, undecided) = read(&text);
    assert_eq!(used, BTreeSet::from(["v1:Validate".to_owned()]), "{undecided:?}");
    assert_eq!(undecided, Vec::new());
}
