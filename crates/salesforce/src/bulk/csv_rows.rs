//! CSV read as it arrives: pieces in, rows out. Holds one piece and one row.

use csv_core::{ReadRecordResult, Reader};
use salesbridge_egress::{Bytes, Response};

use crate::ApiError;

/// Bytes of one row, at most: a record has at most 400,000 characters of up to four bytes.
const LONGEST_ROW: usize = 4 << 20;

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct CsvRow<'a> {
    bytes: &'a [u8],
    ends: &'a [usize],
}

impl<'a> CsvRow<'a> {
    /// How many values it has.
    pub fn len(self) -> usize {
        self.ends.len()
    }

    /// Whether it has none.
    pub fn is_empty(self) -> bool {
        self.ends.is_empty()
    }

    /// The value of a column; empty when there is none.
    pub fn value(self, column: usize) -> &'a [u8] {
        let start = column.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let end = self.ends.get(column).copied();
        start.zip(end).and_then(|(start, end)| self.bytes.get(start..end)).unwrap_or_default()
    }

    /// The value of a column as text; bytes that are no UTF-8 are replaced.
    pub fn text(self, column: usize) -> std::borrow::Cow<'a, str> {
        String::from_utf8_lossy(self.value(column))
    }

    /// The values, in the order of the columns.
    pub fn values(self) -> impl Iterator<Item = &'a [u8]> {
        (0..self.len()).map(move |column| self.value(column))
    }
}

/// Hands over every row of a file that is all here, without its header. It ends early where a row cannot be read.
pub fn csv_rows(file: &[u8], mut each: impl FnMut(CsvRow<'_>)) {
    let (mut parser, mut rest, mut is_header) = (Parser::default(), file, true);
    while let Ok(Used { bytes, state: Fed::Row }) = parser.feed(rest, true) {
        rest = &rest[bytes..];
        if !std::mem::take(&mut is_header) {
            each(parser.row());
        }
    }
}

/// The rows of an answer that is still arriving.
pub(super) struct CsvRows {
    /// `None` once all of it is here.
    response: Option<Response>,
    piece: Bytes,
    parser: Parser,
}

impl CsvRows {
    pub(super) fn new(response: Response) -> Self {
        Self { response: Some(response), piece: Bytes::new(), parser: Parser::default() }
    }

    /// The next row; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<CsvRow<'_>>, ApiError> {
        loop {
            let used = self.parser.feed(&self.piece, self.response.is_none())?;
            drop(self.piece.split_to(used.bytes));
            match used.state {
                Fed::Row => return Ok(Some(self.parser.row())),
                Fed::End => return Ok(None),
                Fed::MoreWanted => self.more().await?,
            }
        }
    }

    async fn more(&mut self) -> Result<(), ApiError> {
        let Some(response) = &mut self.response else { return Ok(()) };
        match response.piece().await? {
            Some(piece) => self.piece = piece,
            None => self.response = None,
        }
        Ok(())
    }
}

/// One row at a time out of bytes as they come.
struct Parser {
    reader: Reader,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// How much of the row is in `bytes` and `ends`.
    written: (usize, usize),
    /// The row was handed out: the next one begins.
    is_done: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Fed {
    Row,
    MoreWanted,
    End,
}

struct Used {
    bytes: usize,
    state: Fed,
}

impl Default for Parser {
    fn default() -> Self {
        Self { reader: Reader::new(), bytes: vec![0; 4096], ends: vec![0; 64], written: (0, 0), is_done: false }
    }
}

impl Parser {
    fn feed(&mut self, piece: &[u8], is_last: bool) -> Result<Used, ApiError> {
        if std::mem::take(&mut self.is_done) {
            self.written = (0, 0);
        }
        let mut used = 0;
        loop {
            if used == piece.len() && !is_last {
                return Ok(Used { bytes: used, state: Fed::MoreWanted });
            }
            let (bytes, ends) = self.written;
            let (result, read, wrote, ended) =
                self.reader.read_record(&piece[used..], &mut self.bytes[bytes..], &mut self.ends[ends..]);
            used += read;
            self.written = (bytes + wrote, ends + ended);
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.grow_bytes()?,
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => {
                    self.is_done = true;
                    return Ok(Used { bytes: used, state: Fed::Row });
                }
                ReadRecordResult::End => return Ok(Used { bytes: used, state: Fed::End }),
            }
        }
    }

    fn grow_bytes(&mut self) -> Result<(), ApiError> {
        if self.bytes.len() >= LONGEST_ROW {
            return Err(ApiError::Unreadable { expected: "rows of at most 4 MB" });
        }
        self.bytes.resize(self.bytes.len() * 2, 0);
        Ok(())
    }

    fn row(&self) -> CsvRow<'_> {
        CsvRow { bytes: &self.bytes[..self.written.0], ends: &self.ends[..self.written.1] }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bulk::{CsvCaps, CsvText};

    /// Every row of a text that arrives in pieces of this size.
    fn rows(text: &[u8], piece: usize) -> Result<Vec<Vec<Vec<u8>>>, ApiError> {
        let mut parser = Parser::default();
        let mut rows = Vec::new();
        let mut pieces = text.chunks(piece.max(1)).map(|piece| (piece, false)).chain([(&b""[..], true)]);
        let (mut rest, mut is_last) = (&b""[..], false);
        loop {
            let used = parser.feed(rest, is_last)?;
            rest = &rest[used.bytes..];
            match used.state {
                Fed::Row => rows.push(parser.row().values().map(<[u8]>::to_vec).collect()),
                Fed::End => return Ok(rows),
                Fed::MoreWanted => (rest, is_last) = pieces.next().expect("the end is last"),
            }
        }
    }

    #[test]
    fn rows_are_read_wherever_the_pieces_end() {
        let text = b"\"sf__Id\",\"sf__Error\",Title\n\"00Q1\",\"a \"\"b\"\"\nc\",\"\"\r\n\n\"00Q2\",,last";
        let expected: Vec<Vec<Vec<u8>>> =
            [["sf__Id", "sf__Error", "Title"], ["00Q1", "a \"b\"\nc", ""], ["00Q2", "", "last"]]
                .iter()
                .map(|row| row.iter().map(|value| value.as_bytes().to_vec()).collect())
                .collect();
        for piece in 1..=text.len() {
            assert_eq!(rows(text, piece).expect("rows"), expected, "pieces of {piece}");
        }
        assert_eq!(rows(b"", 1).expect("no rows"), Vec::<Vec<Vec<u8>>>::new());
    }

    #[test]
    fn a_long_row_is_read_and_an_endless_one_is_not() {
        let long = "x".repeat(400_000);
        assert_eq!(rows(long.as_bytes(), 8192).expect("a row"), [[long.as_bytes().to_vec()]]);
        assert!(rows(&vec![b'x'; LONGEST_ROW + 1], 8192).is_err());
        let wide = ",".repeat(5_000);
        assert_eq!(rows(wide.as_bytes(), 100).expect("a row")[0].len(), 5_001);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(table in prop::collection::vec(("[a-z,\"\\n é]{0,9}", "\\PC{0,9}"), 0..9), piece in 1_usize..50) {
            let mut file = CsvText::new(&["A", "B"], CsvCaps::default()).expect("columns");
            let mut expected = vec![vec![b"A".to_vec(), b"B".to_vec()]];
            for (first, second) in &table {
                file.text(first);
                file.text(second);
                if file.end_row().is_ok() {
                    expected.push(vec![first.clone().into_bytes(), second.clone().into_bytes()]);
                }
            }
            prop_assert_eq!(rows(&file.into_bytes(), piece).expect("rows"), expected);
        }

        #[test]
        fn no_bytes_make_it_panic(text in prop::collection::vec(prop::sample::select(b"a\",\n\r\xff".to_vec()), 0..200), piece in 1_usize..50) {
            let _ = rows(&text, piece);
        }
    }
}
