//! `ddscope completions` and `ddscope man`: what shells and `man` want to know, made from the command line itself.

use super::{Cli, Common, Outcome};
use crate::error::{Error, Result};
use clap::CommandFactory as _;
use clap_complete::Shell;
use std::path::PathBuf;

/// Arguments of `completions`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// Arguments of `man`.
#[derive(Clone, Debug, clap::Args)]
pub struct ManArgs {
    /// The folder to write one page a command to; without it, the main page is printed
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// Writes the completions of a shell.
///
/// # Errors
/// Never at present.
pub fn run(args: &Args, _: &Common) -> Result<Outcome> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "ddscope", &mut text);
    Ok(Outcome { text: String::from_utf8_lossy(&text).into_owned(), ..Outcome::default() })
}

/// Writes the manual.
///
/// # Errors
/// If the folder is not there.
pub fn manual(args: &ManArgs, _: &Common) -> Result<Outcome> {
    let Some(folder) = &args.folder else {
        let text = page(Cli::command())?;
        return Ok(Outcome { text, ..Outcome::default() });
    };
    if !folder.is_dir() {
        let error = Error::new("not a folder").at(folder);
        return Err(error.help(format!("mkdir -p {}", folder.display())));
    }
    let mut pages = Vec::new();
    pages_of(Cli::command(), &mut pages);
    let mut outcome = Outcome::default();
    for command in pages {
        let name = format!("{}.1", command.get_name());
        outcome.files.push((folder.join(name), page(command)?));
    }
    outcome.notes.push(format!("wrote {} pages to {}", outcome.files.len(), folder.display()));
    Ok(outcome)
}

/// A command and all below it, each under its full name (`ddscope-catalog-import`), with the options of every command.
fn pages_of(command: clap::Command, pages: &mut Vec<clap::Command>) {
    let mut built = command;
    built.build();
    let mut waiting = vec![(built.get_name().to_owned(), built)];
    while let Some((name, command)) = waiting.pop() {
        for below in command.get_subcommands().filter(|it| it.get_name() != "help") {
            waiting.push((format!("{name}-{}", below.get_name()), below.clone()));
        }
        // clap wants names that live as long as the process; there are a dozen, once.
        let typed = name.replace('-', " ");
        let name: &'static str = Box::leak(name.into_boxed_str());
        pages.push(command.name(name).bin_name(typed).display_name(name));
    }
}

fn page(command: clap::Command) -> Result<String> {
    let mut text = Vec::new();
    let written = clap_mangen::Man::new(command).render(&mut text);
    written.map_err(|error| Error::new(format!("cannot write the page: {error}")))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
