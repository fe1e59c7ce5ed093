//! libFuzzer feeds [`fuzz::csv`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::csv::holds(input));
