//! The local org over real HTTP, as any client meets it.
#![cfg(test)]

mod bulk_ingest_faults;
mod bulk_ingest_jobs;
mod bulk_ingest_rows;
mod bulk_query;
mod bulk_support;
mod control;
mod describe;
mod fault_rules;
mod faults;
mod oauth;
mod persistence;
mod queries;
mod rows;
mod rules_standard_records;
mod support;
mod validation;
