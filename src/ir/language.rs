//! The languages that front ends lower.

/// A programming language that a front end lowers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Python, and the code cells of Jupyter notebooks.
    Python,
    /// JavaScript, with or without JSX.
    JavaScript,
    /// TypeScript, with or without JSX.
    TypeScript,
    /// Go.
    Go,
    /// Java.
    Java,
    /// Kotlin.
    Kotlin,
    /// Ruby.
    Ruby,
    /// Rust.
    Rust,
    /// POSIX shell and Bash, alone or inside workflows, Makefiles and Dockerfiles.
    Shell,
    /// PHP.
    Php,
    /// C#.
    CSharp,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Python,
        Self::JavaScript,
        Self::TypeScript,
        Self::Go,
        Self::Java,
        Self::Kotlin,
        Self::Ruby,
        Self::Rust,
        Self::Shell,
        Self::Php,
        Self::CSharp,
    ];

    /// The language of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.name() == name)
    }

    /// The lower-case name used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::TypeScript => "typescript",
            Self::Go => "go",
            Self::Java => "java",
            Self::Kotlin => "kotlin",
            Self::Ruby => "ruby",
            Self::Rust => "rust",
            Self::Shell => "shell",
            Self::Php => "php",
            Self::CSharp => "csharp",
        }
    }
}
