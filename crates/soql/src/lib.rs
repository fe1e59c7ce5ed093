//! SOQL text to tree and back.
