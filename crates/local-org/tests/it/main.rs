//! The local org over real HTTP, as any client meets it.
#![cfg(test)]

mod batch;
mod browser;
mod composite;
mod conditional;
mod control;
mod demo_data;
mod describe;
mod fault_rules;
mod faults;
mod graph;
mod oauth;
mod oauth_assertions;
mod oauth_code;
mod oauth_device;
mod oauth_refresh;
mod oauth_users;
mod persistence;
mod queries;
mod relations;
mod rows;
mod rules_automatic;
mod rules_deletion;
mod rules_standard_records;
mod snapshots;
mod soap;
mod support;
mod tls;
mod tree;
mod validation;
