//! What a run tells of rows that arrived without all of their fields.

/// Notes that a run keeps; of the others it only says that there are more.
const MOST_NOTES: usize = 200;
const MORE: &str = "more rows have fields that were left out or shortened; their notes are not kept";

/// Adds notes to a run's warnings, each once.
pub(crate) fn add(warnings: &mut Vec<String>, notes: impl IntoIterator<Item = String>) {
    for note in notes {
        let note = if warnings.len() < MOST_NOTES { note } else { MORE.to_owned() };
        if !warnings.contains(&note) && warnings.len() <= MOST_NOTES {
            warnings.push(note);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_kept_once_and_not_without_end() {
        let mut warnings = vec!["first".to_owned()];
        add(&mut warnings, ["first".to_owned(), "second".to_owned()]);
        assert_eq!(warnings, ["first", "second"]);
        add(&mut warnings, (0..1_000).map(|number| number.to_string()));
        assert_eq!((warnings.len(), warnings.last().map(String::as_str)), (MOST_NOTES + 1, Some(MORE)));
    }
}
