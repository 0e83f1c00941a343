//! Which files are test code by their path. What test code is by its frameworks is each front end's business.

/// Folders that hold nothing but tests.
const FOLDERS: &[&str] = &["test", "tests", "__tests__", "spec", "specs", "testdata", "e2e"];

/// Whether a path lies in a folder of tests.
pub(super) fn is_test_path(path: &str) -> bool {
    let mut segments = path.split('/');
    segments.next_back();
    segments.any(|s| FOLDERS.contains(&s))
}
