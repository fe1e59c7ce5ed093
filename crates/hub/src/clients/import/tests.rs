use std::io::{Error, Read};

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use salesbridge_model::{Client, ClientProblem, Phone, Timestamp};

use super::{HeadingProblem, RepeatedKey, RowProblem, read_clients_csv};

fn now() -> Timestamp {
    at("2026-11-23T10:00:00Z")
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn read(text: impl AsRef<[u8]>) -> Vec<Result<Client, RowProblem>> {
    read_clients_csv(text.as_ref(), now()).unwrap().collect()
}

/// The clients of a file without a broken row.
fn clients(text: impl AsRef<[u8]>) -> Vec<Client> {
    read(text).into_iter().map(Result::unwrap).collect()
}

/// Line, key and fields of the broken rows.
fn refused(text: impl AsRef<[u8]>) -> Vec<(u64, Option<String>, Vec<String>)> {
    let fields = |problems: Vec<ClientProblem>| problems.into_iter().map(|problem| problem.field).collect();
    read(text).into_iter().filter_map(Result::err).map(|row| (row.line, row.key, fields(row.problems))).collect()
}

fn heading_error(text: impl AsRef<[u8]>) -> HeadingProblem {
    read_clients_csv(text.as_ref(), now()).err().expect("the heading is refused")
}

#[test]
fn every_column_finds_its_place() {
    let text = "key,email,first_name,middle_name,last_name,phone,phone_1_number,phone_1_confirmed,phone_1_updated_at,\
        phone_2_number,address_residential_street,address_residential_city,address_residential_state,\
        address_residential_postal_code,address_residential_updated_at,address_billing_city,country,country_code,\
        company_names,status,client_type,verification_level\n\
        C-1,ann@example.com,Ann,Q,O'Brien,555 0100,555 0101,Yes,2026-01-31T10:30:00+01:00,555 0102,1 Main Street,Springfield,\
        Oregon,97475,2026-01-30,Salem,United States,US,First Ltd| Second Ltd |,Active,Corporate,2\n";
    let json = serde_json::to_value(&clients(text)[0]).unwrap();
    let expected = serde_json::json!({
        "key": "C-1", "email": "ann@example.com", "first_name": "Ann", "middle_name": "Q", "last_name": "O'Brien",
        "phones": [
            {"number": "555 0100", "confirmed": false, "updated_at": "2026-11-23T10:00:00Z"},
            {"number": "555 0101", "confirmed": true, "updated_at": "2026-01-31T09:30:00Z"},
            {"number": "555 0102", "confirmed": false, "updated_at": "2026-11-23T10:00:00Z"},
        ],
        "addresses": [
            {"type": "billing", "city": "Salem", "updated_at": "2026-11-23T10:00:00Z"},
            {"type": "residential", "street": "1 Main Street", "city": "Springfield", "state": "Oregon", "postal_code": "97475",
             "updated_at": "2026-01-30T00:00:00Z"},
        ],
        "country": "United States", "country_code": "US", "company_names": ["First Ltd", "Second Ltd"],
        "status": "Active", "client_type": "Corporate", "verification_level": 2,
    });
    assert_eq!(json, expected);
}

#[test]
fn delimiter_order_case_mark_and_line_ends_do_not_matter() {
    let expected = Client { key: "C-1".into(), last_name: Some("Smith".into()), ..Client::default() };
    for text in [
        "key,last_name\nC-1,Smith\n",
        "\u{feff}LAST_NAME;Key\r\nSmith;C-1\r\n",
        "Last_Name\t\"key\"\nSmith\tC-1",
        " key , last_name , status \n\nC-1,Smith,\n",
        "key,last_name\rC-1,Smith\r",
        "\n\r\nkey;last_name\nC-1;Smith\n",
    ] {
        assert_eq!(clients(text), std::slice::from_ref(&expected), "{text:?}");
    }
}

#[test]
fn texts_are_taken_byte_for_byte_f8() {
    let text = "key,first_name,last_name,address_home_street,address_home_city\n\
        C-1,Zoë \u{1F600},O'Brien,\"1 Main Street\r\nBuilding \"\"B\"\"\",Zürich\n";
    let client = &clients(text)[0];
    assert_eq!(client.first_name.as_deref(), Some("Zoë \u{1F600}"));
    assert_eq!(client.addresses[0].street.as_deref(), Some("1 Main Street\r\nBuilding \"B\""));
    assert_eq!(client.addresses[0].kind, "home");
}

#[test]
fn unknown_headings_are_told_with_the_known_ones() {
    let error = heading_error("key,Surname,phone_0_number,address__city,phone_1_colour\nC-1,,,,\n");
    assert!(matches!(&error, HeadingProblem::Unknown { unknown } if unknown.len() == 4), "{error:?}");
    let text = error.to_string();
    assert!(
        text.starts_with("unknown headings: Surname, phone_0_number, address__city, phone_1_colour; known"),
        "{text}"
    );
    assert!(text.contains("last_name") && text.contains("phone_N_confirmed"), "{text}");
}

#[test]
fn a_heading_needs_a_key_once() {
    assert!(matches!(heading_error("last_name\nSmith\n"), HeadingProblem::NoKey));
    assert!(matches!(heading_error("key,KEY\n1,2\n"), HeadingProblem::Twice { heading } if heading == "KEY"));
    assert!(matches!(heading_error("phone_1_number,phone_01_number,key\n"), HeadingProblem::Twice { .. }));
    assert!(matches!(heading_error(""), HeadingProblem::Missing));
    assert!(matches!(heading_error("\n\n"), HeadingProblem::Missing));
}

#[test]
fn a_broken_row_tells_everything_and_the_next_one_is_read() {
    let text = "key,email,verification_level,phone_1_number,phone_1_confirmed,phone_1_updated_at\n\
        C-1,,two,555 0100,maybe,yesterday\n\
        C-2,not an address,1,none,,\n\
        ,ann@example.com,,,,\n\
        C-4,,,,yes,\n\
        C-5,\n\
        C-6,,,,,,\n\
        C-7,,,,no,2026-01-31\n";
    let row = |line, key: &str, fields: &[&str]| {
        let key = Some(key.to_owned()).filter(|key| !key.is_empty());
        (line, key, fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>())
    };
    let expected = [
        row(2, "C-1", &["verification_level", "phone_1_confirmed", "phone_1_updated_at"]),
        row(3, "C-2", &["email", "phones"]),
        row(4, "", &["key"]),
        row(5, "C-4", &["phone_1_confirmed"]),
        row(6, "C-5", &["row"]),
        row(7, "C-6", &["row"]),
    ];
    assert_eq!(refused(text), expected);
    assert_eq!(read(text).len(), 7);
    assert_eq!(read(text)[6].as_ref().unwrap().phones, []);
}

#[test]
fn a_row_that_is_not_utf8_is_refused_and_the_next_one_is_read() {
    let rows = read(b"key,last_name\nC-1,M\xfcller\nC-2,Meier\n");
    let problem = rows[0].as_ref().unwrap_err();
    assert_eq!(
        (problem.line, problem.key.as_deref(), problem.problems[0].field.as_str()),
        (2, Some("C-1"), "last_name")
    );
    assert_eq!(rows[1].as_ref().unwrap().key, "C-2");
}

#[test]
fn an_open_quotation_mark_is_told() {
    let rows = read("key,last_name,status\nC-1,\"Smith,Active\nC-2,Jones,Active\n");
    let problem = rows[0].as_ref().unwrap_err();
    assert!(problem.problems[0].message.contains("never closed"), "{problem:?}");
}

#[test]
fn a_repeated_key_is_noted_and_both_rows_are_given() {
    let text = "key,last_name\nC-1,Old\nC-2,Other\nC-1,New\nC-1,Newest\n";
    let mut rows = read_clients_csv(text.as_bytes(), now()).unwrap();
    assert_eq!(rows.by_ref().count(), 4);
    let expected = [(2, 4), (4, 5)].map(|(earlier, later)| RepeatedKey { key: "C-1".to_owned(), earlier, later });
    assert_eq!(rows.repeated(), expected);
    assert_eq!(rows.repeats(), 2);
}

#[test]
fn phones_keep_their_times_f4() {
    let text = "key,phone_10_number,phone_10_updated_at,phone_2_number,phone_2_updated_at\n\
        C-1,555 0110,2026-01-31 09:30:00,555 0102,2026-01-31T09:30:00.25\n";
    let expected = [("555 0102", "2026-01-31T09:30:00.25Z"), ("555 0110", "2026-01-31T09:30:00Z")]
        .map(|(number, time)| Phone { number: number.to_owned(), confirmed: false, updated_at: at(time) });
    assert_eq!(clients(text)[0].phones, expected);
}

#[test]
fn a_file_that_breaks_off_is_told_once() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> Result<usize, Error> {
            Err(Error::other("the disk is gone"))
        }
    }
    let mut rows = read_clients_csv("key\nC-1\n".as_bytes().chain(Broken), now()).unwrap();
    assert!(rows.next().unwrap().is_ok());
    let problem = rows.next().unwrap().unwrap_err();
    assert!(problem.problems[0].message.contains("the disk is gone"), "{problem:?}");
    assert_eq!(rows.next(), None);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(heading in heading(), bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let file = [heading.as_bytes(), bytes.as_slice()].concat();
        if let Ok(rows) = read_clients_csv(file.as_slice(), now()) {
            rows.for_each(drop);
        }
    }

    /// Whatever the cells hold, every line is a client that may be stored, or a problem.
    #[test]
    fn no_row_is_lost(cells in proptest::collection::vec(cell(), 3..60)) {
        let heading = "key,phone_1_number,phone_1_updated_at,verification_level,country_code,phone_1_confirmed\n";
        let lines: Vec<String> = cells.chunks(6).map(|cells| cells.join(",")).collect();
        let rows = read(format!("{heading}{}\n", lines.join("\n")));
        assert_eq!(rows.len(), lines.iter().filter(|line| !line.is_empty()).count());
        for row in rows {
            match row {
                Ok(client) => assert_eq!(client.problems(), []),
                Err(problem) => assert!(!problem.problems.is_empty()),
            }
        }
    }
}

fn cell() -> impl Strategy<Value = String> {
    let plausible = ["", "C-1", "+49 30 23125 001", "2026-02-30", "2026-01-31", "7", "-1", "DE", "yes", "\"a\"\"b\""];
    prop_oneof![
        4 => proptest::sample::select(plausible.to_vec()).prop_map(str::to_owned),
        1 => Just("99999999999999999999".to_owned()),
        1 => "[^\",\r\n]{0,12}",
    ]
}

/// A good heading as a rule, so that the bytes are read as rows.
fn heading() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        4 => Just("key,last_name\n"),
        4 => Just("key;phone_1_number;phone_1_updated_at;phone_1_confirmed;verification_level\r\n"),
        1 => Just(""),
    ]
}

#[test]
fn the_guide_names_every_heading() {
    let guide = include_str!("../../../../../docs/clients.md");
    for heading in super::KNOWN_HEADINGS.split(", ") {
        let short = heading.replace("_N_", "_1_").replace("address_TYPE_", "");
        assert!(guide.contains(&short), "{heading}");
    }
}
