//! What a connector signs: Source, Destination and their conformance suite.
