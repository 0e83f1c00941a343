//! `ddscope catalog`: makes, compares and lists tables.
//!
//! Works on texts; how tables are merged, compared and written is the catalog's.

mod list;

use crate::catalog::import::{self, facts, openapi};
use crate::catalog::{Catalog, overlay, rules, table::Table, text};
use crate::error::{Error, Result};
use clap::{Args as ClapArgs, Subcommand};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Arguments of `ddscope catalog`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List operations and scopes
    List(list::Args),
    /// Make a table from OpenAPI documents, keeping what retired
    Import(Import),
}

/// Arguments of `ddscope catalog import`.
#[derive(Debug, ClapArgs)]
struct Import {
    /// OpenAPI documents (`.generator/schemas/v1/openapi.yaml` and v2's of the Python client's source distribution)
    #[arg(required = true, value_name = "OPENAPI")]
    documents: Vec<PathBuf>,
    /// Release the documents belong to
    #[arg(long)]
    release: String,
    /// Day of the release, YYYY-MM-DD [default: the base's if the release is the same, else today]
    #[arg(long)]
    released: Option<String>,
    /// Table to start from; `none` for an empty one [default: the compiled table]
    #[arg(long, value_name = "FILE")]
    base: Option<PathBuf>,
    /// Folders with fact files
    #[arg(long, value_name = "DIR", num_args = 1..)]
    facts: Vec<PathBuf>,
}

/// Runs the command. Returns the exit status: 0, or 1 where `diff` finds a difference. Errors are usage and read errors.
pub fn run(args: &Args, out: &mut dyn Write) -> Result<u8> {
    match &args.what {
        What::List(args) => list::run(args, out),
        What::Import(args) => import(args, out),
    }
}

fn import(args: &Import, out: &mut dyn Write) -> Result<u8> {
    let base = base(args.base.as_deref())?;
    let mut documents = Vec::new();
    for path in &args.documents {
        documents.push(openapi::read(&read(path)?).map_err(|error| error.at(path))?);
    }
    let released = args
        .released
        .clone()
        .unwrap_or_else(|| if base.release == args.release { base.released.clone() } else { today() });
    let mut table = import::import(base, &documents, &args.release, &released);
    facts::apply(&mut table, &fact_files(&args.facts)?);
    if let Some(broken) = rules::check(&table).first() {
        return Err(Error::new(format!("the new table is broken: {broken}")));
    }
    out.write_all(text::write(&table).as_bytes()).map_err(|error| Error::new(error.to_string()))?;
    Ok(0)
}

fn base(path: Option<&Path>) -> Result<Table> {
    match path {
        None => Ok(text::table_of(Catalog::builtin())),
        Some(path) if path.as_os_str() == "none" => Ok(Table::default()),
        Some(path) => overlay::parse(&read(path)?).map_err(|error| error.at(path)),
    }
}

/// The day of the clock, in UTC.
fn today() -> String {
    jiff::Timestamp::now().to_string().chars().take(10).collect()
}

fn fact_files(folders: &[PathBuf]) -> Result<Vec<facts::File>> {
    let mut files = Vec::new();
    for folder in folders {
        let entries = std::fs::read_dir(folder).map_err(|error| Error::new(error.to_string()).at(folder))?;
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        paths.sort();
        for path in paths.into_iter().filter(|path| path.extension().is_some_and(|e| e == "tsv" || e == "txt")) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            files.push((name, read(&path)?));
        }
    }
    Ok(files)
}

fn read(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(|error| Error::new(error.to_string()).at(path))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
