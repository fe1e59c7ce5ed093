//! SOQL text to tree and back, from outside.
#![cfg(test)]

mod corpus;
mod errors;
mod generators;
mod properties;
mod round_trips;
