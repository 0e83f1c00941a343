//! Dockerfiles: `RUN`, `CMD`, `ENTRYPOINT`, `HEALTHCHECK` run commands, `ENV` and `ARG` set variables.

use super::{Script, exec_form, finished, template};
use crate::ir::Module;
use crate::source::File;
use crate::source::shell::Program;

/// One module for the whole file.
pub(super) fn lower(file: &File) -> Vec<Module> {
    let mut program = Program::new(&file.path);
    let lines: Vec<&str> = file.text.split('\n').map(|l| l.trim_end_matches('\r')).collect();
    let mut at = 0;
    while at < lines.len() {
        let (instruction, next) = instruction(&lines, at);
        at = next;
        run(instruction, &mut program);
    }
    finished(program).into_iter().collect()
}

/// The instruction that begins at a line, its continuations joined, and the line after it. Here-documents are part of it.
fn instruction(lines: &[&str], start: usize) -> (Script, usize) {
    let mut script = Script::default();
    let mut at = start;
    while let Some(line) = lines.get(at) {
        at += 1;
        let comment = line.trim_start().starts_with('#');
        if !comment {
            script.line(line, at, 0);
        }
        // Comments may stand between the lines of an instruction.
        let goes_on = if comment { !script.starts.is_empty() } else { line.trim_end().ends_with('\\') };
        if !goes_on {
            break;
        }
    }
    let Some(end) = here_document(&script.text) else { return (script, at) };
    let rest = lines.get(at..).unwrap_or_default();
    let Some(length) = rest.iter().position(|l| l.trim_start_matches('\t') == end) else { return (script, at) };
    // The delimiter goes, the body becomes the script.
    let runs = script.text.split_whitespace().next().is_some_and(|keyword| keyword.eq_ignore_ascii_case("run"));
    let mut script = Script::default();
    if runs {
        script.line("RUN :", at, 0);
        for (i, line) in rest.iter().take(length).enumerate() {
            script.line(line, at + i + 1, 0);
        }
    }
    (script, at + length + 1)
}

/// The delimiter of a here-document that an instruction begins with.
fn here_document(text: &str) -> Option<String> {
    let mut words = text.split_whitespace().skip(1).skip_while(|w| w.starts_with("--"));
    let word = words.next()?.strip_prefix("<<")?;
    let word = word.strip_prefix('-').unwrap_or(word).trim_matches(['"', '\'']);
    (!word.is_empty()).then(|| word.to_owned())
}

fn run(mut script: Script, program: &mut Program) {
    loop {
        let trimmed = script.text.trim_start();
        let keyword: String = trimmed.chars().take_while(char::is_ascii_alphabetic).collect();
        let Some(rest) = trimmed.get(keyword.len()..).filter(|r| r.starts_with(char::is_whitespace)) else { return };
        let skipped = script.text.len() - rest.len();
        match keyword.to_ascii_uppercase().as_str() {
            "RUN" | "CMD" | "ENTRYPOINT" => {
                skip(&mut script, skipped);
                flags(&mut script);
                command(script, program);
                return;
            }
            "HEALTHCHECK" | "ONBUILD" => {
                skip(&mut script, skipped);
                flags(&mut script);
            }
            "ENV" | "ARG" => {
                skip(&mut script, skipped);
                variables(script, program);
                return;
            }
            _ => return,
        }
    }
}

/// Blanks out the beginning of a script, which never spans lines.
fn skip(script: &mut Script, length: usize) {
    if let Some(rest) = script.text.get(length..) {
        script.text = format!("{}{rest}", " ".repeat(length));
    }
}

/// Blanks out options such as `--mount=…`.
fn flags(script: &mut Script) {
    loop {
        let trimmed = script.text.trim_start();
        let start = script.text.len() - trimmed.len();
        if !trimmed.starts_with("--") {
            return;
        }
        let length = trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
        skip(script, start + length);
        if script.text.trim_start().starts_with("\\\n") {
            let at = script.text.len() - script.text.trim_start().len();
            script.text.replace_range(at..=at, " ");
            return;
        }
    }
}

fn command(script: Script, program: &mut Program) {
    let list = serde_json::from_str::<Vec<String>>(&script.text.replace("\\\n", "\n"));
    let script = match (list, script.starts.first()) {
        (Ok(words), Some((line, before))) => {
            let one = |word: &String| {
                let mut script = Script::default();
                word.split('\n').for_each(|text| script.line(text, *line as usize, *before as usize));
                script
            };
            exec_form(&words.iter().map(one).collect::<Vec<_>>())
        }
        _ => script,
    };
    script.lower(program, template::Style::Plain);
}

/// `ENV A=b C="d"` is an assignment as it stands, `ENV A b c` once was.
fn variables(mut script: Script, program: &mut Program) {
    let trimmed = script.text.trim_start();
    let name = trimmed.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(trimmed.len());
    let at = script.text.len() - trimmed.len() + name;
    if script.text.get(at..).is_some_and(|rest| rest.starts_with(' ')) {
        let value = script.text.get(at..).unwrap_or("").trim().replace('"', "\\\"");
        script.text = format!("{}=\"{value}\"", script.text.get(..at).unwrap_or(""));
    } else if name == trimmed.trim_end().len() {
        return;
    }
    script.lower(program, template::Style::Plain);
}
