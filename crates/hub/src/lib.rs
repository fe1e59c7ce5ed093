//! Use cases: one folder per noun; the only room that joins rooms.
