//! Rows as the Bulk API writes them: every value between quotes. Refuses to know where they go.

/// Adds a value between quotes, its own quotes doubled.
pub(crate) fn quoted(out: &mut Vec<u8>, value: &[u8]) {
    out.push(b'"');
    let mut rest = value;
    while let Some(at) = rest.iter().position(|&byte| byte == b'"') {
        let (before, after) = rest.split_at(at + 1);
        out.extend_from_slice(before);
        out.push(b'"');
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// Adds a whole row of values with its line ending.
pub(crate) fn row<'value>(
    out: &mut Vec<u8>,
    values: impl Iterator<Item = &'value [u8]>,
    delimiter: u8,
    line_ending: &[u8],
) {
    for (at, value) in values.enumerate() {
        if at > 0 {
            out.push(delimiter);
        }
        quoted(out, value);
    }
    out.extend_from_slice(line_ending);
}

/// A number as the API's CSV files write doubles: `12.0`, `0.5`, `9.12260031E8`.
pub(crate) fn double(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{number:?}");
    }
    let text = format!("{number:E}");
    match text.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_doubled() {
        let mut out = Vec::new();
        row(&mut out, [&b"a"[..], b"", b"say \"hi\"", b"\""].into_iter(), b'|', b"\r\n");
        assert_eq!(String::from_utf8(out).unwrap(), "\"a\"|\"\"|\"say \"\"hi\"\"\"|\"\"\"\"\r\n");
    }

    #[test]
    fn doubles_are_written_as_the_api_does() {
        for (number, text) in [
            (12.0, "12.0"),
            (0.5, "0.5"),
            (-3.25, "-3.25"),
            (0.0, "0.0"),
            (912_260_031.0, "9.12260031E8"),
            (1e7, "1.0E7"),
            (9_999_999.5, "9999999.5"),
            (0.0001, "1.0E-4"),
        ] {
            assert_eq!(double(number), text);
        }
    }
}
