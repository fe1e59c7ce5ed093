//! The local org over real HTTP, as any client meets it.
#![cfg(test)]

mod oauth;
mod rows;
mod support;
