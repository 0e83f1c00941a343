//! The command line's entry: parse, run, print, exit.

use clap::Parser;
use ddscope::cli::{self, Cli, Color, Outcome};
use ddscope::error::{Error, Result};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.common.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    match cli::run(&cli).and_then(|outcome| publish(&outcome, cli.common.output.as_deref()).map(|()| outcome)) {
        Ok(outcome) => {
            outcome.notes.iter().for_each(|note| remark(note));
            outcome.problems.iter().for_each(complain);
            ExitCode::from(outcome.status())
        }
        Err(error) => {
            complain(&error);
            ExitCode::from(2)
        }
    }
}

fn publish(outcome: &Outcome, output: Option<&Path>) -> Result<()> {
    for (path, text) in &outcome.files {
        write_whole(path, text.as_bytes()).map_err(|error| Error::new(format!("cannot write: {error}")).at(path))?;
    }
    let Some(path) = output else {
        let mut out = anstream::stdout().lock();
        return match out.write_all(outcome.text.as_bytes()).and_then(|()| out.flush()) {
            // The reader has seen enough (`| head`).
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Error::new(format!("cannot write to standard output: {error}"))),
            Ok(()) => Ok(()),
        };
    };
    let plain = anstream::adapter::strip_str(&outcome.text).to_string();
    write_whole(path, plain.as_bytes()).map_err(|error| {
        Error::new(format!("cannot write: {error}")).at(path).help("name a file in a folder that you may write to")
    })
}

/// Writes a file so that readers see the old one or the new one, never half of it.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Devices and pipes cannot be replaced, only written to.
    if std::fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return std::fs::OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".ddscope-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

fn remark(note: &str) {
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "note: {note}");
}

fn complain(error: &Error) {
    let bold = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{bold}error:{bold:#} {error}");
}
