//! The rows of an uploaded file, a block at a time. As strict as the parser behind the Bulk API: a quote belongs around a
//! value or doubled inside it, and nowhere else. Refuses to know what the values mean.

use std::io::{self, Read};

/// How much is read at once.
const READ_SIZE: usize = 256 * 1024;

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CsvError {
    #[error("Found unescaped quote. A value with quote should be within a quote")]
    UnescapedQuote,
    #[error("Not expecting more text after end quote")]
    TextAfterQuote,
    #[error("EOF reached before closing an opened quote")]
    OpenQuote,
    #[error("the uploaded file could not be read")]
    Unreadable(#[from] io::Error),
}

/// Rows, their values unquoted and side by side in one buffer.
#[derive(Debug, Default)]
pub(crate) struct Block {
    text: Vec<u8>,
    /// Where each value ends in the text.
    ends: Vec<usize>,
    rows: Vec<RowMark>,
}

#[derive(Debug)]
struct RowMark {
    /// The first of its values among all ends, and the one after its last.
    values: (usize, usize),
    /// Where the next row begins in the file.
    next: u64,
    has_blank_before_quote: bool,
}

/// One row of a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CsvRow<'block> {
    block: &'block Block,
    mark: &'block RowMark,
}

impl Block {
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn row(&self, at: usize) -> Option<CsvRow<'_>> {
        self.rows.get(at).map(|mark| CsvRow { block: self, mark })
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = CsvRow<'_>> {
        self.rows.iter().map(|mark| CsvRow { block: self, mark })
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.rows.clear();
    }

    /// Splits the text of one row into values.
    fn add(&mut self, mut row: &[u8], delimiter: u8, next: u64) -> Result<(), CsvError> {
        let first = self.ends.len();
        let mut has_blank_before_quote = false;
        loop {
            let used = if row.first() == Some(&b'"') {
                self.add_quoted(row)?
            } else {
                let length = row.iter().position(|&byte| byte == delimiter).unwrap_or(row.len());
                let value = row.get(..length).unwrap_or_default();
                match value.iter().position(|&byte| byte == b'"') {
                    None => {}
                    Some(at) if is_blank(value, at) => has_blank_before_quote = true,
                    Some(_) => return Err(CsvError::UnescapedQuote),
                }
                self.text.extend_from_slice(value);
                length
            };
            self.ends.push(self.text.len());
            match row.get(used) {
                None => break,
                Some(&byte) if byte == delimiter => row = row.get(used + 1..).unwrap_or_default(),
                Some(_) => return Err(CsvError::TextAfterQuote),
            }
        }
        self.rows.push(RowMark { values: (first, self.ends.len()), next, has_blank_before_quote });
        Ok(())
    }

    /// Adds the value between the quotes at the start; answers its length with the quotes.
    fn add_quoted(&mut self, row: &[u8]) -> Result<usize, CsvError> {
        let mut at = 1;
        loop {
            let rest = row.get(at..).unwrap_or_default();
            let quote = rest.iter().position(|&byte| byte == b'"').ok_or(CsvError::OpenQuote)?;
            let is_doubled = rest.get(quote + 1) == Some(&b'"');
            self.text.extend_from_slice(rest.get(..quote + usize::from(is_doubled)).unwrap_or_default());
            if !is_doubled {
                return Ok(at + quote + 1);
            }
            at += quote + 2;
        }
    }
}

impl<'block> CsvRow<'block> {
    /// The number of values.
    pub(crate) fn len(&self) -> usize {
        self.mark.values.1 - self.mark.values.0
    }

    /// A value; empty where the row is too short.
    pub(crate) fn value(&self, at: usize) -> &'block [u8] {
        let index = self.mark.values.0 + at;
        if index >= self.mark.values.1 {
            return &[];
        }
        let start = index.checked_sub(1).and_then(|before| self.block.ends.get(before)).copied().unwrap_or_default();
        let end = self.block.ends.get(index).copied().unwrap_or_default();
        self.block.text.get(start..end).unwrap_or_default()
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &'block [u8]> + use<'block> {
        let row = *self;
        (0..row.len()).map(move |at| row.value(at))
    }

    /// Where the next row begins in the file.
    pub(crate) fn next(&self) -> u64 {
        self.mark.next
    }

    /// Whether a value has a blank before its opening quote, which spoils this row alone.
    pub(crate) fn has_blank_before_quote(&self) -> bool {
        self.mark.has_blank_before_quote
    }
}

/// Reads rows from a place in a file on.
pub(crate) struct CsvReader<R> {
    input: R,
    delimiter: u8,
    buffer: Vec<u8>,
    /// The part of the buffer that is not read yet.
    unread: (usize, usize),
    /// Where the unread part begins in the file.
    position: u64,
    is_at_end: bool,
}

impl<R: Read> CsvReader<R> {
    /// `input` stands at `position` of the file.
    pub(crate) fn new(input: R, delimiter: u8, position: u64) -> Self {
        Self { input, delimiter, buffer: Vec::new(), unread: (0, 0), position, is_at_end: false }
    }

    /// Where the next row begins in the file.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Reads up to `most` rows in place of those in `block`. Rows before a mistake are answered first, the mistake next.
    pub(crate) fn read(&mut self, block: &mut Block, most: usize) -> Result<(), CsvError> {
        block.clear();
        while block.len() < most {
            let Some((length, with_ending)) = self.next_row()? else { break };
            let start = self.unread.0;
            let row = self.buffer.get(start..start + length).unwrap_or_default();
            let next = self.position + u64::try_from(with_ending).unwrap_or_default();
            if !row.is_empty() {
                let (texts, ends) = (block.text.len(), block.ends.len());
                if let Err(error) = block.add(row, self.delimiter, next) {
                    block.text.truncate(texts);
                    block.ends.truncate(ends);
                    return if block.len() == 0 { Err(error) } else { Ok(()) };
                }
            }
            self.unread.0 += with_ending;
            self.position = next;
        }
        Ok(())
    }

    /// The length of the next row, without and with its line ending.
    fn next_row(&mut self) -> Result<Option<(usize, usize)>, CsvError> {
        let (mut at, mut is_quoted) = (0, false);
        loop {
            let unread = self.buffer.get(self.unread.0 + at..self.unread.1).unwrap_or_default();
            for &byte in unread {
                at += 1;
                match byte {
                    b'"' => is_quoted = !is_quoted,
                    b'\n' if !is_quoted => return Ok(Some((self.without_ending(at), at))),
                    _ => {}
                }
            }
            if !self.fill()? {
                return Ok((at > 0).then(|| (self.without_ending(at), at)));
            }
        }
    }

    fn without_ending(&self, length: usize) -> usize {
        let row = self.buffer.get(self.unread.0..self.unread.0 + length).unwrap_or_default();
        let row = row.strip_suffix(b"\n").map_or(row, |row| row.strip_suffix(b"\r").unwrap_or(row));
        row.len()
    }

    /// Reads more behind the unread part; false at the end of the file.
    fn fill(&mut self) -> Result<bool, CsvError> {
        if self.is_at_end {
            return Ok(false);
        }
        self.buffer.copy_within(self.unread.0..self.unread.1, 0);
        self.unread = (0, self.unread.1 - self.unread.0);
        if self.buffer.len() < self.unread.1 + READ_SIZE {
            self.buffer.resize(self.unread.1 + READ_SIZE, 0);
        }
        let read = self.input.read(self.buffer.get_mut(self.unread.1..).unwrap_or_default())?;
        self.unread.1 += read;
        self.is_at_end = read == 0;
        Ok(read > 0)
    }
}

/// Whether there are only blanks before `at`, and at least one.
fn is_blank(value: &[u8], at: usize) -> bool {
    at > 0 && value.get(..at).is_some_and(|before| before.iter().all(|&byte| byte == b' ' || byte == b'\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All rows as text, values joined by `|`, and the mistake that ended them.
    fn read(csv: &str) -> (Vec<String>, Option<String>) {
        let mut reader = CsvReader::new(csv.as_bytes(), b',', 0);
        let (mut block, mut rows) = (Block::default(), Vec::new());
        loop {
            match reader.read(&mut block, 2) {
                Ok(()) if block.len() == 0 => return (rows, None),
                Ok(()) => rows.extend(block.rows().map(|row| {
                    let values: Vec<_> =
                        row.values().map(|value| String::from_utf8_lossy(value).into_owned()).collect();
                    values.join("|")
                })),
                Err(error) => return (rows, Some(error.to_string())),
            }
        }
    }

    #[test]
    fn values_are_unquoted_and_rows_told_apart() {
        for (csv, expected) in [
            ("a,b\nc,d", vec!["a|b", "c|d"]),
            ("a,b\r\nc,d\r\n", vec!["a|b", "c|d"]),
            ("\"a,\"\"x\"\"\",b\n\n\"\",\n", vec!["a,\"x\"|b", "|"]),
            ("\"two\nlines\",2\n3, 4", vec!["two\nlines|2", "3| 4"]),
            ("one\ntwo\nthree\n", vec!["one", "two", "three"]),
            ("", vec![]),
        ] {
            assert_eq!(read(csv), (expected.into_iter().map(str::to_owned).collect(), None), "{csv:?}");
        }
    }

    #[test]
    fn a_mistake_comes_after_the_rows_before_it() {
        for (csv, rows, mistake) in [
            ("a,b\nc\"d,e\n", 1, "Found unescaped quote. A value with quote should be within a quote"),
            ("a\nb\nc\n\"d\"e\n", 3, "Not expecting more text after end quote"),
            ("a\n\"b\nc\n", 1, "EOF reached before closing an opened quote"),
        ] {
            let (read, error) = read(csv);
            assert_eq!((read.len(), error.as_deref()), (rows, Some(mistake)), "{csv:?}");
        }
    }

    #[test]
    fn a_blank_before_a_quote_spoils_its_row_alone() {
        let mut reader = CsvReader::new(&b"\"a\", \"b\"\nc,d\n"[..], b',', 0);
        let mut block = Block::default();
        reader.read(&mut block, 10).unwrap();
        let spoiled: Vec<bool> = block.rows().map(|row| row.has_blank_before_quote()).collect();
        assert_eq!(spoiled, [true, false]);
    }

    #[test]
    fn a_reader_goes_on_where_another_stopped() {
        let csv = b"a,1\n\"b\nb\",2\nc,3\n";
        let mut block = Block::default();
        CsvReader::new(&csv[..], b',', 0).read(&mut block, 2).unwrap();
        let next = block.row(1).unwrap().next();
        let rest = &csv[usize::try_from(next).unwrap()..];
        let mut reader = CsvReader::new(rest, b',', next);
        reader.read(&mut block, 2).unwrap();
        assert_eq!((block.len(), block.row(0).unwrap().value(0)), (1, &b"c"[..]));
        assert_eq!(reader.position(), 16);
    }

    #[test]
    fn long_rows_are_read_whole() {
        let long = "x".repeat(3 * READ_SIZE);
        let (rows, error) = read(&format!("{long},1\n\"{long}\",2\n"));
        assert_eq!((rows.len(), error), (2, None));
        assert_eq!(rows[1].len(), long.len() + 2);
    }
}
