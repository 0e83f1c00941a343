//! The modules of a tree: which folder calls which, with what arguments and under whose provider.
//!
//! A folder that no other calls is a root. What the blocks of a module mean is left to `blocks` and `keys`.

use super::eval::{Bound, Scope};
use super::tree::{Block, Body, Node, Value};
use super::{hcl, json_syntax};
use crate::error::{Error, Result};
use crate::ir::Name;
use crate::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Deepest chain of modules that is followed.
const DEPTH: usize = 12;
/// One folder is looked at with at most so many different arguments.
const MOST_OF_ONE: usize = 64;

/// Gives the files of a folder that was not among the given ones: (as reported, text); empty if it is not there.
pub type Fetch<'a> = dyn Fn(&str) -> Vec<(Arc<str>, Arc<String>)> + 'a;

/// A parsed file.
pub struct Parsed {
    file: Arc<str>,
    body: Body,
}

/// All modules of a tree.
#[derive(Default)]
pub struct Project {
    /// Files as reported; values and blocks name them by index.
    pub files: Vec<Arc<str>>,
    folders: BTreeMap<String, Body>,
    /// Folders of downloaded modules, by the root and the module's key (`a.b` is a module of a module).
    downloaded: BTreeMap<(String, String), String>,
    asked: BTreeSet<String>,
    /// Files that could not be parsed on the way.
    pub problems: Vec<Error>,
}

/// A module in use.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// Its folder.
    pub folder: String,
    /// `module.a.module.b.`, or nothing for a root.
    pub address: String,
    /// The root's folder and the module's key there.
    root: (String, String),
    /// What provider names in it stand for.
    providers: BTreeMap<String, Name>,
    /// What was passed to it.
    pub inputs: BTreeMap<String, Node>,
}

/// A module that is not here.
#[derive(Debug)]
pub struct Absent<'p> {
    /// The call.
    pub block: &'p Block,
    /// Its source.
    pub source: String,
    /// Whether that is a folder of this tree.
    pub local: bool,
}

/// Parses one file by its ending.
pub fn parse(file: &Arc<str>, text: &str) -> Result<Parsed> {
    let json = file.ends_with(".json");
    let body = if json { json_syntax::read(text, 0) } else { hcl::read(text, 0) }.map_err(|error| error.at(&**file))?;
    Ok(Parsed { file: file.clone(), body })
}

impl Project {
    /// Adds a file.
    pub fn add(&mut self, parsed: Parsed) {
        let folder = parsed.file.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned();
        let number = self.files.len();
        self.files.push(parsed.file);
        let mut body = parsed.body;
        place(&mut body, number);
        let all = self.folders.entry(folder).or_default();
        all.attributes.append(&mut body.attributes);
        all.blocks.append(&mut body.blocks);
    }

    /// Fetches every module that is called and not here, also the downloaded ones.
    pub fn complete(&mut self, fetch: &Fetch<'_>) {
        for _ in 0..DEPTH {
            let mut wanted: BTreeSet<String> = BTreeSet::new();
            for folder in self.roots() {
                let cache = format!("{}.terraform/modules", prefix(&folder));
                if self.asked.insert(cache.clone()) {
                    self.read_cache(&folder, &fetch(&cache));
                }
            }
            self.walk(false, &mut |instance, body| {
                for call in body.blocks_named("module") {
                    wanted.extend(self.target(instance, call).filter(|target| !self.folders.contains_key(target)));
                }
            });
            wanted.retain(|folder| !self.asked.contains(folder));
            if wanted.is_empty() {
                return;
            }
            for folder in wanted {
                for (file, text) in fetch(&folder) {
                    match parse(&file, &text) {
                        Ok(parsed) => self.add(parsed),
                        Err(error) => self.problems.push(error),
                    }
                }
                self.asked.insert(folder);
            }
        }
    }

    /// `modules.json`, which `terraform init` writes.
    fn read_cache(&mut self, root: &str, files: &[(Arc<str>, Arc<String>)]) {
        let Some((_, text)) = files.iter().find(|(file, _)| file.ends_with("/modules.json")) else { return };
        let Ok(values) = json::read(text) else { return };
        for row in values.iter().filter_map(|value| value.at("Modules")).flat_map(json::Node::items) {
            if let (Some(key), Some(dir)) = (row.text_at("Key"), row.text_at("Dir")) {
                let folder = joined(root, dir);
                self.downloaded.insert((root.to_owned(), key.to_owned()), folder);
            }
        }
    }

    /// Folders that no other calls. Those that only call each other count as well.
    fn roots(&self) -> Vec<String> {
        let mut called: BTreeSet<String> = BTreeSet::new();
        for (folder, body) in &self.folders {
            for call in body.blocks_named("module") {
                if let Some(source) = call.body.attribute("source").and_then(Node::text).filter(|it| is_local(it)) {
                    let target = joined(folder, source);
                    called.extend((target != *folder).then_some(target));
                }
            }
        }
        let cached = |folder: &str| self.downloaded.values().any(|dir| dir == folder);
        let roots = self.folders.keys().filter(|folder| !called.contains(*folder) && !cached(folder));
        roots.cloned().collect()
    }

    /// Every module in use with its body, roots first; `defaults` says whether variables stand for their defaults.
    pub fn walk<'p>(&'p self, defaults: bool, see: &mut dyn FnMut(&Instance, &'p Body)) {
        let mut seen: BTreeMap<&str, Vec<Instance>> = BTreeMap::new();
        let mut roots = self.roots();
        loop {
            let mut wave: Vec<Instance> = roots.iter().map(|folder| Instance::root(folder)).collect();
            for _ in 0..DEPTH {
                let mut next = Vec::new();
                for instance in wave {
                    let Some((folder, body)) = self.folders.get_key_value(&instance.folder) else { continue };
                    let known = seen.entry(folder).or_default();
                    let same = |other: &Instance| {
                        (&other.providers, &other.inputs) == (&instance.providers, &instance.inputs)
                            && (!defaults || other.address == instance.address)
                    };
                    if known.len() >= MOST_OF_ONE || known.iter().any(same) {
                        continue;
                    }
                    known.push(instance.clone());
                    see(&instance, body);
                    next.extend(self.called(&instance, body, defaults));
                }
                wave = next;
            }
            // What only calls itself in circles is looked at too.
            roots = self.folders.keys().filter(|folder| !seen.contains_key(folder.as_str())).take(1).cloned().collect();
            if roots.is_empty() {
                return;
            }
        }
    }

    fn called(&self, instance: &Instance, body: &Body, defaults: bool) -> Vec<Instance> {
        let scope = instance.scope(body, defaults);
        let mut all = Vec::new();
        for call in body.blocks_named("module") {
            let (Some(folder), Some(name)) = (self.target(instance, call), call.labels.first()) else { continue };
            for (key, bound) in repetitions(&call.body, &scope) {
                let mut inputs = BTreeMap::new();
                for (argument, node) in &call.body.attributes {
                    if !matches!(
                        argument.as_str(),
                        "source" | "version" | "providers" | "count" | "for_each" | "depends_on"
                    ) {
                        let value = scope.value(node, &bound);
                        // An argument that cannot be computed is not the variable's default either.
                        inputs.insert(argument.clone(), settled(value));
                    }
                }
                all.push(Instance {
                    folder: folder.clone(),
                    address: format!("{}module.{name}{key}.", instance.address),
                    root: (instance.root.0.clone(), instance.key_of(name)),
                    providers: instance.passed(&call.body),
                    inputs,
                });
            }
        }
        all
    }

    /// The folder that a call means, if its source names one.
    pub fn target(&self, instance: &Instance, call: &Block) -> Option<String> {
        let source = call.body.attribute("source").and_then(Node::text)?;
        if is_local(source) {
            return Some(joined(&instance.folder, source));
        }
        let key = (instance.root.0.clone(), instance.key_of(call.labels.first()?));
        self.downloaded.get(&key).cloned()
    }

    /// Calls of modules that are not here.
    pub fn absent<'p>(&'p self, instance: &Instance, body: &'p Body) -> Vec<Absent<'p>> {
        let missing =
            |call: &&Block| self.target(instance, call).is_none_or(|folder| !self.folders.contains_key(&folder));
        let source = |block: &'p Block| {
            let source = block.body.attribute("source").and_then(Node::text)?.to_owned();
            Some(Absent { block, local: is_local(&source), source })
        };
        body.blocks_named("module").filter(missing).filter_map(source).collect()
    }
}

impl Instance {
    fn root(folder: &str) -> Self {
        Self {
            folder: folder.to_owned(),
            address: String::new(),
            root: (folder.to_owned(), String::new()),
            providers: BTreeMap::new(),
            inputs: BTreeMap::new(),
        }
    }

    /// What the names in it stand for. A caller that leaves a variable out takes its default; what a root's variables are is
    /// told when Terraform runs, unless `defaults` are to be taken there too.
    pub fn scope<'a>(&'a self, body: &'a Body, defaults: bool) -> Scope<'a> {
        Scope { body, inputs: &self.inputs, defaults: defaults || !self.address.is_empty() }
    }

    /// The folder of the root that it belongs to.
    pub fn root_folder(&self) -> &str {
        &self.root.0
    }

    fn key_of(&self, name: &str) -> String {
        if self.root.1.is_empty() { name.to_owned() } else { format!("{}.{name}", self.root.1) }
    }

    /// The configured provider that a name stands for in this module.
    pub fn provider(&self, name: &str) -> Name {
        self.providers.get(name).cloned().unwrap_or_else(|| Name::new(name))
    }

    /// What provider names stand for in a module called from here.
    fn passed(&self, call: &Body) -> BTreeMap<String, Name> {
        let mut providers = BTreeMap::new();
        providers.insert("datadog".to_owned(), self.provider("datadog"));
        if let Some(Value::Object(fields)) = call.attribute("providers").map(|node| &node.value) {
            for (inside, outside) in fields {
                providers.extend(outside.dotted().map(|outside| (inside.clone(), self.provider(&outside))));
            }
        }
        providers
    }
}

/// The repetitions of a block by `for_each`: how each is written behind the address, and what it binds. One without a
/// name if nothing repeats it, or if that cannot be told; none if there are none.
pub fn repetitions(body: &Body, scope: &Scope<'_>) -> Vec<(String, Bound)> {
    let none = Bound::new();
    if let Some(count) = body.attribute("count") {
        let zero = matches!(&scope.value(count, &none).value, Value::Number(number) if number == "0");
        return if zero { Vec::new() } else { vec![(String::new(), none)] };
    }
    let Some(elements) = body.attribute("for_each").map(|node| scope.elements(node, &none)) else {
        return vec![(String::new(), none)];
    };
    match elements {
        Some(elements) if elements.len() <= MOST_OF_ONE => elements
            .into_iter()
            .map(|(key, value)| {
                let name = Node::new(Value::Text(key.clone()), value.span, value.file);
                (format!("[{key:?}]"), Bound::from([("each.key".to_owned(), name), ("each.value".to_owned(), value)]))
            })
            .collect(),
        _ => vec![(String::new(), none)],
    }
}

/// References of one module mean nothing in another.
fn settled(node: Node) -> Node {
    let value = match node.value {
        Value::Reference(words, index) if words.first().is_some_and(|word| word == "data") => {
            Value::Reference(words, index)
        }
        Value::Reference(..) | Value::Call(..) | Value::Each(..) => Value::Open,
        Value::List(items) => Value::List(items.into_iter().map(settled).collect()),
        Value::Object(fields) => Value::Object(fields.into_iter().map(|(name, it)| (name, settled(it))).collect()),
        other => other,
    };
    Node { value, ..node }
}

/// Writes the number of its file into everything of a body.
fn place(body: &mut Body, file: usize) {
    body.attributes.iter_mut().for_each(|(_, node)| place_node(node, file));
    for block in &mut body.blocks {
        block.file = file;
        place(&mut block.body, file);
    }
}

fn place_node(node: &mut Node, file: usize) {
    node.file = file;
    match &mut node.value {
        Value::List(items) | Value::Call(_, items) => items.iter_mut().for_each(|item| place_node(item, file)),
        Value::Object(fields) => fields.iter_mut().for_each(|(_, value)| place_node(value, file)),
        Value::Reference(_, Some(index)) => place_node(index, file),
        Value::Each(_, over, body) => {
            place_node(over, file);
            place_node(body, file);
        }
        _ => {}
    }
}

/// Whether a source is a folder.
fn is_local(source: &str) -> bool {
    ["./", "../", "/"].iter().any(|start| source.starts_with(start)) || matches!(source, "." | "..")
}

fn prefix(folder: &str) -> String {
    if folder == "." { String::new() } else { format!("{folder}/") }
}

/// A path relative to a folder, without `.` and `..` as far as the text tells.
fn joined(folder: &str, path: &str) -> String {
    let absolute = path.starts_with('/') || folder.starts_with('/');
    let start = if path.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = Vec::new();
    for part in start.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    match (absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}
