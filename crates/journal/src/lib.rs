//! Intents: recorded before they are sent, settled by their answer, recovered after a crash.
