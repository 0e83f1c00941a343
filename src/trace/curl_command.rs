//! `curl` command lines in documents, logs of CI systems (`set -x`) and "copy as cURL". Scripts are read by the shell front
//! end, which understands them better; this reader takes what is no script.

use super::lines::{self, Line};
use super::{Context, Format, Nature, Request, Strength};
use crate::error::Result;
use std::io::BufRead;

/// The format.
pub struct CurlCommand;

/// Longest command.
const LONGEST: usize = 64 * 1024;

impl Format for CurlCommand {
    fn name(&self) -> &'static str {
        "curl-command"
    }

    fn recognise(&self, head: &[u8], _file_name: &str) -> Option<Strength> {
        if head.starts_with(b"#!") {
            return None;
        }
        let text = String::from_utf8_lossy(head);
        let found = text.lines().any(|line| command(line).is_some_and(|rest| rest.starts_with("curl ")));
        (found && (text.contains("://") || text.contains("/api/"))).then_some(Strength::Weak)
    }

    fn read(&self, input: &mut dyn BufRead, context: &mut Context<'_>) -> Result<()> {
        let mut open: Option<(u64, bool, String)> = None;
        lines::each(input, LONGEST, |line: Line<'_>| {
            context.tally.seen(line.number);
            let text = String::from_utf8_lossy(line.bytes);
            match (&mut open, command(&text)) {
                (Some((_, _, so_far)), _) if so_far.len() < LONGEST => {
                    so_far.push('\n');
                    so_far.push_str(&text);
                }
                (None, Some(rest)) => {
                    let traced = text[..text.len() - rest.len()].trim_end().ends_with('+');
                    open = Some((line.number, traced, rest.to_owned()));
                }
                _ => {}
            }
            if let Some((record, traced, whole)) = open.take_if(|(_, _, whole)| is_complete(whole)) {
                count(record, traced, &whole, context);
            }
        });
        if let Some((record, traced, whole)) = open {
            count(record, traced, &whole, context);
        }
        Ok(())
    }
}

/// The rest of a line from the word `curl` on.
fn command(line: &str) -> Option<&str> {
    let mut from = 0;
    while let Some(at) = line.get(from..)?.find("curl") {
        let start = from + at;
        let before = line[..start].chars().next_back();
        let after = line[start + 4..].chars().next();
        let begins = before.is_none_or(|before| {
            before.is_whitespace() || matches!(before, '+' | '$' | '>' | '|' | ';' | '&' | '(' | '`' | '/')
        });
        if begins && matches!(after, Some(' ' | '\t' | '\\')) {
            return line.get(start..);
        }
        from = start + 4;
    }
    None
}

/// Whether no quote is open and the line does not go on.
fn is_complete(text: &str) -> bool {
    let (mut single, mut double, mut escaped) = (false, false, false);
    for character in text.chars() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match character {
            '\\' if !single => escaped = true,
            '\'' if !double => single = !single,
            '"' if !single => double = !double,
            _ => {}
        }
    }
    (!single && !double && !escaped) || text.len() >= LONGEST
}

fn count(record: u64, traced: bool, text: &str, context: &mut Context<'_>) {
    let mut words = split(text).into_iter().skip(1);
    let (mut method, mut implied, mut get, mut urls) = (None, "GET", false, Vec::new());
    while let Some(word) = words.next() {
        let Some(option) = word.strip_prefix('-').filter(|rest| !rest.is_empty()) else {
            urls.push(word);
            continue;
        };
        let (name, value) = option_of(option);
        let mut value = || value.map(str::to_owned).or_else(|| words.next());
        match name {
            "X" | "-request" => method = value(),
            "-url" => urls.extend(value()),
            "I" | "-head" => implied = "HEAD",
            "G" | "-get" => get = true,
            "T" | "-upload-file" => {
                value();
                implied = "PUT";
            }
            "d" | "F" | "-json" | "-form" | "-form-string" => {
                value();
                implied = "POST";
            }
            name if name.starts_with("-data") => {
                value();
                implied = "POST";
            }
            name if takes_value(name) => {
                value();
            }
            _ => {}
        }
    }
    let implied = if get { "GET" } else { implied };
    for url in urls.iter().filter(|url| url.contains('/')) {
        context.tally.request(&Request {
            record,
            method: method.as_deref().unwrap_or(implied),
            url,
            nature: if url.contains("{}") { Nature::ClientTests } else { Nature::Any },
            declared: !traced,
            ..Request::default()
        });
    }
}

/// Cuts `-sSXPOST` into the option that takes a value and the value, `--request=POST` likewise.
fn option_of(option: &str) -> (&str, Option<&str>) {
    if option.starts_with('-') {
        return option.split_once('=').map_or((option, None), |(name, value)| (name, Some(value)));
    }
    for (at, letter) in option.char_indices() {
        let (name, rest) = (&option[at..at + letter.len_utf8()], &option[at + letter.len_utf8()..]);
        if takes_value(name) || matches!(name, "X" | "d" | "F" | "T") {
            return (name, (!rest.is_empty()).then_some(rest));
        }
        if matches!(name, "I" | "G") {
            return (name, None);
        }
    }
    (option, None)
}

fn takes_value(name: &str) -> bool {
    matches!(
        name,
        "H" | "o"
            | "u"
            | "A"
            | "b"
            | "c"
            | "e"
            | "m"
            | "w"
            | "x"
            | "K"
            | "E"
            | "r"
            | "y"
            | "Y"
            | "z"
            | "C"
            | "D"
            | "-header"
            | "-output"
            | "-user"
            | "-user-agent"
            | "-cookie"
            | "-cookie-jar"
            | "-referer"
            | "-max-time"
            | "-write-out"
            | "-proxy"
            | "-config"
            | "-cert"
            | "-key"
            | "-cacert"
            | "-capath"
            | "-retry"
            | "-retry-delay"
            | "-retry-max-time"
            | "-connect-timeout"
            | "-resolve"
            | "-connect-to"
            | "-range"
            | "-dump-header"
            | "-oauth2-bearer"
            | "-max-redirs"
            | "-interface"
            | "-limit-rate"
            | "-aws-sigv4"
            | "-unix-socket"
            | "-variable"
    )
}

/// Words as a shell would make them; variables are holes, or their default, and anything past the command is left out.
fn split(text: &str) -> Vec<String> {
    let (mut words, mut word, mut started) = (Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    let (mut single, mut double) = (false, false);
    while let Some(character) = characters.next() {
        match character {
            '\'' if !double => (single, started) = (!single, true),
            '"' if !single => (double, started) = (!double, true),
            '\\' if !single => {
                if let Some(next) = characters.next().filter(|next| *next != '\n') {
                    word.push(next);
                    started = true;
                }
            }
            '$' if !single && characters.peek() == Some(&'\'') => {}
            '$' if !single => {
                variable(&mut characters, &mut word);
                started = true;
            }
            '|' | ';' | '&' | ')' | '`' | '\n' if !single && !double => break,
            blank if blank.is_whitespace() && !single && !double => {
                if std::mem::take(&mut started) {
                    words.push(std::mem::take(&mut word));
                }
            }
            other => {
                word.push(other);
                started = true;
            }
        }
    }
    if started {
        words.push(word);
    }
    words
}

/// `$NAME`, `${NAME}`, `${NAME:-default}`; of a command substitution only the beginning is taken away.
fn variable(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, word: &mut String) {
    if characters.next_if_eq(&'{').is_none() {
        while characters.next_if(|next| next.is_ascii_alphanumeric() || *next == '_').is_some() {}
        word.push_str("{}");
        return;
    }
    let inside: String = characters.by_ref().take_while(|next| *next != '}').collect();
    match inside.split_once(":-").or_else(|| inside.split_once('-')) {
        Some((_, default)) if !default.contains('$') => word.push_str(default),
        _ => word.push_str("{}"),
    }
}
