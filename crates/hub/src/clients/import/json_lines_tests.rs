use proptest::prelude::{any, proptest};
use salesbridge_model::{Client, Timestamp};
use serde_json::json;

use super::{ReadClient, RowProblem, read_clients_json_lines};

fn now() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

fn read(text: &str) -> Vec<Result<ReadClient, RowProblem>> {
    read_clients_json_lines(text.as_bytes(), now()).collect()
}

fn one(line: &serde_json::Value) -> Client {
    let mut read = read(&line.to_string());
    assert_eq!(read.len(), 1);
    read.remove(0).unwrap().client
}

/// Line, key and fields of the broken rows.
fn refused(text: &str) -> Vec<(u64, Option<String>, Vec<String>)> {
    let fields = |row: &RowProblem| row.problems.iter().map(|problem| problem.field.clone()).collect();
    read(text).into_iter().filter_map(Result::err).map(|row| (row.line, row.key.clone(), fields(&row))).collect()
}

#[test]
fn a_client_comes_back_as_the_api_shows_it() {
    let client = json!({
        "key": "C-1", "email": "ann@example.com", "first_name": "Zoë", "last_name": " O'Brien ",
        "phones": [{"number": "555 0100", "confirmed": true, "updated_at": "2026-01-31T09:30:00Z"}],
        "addresses": [
            {"type": "billing", "city": "Salem", "updated_at": "2026-01-30T00:00:00Z"},
            {"type": "residential", "street": "1\n2", "state": "Oregon", "postal_code": "97475", "updated_at": "2026-01-30T00:00:00Z"},
        ],
        "country": "United States", "country_code": "US", "company_names": ["First Ltd", "Second Ltd"],
        "status": "Active", "client_type": "Corporate", "verification_level": 2,
    });
    assert_eq!(serde_json::to_value(one(&client)).unwrap(), client);
}

#[test]
fn headings_of_a_csv_file_are_members_too() {
    let client = one(&json!({
        "KEY": 7, "phone_1_number": "555 0100", "phone_1_confirmed": true, "address_home_city": "Salem", "verification_level": "3",
        "company_names": "First Ltd|Second Ltd", "last_name": null,
    }));
    assert_eq!((client.key.as_str(), client.phones[0].confirmed, client.verification_level), ("7", true, Some(3)));
    assert_eq!((client.addresses[0].kind.as_str(), client.company_names.len()), ("home", 2));
    assert_eq!((client.phones[0].updated_at, client.last_name), (now(), None));
}

#[test]
fn what_is_wrong_is_told_by_line_and_member_and_reading_goes_on() {
    let text = "{\"key\":\"a\",\"shoe_size\":43,\"verification_level\":\"x\"}\n\n{\"key\":\"b\"}\nnonsense\n[1]\n\
        {\"key\":\"c\",\"phones\":[{\"number\":\"555 0100\",\"confirmed\":\"perhaps\"}],\"addresses\":[{\"city\":\"Salem\"}]}\n\
        {\"key\":\"d\",\"last_name\":{\"of\":\"d\"},\"Key\":\"e\"}\n{\"last_name\":\"f\"}";
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let key = |key: &str| Some(key.to_owned());
    let expected = [
        (1, key("a"), names(&["shoe_size", "verification_level"])),
        (4, None, names(&["line"])),
        (5, None, names(&["line"])),
        (6, key("c"), names(&["addresses", "phones[0].confirmed"])),
        (7, key("d"), names(&["Key", "last_name"])),
        (8, None, names(&["key"])),
    ];
    let mut found = refused(text);
    found.iter_mut().for_each(|(.., fields)| fields.sort());
    assert_eq!(found, expected);
}

#[test]
fn a_repeated_key_is_noted() {
    let mut rows =
        read_clients_json_lines("\u{feff}{\"key\":\"a\"}\n{\"key\":\"b\"}\n{\"key\":\"a\"}".as_bytes(), now());
    assert_eq!((&mut rows).filter(Result::is_ok).count(), 3);
    assert_eq!((rows.repeated()[0].earlier, rows.repeated()[0].later), (1, 3));
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let lines = bytes.split(|byte| *byte == b'\n').count();
        assert!(read_clients_json_lines(&bytes[..], now()).count() <= lines);
    }

    #[test]
    fn texts_are_kept_byte_for_byte(text in "\\PC{1,40}") {
        let client = one(&json!({ "key": "a", "last_name": text }));
        assert_eq!(client.last_name, Some(text));
    }
}
