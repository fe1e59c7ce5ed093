//! What is looked at in an uploaded file before its first row: the mark that must not stand there, and the line endings,
//! which must be those of the job everywhere, inside quoted values too. Refuses to know rows.

use std::io::{self, Read};

use crate::bulk::jobs::LineEnding;

/// The bytes some programs put before text in UTF-8.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
const READ_SIZE: usize = 256 * 1024;

/// Whether every line ends as the job says. A carriage return alone is text.
pub(super) fn are_all(expected: LineEnding, mut input: impl Read) -> io::Result<bool> {
    let mut buffer = vec![0; READ_SIZE];
    let mut before = 0;
    loop {
        let read = input.read(&mut buffer)?;
        let Some(piece) = buffer.get(..read).filter(|piece| !piece.is_empty()) else { return Ok(true) };
        for &byte in piece {
            if byte == b'\n' && (before == b'\r') != (expected == LineEnding::Crlf) {
                return Ok(false);
            }
            before = byte;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_endings_must_be_those_of_the_job_everywhere() {
        for (text, lf, crlf) in [
            ("a\nb\n", true, false),
            ("a\r\nb\r\n", false, true),
            ("a\r\n\"b\nc\"\r\n", false, false),
            ("a\rb", true, true),
            ("", true, true),
        ] {
            assert_eq!(are_all(LineEnding::Lf, text.as_bytes()).unwrap(), lf, "{text:?}");
            assert_eq!(are_all(LineEnding::Crlf, text.as_bytes()).unwrap(), crlf, "{text:?}");
        }
    }
}
