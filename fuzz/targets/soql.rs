//! libFuzzer feeds [`fuzz::soql`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::soql::holds(input));
