//! What is remembered: repository traits, transactions and their conformance suite.
