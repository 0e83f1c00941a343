//! `ddscope catalog`: lists, compares and makes tables.
//!
//! What a table is, how it is merged, compared and written is the catalog's.

use super::{Common, Outcome};
use crate::catalog::import::{self, facts, openapi};
use crate::catalog::{Catalog, overlay, rules, table::Table, text};
use crate::error::{Error, Result};
use crate::input::{files_below, text_file};
use clap::{Args as ClapArgs, Subcommand};
use std::path::{Path, PathBuf};

mod check;
mod diff;
mod list;

/// Arguments of `ddscope catalog`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Clone, Debug, Subcommand)]
enum What {
    /// List operations and scopes
    List(list::Args),
    /// Tell whether the table has every operation that Terraform types and other declarations call
    Check(check::Args),
    /// Tell what changed between two tables, and which of your calls that touches
    Diff(diff::Args),
    /// Make a table from OpenAPI documents, keeping what retired
    Import(Import),
}

/// Arguments of `ddscope catalog import`.
#[derive(Clone, Debug, ClapArgs)]
struct Import {
    /// OpenAPI documents: `.generator/schemas/v1/openapi.yaml` and v2's of the Python client's source distribution
    #[arg(required = true, value_name = "OPENAPI")]
    documents: Vec<PathBuf>,
    /// Release the documents belong to, such as 2.62.0
    #[arg(long)]
    release: String,
    /// Day of the release, YYYY-MM-DD; without it the base's if the release is the same, else today
    #[arg(long, value_name = "DAY")]
    released: Option<String>,
    /// Table to start from, `none` for an empty one; without it the table in use
    #[arg(long, value_name = "FILE")]
    base: Option<PathBuf>,
    /// Folders with fact files (permissions, retired and undocumented endpoints, older clients)
    #[arg(long, value_name = "DIR", num_args = 1..)]
    facts: Vec<PathBuf>,
}

/// Runs the command. Errors are usage and read errors.
pub fn run(args: &Args, common: &Common) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    match &args.what {
        What::List(args) => list::run(args, common.table()?, &mut outcome.text)?,
        What::Check(check::Args {}) => check::run(common.table()?, &mut outcome),
        What::Diff(args) => diff::run(args, common, &mut outcome)?,
        What::Import(args) => outcome.text = import(args, common.table()?)?,
    }
    Ok(outcome)
}

fn import(args: &Import, catalog: &Catalog) -> Result<String> {
    let base = base(args.base.as_deref(), catalog)?;
    let mut documents = Vec::new();
    for path in &args.documents {
        documents.push(openapi::read(&text_file(path)?).map_err(|error| error.at(path))?);
    }
    let released = args
        .released
        .clone()
        .unwrap_or_else(|| if base.release == args.release { base.released.clone() } else { today() });
    let mut table = import::import(base, &documents, &args.release, &released);
    facts::apply(&mut table, &fact_files(&args.facts)?);
    match rules::check(&table).first() {
        Some(broken) => Err(Error::new(format!("the new table would be broken: {broken}"))),
        None => Ok(text::write(&table)),
    }
}

fn base(path: Option<&Path>, catalog: &Catalog) -> Result<Table> {
    match path {
        None => Ok(text::table_of(catalog)),
        Some(path) if path.as_os_str() == "none" => Ok(Table::default()),
        Some(path) => overlay::parse(&text_file(path)?).map_err(|error| error.at(path)),
    }
}

/// The day of the clock, in UTC.
fn today() -> String {
    jiff::Timestamp::now().to_string().chars().take(10).collect()
}

fn fact_files(folders: &[PathBuf]) -> Result<Vec<facts::File>> {
    let mut files = Vec::new();
    for folder in folders {
        let (mut paths, problems) = files_below(folder);
        if let Some(problem) = problems.into_iter().next() {
            return Err(problem);
        }
        paths.sort();
        for path in paths.into_iter().filter(|path| path.extension().is_some_and(|e| e == "tsv" || e == "txt")) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            files.push((name, text_file(&path)?));
        }
    }
    Ok(files)
}
