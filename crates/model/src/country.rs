//! ISO 3166-1 country codes.

/// The country's English short name for an ISO 3166-1 alpha-2 code in any case, or `None` when no country has that code.
pub fn country_name_of(code: &str) -> Option<&'static str> {
    celes::Country::from_alpha2(code).ok().map(|country| country.long_name)
}
