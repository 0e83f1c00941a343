//! The command line's entry: parse, run, print, exit.

use clap::Parser;
use ddscope::cli::{self, Cli, Color, Command, Outcome};
use ddscope::error::{Error, Result};
use ddscope::input::plain;
use ddscope::report::stats::stats;
use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

mod fit;
mod links;
mod progress;

/// Millions of small values come and go on every thread; the system's allocators are made for fewer.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let start = Instant::now();
    let cli = Cli::parse();
    let common = &cli.common;
    match common.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    let quietly = common.quiet || common.no_progress || matches!(cli.command, Command::Mcp(_));
    let progress = if quietly { None } else { progress::watch(&common.meter) };
    let outcome = cli::run(&cli);
    // The line goes before anything else is printed.
    drop(progress);
    let status = match outcome.and_then(|outcome| publish(&outcome, common.output.as_deref()).map(|()| outcome)) {
        Ok(outcome) => {
            outcome.changes.iter().for_each(|change| remark(change));
            if !common.quiet {
                outcome.notes.iter().for_each(|note| remark(note));
            }
            outcome.problems.iter().for_each(complain);
            outcome.status()
        }
        Err(error) => {
            complain(&error);
            2
        }
    };
    if common.stats {
        let _ = anstream::stderr().lock().write_all(stats(&common.meter, start.elapsed()).as_bytes());
    }
    // The process ends here: nobody has to wait until all of what it holds is taken apart.
    std::mem::forget(cli);
    ExitCode::from(status)
}

fn publish(outcome: &Outcome, output: Option<&Path>) -> Result<()> {
    for (path, text) in &outcome.files {
        let written = write_whole(path, text.as_bytes());
        written.map_err(|error| Error::new(format!("cannot write: {}", plain(&error))).at(path))?;
    }
    let Some(path) = output else { return print(outcome) };
    let text = anstream::adapter::strip_str(&links::removed(&outcome.text)).to_string();
    write_whole(path, text.as_bytes()).map_err(|error| {
        let error = Error::new(format!("cannot write: {}", plain(&error))).at(path);
        error.help("name a file in a folder that you may write to, with room for it")
    })
}

fn print(outcome: &Outcome) -> Result<()> {
    let text = &outcome.text;
    let linking = supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
    let here = if linking { std::env::current_dir().ok() } else { None };
    let text = here.map_or_else(|| links::removed(text), |here| links::addressed(text, &here));
    let width = fit::width(&io::stdout()).filter(|_| outcome.fits);
    let text = width.map_or(Cow::Borrowed(&*text), |width| fit::fitted(&text, width));
    // Where escapes go anyway, they go at once: the stream would write every piece between them on its own.
    let bare = anstream::AutoStream::choice(&io::stdout()) == anstream::ColorChoice::Never;
    let written = if bare {
        let text = anstream::adapter::strip_str(&text).to_string();
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    } else {
        let mut out = anstream::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    };
    match written {
        // The reader has seen enough (`| head`).
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => {
            let error = Error::new(format!("cannot write to standard output: {}", plain(&error)));
            Err(error.help("make room, or name another place with --output FILE"))
        }
        Ok(()) => Ok(()),
    }
}

/// Writes a file so that readers see the old one or the new one, never half of it.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let before = std::fs::metadata(path).ok();
    // Devices and pipes cannot be replaced, only written to.
    if before.as_ref().is_some_and(|meta| !meta.is_file()) {
        return std::fs::OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    // A link stays a link: what it leads to is replaced.
    let path = &std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ddscope-");
    #[cfg(unix)]
    {
        // As any program would create it: temporary files are readable by their owner only.
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    if let Some(before) = before {
        file.as_file().set_permissions(before.permissions())?;
    }
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

fn remark(note: &str) {
    say(&format!("note: {note}"));
}

fn complain(error: &Error) {
    let bold = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
    say(&format!("{bold}error:{bold:#} {error}"));
}

/// Says something beside the result.
fn say(text: &str) {
    let text = fit::width_of_messages(&io::stderr()).map_or(Cow::Borrowed(text), |width| fit::fitted(text, width));
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}
