//! Literals: quoting text, and the shapes of numbers, dates and times. Refuses to compute with them.

/// `text` as a SOQL string literal, quotes included. Nothing in `text` can end the literal early.
///
/// ```
/// assert_eq!(salesbridge_soql::quote("O'Brien \\ Sons"), r"'O\'Brien \\ Sons'");
/// ```
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for character in text.chars() {
        push_escaped(&mut quoted, character);
    }
    quoted.push('\'');
    quoted
}

/// A `LIKE` pattern as a literal: as [`quote`], but the backslashes of `\%` and `\_` stay as they are.
pub(crate) fn quote_pattern(pattern: &str) -> String {
    let mut quoted = String::from("'");
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some(&wildcard @ ('%' | '_' | '\\'))) => {
                quoted.push('\\');
                quoted.push(wildcard);
                characters.next();
            }
            _ => push_escaped(&mut quoted, character),
        }
    }
    quoted.push('\'');
    quoted
}

/// The character that `\` and this letter stand for. `\u` is not among them: it takes four digits.
pub(crate) fn unescaped(letter: char) -> Option<char> {
    Some(match letter {
        'n' | 'N' => '\n',
        'r' | 'R' => '\r',
        't' | 'T' => '\t',
        'b' | 'B' => '\u{8}',
        'f' | 'F' => '\u{c}',
        '"' => '"',
        '\'' => '\'',
        '\\' => '\\',
        _ => return None,
    })
}

/// Whether `text` is a day of the calendar between 1700 and 4000, written `YYYY-MM-DD`.
pub(crate) fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return false;
    }
    match (digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)) {
        (Some(year @ 1700..=4000), Some(month), Some(day)) => day >= 1 && day <= days_in(year, month),
        _ => false,
    }
}

/// Whether `text` is `YYYY-MM-DDThh:mm:ss`, perhaps a fraction, then `Z`, `+hh:mm` or `+hhmm`. Real clients send the
/// offset with and without its colon, and both are taken.
pub(crate) fn is_datetime(text: &str) -> bool {
    let Some((date, time)) = text.split_once('T') else { return false };
    let Some(zone_at) = time.find(['Z', '+', '-']) else { return false };
    let (clock, zone) = time.split_at(zone_at);
    is_date(date) && is_clock(clock) && is_zone(zone)
}

/// Whether `text` is `hh:mm:ss`, perhaps a fraction, then `Z`.
pub(crate) fn is_time(text: &str) -> bool {
    text.strip_suffix('Z').is_some_and(is_clock)
}

/// The code and the start of the amount, when `word` starts like a currency literal: `USD5000`.
pub(crate) fn currency(word: &str) -> Option<(&str, &str)> {
    let (code, amount) = word.split_at_checked(3)?;
    let is_code = code.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_amount = !amount.is_empty() && amount.bytes().all(|byte| byte.is_ascii_digit());
    (is_code && is_amount).then_some((code, amount))
}

fn push_escaped(quoted: &mut String, character: char) {
    match character {
        '\'' => quoted.push_str("\\'"),
        '\\' => quoted.push_str("\\\\"),
        '\n' => quoted.push_str("\\n"),
        '\r' => quoted.push_str("\\r"),
        '\t' => quoted.push_str("\\t"),
        '\u{8}' => quoted.push_str("\\b"),
        '\u{c}' => quoted.push_str("\\f"),
        other => quoted.push(other),
    }
}

fn is_clock(text: &str) -> bool {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let bytes = clock.as_bytes();
    bytes.len() == 8
        && bytes[2] == b':'
        && bytes[5] == b':'
        && digits(clock, 0, 2).is_some_and(|hour| hour < 24)
        && digits(clock, 3, 5).is_some_and(|minute| minute < 60)
        && digits(clock, 6, 8).is_some_and(|second| second < 60)
        && (1..=9).contains(&fraction.len())
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_zone(text: &str) -> bool {
    let Some(offset) = text.strip_prefix(['+', '-']) else { return text == "Z" };
    let minutes_at = if offset.as_bytes().get(2) == Some(&b':') { 3 } else { 2 };
    offset.len() == minutes_at + 2
        && digits(offset, 0, 2).is_some_and(|hour| hour < 24)
        && digits(offset, minutes_at, minutes_at + 2).is_some_and(|minute| minute < 60)
}

fn digits(text: &str, start: usize, end: usize) -> Option<u32> {
    let part = text.get(start..end)?;
    part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten()
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}
