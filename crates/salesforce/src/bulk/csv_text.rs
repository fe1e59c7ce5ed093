//! The file of a job, row by row, as Salesforce wants it (Bulk API 2.0 Developer Guide, "Prepare CSV Files").
//!
//! UTF-8 without a byte order mark; lines end with LF, also within values, because a CR anywhere fails the job; a value is quoted
//! when it holds a comma, a quote or a line's end. An empty value leaves a field as it is, and `#N/A` empties it.

/// The value that empties a field. A text that reads so cannot be sent by a job.
pub const NULL_TEXT: &str = "#N/A";

/// Bytes of one file, at most: the limit is 150 MB after a conversion to base64 that can add half.
const MOST_BYTES: usize = 100_000_000;
/// Rows of one file, at most: a day's allowance.
const MOST_ROWS: usize = 150_000_000;
/// Characters of the header, at most.
const LONGEST_HEADER: usize = 32_000;

/// How large a file may get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CsvCaps {
    /// Rows, at most.
    pub rows: usize,
    /// Bytes, at most; more than 100,000,000 are never written.
    pub bytes: usize,
}

impl Default for CsvCaps {
    /// As much as Salesforce takes.
    fn default() -> Self {
        Self { rows: MOST_ROWS, bytes: MOST_BYTES }
    }
}

/// Why a row or a header cannot stand in a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CsvProblem {
    /// The file is as large as it may get; the row is not in it.
    #[error("the file has as many rows or bytes as one job takes")]
    Full,
    /// A text that would empty the field.
    #[error("the text {NULL_TEXT} would empty the field instead of filling it")]
    MeansNull,
    /// The row has not as many values as there are columns.
    #[error("a row has {found} values for {expected} columns")]
    Miscounted {
        /// Values of the row.
        found: usize,
        /// Columns.
        expected: usize,
    },
    /// Not the API name of a field, or a name that stands there twice.
    #[error("`{text}` cannot be the name of a column")]
    BadColumn {
        /// The text.
        text: String,
    },
    /// The names of the columns are too long together.
    #[error("the names of the columns have more than {LONGEST_HEADER} characters together")]
    LongHeader,
}

/// A file that is being written. Values come in the order of the columns; [`CsvText::end_row`] makes a row of them.
#[derive(Clone, Debug)]
pub struct CsvText {
    bytes: Vec<u8>,
    /// Bytes of pieces that were taken away.
    taken: usize,
    columns: usize,
    caps: CsvCaps,
    rows: usize,
    /// Where the row that is being written begins, and how many values it has.
    row_start: usize,
    values: usize,
    means_null: bool,
}

impl CsvText {
    /// A file with these columns, API names of fields, and no row.
    pub fn new<T: AsRef<str>>(columns: &[T], caps: CsvCaps) -> Result<Self, CsvProblem> {
        let mut names: Vec<&str> = Vec::with_capacity(columns.len());
        for name in columns.iter().map(AsRef::as_ref) {
            if !is_column(name) || names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                return Err(CsvProblem::BadColumn { text: name.to_owned() });
            }
            names.push(name);
        }
        let mut bytes = names.join(",").into_bytes();
        if bytes.is_empty() || bytes.len() >= LONGEST_HEADER {
            return Err(CsvProblem::LongHeader);
        }
        bytes.push(b'\n');
        let row_start = bytes.len();
        Ok(Self { bytes, taken: 0, columns: columns.len(), caps, rows: 0, row_start, values: 0, means_null: false })
    }

    /// The next field keeps what it has; a new record has nothing in it.
    pub fn omit(&mut self) {
        self.begin_value();
    }

    /// The next field is emptied.
    pub fn clear(&mut self) {
        self.begin_value();
        self.bytes.extend_from_slice(NULL_TEXT.as_bytes());
    }

    /// The next field gets this text. An empty one is an omission: Salesforce cannot tell them apart.
    pub fn text(&mut self, value: &str) {
        self.begin_value();
        self.means_null |= value == NULL_TEXT;
        if value.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
            self.quoted(value);
        } else {
            self.bytes.extend_from_slice(value.as_bytes());
        }
    }

    /// Ends the row. On an error the row is not in the file, and the next one may be begun.
    pub fn end_row(&mut self) -> Result<(), CsvProblem> {
        self.bytes.push(b'\n');
        let problem = self.problem();
        match &problem {
            Some(_) => self.bytes.truncate(self.row_start),
            None => self.rows += 1,
        }
        (self.row_start, self.values, self.means_null) = (self.bytes.len(), 0, false);
        problem.map_or(Ok(()), Err)
    }

    /// Rows in the file.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes of the file, header included.
    pub fn size(&self) -> usize {
        self.taken + self.row_start
    }

    /// Takes what was written since the last taking, so that a large file can leave piece by piece. The caps hold for the whole file. Asked for between rows.
    pub fn take_piece(&mut self) -> Vec<u8> {
        let piece = Vec::with_capacity(self.bytes.capacity());
        let mut piece = std::mem::replace(&mut self.bytes, piece);
        self.bytes.extend_from_slice(&piece[self.row_start..]);
        piece.truncate(self.row_start);
        self.taken += piece.len();
        self.row_start = 0;
        piece
    }

    /// The file, or what was not taken of it.
    pub fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.truncate(self.row_start);
        self.bytes
    }

    fn begin_value(&mut self) {
        if self.values > 0 {
            self.bytes.push(b',');
        }
        self.values += 1;
    }

    fn quoted(&mut self, value: &str) {
        self.bytes.push(b'"');
        let mut bytes = value.bytes().peekable();
        while let Some(byte) = bytes.next() {
            match byte {
                b'"' => self.bytes.extend_from_slice(b"\"\""),
                b'\r' => {
                    bytes.next_if_eq(&b'\n');
                    self.bytes.push(b'\n');
                }
                _ => self.bytes.push(byte),
            }
        }
        self.bytes.push(b'"');
    }

    fn problem(&self) -> Option<CsvProblem> {
        if self.values != self.columns {
            return Some(CsvProblem::Miscounted { found: self.values, expected: self.columns });
        }
        if self.means_null {
            return Some(CsvProblem::MeansNull);
        }
        let is_full = self.rows >= self.caps.rows || self.taken + self.bytes.len() > self.caps.bytes.min(MOST_BYTES);
        is_full.then_some(CsvProblem::Full)
    }
}

/// A field, or a parent's key such as `Account.Key__c` or `Lead:Who.Email`.
fn is_column(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_columns() -> CsvText {
        CsvText::new(&["LastName", "Account.Key__c"], CsvCaps::default()).expect("columns")
    }

    #[test]
    fn values_are_quoted_where_they_must_be_and_lines_end_with_lf_everywhere() {
        let mut file = two_columns();
        for value in ["plain", " outer blanks ", "a,b", "say \"x\"", "two\r\nlines\rand\nmore", "\u{fc}\u{1f600}"] {
            file.text(value);
            file.omit();
            file.end_row().expect("a row");
        }
        file.clear();
        file.text("");
        file.end_row().expect("a row");
        let text = String::from_utf8(file.into_bytes()).expect("UTF-8");
        assert_eq!(
            text,
            "LastName,Account.Key__c\nplain,\n outer blanks ,\n\"a,b\",\n\"say \"\"x\"\"\",\n\"two\nlines\nand\nmore\",\n\u{fc}\u{1f600},\n#N/A,\n"
        );
    }

    #[test]
    fn a_row_that_cannot_be_sent_is_not_in_the_file() {
        let mut file = two_columns();
        file.text(NULL_TEXT);
        file.omit();
        assert_eq!(file.end_row(), Err(CsvProblem::MeansNull));
        file.omit();
        assert_eq!(file.end_row(), Err(CsvProblem::Miscounted { found: 1, expected: 2 }));
        file.text("good");
        file.omit();
        file.end_row().expect("a row");
        assert_eq!((file.rows(), file.into_bytes()), (1, b"LastName,Account.Key__c\ngood,\n".to_vec()));
    }

    #[test]
    fn both_caps_are_held_to_the_byte() {
        let row = |file: &mut CsvText| {
            file.text("1234567");
            file.end_row()
        };
        let mut file = CsvText::new(&["A"], CsvCaps { rows: 2, bytes: 100 }).expect("columns");
        assert_eq!([row(&mut file), row(&mut file), row(&mut file)], [Ok(()), Ok(()), Err(CsvProblem::Full)]);
        let mut file = CsvText::new(&["A"], CsvCaps { rows: 9, bytes: 18 }).expect("columns");
        assert_eq!([row(&mut file), row(&mut file), row(&mut file)], [Ok(()), Ok(()), Err(CsvProblem::Full)]);
        assert_eq!((file.rows(), file.into_bytes().len()), (2, 18));
    }

    #[test]
    fn pieces_make_the_file_and_are_counted() {
        let mut file = CsvText::new(&["A"], CsvCaps { rows: 9, bytes: 8 }).expect("columns");
        let mut whole = Vec::new();
        for text in ["1", "2", "3"] {
            file.text(text);
            file.end_row().expect("a row");
            whole.extend(file.take_piece());
        }
        file.text("4");
        assert_eq!(file.end_row(), Err(CsvProblem::Full));
        assert_eq!((whole, file.size(), file.into_bytes()), (b"A\n1\n2\n3\n".to_vec(), 8, vec![]));
    }

    #[test]
    fn columns_are_names_and_stand_there_once() {
        for bad in [&["A", "a"][..], &["A,B"], &[""], &["1A"], &["\u{feff}A"]] {
            assert!(matches!(CsvText::new(bad, CsvCaps::default()), Err(CsvProblem::BadColumn { .. })), "{bad:?}");
        }
        assert_eq!(CsvText::new::<&str>(&[], CsvCaps::default()).err(), Some(CsvProblem::LongHeader));
        let long: Vec<String> = (0..4000).map(|number| format!("Field{number}")).collect();
        assert_eq!(CsvText::new(&long, CsvCaps::default()).err(), Some(CsvProblem::LongHeader));
    }
}
