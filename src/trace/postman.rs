//! Postman collections, v2 and the older v1.

use super::collection::{self, Collection, Tree};
use super::{Context, Format, Strength};
use crate::error::Result;
use memchr::memmem;
use std::io::BufRead;

/// The format.
pub struct Postman;

/// Folders within folders that are looked into.
const DEEPEST: u8 = 32;

impl Format for Postman {
    fn name(&self) -> &'static str {
        "postman"
    }

    fn recognise(&self, head: &[u8], _file_name: &str) -> Option<Strength> {
        let has = |mark: &str| memmem::find(head, mark.as_bytes()).is_some();
        let json = head.trim_ascii_start().first() == Some(&b'{');
        (json && (has("schema.getpostman.com") || has("schema.postman.com") || has("\"_postman_id\"")))
            .then_some(Strength::Certain)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let Some(bytes) = collection::whole(input, context) else { return Ok(()) };
        let tree = match Tree::from_json(&bytes) {
            Ok(tree) => tree,
            Err(fault) => {
                context.tally.problem(None, fault.describe());
                return Ok(());
            }
        };
        let mut collection = Collection::default();
        // an exported collection of the API is wrapped once more
        folder(tree.at("collection").unwrap_or(&tree), &mut collection, 0);
        collection.count(context);
        Ok(())
    }
}

fn folder(tree: &Tree, collection: &mut Collection, depth: u8) {
    if depth > DEEPEST {
        return;
    }
    for variable in tree.list("variable") {
        if let (Some(name), Some(value)) = (variable.text("key").or(variable.text("id")), variable.text("value")) {
            collection.define(name, value);
        }
    }
    if let Some(found) = tree.at("request") {
        request(found, collection);
    }
    for item in tree.list("item") {
        folder(item, collection, depth + 1);
    }
    for item in tree.list("requests") {
        request(item, collection);
    }
}

/// `"https://…"` or `{method, url}`, the URL itself a string or cut into its parts.
fn request(tree: &Tree, collection: &mut Collection) {
    if let Tree::Scalar(url) = tree {
        return collection.add("GET", url);
    }
    let method = tree.text("method").filter(|method| !method.is_empty()).unwrap_or("GET");
    match tree.at("url") {
        Some(Tree::Scalar(url)) => collection.add(method, url),
        Some(url) => match url.text("raw").filter(|raw| !raw.is_empty()) {
            Some(raw) => collection.add(method, raw),
            None => collection.add(method, &joined(url)),
        },
        None => {}
    }
}

fn joined(url: &Tree) -> String {
    let parts = |key: &str, between: &str| match url.at(key) {
        Some(Tree::Scalar(text)) => text.clone(),
        _ => {
            let texts = url.list(key).iter().filter_map(|part| match part {
                Tree::Scalar(text) => Some(text.as_str()),
                other => other.text("value"),
            });
            texts.collect::<Vec<_>>().join(between)
        }
    };
    format!("https://{}/{}", parts("host", "."), parts("path", "/").trim_start_matches('/'))
}
