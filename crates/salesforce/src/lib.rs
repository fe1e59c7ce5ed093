//! The Salesforce client: sign-in, rows, collections, queries, describe, limits.
