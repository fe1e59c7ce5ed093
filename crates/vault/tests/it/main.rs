//! What a vault promises.

#![expect(clippy::expect_used, reason = "a test that cannot set its stage must stop")]

use proptest::prelude::*;
use salesbridge_model::Secret;
use salesbridge_vault::{KeyRing, KeyTextProblem, Sealed, SealedPlace, VaultError, WrappedDataKey};

const PLACE: SealedPlace<'_> = SealedPlace { table: "connection", row: "conn_1", field: "consumer_secret" };

fn secret(bytes: &[u8]) -> Secret<Vec<u8>> {
    Secret::new(bytes.to_vec())
}

fn ring() -> KeyRing {
    KeyRing::generate().expect("a ring")
}

fn parse(text: &str) -> Result<KeyRing, KeyTextProblem> {
    KeyRing::parse(&Secret::new(text.to_owned()))
}

#[test]
fn a_ring_survives_its_text() {
    let ring = ring().rotate().expect("a ring");
    let data_key = ring.new_data_key().expect("a data key");
    let sealed = ring.seal(&data_key, &PLACE, &secret(b"hunter2")).expect("sealed");
    let text = ring.to_text();
    let lines: Vec<_> = text.expose().lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[1].starts_with(&format!("salesbridge-key:v1:{}:", ring.newest_id())), "the newest is the last");
    let again = parse(&format!("# a comment\r\n\n  {}", text.expose())).expect("a ring");
    assert_eq!(again.ids(), ring.ids());
    assert_eq!(again.open(&data_key, &PLACE, &sealed).expect("opened").expose(), b"hunter2");
}

#[test]
fn every_key_reads_the_newest_writes_and_rewrapping_lets_old_keys_go() {
    let old = ring();
    let data_key = old.new_data_key().expect("a data key");
    let sealed = old.seal(&data_key, &PLACE, &secret(b"hunter2")).expect("sealed");
    let rotated = old.rotate().expect("a ring");
    assert_eq!(rotated.ids(), [old.newest_id(), rotated.newest_id()]);
    assert_eq!(rotated.open(&data_key, &PLACE, &sealed).expect("opened").expose(), b"hunter2");

    let rewrapped = rotated.rewrap(&data_key).expect("a data key");
    assert_eq!(rewrapped.master_key_id(), Ok(rotated.newest_id()));
    let newest = rotated.newest_alone();
    assert_eq!(newest.open(&rewrapped, &PLACE, &sealed).expect("opened").expose(), b"hunter2");
    let error = newest.open(&data_key, &PLACE, &sealed).expect_err("its master key is gone");
    assert_eq!(error, VaultError::UnknownMasterKey { id: old.newest_id() });
    assert!(error.to_string().contains(&old.newest_id().to_string()) && error.to_string().contains("backup"));
}

#[test]
fn a_copied_ciphertext_does_not_open_elsewhere() {
    let ring = ring();
    let data_key = ring.new_data_key().expect("a data key");
    let sealed = ring.seal(&data_key, &PLACE, &secret(b"hunter2")).expect("sealed");
    let elsewhere = [
        SealedPlace { table: "service", ..PLACE },
        SealedPlace { row: "conn_2", ..PLACE },
        SealedPlace { field: "refresh_token", ..PLACE },
        SealedPlace { table: "connectionc", row: "onn_1", ..PLACE },
    ];
    for place in elsewhere {
        assert_eq!(ring.open(&data_key, &place, &sealed).expect_err("moved"), VaultError::TamperedOrMoved, "{place:?}");
    }
    let other = ring.new_data_key().expect("a data key");
    assert_eq!(ring.open(&other, &PLACE, &sealed).expect_err("another key"), VaultError::TamperedOrMoved);
}

#[test]
fn equal_secrets_look_different_when_sealed() {
    let ring = ring();
    let data_key = ring.new_data_key().expect("a data key");
    let seal = || ring.seal(&data_key, &PLACE, &secret(b"hunter2")).expect("sealed");
    assert_ne!(seal(), seal());
}

#[test]
fn a_malformed_key_text_is_named_by_its_line_and_never_repeated() {
    let good = ring().to_text();
    let good = good.expose().trim();
    let malformed = |line| Err(KeyTextProblem::MalformedLine { line });
    let table = [
        (String::new(), Err(KeyTextProblem::Empty)),
        ("# only a comment".to_owned(), Err(KeyTextProblem::Empty)),
        ("hunter2".to_owned(), malformed(1)),
        (format!("{good}\nhunter2"), malformed(2)),
        (good.replace(":v1:", ":v2:"), malformed(1)),
        (good[..good.len() - 4].to_owned(), malformed(1)),
        (format!("{good}\n{good}"), Err(KeyTextProblem::RepeatedKey { line: 2 })),
    ];
    for (text, expected) in table {
        let problem = parse(&text).map(|ring| ring.ids());
        assert_eq!(problem, expected);
        assert!(!format!("{problem:?}").contains("hunter2"));
    }
}

#[test]
fn r50_debug_and_json_show_no_secret_and_no_key() {
    let ring = ring();
    let text = ring.to_text();
    let key = text.expose().trim().rsplit(':').next().expect("a key").to_owned();
    let data_key = ring.new_data_key().expect("a data key");
    let sealed = ring.seal(&data_key, &PLACE, &secret(b"hunter2")).expect("sealed");
    let shown = format!("{ring:?} {data_key:?} {sealed:?} {text:?}");
    assert!(!shown.contains(&key) && !shown.contains("hunter2"), "{shown}");
    let json = serde_json::to_string(&(&data_key, &sealed)).expect("JSON");
    let (data_key, sealed): (WrappedDataKey, Sealed) = serde_json::from_str(&json).expect("both");
    assert_eq!(ring.open(&data_key, &PLACE, &sealed).expect("opened").expose(), b"hunter2");
}

proptest! {
    #[test]
    fn what_was_sealed_opens_and_any_flipped_bit_is_noticed(
        plain in proptest::collection::vec(any::<u8>(), 0..200),
        at in any::<proptest::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let ring = ring();
        let data_key = ring.new_data_key().expect("a data key");
        let sealed = ring.seal(&data_key, &PLACE, &secret(&plain)).expect("sealed");
        let opened = ring.open(&data_key, &PLACE, &sealed).expect("opened");
        prop_assert_eq!(opened.expose(), &plain);

        let flipped = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            let place = at.index(bytes.len());
            bytes[place] ^= 1 << bit;
            bytes
        };
        let bad = Sealed::from_bytes(flipped(sealed.as_bytes()));
        prop_assert!(ring.open(&data_key, &PLACE, &bad).is_err());
        let bad = WrappedDataKey::from_bytes(flipped(data_key.as_bytes()));
        prop_assert!(ring.open(&bad, &PLACE, &sealed).is_err());
    }

    #[test]
    fn any_other_place_is_refused(table in "[a-z:/]{0,8}", row in "[a-z:/]{0,8}", field in "[a-z:/]{0,8}", cut in 0_usize..8) {
        let ring = ring();
        let data_key = ring.new_data_key().expect("a data key");
        let place = SealedPlace { table: &table, row: &row, field: &field };
        let sealed = ring.seal(&data_key, &place, &secret(b"x")).expect("sealed");
        // The same letters, with the border between two parts moved.
        let joined = format!("{table}{row}");
        let (table_2, row_2) = joined.split_at(cut.min(joined.len()));
        let moved = SealedPlace { table: table_2, row: row_2, field: &field };
        prop_assert_eq!(ring.open(&data_key, &moved, &sealed).is_ok(), moved == place);
    }

    #[test]
    fn no_bytes_and_no_text_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120), text in "(salesbridge-key:v1:)?\\PC*") {
        let ring = ring();
        let data_key = ring.new_data_key().expect("a data key");
        prop_assert!(ring.open(&data_key, &PLACE, &Sealed::from_bytes(bytes.clone())).is_err());
        prop_assert!(ring.rewrap(&WrappedDataKey::from_bytes(bytes)).is_err());
        let _ = parse(&text);
    }
}
