//! Bruno's requests, one a file: `.bru` with a block named by its method, or OpenCollection YAML.

use super::collection::{self, Collection, Tree};
use super::{Context, Format, Strength};
use crate::error::Result;
use std::io::BufRead;

/// The format.
pub struct Bruno;

const METHODS: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "options", "http"];

impl Format for Bruno {
    fn name(&self) -> &'static str {
        "bruno"
    }

    fn recognise(&self, head: &[u8], file_name: &str) -> Option<Strength> {
        let text = String::from_utf8_lossy(head);
        let block = text.lines().any(|line| opens(line).is_some());
        let meta = text.lines().any(|line| line.trim_end() == "meta {");
        if block && (meta || file_name.ends_with(".bru")) {
            return Some(Strength::Certain);
        }
        let top = |key: &str| text.lines().any(|line| line.trim_end() == key);
        let nested = |key: &str| text.lines().any(|line| line.trim_start().starts_with(key) && line.starts_with(' '));
        let yaml = file_name.ends_with(".yml") || file_name.ends_with(".yaml");
        (yaml && top("http:") && top("info:") && nested("method:") && nested("url:")).then_some(Strength::Likely)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let Some(bytes) = collection::whole(input, context) else { return Ok(()) };
        let text = String::from_utf8_lossy(&bytes);
        let mut collection = Collection::default();
        if text.lines().any(|line| opens(line).is_some()) {
            blocks(&text, &mut collection);
        } else {
            match Tree::from_yaml(&text) {
                Ok(tree) => {
                    if let Some(http) = tree.at("http")
                        && let (Some(method), Some(url)) = (http.text("method"), http.text("url"))
                    {
                        collection.add(method, url);
                    }
                }
                Err(fault) => context.tally.problem(None, fault),
            }
        }
        collection.count(context);
        Ok(())
    }
}

/// The method of a line such as `get {`.
fn opens(line: &str) -> Option<&str> {
    let name = line.trim_end().strip_suffix(" {")?;
    METHODS.contains(&name).then_some(name)
}

fn blocks(text: &str, collection: &mut Collection) {
    let mut method = None;
    let mut variables = false;
    let mut url = String::new();
    for line in text.lines() {
        if let Some(name) = opens(line) {
            method = Some(name.to_owned());
        } else if line.starts_with("vars") && line.trim_end().ends_with('{') {
            variables = true;
        } else if line.starts_with('}') {
            if let Some(method) = method.take().filter(|_| !url.is_empty()) {
                collection.add(&method, &url);
                url.clear();
            }
            variables = false;
        } else if let Some((name, value)) = line.trim().split_once(": ") {
            match (&mut method, name) {
                (Some(_), "url") => url = value.trim().to_owned(),
                (Some(method), "method") => *method = value.trim().to_owned(),
                _ if variables => collection.define(name, value.trim()),
                _ => {}
            }
        }
    }
}
