//! Checks `data/scopes.json` and compiles it into phf maps.

fn main() {}
