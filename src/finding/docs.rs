//! `docs/codes.md`, made from the codes themselves; a test keeps the file equal to it.

use super::{Code, Severity};

/// The whole page.
pub fn documentation() -> String {
    let mut page = String::from(
        "# Finding codes\n\n\
         Made from `src/finding/code.rs`; a test keeps it equal. Errors and warnings make `ddscope` exit with status 1, notes \
         do not. Severities can be changed in `ddscope.toml`:\n\n\
         ```toml\n[severity]\nexcess-scope = \"error\"\nunresolved-call = \"warning\"\nunpublished-requirement = \"off\"\n```\n\n\
         A finding about a line of code can be silenced there, with a reason:\n\n\
         ```python\napi.list_monitors()  # ddscope: ignore[missing-scope] the key is rotated next week\n```\n\n\
         | code | severity | says |\n|---|---|---|\n",
    );
    for code in Code::ALL {
        let name = code.name();
        page.push_str(&format!("| [`{name}`](#{name}) | {} | {} |\n", code.severity().name(), code.summary()));
    }
    for code in Code::ALL {
        page.push_str(&section(*code));
    }
    page
}

fn section(code: Code) -> String {
    let severity = match code.severity() {
        Severity::Note => "A note: it does not change the exit status.",
        Severity::Warning => "A warning: exit status 1.",
        Severity::Error => "An error: exit status 1.",
        Severity::Off => "Off unless switched on.",
    };
    format!("\n## {}\n\n{}. {severity}\n\n{}\n", code.name(), capital(code.summary()), code.description())
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
