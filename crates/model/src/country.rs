//! ISO 3166-1 country codes.

/// The country's English short name for an ISO 3166-1 alpha-2 code in any case, or `None` when no country has that code.
pub fn country_name_of(code: &str) -> Option<&'static str> {
    celes::Country::from_alpha2(code).ok().map(|country| country.long_name)
}

/// The ISO 3166-1 alpha-2 code of a country in English words, such as `Germany`, `USA` or `the Netherlands`, or `None` when no country is called so.
pub fn country_code_of(words: &str) -> Option<&'static str> {
    let letters: String = words.chars().filter(|letter| letter.is_alphabetic()).collect();
    // Without letters it could be a number, which stands for a country too, but is none in words.
    let find = |name: &str| name.parse::<celes::Country>().ok();
    let found = (!letters.is_empty()).then(|| find(&letters).or_else(|| find(&format!("the{letters}"))))?;
    found.map(|country| country.alpha2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_in_words_has_its_code() {
        for (words, code) in [
            ("Germany", "DE"),
            ("united states", "US"),
            ("USA", "US"),
            ("Czech Republic", "CZ"),
            ("Netherlands", "NL"),
            ("the Netherlands", "NL"),
            ("United Kingdom", "GB"),
            ("Russia", "RU"),
        ] {
            assert_eq!(country_code_of(words), Some(code), "{words}");
        }
        for words in ["", "840", "Ruritania", "Deutschland?"] {
            assert_eq!(country_code_of(words), None, "{words}");
        }
    }
}
