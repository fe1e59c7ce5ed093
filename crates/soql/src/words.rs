//! The words of the language. Refuses to know where they may stand.

/// Words that cannot be an alias (SOQL and SOSL Reference, "Alias Notation").
const RESERVED: [&str; 21] = [
    "AND", "ASC", "DESC", "EXCLUDES", "FIRST", "FROM", "GROUP", "HAVING", "IN", "INCLUDES", "LAST", "LIKE", "LIMIT",
    "NOT", "NULL", "NULLS", "OR", "SELECT", "USING", "WHERE", "WITH",
];

/// Words that open a clause after `FROM`, beside the reserved ones.
const CLAUSES: [&str; 6] = ["ALL", "FOR", "OFFSET", "ORDER", "SET", "UPDATE"];

/// Standard objects that are called like a clause.
const OBJECTS: [&str; 2] = ["GROUP", "ORDER"];

/// Whether `word` cannot be an alias, nor a field of the queried object.
pub(crate) fn is_reserved(word: &str) -> bool {
    among(&RESERVED, word)
}

/// Whether `word` goes on with the query rather than name what stands before it.
pub(crate) fn opens_clause(word: &str) -> bool {
    is_reserved(word) || among(&CLAUSES, word)
}

/// Whether `word` may name an object although it opens a clause elsewhere.
pub(crate) fn is_object(word: &str) -> bool {
    among(&OBJECTS, word)
}

/// Whether a word may start with this character.
pub(crate) fn starts_word(character: char) -> bool {
    character.is_ascii_alphabetic() || character == '_'
}

/// Whether a word may go on with this character.
pub(crate) fn continues_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn among(words: &[&str], word: &str) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}
