//! A whole hub against a local org over HTTP. What counts is what the org has, and what it was asked.
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

mod access;
mod adopting;
mod audit;
mod changes;
mod checks;
mod chosen_fields;
mod connections;
mod happenings;
mod health;
mod leaving;
mod master_keys;
mod methods;
mod org;
mod other_hands;
mod people;
mod places;
mod records;
mod refreshing;
mod repeats;
mod secrets;
mod services;
mod sessions;
mod sign_ins;
mod signing_in;
mod stage;

mod budget;
mod bulk_codes;
mod bulk_faults;
mod codes;
mod faults;
mod year;
