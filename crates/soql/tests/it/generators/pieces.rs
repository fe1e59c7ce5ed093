//! The pieces of queries: functions, literals, names and lists of them.

use proptest::prelude::*;
use proptest::sample::select;
use salesbridge_soql::quote;

use super::Part;

const DATE_FUNCTIONS: [&str; 13] = [
    "CALENDAR_MONTH",
    "CALENDAR_QUARTER",
    "CALENDAR_YEAR",
    "FISCAL_MONTH",
    "FISCAL_QUARTER",
    "FISCAL_YEAR",
    "DAY_IN_MONTH",
    "DAY_IN_WEEK",
    "DAY_IN_YEAR",
    "DAY_ONLY",
    "HOUR_IN_DAY",
    "WEEK_IN_MONTH",
    "WEEK_IN_YEAR",
];
const AGGREGATES: [&str; 6] = ["COUNT", "COUNT_DISTINCT", "MIN", "MAX", "SUM", "AVG"];
const UNITS: [&str; 7] = ["DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "FISCAL_QUARTER", "FISCAL_YEAR"];
pub(super) fn aggregate() -> Part {
    (select(AGGREGATES.to_vec()), path()).prop_map(|(function, path)| format!("{function}({path})")).boxed()
}

pub(super) fn date_part() -> Part {
    (select(DATE_FUNCTIONS.to_vec()), path(), any::<bool>())
        .prop_map(
            |(function, path, zoned)| {
                if zoned { format!("{function}(convertTimezone({path}))") } else { format!("{function}({path})") }
            },
        )
        .boxed()
}

pub(super) fn formatted() -> Part {
    prop_oneof![path(), aggregate(), converted(), date_part()].prop_map(|inner| format!("FORMAT({inner})")).boxed()
}

pub(super) fn label() -> Part {
    path().prop_map(|path| format!("toLabel({path})")).boxed()
}

pub(super) fn converted() -> Part {
    path().prop_map(|path| format!("convertCurrency({path})")).boxed()
}

pub(super) fn grouping() -> Part {
    path().prop_map(|path| format!("GROUPING({path})")).boxed()
}

pub(super) fn distance() -> Part {
    (path(), number(), number(), select(vec!["mi", "km"]))
        .prop_map(|(path, north, east, unit)| format!("DISTANCE({path}, GEOLOCATION({north}, {east}), '{unit}')"))
        .boxed()
}

pub(super) fn value() -> Part {
    prop_oneof![
        text(),
        number(),
        Just("TRUE".to_owned()),
        Just("NULL".to_owned()),
        "[2-3][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])",
        "20[0-9]{2}-0[1-9]-1[0-9]T[01][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,3})?(Z|[+-]0[0-9]:[0-5][0-9])",
        "[01][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,3})?Z",
        "[A-Z]{3}[0-9]{1,9}(\\.[0-9]{1,2})?",
        select(vec!["TODAY", "YESTERDAY", "TOMORROW", "LAST_90_DAYS", "NEXT_90_DAYS"]).prop_map(str::to_owned),
        (select(vec!["LAST", "THIS", "NEXT"]), select(UNITS[1..].to_vec()))
            .prop_map(|(span, unit)| format!("{span}_{unit}")),
        (select(vec![("LAST_N_", "S"), ("NEXT_N_", "S"), ("N_", "S_AGO")]), select(UNITS.to_vec()), any::<u32>())
            .prop_map(|((before, after), unit, n)| format!("{before}{unit}{after}:{n}")),
    ]
    .boxed()
}

pub(super) fn text() -> Part {
    any::<String>().prop_filter("short", |text| text.chars().count() < 4_000).prop_map(|text| quote(&text)).boxed()
}

pub(super) fn number() -> Part {
    "-?[0-9]{1,12}(\\.[0-9]{1,6})?".boxed()
}

pub(super) fn path() -> Part {
    prop::collection::vec(word(), 1..=6).prop_map(|segments| segments.join(".")).boxed()
}

pub(super) fn word() -> Part {
    // A leading letter that opens no keyword keeps the generator simple.
    "Z[A-Za-z0-9_]{0,8}".boxed()
}

pub(super) fn several(item: Part) -> Part {
    prop::collection::vec(item, 1..4).prop_map(|items| items.join(", ")).boxed()
}

pub(super) fn optional(part: Part) -> Part {
    prop::option::of(part).prop_map(Option::unwrap_or_default).boxed()
}
