//! The server for coding assistants, spoken to as a client would: JSON-RPC, a message a line, over its standard streams.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

/// A session with the server.
struct Client {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    number: u64,
}

impl Client {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("ddscope"))
            .arg("mcp")
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (send, lines) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        let mut client = Self { input: child.stdin.take(), child, lines, number: 0 };
        let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}});
        let answer = client.ask("initialize", hello);
        assert_eq!(answer["serverInfo"]["name"], "ddscope");
        assert!(answer["instructions"].as_str().unwrap().contains("never calls Datadog"));
        client.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        client
    }

    fn say(&mut self, message: &Value) {
        writeln!(self.input.as_mut().unwrap(), "{message}").unwrap();
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.number += 1;
        self.say(&json!({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}));
        let line = self.lines.recv_timeout(Duration::from_secs(120)).expect("an answer");
        let answer: Value = serde_json::from_str(&line).expect("one message a line, and nothing else");
        assert_eq!(answer["id"], self.number, "{answer}");
        answer.get("result").unwrap_or(&answer).clone()
    }

    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.ask("tools/call", json!({"name": tool, "arguments": arguments}))
    }

    /// The text of an error of a tool.
    fn refusal(&mut self, tool: &str, arguments: Value) -> String {
        let answer = self.call(tool, arguments);
        assert_eq!(answer["isError"], true, "{answer}");
        answer["content"][0]["text"].as_str().unwrap().to_owned()
    }

    fn end(mut self) {
        drop(self.input.take());
        let output = self.child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert!(output.status.success());
    }
}

const CODE: &str = "import requests\nrequests.get('https://api.datadoghq.com/api/v1/monitor')\n";

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::write(folder.path().join("src/a.py"), CODE).unwrap();
    folder
}

#[test]
fn tools_are_described_and_take_described_input() {
    let folder = project();
    let mut client = Client::start(folder.path(), &[]);
    let listed = client.ask("tools/list", json!({}));
    let tools = listed["tools"].as_array().unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["check", "explain", "generate", "scan"]);
    for tool in tools {
        assert!(tool["description"].as_str().unwrap().len() > 60, "{tool}");
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
        assert_eq!(tool["inputSchema"]["type"], "object");
        assert!(tool["inputSchema"]["properties"].get("unknown").is_none());
        for (name, property) in tool["inputSchema"]["properties"].as_object().unwrap() {
            assert!(property["description"].is_string(), "{name} of {} is not described", tool["name"]);
        }
    }
    client.end();
}

#[test]
fn scan_explain_generate_and_check_answer_with_structure() {
    let folder = project();
    let mut client = Client::start(folder.path(), &[]);
    let found = client.call("scan", json!({"paths": ["src"], "credential": "app-key"}));
    let found = &found["structuredContent"];
    assert_eq!(found["credentials"]["app-key"]["required"], json!(["monitors_read"]), "{found}");
    assert_eq!(found["usages"][0]["evidence"][0]["file"], "src/a.py");
    let said = client.call("explain", json!({"what": "monitors_read"}));
    assert_eq!(said["structuredContent"]["kind"], "scope", "{said}");
    let made = client.call("generate", json!({"format": "names"}));
    assert_eq!(made["structuredContent"]["text"], "monitors_read\n", "{made}");
    let compared = client.call("check", json!({"granted": ["slos_read"]}));
    let codes: Vec<&str> = compared["structuredContent"]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|finding| finding["code"].as_str())
        .collect();
    assert!(codes.contains(&"missing-scope") && codes.contains(&"excess-scope"), "{compared}");
    client.end();
}

#[test]
fn what_goes_wrong_is_an_error_of_the_tool() {
    let folder = project();
    let mut client = Client::start(folder.path(), &[]);
    assert!(client.refusal("scan", json!({"paths": ["no/such"]})).contains("no such file"));
    assert!(client.refusal("explain", json!({"what": "monitors_raed"})).contains("monitors_read"));
    assert!(client.refusal("generate", json!({"format": "xml"})).contains("terraform"));
    assert!(client.refusal("explain", json!({"what": "--help"})).contains("--help"));
    assert!(client.refusal("scan", json!({"path": "src"})).contains("this tool takes no `path`"));
    // And the session goes on.
    assert_eq!(client.call("explain", json!({"what": "monitors_read"}))["isError"], false);
    client.end();
}

#[test]
fn nothing_outside_is_read_unless_allowed() {
    let (folder, other) = (project(), project());
    let outside = other.path().to_str().unwrap();
    let mut client = Client::start(folder.path(), &[]);
    let attempts = [
        json!({"paths": [outside]}),
        json!({"paths": ["src/../.."]}),
        json!({"traces": ["/etc/hostname"]}),
        json!({"traces": ["-"]}),
        json!({"paths": ["--no-ignore"]}),
    ];
    for attempt in attempts {
        assert!(client.refusal("scan", attempt.clone()).contains("help:") || attempt["paths"][0] == "--no-ignore");
    }
    assert!(client.refusal("check", json!({"grants": ["/etc/passwd"]})).contains("outside the folders"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(other.path(), folder.path().join("out")).unwrap();
        assert!(client.refusal("scan", json!({"paths": ["out/src"]})).contains("outside the folders"));
    }
    client.end();
    let mut client = Client::start(folder.path(), &["--allow", outside]);
    assert_eq!(client.call("scan", json!({"paths": [outside]}))["isError"], false);
    client.end();
}

#[test]
fn answers_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let calls: String = (0..4000).map(|_| "requests.get('https://api.datadoghq.com/api/v1/monitor')\n").collect();
    std::fs::write(folder.path().join("a.py"), format!("import requests\n{calls}")).unwrap();
    let mut client = Client::start(folder.path(), &["--max-bytes", "20000"]);
    let answer = client.call("scan", json!({}));
    let found = &answer["structuredContent"];
    assert!(found.to_string().len() <= 20_000, "{}", found.to_string().len());
    assert!(found["left_out"]["evidence"].as_u64().unwrap() > 3000, "{found}");
    assert_eq!(found["credentials"]["app-key"]["required"], json!(["monitors_read"]));
    client.end();
}
