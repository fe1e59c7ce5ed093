//! libFuzzer feeds [`fuzz::urls`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::urls::holds(input));
