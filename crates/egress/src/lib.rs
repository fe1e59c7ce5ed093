//! All that leaves us: HTTP out, with an address guard, time limits and redaction.
