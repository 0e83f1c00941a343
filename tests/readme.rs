//! What README.md shows is what the commands print.

#[test]
fn the_commands_print_what_the_readme_shows() {
    trycmd::TestCases::new().case("README.md");
}
