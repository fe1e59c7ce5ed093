//! The words of the language. Refuses to know where they may stand.

/// Words that cannot be an alias (SOQL and SOSL Reference, "Alias Notation").
const RESERVED: [&str; 22] = [
    "AND", "ASC", "DESC", "EXCLUDES", "FIRST", "FROM", "GROUP", "HAVING", "IN", "INCLUDES", "LAST", "LIKE", "LIMIT",
    "NOT", "NULL", "NULLS", "OR", "SELECT", "USING", "WHERE", "WITH", "ORDER",
];

/// Words that open a clause, beside the reserved ones.
const CLAUSES: [&str; 5] = ["OFFSET", "FOR", "UPDATE", "ALL", "BY"];

/// Whether `word` cannot be an alias.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.iter().chain(&CLAUSES).any(|reserved| word.eq_ignore_ascii_case(reserved))
}

/// Whether `text` is a word: a letter or an underscore, then letters, digits and underscores.
pub(crate) fn starts_word(character: char) -> bool {
    character.is_ascii_alphabetic() || character == '_'
}

/// Whether a word may go on with this character.
pub(crate) fn continues_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}
