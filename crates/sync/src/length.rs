//! Texts and the length of their target field.

/// What is wrong with a text for a field of a length in characters; Salesforce trims blanks around a text before it counts.
pub(crate) fn trouble(text: &str, length: Option<u32>) -> Option<String> {
    let length = usize::try_from(length?).unwrap_or(usize::MAX);
    // A text has at most as many characters as bytes, which are counted already.
    if text.len() <= length {
        return None;
    }
    let characters = text.trim().chars().count();
    (characters > length).then(|| format!("the text has {characters} characters, and the field takes {length}"))
}

/// The text without its end, as far as a field of a length takes it.
pub(crate) fn fit(text: &str, length: Option<u32>) -> String {
    let length = length.and_then(|length| usize::try_from(length).ok()).unwrap_or(usize::MAX);
    let kept: String = text.trim().chars().take(length).collect();
    kept.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn f9_characters_are_counted_without_the_blanks_around() {
        assert_eq!(trouble(&"x".repeat(80), Some(80)), None);
        assert_eq!(trouble(&"\u{1f600}".repeat(80), Some(80)), None, "characters, not bytes");
        assert_eq!(trouble(&format!(" {} ", "x".repeat(80)), Some(80)), None);
        assert_eq!(
            trouble(&"x".repeat(81), Some(80)).as_deref(),
            Some("the text has 81 characters, and the field takes 80")
        );
        assert_eq!(trouble(&"x".repeat(1_000), None), None);
    }

    proptest! {
        #[test]
        fn what_is_shortened_fits_and_is_the_beginning(text in "\\PC{0,40}", length in 1_u32..20) {
            let kept = fit(&text, Some(length));
            prop_assert_eq!(trouble(&kept, Some(length)), None);
            prop_assert!(text.trim().starts_with(&kept));
            if trouble(&text, Some(length)).is_none() {
                prop_assert_eq!(kept.as_str(), text.trim());
            }
        }
    }
}
