//! The Rust front end: what a file becomes, in the readable form of the program model.

use ddscope::ir::dump::dump;
use ddscope::source::{FRONT_ENDS, File};
use std::sync::Arc;

fn lowered(path: &str, text: &str) -> String {
    let front_end = FRONT_ENDS.iter().find(|f| f.endings().contains(&"rs")).expect("rust is registered");
    let file = File { path: path.into(), text: Arc::new(text.to_owned()) };
    front_end.lower(&file).iter().map(dump).collect()
}

#[test]
fn items_uses_and_types() {
    insta::assert_snapshot!(lowered(
        "crates/dd-api/src/client/mod.rs",
        r#"
use crate::config::{self, Config as C, *};
use super::errors::Error;
use std::sync::Arc;
mod inner;
use inner::Thing;

const BASE: &str = concat!("https://", "api");
static CLIENT: LazyLock<Client> = LazyLock::new(|| Client::new());
lazy_static! { static ref URL: String = format!("{}/x", BASE); }

pub struct Dd<T: Api> { http: reqwest::Client, api: Arc<dyn Api + Send>, names: Vec<String>, t: T }
pub struct Wrapper(pub String, u8);
pub enum Site { Us, Eu(String), Code = 3 }

#[async_trait]
pub trait Api: Base {
    const PATH: &'static str;
    async fn get(&self, path: &str) -> Result<Value, Error>;
    fn url(&self) -> String { format!("{}{}", self.base(), Self::PATH) }
}

impl<T: Api> Api for Dd<T> {
    const PATH: &'static str = "/p";
    async fn get(&self, path: &str) -> Result<Value, Error> { self.http.get(path).send().await?.json().await }
}

impl Elsewhere { fn new(x: impl Into<String>) -> Self { Self { x: x.into(), ..Default::default() } } }

#[get("/served")]
fn route((a, b): (u8, u8)) { fn nested() {} nested() }

#[cfg(test)]
mod tests { use super::*; #[test] fn works() { route((1, 2)) } }
"#
    ));
}

#[test]
fn statements_expressions_and_macros() {
    insta::assert_snapshot!(lowered(
        "src/main.rs",
        r#"
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let site = std::env::var("DD_SITE").unwrap_or_else(|_| "datadoghq.com".to_string());
    let mut url = String::from("https://");
    url.push_str(&site);
    url += "/api";
    write!(url, "/{}", 1)?;
    let kind = match (verb, x) { ("GET", _) | ("HEAD", _) => "g", (v, 1) if v.len() > 2 => v, _ => return Ok(()) };
    let Some(id) = find(kind) else { bail!("no {kind}") };
    if let Ok(Found { name, code: (a, b) }) = load(id).await { show(name, a, b) } else if id > 1 && url.is_empty() { stop() }
    for (k, v) in map.iter() { req = req.header(k, v); }
    while let Some(item) = stream.next().await { handle(item?); }
    let body = json!({ "a": [1, url], "b": { "c": null, kind: f(x, y) } });
    let all = ids.iter().map(|id| async move { api.get_monitor(*id).await }).collect::<Vec<_>>();
    let (one, two) = tokio::join!(first(), second());
    let text = format!("{base}/{0}/{named:?}/{{}}{}", one, named = two);
    tokio::select! { r = left() => use_it(r), _ = right() => {} }
    println!("{text} {}", api.list());
    let method = reqwest::Method::POST;
    Command::new("curl").arg("-X").args(["POST", &url]).output()?;
    let lambda = |x: &str, y| -> u8 { x.len() };
    Ok(lambda("a", crate::util::join(1))?)
}
"#
    ));
}

#[test]
fn broken_and_hostile_files_cost_their_own_finding_only() {
    let broken = lowered(
        "src/a.rs",
        "fn ok() { api.list_monitors(); }\nfn broken() { let = ; }\nfn fine() { api.get_monitor(1); }\n",
    );
    assert!(
        broken.contains("list_monitors") && broken.contains("get_monitor") && broken.contains("syntax error at 2:"),
        "{broken}"
    );
    assert!(lowered("src/b.rs", "fn f() { ( }").contains("syntax error"));
    for open in ["(", "[", "{", "f(", "if x {", "|| ", "!", "&", "x.y(1, ", "Vec<"] {
        let text = format!("fn f() {{ let x = {}", open.repeat(10_000));
        assert!(lowered("src/deep.rs", &text).contains("syntax error"), "{open}");
    }
    for chain in [" + b", ".c()", "?", " as u8"] {
        let text = format!("fn f() {{ let x = a{}; }}", chain.repeat(3_000));
        assert!(lowered("src/chain.rs", &text).contains("module crate.chain"), "{chain}");
    }
    let closed = format!("fn f() {{ x = {}a{}; }}", "(".repeat(1_500), ")".repeat(1_500));
    assert!(lowered("src/closed.rs", &closed).contains("fn #1 f"));
}
