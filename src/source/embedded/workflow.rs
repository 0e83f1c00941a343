//! Commands in YAML: GitHub and GitLab workflows, CircleCI, Buildkite, Azure Pipelines, Compose, Kubernetes, Ansible, Taskfiles.

use super::yaml::{Document, Node, Scalar};
use super::{Script, exec_form, finished, template, yaml};
use crate::ir::{Expr, Module, Name, Place, Span, Stmt};
use crate::source::File;
use crate::source::shell::Program;
use saphyr_parser::ScalarStyle;

/// Keys whose value is a script, or a list of scripts.
const SCRIPTS: &[&str] = &[
    "run",
    "script",
    "before_script",
    "after_script",
    "commands",
    "cmds",
    "bash",
    "sh",
    "inlineScript",
    "inline-script",
    "pre_build",
    "install",
    "before_install",
    "after_success",
    "after_failure",
    "after_deploy",
    "shell",
    "ansible.builtin.shell",
    "ansible.builtin.command",
    "source",
    "pwsh",
    "powershell",
    "on_success",
    "on_failure",
];

/// Keys whose value is one command: a text, or a list of its words.
const COMMANDS: &[&str] = &["command", "cmd", "entrypoint", "test", "args", "exec"];

/// Whether some line of a YAML text begins with a key that may hold commands. Recordings and manifests have none.
pub(super) fn has_scripts(text: &str) -> bool {
    if is_recording(text) || describes_an_api(text) {
        return false;
    }
    text.lines().any(|line| {
        let line = line.trim_start_matches([' ', '-', '{', '\t', '"', '\'']);
        let key = line.split([':', '"', '\'', ' ']).next().unwrap_or(line);
        SCRIPTS.contains(&key) || COMMANDS.contains(&key) || line.starts_with("? ")
    }) || text.contains("{run:")
        || text.contains("{ run:")
        || may_declare_requests(text)
}

/// Whether some line gives a method of HTTP, as requests do that are declared instead of run.
fn may_declare_requests(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memmem::find_iter(bytes, "method").any(|at| {
        // A line may be as long as the file.
        let near = bytes.get(at..).unwrap_or_default().iter().take(MAX_METHOD).take_while(|byte| **byte != b'\n');
        let near: String = near.map(|byte| char::from(*byte)).collect();
        near.split_once(':').is_some_and(|(_, value)| is_method(value.trim().trim_matches(['"', '\''])))
    })
}

fn is_method(word: &str) -> bool {
    ["GET", "POST", "PUT", "PATCH", "DELETE"].iter().any(|method| word.eq_ignore_ascii_case(method))
}

/// The address of a request that a mapping declares with its method: what workflow engines, rules and probes send. One without a host
/// is served by somebody, not sent.
fn declared(node: &Node) -> Option<&Scalar> {
    let method = node.field("method").and_then(Node::scalar)?;
    let url = ADDRESS.iter().find_map(|key| node.field(key)).and_then(Node::scalar)?;
    let absolute = url.value.contains("://") || url.value.starts_with("{{") || url.value.starts_with("${");
    (absolute && is_method(method.value.trim())).then_some(url)
}

/// Whether a text is recorded traffic, of vcrpy or Ruby's VCR: what its bodies look like is no code.
fn is_recording(text: &str) -> bool {
    let head = text.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '-']));
    head.take(8).any(|line| line.starts_with("interactions:") || line.starts_with("http_interactions:"))
}

/// Whether this is an OpenAPI document, which lists endpoints by the thousand and calls none. Its keys may stand in any order.
fn describes_an_api(text: &str) -> bool {
    let says = |key: &str| text.strip_prefix(key).is_some_and(|rest| rest.starts_with(':'));
    let below = |key: &str| memchr::memmem::find(text.as_bytes(), key.as_bytes()).is_some();
    says("openapi") || says("swagger") || below("\nopenapi:") || below("\nswagger:")
}

/// Keys whose value sets variables for what stands beside and below.
const VARIABLES: &[&str] = &["env", "environment", "variables", "vars"];

/// Ansible's module that makes a request, by its short and its full name.
const ASK: &[&str] = &["uri", "ansible.builtin.uri"];

/// How far behind the word `method` its value may end, in bytes.
const MAX_METHOD: usize = 48;

/// What declared requests call their address.
const ADDRESS: &[&str] = &["url", "uri"];

/// Shells of workflow steps that are other languages.
const OTHER_LANGUAGES: &[&str] = &["python", "python3", "node", "ruby", "perl", "cmd"];

type Variable<'n> = (&'n str, &'n Scalar);

struct Reader<'f> {
    file: &'f File,
    lines: Vec<&'f str>,
    modules: Vec<Module>,
}

/// One module for each script in the file.
pub(super) fn lower(file: &File) -> Vec<Module> {
    let document = yaml::parse(&file.text);
    let mut reader = Reader { file, lines: file.text.split('\n').collect(), modules: Vec::new() };
    for root in &document.roots {
        reader.walk(root, &[], "");
    }
    reader.finish(&document)
}

impl<'f> Reader<'f> {
    fn finish(mut self, document: &Document) -> Vec<Module> {
        if let (Some((line, column)), Some(module)) = (document.error, self.modules.first_mut()) {
            let (line, column) = (small(line), small(column));
            module.syntax_errors.push(Span::new(line, column, line, column));
        }
        self.modules
    }

    fn walk(&mut self, node: &Node, outer: &[Variable<'_>], parent: &str) {
        match node {
            Node::List(items) => items.iter().for_each(|item| self.walk(item, outer, parent)),
            Node::Map(entries) => {
                let mut variables = outer.to_vec();
                for (_, value) in entries.iter().filter(|(key, _)| VARIABLES.contains(&key.value.as_str())) {
                    collect_variables(value, &mut variables);
                }
                self.scripts(node, entries, &variables, parent);
                // A request beside its response is recorded, or what a stand-in answers.
                let answered = node.field("response").is_some();
                for (key, value) in entries.iter().filter(|(key, _)| !(answered && key.value == "request")) {
                    self.walk(value, &variables, &key.value);
                }
            }
            Node::Scalar(_) | Node::Nothing => {}
        }
    }

    /// Lowers the scripts that stand directly in a mapping.
    fn scripts(&mut self, node: &Node, entries: &[(Scalar, Node)], variables: &[Variable<'_>], parent: &str) {
        let shell = node.field("shell").and_then(Node::scalar).map_or("", |s| s.value.as_str());
        if OTHER_LANGUAGES.contains(&shell.split_whitespace().next().unwrap_or("")) {
            return;
        }
        // Ansible's module `uri` names its address `url`, and may leave out the method.
        let module = ASK.iter().find_map(|name| node.field(name));
        if let Some((uri, url)) = module.and_then(|uri| Some((uri, uri.field("url")?.scalar()?))) {
            self.request(uri, url, variables);
        } else if !ASK.contains(&parent)
            && let Some(url) = declared(node)
        {
            self.request(node, url, variables);
        }
        let mut words = Vec::new();
        for (key, value) in entries {
            let name = key.value.as_str();
            // The scripts of `with:` belong to actions, many of them in JavaScript.
            if SCRIPTS.contains(&name) && !(parent == "with" && name == "script") {
                match value {
                    Node::Scalar(scalar) if !(name == "shell" && node.field("run").is_some()) => {
                        self.script(scalar, variables)
                    }
                    Node::List(items) => self.several(items, variables),
                    _ => {}
                }
            } else if COMMANDS.contains(&name) {
                match value {
                    Node::Scalar(scalar) if name != "args" => self.script(scalar, variables),
                    Node::List(items) if is_exec_form(items) || !words.is_empty() => {
                        words.extend(items.iter().filter_map(Node::scalar).map(|s| self.text(s)));
                    }
                    Node::List(items) => self.several(items, variables),
                    _ => {}
                }
            }
        }
        if !words.is_empty() {
            self.add(exec_form(&words), variables);
        }
    }

    fn several(&mut self, items: &[Node], variables: &[Variable<'_>]) {
        let mut whole = Script::default();
        for scalar in items.iter().filter_map(Node::scalar) {
            let one = self.text(scalar);
            for (line, (start, before)) in one.text.split('\n').zip(&one.starts) {
                whole.line(line, *start as usize, *before as usize);
            }
        }
        if !whole.starts.is_empty() {
            self.add(whole, variables);
        }
    }

    fn script(&mut self, scalar: &Scalar, variables: &[Variable<'_>]) {
        let script = self.text(scalar);
        self.add(script, variables);
    }

    fn add(&mut self, script: Script, variables: &[Variable<'_>]) {
        let mut program = Program::new(&self.file.path);
        assign(variables, &mut program);
        script.lower(&mut program, template::Style::Braces);
        self.modules.extend(finished(program));
    }

    /// A declared request is one like that of `curl`.
    fn request(&mut self, node: &Node, url: &Scalar, variables: &[Variable<'_>]) {
        let mut program = Program::new(&self.file.path);
        assign(variables, &mut program);
        let span = span(url);
        let mut words = vec![text("curl", span, &mut program)];
        if let Some(method) = node.field("method").and_then(Node::scalar) {
            words.push(text("-X", span, &mut program));
            words.push(template::value(&method.value, span, &mut program));
        }
        if let Some(Node::Map(headers)) = node.field("headers") {
            for (name, value) in headers {
                words.push(text("-H", span, &mut program));
                let value = value.scalar().map_or("", |s| s.value.as_str());
                words.push(template::value(&format!("{}: {value}", name.value), span, &mut program));
            }
        }
        words.push(template::value(&url.value, span, &mut program));
        let command = program.module_mut().add(Expr::Command(words), span);
        program.push(Stmt::Eval(command));
        self.modules.extend(finished(program));
    }

    /// The script in a scalar, with the place of each of its lines.
    fn text(&self, scalar: &Scalar) -> Script {
        match scalar.style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.block(scalar),
            _ => self.flow(scalar),
        }
    }

    fn block(&self, scalar: &Scalar) -> Script {
        let header = self.lines.get(scalar.line.saturating_sub(1)).copied().unwrap_or("");
        let at_header = header.chars().nth(scalar.column).is_some_and(|c| matches!(c, '|' | '>'));
        let first = if at_header { scalar.line } else { scalar.line.saturating_sub(1) };
        let values: Vec<&str> = scalar.value.trim_end_matches('\n').split('\n').collect();
        let folded = scalar.style == ScalarStyle::Folded;
        let last = if folded { scalar.end_line.saturating_sub(1) } else { first + values.len() };
        let raw = self.lines.get(first..last.clamp(first, self.lines.len())).unwrap_or_default();
        let indent = raw.iter().find(|l| !l.trim().is_empty()).map_or(0, |l| l.len() - l.trim_start().len());
        let mut script = Script::default();
        for (at, line) in raw.iter().enumerate() {
            let line = line.trim_end_matches('\r');
            let text = line.get(indent..).unwrap_or("");
            let joined =
                folded && raw.get(at + 1).is_some_and(|next| !next.trim().is_empty()) && !text.trim().is_empty();
            let text = if joined && !text.ends_with('\\') { format!("{text} \\") } else { text.to_owned() };
            script.line(&text, first + at + 1, indent);
        }
        script
    }

    fn flow(&self, scalar: &Scalar) -> Script {
        let mut script = Script::default();
        let quote = usize::from(scalar.style != ScalarStyle::Plain);
        let line = self.lines.get(scalar.line.saturating_sub(1)).copied().unwrap_or("");
        let before = line.char_indices().nth(scalar.column).map_or(0, |(at, _)| at) + quote;
        if scalar.style == ScalarStyle::Plain && scalar.end_line > scalar.line {
            let raw = self.lines.get(scalar.line..scalar.end_line).unwrap_or_default();
            let folded = scalar.value.split_whitespace().map(str::len).sum::<usize>();
            let first = line.get(before..).unwrap_or("").trim_end();
            let mut seen = first.split_whitespace().map(str::len).sum::<usize>();
            let mut parts = vec![(first, scalar.line, before)];
            for (at, line) in raw.iter().enumerate() {
                if seen >= folded {
                    break;
                }
                seen += line.split_whitespace().map(str::len).sum::<usize>();
                parts.push((line.trim(), scalar.line + at + 1, line.len() - line.trim_start().len()));
            }
            let count = parts.len();
            for (at, (text, line, before)) in parts.into_iter().enumerate() {
                let more = at + 1 < count && !text.ends_with('\\');
                script.line(&if more { format!("{text} \\") } else { text.to_owned() }, line, before);
            }
            return script;
        }
        for text in scalar.value.split('\n') {
            script.line(text, scalar.line, before);
        }
        script
    }
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn span(scalar: &Scalar) -> Span {
    let (line, column) = (small(scalar.line), small(scalar.column + 1));
    let quotes = if scalar.style == ScalarStyle::Plain { 0 } else { 2 };
    let length = small(scalar.value.len() + quotes);
    Span::new(line, column, small(scalar.end_line).max(line), column.saturating_add(length))
}

fn text(text: &str, span: Span, program: &mut Program) -> crate::ir::ExprId {
    program.module_mut().add(Expr::Text(vec![crate::ir::Piece::Text(text.into())]), span)
}

/// A list is one command if its first item is a word.
fn is_exec_form(items: &[Node]) -> bool {
    items.first().and_then(Node::scalar).is_some_and(|s| !s.value.contains(char::is_whitespace))
}

/// Variables written as a mapping, as a list of names and values, or as a list of `NAME=value`.
fn collect_variables<'n>(node: &'n Node, out: &mut Vec<Variable<'n>>) {
    match node {
        Node::Map(entries) => {
            for (key, value) in entries {
                let value = value.scalar().or_else(|| value.field("value").and_then(Node::scalar));
                out.extend(value.map(|v| (key.value.as_str(), v)));
            }
        }
        Node::List(items) => {
            for item in items {
                match (item.field("name").and_then(Node::scalar), item.field("value").and_then(Node::scalar), item) {
                    (Some(name), Some(value), _) => out.push((name.value.as_str(), value)),
                    (None, None, Node::Map(_)) => collect_variables(item, out),
                    (None, None, Node::Scalar(pair)) if pair.value.contains('=') => {
                        let name = pair.value.split('=').next().unwrap_or("");
                        out.push((name, pair));
                    }
                    _ => {}
                }
            }
        }
        Node::Scalar(_) | Node::Nothing => {}
    }
}

fn assign(variables: &[Variable<'_>], program: &mut Program) {
    for (name, scalar) in variables {
        let name = Name::from(*name);
        let text =
            scalar.value.strip_prefix(name.as_str()).and_then(|rest| rest.strip_prefix('=')).unwrap_or(&scalar.value);
        let value = template::value(text, span(scalar), program);
        // A secret of the same name says nothing that the name does not.
        if matches!(program.module_mut().expr(value), Expr::Name(same) if *same == name) {
            continue;
        }
        program.push(Stmt::Assign(Place::Name(name), value));
    }
}
