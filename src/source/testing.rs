//! Which files are test code by their path. What test code is by its frameworks is each front end's business.

/// Folders that hold nothing but tests.
const FOLDERS: &[&str] = &["test", "tests", "__tests__", "spec", "specs", "testdata", "e2e"];

/// Whether a path lies in a folder of tests.
pub(super) fn is_test_path(path: &str) -> bool {
    let mut segments = path.split('/');
    segments.next_back();
    segments.any(|s| FOLDERS.contains(&s))
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
}
