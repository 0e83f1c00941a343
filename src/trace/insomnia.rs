//! Insomnia's exports: v4 in JSON, v5 in YAML.

use super::collection::{self, Collection, Tree};
use super::{Context, Format, Strength};
use crate::error::Result;
use memchr::memmem;
use std::io::BufRead;

/// The format.
pub struct Insomnia;

/// Folders and environments within others that are looked into.
const DEEPEST: u8 = 32;

impl Format for Insomnia {
    fn name(&self) -> &'static str {
        "insomnia"
    }

    fn recognise(&self, head: &[u8], _file_name: &str) -> Option<Strength> {
        let has = |mark: &str| memmem::find(head, mark.as_bytes()).is_some();
        (has("collection.insomnia.rest/") || has("\"__export_format\"")).then_some(Strength::Certain)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let Some(bytes) = collection::whole(input, context) else { return Ok(()) };
        let json = bytes.trim_ascii_start().first() == Some(&b'{');
        let tree = if json {
            Tree::from_json(&bytes).map_err(super::json::Fault::describe)
        } else {
            Tree::from_yaml(&String::from_utf8_lossy(&bytes))
        };
        let tree = match tree {
            Ok(tree) => tree,
            Err(fault) => {
                context.tally.problem(None, fault);
                return Ok(());
            }
        };
        let mut collection = Collection::default();
        for resource in tree.list("resources") {
            match resource.text("_type") {
                Some("request") => request(resource, &mut collection),
                Some("environment") => environment(resource.at("data"), &mut collection, "", 0),
                _ => {}
            }
        }
        folder(tree.list("collection"), &mut collection, 0);
        environments(tree.at("environments"), &mut collection, 0);
        collection.count(context);
        Ok(())
    }
}

fn request(tree: &Tree, collection: &mut Collection) {
    if let (Some(method), Some(url)) = (tree.text("method"), tree.text("url")) {
        collection.add(method, url);
    }
}

fn folder(items: &[Tree], collection: &mut Collection, depth: u8) {
    for item in items {
        request(item, collection);
        if depth < DEEPEST {
            folder(item.list("children"), collection, depth + 1);
        }
    }
}

fn environments(tree: Option<&Tree>, collection: &mut Collection, depth: u8) {
    let Some(tree) = tree.filter(|_| depth < DEEPEST) else { return };
    environment(tree.at("data"), collection, "", 0);
    for sub in tree.list("subEnvironments") {
        environments(Some(sub), collection, depth + 1);
    }
}

/// Variables may be nested; they are named with dots.
fn environment(data: Option<&Tree>, collection: &mut Collection, prefix: &str, depth: u8) {
    let Some(Tree::Map(members)) = data else { return };
    for (name, value) in members {
        let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Tree::Scalar(text) => collection.define(&name, text),
            other if depth < DEEPEST => environment(Some(other), collection, &name, depth + 1),
            _ => {}
        }
    }
}
