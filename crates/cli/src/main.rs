//! The `salesbridge` command.

fn main() {}
