#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ddscope_fuzz::fuzz("grants", bytes));
