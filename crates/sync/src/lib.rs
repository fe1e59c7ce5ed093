//! Outbound engine: mapping, difference, delivery, checkpoint.
