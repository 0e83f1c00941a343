//! What the pages about CI tell people to type exists.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use clap::{CommandFactory as _, Parser};
use ddscope::cli::Cli;

/// Every `ddscope …` command in fenced blocks and hooks, without what the shell adds.
fn commands(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for line in text.lines() {
        for (at, _) in line.match_indices("ddscope check") {
            let rest = &line[at..];
            let end = rest.find(['|', '`', '\'', ';', '>', ')']).unwrap_or(rest.len());
            found.push(rest[..end].split_whitespace().map(str::to_owned).collect());
        }
    }
    found
}

#[test]
fn every_command_of_the_pages_is_understood() {
    for file in ["docs/ci.md", "docs/config.md", "README.md", ".pre-commit-hooks.yaml"] {
        let text = std::fs::read_to_string(file).unwrap();
        let commands = commands(&text);
        assert!(!commands.is_empty(), "{file}");
        for words in commands {
            Cli::try_parse_from(&words).unwrap_or_else(|error| panic!("{file}: {words:?}: {error}"));
        }
    }
}

/// Command lines of fenced blocks, in every page.
#[test]
fn every_command_line_of_every_page_is_understood() {
    let pages = std::fs::read_dir("docs").unwrap().map(|entry| entry.unwrap().path());
    let pages = pages.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    let mut understood = 0;
    for page in pages.chain(["README.md".into(), "CONTRIBUTING.md".into()]) {
        let text = std::fs::read_to_string(&page).unwrap();
        for line in text.lines() {
            let Some(command) = line.trim_start_matches("$ ").strip_prefix("ddscope ") else { continue };
            // Sentences begin with the name, too.
            let words: Vec<&str> =
                command.split(" #").next().unwrap().split(['|', '>']).next().unwrap().split_whitespace().collect();
            let known = Cli::command().find_subcommand(words[0]).is_some();
            if known && !command.ends_with(['.', ':', ',']) {
                let parsed = Cli::try_parse_from(std::iter::once("ddscope").chain(words.iter().copied()));
                parsed.unwrap_or_else(|error| panic!("{}: {line}: {error}", page.display()));
                understood += 1;
            }
        }
    }
    assert!(understood >= 15, "{understood} command lines");
}

#[test]
fn the_blocks_of_the_page_are_valid_yaml() {
    let page = std::fs::read_to_string("docs/ci.md").unwrap();
    let hooks = std::fs::read_to_string(".pre-commit-hooks.yaml").unwrap();
    let blocks: Vec<&str> =
        page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).chain([hooks.as_str()]).collect();
    assert_eq!(blocks.len(), 5);
    for block in blocks {
        for event in saphyr_parser::Parser::new_from_str(block) {
            event.unwrap_or_else(|error| panic!("{error}\n{block}"));
        }
    }
}
