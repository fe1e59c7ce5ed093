//! SOQL text to tree and back, from outside.
#![cfg(test)]

mod errors;
mod properties;
mod round_trips;
