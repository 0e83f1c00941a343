//! The command line's entry: parse, run, print, exit.

use clap::Parser;

#[derive(Parser)]
enum Cli {
    Catalog(ddscope::cli::catalog::Args),
}

fn main() {
    let Cli::Catalog(args) = Cli::parse();
    match ddscope::cli::catalog::run(&args, &mut std::io::stdout().lock()) {
        Ok(status) => std::process::exit(i32::from(status)),
        Err(error) => {
            eprintln!("error: {error}");
            std::process::exit(2);
        }
    }
}
