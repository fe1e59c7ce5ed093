//! Texts. PostgreSQL's hold every character but U+0000, which a message from elsewhere may have.
//!
//! U+0000 goes in as U+0001 and `0`, and U+0001 itself as U+0001 and `1`, so that all comes back and the order of the bytes stays. JSON has
//! neither: it writes both as escapes of its own.

use std::borrow::Cow;

/// A text as PostgreSQL keeps it.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    if text.contains(['\0', '\u{1}']) {
        Cow::Owned(text.replace('\u{1}', "\u{1}1").replace('\0', "\u{1}0"))
    } else {
        Cow::Borrowed(text)
    }
}

/// An optional text as PostgreSQL keeps it.
pub(crate) fn text_or_null(optional: Option<&str>) -> Option<Cow<'_, str>> {
    optional.map(text)
}

/// Texts as one parameter.
pub(crate) fn texts(all: &[String]) -> Vec<Cow<'_, str>> {
    all.iter().map(|one| text(one)).collect()
}

/// The text that PostgreSQL kept.
pub(crate) fn plain(kept: String) -> String {
    if kept.contains('\u{1}') { kept.replace("\u{1}0", "\0").replace("\u{1}1", "\u{1}") } else { kept }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::{plain, text};

    proptest! {
        #[test]
        fn what_is_kept_comes_back_in_the_same_order(one in "[\0-\u{2}01a]{0,8}", other in "[\0-\u{2}01a]{0,8}") {
            prop_assert!(!text(&one).contains('\0'));
            prop_assert_eq!(plain(text(&one).into_owned()), one.clone());
            prop_assert_eq!(text(&one).cmp(&text(&other)), one.cmp(&other));
        }
    }
}
