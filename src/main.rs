//! The command line's entry: parse, run, print, exit.

fn main() {}
