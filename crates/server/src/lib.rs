//! The HTTP door: translates requests to use cases and back, holds no rules.
