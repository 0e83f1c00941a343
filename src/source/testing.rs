//! Which files are test code by their path. What test code is by its frameworks is each front end's business.

/// Folders that hold nothing but tests.
const FOLDERS: &[&str] = &["test", "tests", "__tests__", "spec", "specs", "testdata", "e2e"];

/// Whether a path lies in a folder of tests.
pub(super) fn is_test_path(path: &str) -> bool {
    let mut segments = path.split('/');
    segments.next_back();
    segments.any(|s| FOLDERS.contains(&s))
}

/// What files that hold tests have in them, whatever their language and framework.
const FRAMEWORKS: &[&str] = &[
    "assert",
    "Assert",
    "def test",
    "class Test",
    "pytest",
    "unittest",
    "describe ",
    "TestCase",
    "test]",
    "[Fact",
    "[Theory",
    "[Test",
    "PHPUnit",
    "Xunit",
    "NUnit",
    "mock",
    "Mock",
];

/// Whether what only its name calls a test is one: Datadog has synthetic tests, and `synthetic_test.py` may keep those.
fn holds_tests(text: &str) -> bool {
    FRAMEWORKS.iter().any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some())
}

/// Whether a Python file holds tests: by its folder, or by the names that pytest and unittest look for.
pub(super) fn is_python_test(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    is_test_path(path)
        || name.starts_with("test_")
        || name.ends_with("_test.py") && holds_tests(text)
        || matches!(name, "conftest.py" | "tests.py")
}

/// Whether a Ruby file holds tests: by its folder, or by the ending that RSpec and Minitest look for.
pub(super) fn is_ruby_test(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    is_test_path(path)
        || name.ends_with("_spec.rb")
        || name.starts_with("test_")
        || name.ends_with("_test.rb") && holds_tests(text)
}

/// Whether a Rust file holds tests: integration tests have a folder of their own, unit tests often a file.
pub(super) fn is_rust_test(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    is_test_path(path)
        || matches!(name, "tests.rs" | "test.rs")
        || (name.ends_with("_test.rs") || name.ends_with("_tests.rs")) && holds_tests(text)
}

/// Whether a Go file holds tests: only the ending counts.
pub(super) fn is_go_test(path: &str) -> bool {
    path.ends_with("_test.go")
}

/// Whether a Java or Kotlin file lies in a source set of tests: Maven and Gradle keep each kind of code in `src/<set>/`, and the
/// sets of tests have `test` as a word in their name (`test`, `integrationTest`, `androidTest`, `testFixtures`).
pub(super) fn is_jvm_test(path: &str) -> bool {
    let mut previous = "";
    path.split('/').any(|segment| {
        let is_test_set = segment.starts_with("test") || segment.ends_with("Test") || segment.ends_with("-test");
        let found = previous == "src" && is_test_set;
        previous = segment;
        found
    })
}

/// Whether a script is test code by its folder (`__mocks__`, `cypress`, …) or its name: `a.test.ts`, `a.spec.js`, `a.cy.ts`, `test.js`.
pub(super) fn is_script_test(path: &str) -> bool {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let mut parts = file.split('.');
    is_test_path(path)
        || folders
            .split('/')
            .any(|f| matches!(f, "__mocks__" | "__fixtures__" | "cypress" | "test-utils" | "integration-tests"))
        || matches!(parts.next(), Some("test" | "tests"))
        || parts.any(|p| matches!(p, "test" | "tests" | "spec" | "specs" | "e2e" | "cy" | "mock"))
}

/// Whether a script is the program's own source, by its name: neither test code nor declarations of types.
pub fn is_script_source(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let script = matches!(ending, "ts" | "tsx" | "mts" | "cts" | "js" | "jsx" | "mjs" | "cjs" | "vue" | "svelte");
    script && !name.contains(".d.") && !name.contains(".config.") && !is_script_test(path)
}

/// Whether a PHP or C# file is test code: by its folder (`tests`, `Acme.Metrics.Tests`), or by its class name's ending, with a
/// capital, so that `Latest.cs` is none.
pub(super) fn is_class_test(path: &str, text: &str) -> bool {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.split('.').next().unwrap_or_default();
    is_test_path(path)
        || folders.split('/').any(|f| f == "Tests" || f == "Test" || f.ends_with(".Tests") || f.ends_with(".Test"))
        || ["Test", "Tests", "TestCase"].iter().any(|ending| stem.ends_with(ending)) && holds_tests(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_tests_are_told_by_the_ending_alone() {
        assert!(is_go_test("pkg/client_test.go"));
        assert!(!is_go_test("pkg/x_test_.go"));
        assert!(!is_go_test("test/e2e/client.go"));
    }

    #[test]
    fn jvm_tests_live_in_their_own_source_set() {
        assert!(is_jvm_test("app/src/test/java/a/B.java"));
        assert!(is_jvm_test("src/commonTest/kotlin/B.kt"));
        assert!(!is_jvm_test("src/main/java/test/B.java"));
        assert!(!is_jvm_test("src/latest/java/B.java"));
    }

    #[test]
    fn script_tests_are_told_by_folder_or_ending() {
        for path in ["src/__tests__/a.ts", "a.test.ts", "x/b.spec.tsx", "test/a.js", "cypress/login.ts"] {
            assert!(is_script_test(path), "{path}");
        }
        for path in ["src/latest.ts", "src/contest/a.ts", "src/testing.ts", "src/test-runner.ts"] {
            assert!(!is_script_test(path), "{path}");
        }
    }

    #[test]
    fn class_tests_are_told_by_folder_or_name() {
        assert!(is_class_test("tests/Unit/Monitors.php", ""));
        assert!(is_class_test("Acme.Metrics.Tests/Clients.cs", ""));
        assert!(!is_class_test("Acme/Latest.cs", "Assert.True(true)"));
    }

    #[test]
    fn a_name_alone_makes_no_test() {
        let keeps = "class SyntheticTest { public void Create() { client.PostAsync(url, body); } }";
        assert!(!is_class_test("Acme/SyntheticTest.cs", keeps));
        assert!(is_class_test("Acme/MonitorTest.cs", "[Fact] public void Lists() {}"));
        assert!(!is_python_test("modules/synthetic_test.py", "client.post('/api/v1/synthetics/tests')"));
        assert!(is_python_test("modules/monitor_test.py", "def test_lists(): pass"));
    }
}
