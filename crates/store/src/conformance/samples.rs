//! Things to store. Everything about them that could get lost on the way is set.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::str::FromStr;

use salesbridge_model::{
    Address, Client, ClientsToLeads, ConfirmedFields, Connection, Constant, Fingerprint, Health, HealthState, Held,
    LeftOutField, LineSource, Link, LinkState, Mapping, MappingLine, OrgIdentity, OrgKind, OutcomeKind, PageRequest,
    Phone, PickRule, Preference, RecordOutcome, RecordReference, Run, RunCounts, RunProblem, RunState, RunTrigger,
    Sync, SyncId, SyncOptions, Timestamp, TooLong, WhenEmpty, WriteWhen,
};

use crate::{DueRow, DueState, IntentRow, JournalEntry, Store};

/// An instant with microseconds, `seconds` after a fixed one.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(1_767_600_000 + seconds, 123_456_000).unwrap()
}

/// The id of a kind with a number; a greater number is a later id.
pub(super) fn id<T: FromStr<Err: Debug>>(kind: &str, number: u32) -> T {
    format!("{kind}_{number:032x}").parse().unwrap()
}

pub(super) fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

/// The first page of so many rows.
pub(super) fn first(limit: u32) -> PageRequest {
    PageRequest { after: None, limit: Some(limit) }
}

/// The page of so many rows after a position.
pub(super) fn next(after: Option<String>, limit: u32) -> PageRequest {
    assert!(after.is_some(), "there is another page");
    PageRequest { after, limit: Some(limit) }
}

pub(super) fn client(key: &str) -> Client {
    Client { key: key.to_owned(), last_name: Some("Smith".to_owned()), ..Client::default() }
}

pub(super) fn full_client(key: &str) -> Client {
    Client {
        email: Some("ann@example.com".to_owned()),
        first_name: Some("Ann \u{1F600} \u{0}".to_owned()),
        middle_name: Some("\"Q\" \\ 'q'".to_owned()),
        last_name: Some("O'Brien".to_owned()),
        phones: vec![Phone { number: "+49 30 5550100".to_owned(), confirmed: true, updated_at: at(1) }],
        addresses: vec![Address {
            kind: "residential".to_owned(),
            street: Some("Straße 1\r\nHof \"B\"".to_owned()),
            city: Some("Zürich".to_owned()),
            state: None,
            postal_code: Some(" 08001 ".to_owned()),
            updated_at: at(2),
        }],
        country: Some("Schweiz".to_owned()),
        country_code: Some("CH".to_owned()),
        company_names: vec!["株式会社サンプル".to_owned(), String::new()],
        status: Some("Active".to_owned()),
        client_type: Some("Corporate".to_owned()),
        verification_level: Some(u32::MAX),
        ..client(key)
    }
}

pub(super) fn held() -> Held {
    Held { code: "oauth.invalid_client".into(), reason: "No".into(), remedy: "Mend it".into(), since: at(3) }
}

pub(super) fn health() -> Health {
    Health {
        state: HealthState::Ailing,
        checked_at: at(20),
        since: at(19),
        code: Some("oauth.invalid_client".to_owned()),
        message: Some("No".to_owned()),
        remedy: Some("Mend it".to_owned()),
    }
}

pub(super) fn connection(number: u32, name: &str) -> Connection {
    let org = OrgIdentity {
        org_id: "00D000000000001AAA".to_owned(),
        user_id: "005000000000001AAA".to_owned(),
        name: Some("Acmé".to_owned()),
        kind: OrgKind::Sandbox,
        edition: Some("Developer Edition".to_owned()),
    };
    Connection {
        id: id("conn", number),
        name: name.parse().unwrap(),
        caption: "Our \"main\" org ☁".to_owned(),
        description: "What \"we\" sell \u{0} ☁".to_owned(),
        tags: keys(&["sales", "Größe \u{1}"]),
        service_id: None,
        provider: "salesforce".to_owned(),
        method: "client_credentials".to_owned(),
        settings: BTreeMap::from([("domain_url".to_owned(), "https://acme.my.salesforce.com".to_owned())]),
        enabled: true,
        held: Some(held()),
        health: Some(health()),
        org: Some(org),
        created_at: at(4),
        updated_at: at(5),
    }
}

/// A sync of connection 1.
pub(super) fn sync(number: u32, name: &str) -> Sync {
    let pick = PickRule {
        column: "phones".to_owned(),
        prefer: vec![Preference::IsTrue("confirmed".to_owned()), Preference::Newest("updated_at".to_owned())],
        member: "number".to_owned(),
    };
    let line = MappingLine {
        target: "Phone".to_owned(),
        source: LineSource::Pick(pick),
        default: Some(Constant::Decimal(0.1)),
        when: WriteWhen::OnCreateOnly,
        when_empty: WhenEmpty::Clear,
        too_long: TooLong::Shorten,
        required: true,
    };
    Sync {
        id: id("sync", number),
        name: name.parse().unwrap(),
        connection_id: id("conn", 1),
        stream: "clients".to_owned(),
        object: "Lead".to_owned(),
        preset: Some(ClientsToLeads {
            company: "Acme & Söhne".to_owned(),
            fields: BTreeMap::from([("status".to_owned(), "Status__c".to_owned())]),
            too_long: TooLong::Shorten,
        }),
        mapping: Mapping { lines: vec![line] },
        options: SyncOptions {
            external_id_field: Some("Key__c".to_owned()),
            allow_duplicates: true,
            assignment_rules: false,
        },
        left_out: vec![LeftOutField { target: "Level__c".to_owned(), reason: "Lead has no \"Level__c\"".to_owned() }],
        enabled: true,
        held: Some(held()),
        created_at: at(6),
        updated_at: at(7),
    }
}

pub(super) fn sync_id(number: u32) -> SyncId {
    id("sync", number)
}

/// A run of sync 1.
pub(super) fn run(number: u32) -> Run {
    Run {
        id: id("run", number),
        sync_id: sync_id(1),
        trigger: RunTrigger::Changes,
        state: RunState::CompletedWithRefusals,
        cursor: Some("C-7".to_owned()),
        counts: RunCounts { created: 1, updated: 2, unchanged: 3, refused: 4, deferred: 5, uncertain: 6 },
        api_calls: 7,
        problem: Some(RunProblem { code: "a".into(), message: "b".into(), remedy: "c".into() }),
        warnings: vec!["Lead has no MiddleName".to_owned()],
        created_at: at(8),
        finished_at: Some(at(9)),
    }
}

/// An outcome in run 1.
pub(super) fn outcome(key: &str, kind: OutcomeKind) -> RecordOutcome {
    RecordOutcome {
        run_id: id("run", 1),
        source_key: key.to_owned(),
        kind,
        record_id: Some("00Q000000000001AAA".to_owned()),
        code: Some("REQUIRED_FIELD_MISSING".to_owned()),
        message: Some("Required fields are missing: [\"Größe\"] \u{0}\u{1}0".to_owned()),
        fields: vec!["Groesse__c".to_owned()],
        remedy: Some("Fill it".to_owned()),
        at: at(10),
    }
}

/// A link of sync 1.
pub(super) fn link(key: &str, record_id: &str) -> Link {
    let fingerprint = Fingerprint(u128::MAX - 5);
    Link {
        sync_id: sync_id(1),
        source_key: key.to_owned(),
        record_id: record_id.to_owned(),
        confirmed: ConfirmedFields(BTreeMap::from([
            ("LastName".to_owned(), fingerprint),
            ("Phone".to_owned(), Fingerprint(0)),
        ])),
        state: LinkState::Broken,
        successors: vec![RecordReference { object: "Contact".to_owned(), id: "003000000000001AAA".to_owned() }],
        updated_at: at(11),
    }
}

/// A row of sync 1 that may be sent now.
pub(super) fn due_row(key: &str, revision: i64) -> DueRow {
    DueRow {
        sync_id: sync_id(1),
        source_key: key.to_owned(),
        revision,
        state: DueState::Due,
        attempts: 0,
        not_before: None,
        code: None,
        message: None,
        fields: Vec::new(),
        remedy: None,
        updated_at: at(0),
    }
}

/// A row of sync 1 in a state, with everything about a refusal set.
pub(super) fn waiting(key: &str, revision: i64, state: DueState) -> DueRow {
    DueRow {
        state,
        attempts: 3,
        not_before: Some(at(60)),
        code: Some("UNABLE_TO_LOCK_ROW".to_owned()),
        message: Some("unable to obtain exclusive access".to_owned()),
        fields: vec!["Email".to_owned(), "Phone".to_owned()],
        remedy: Some("Wait".to_owned()),
        ..due_row(key, revision)
    }
}

/// An entry of run 1.
pub(super) fn intent(number: u32) -> JournalEntry {
    let row = IntentRow {
        source_key: "C-1".to_owned(),
        revision: 3,
        record_id: Some("00Q000000000001AAA".to_owned()),
        confirms: link("C-1", "").confirmed,
    };
    JournalEntry {
        id: id("intent", number),
        sync_id: sync_id(1),
        run_id: id("run", 1),
        connection_id: id("conn", 1),
        lease: 7,
        payload: vec![0, 255, b'{', 0],
        rows: vec![row.clone(), IntentRow { source_key: "C-0".to_owned(), record_id: None, ..row }],
        created_at: at(12),
    }
}

/// Stores connection 1, sync 1 and run 1, which most rows refer to.
pub(super) async fn lay_ground(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    tx.connections().insert(&connection(1, "acme")).await.unwrap();
    tx.syncs().insert(&sync(1, "acme-leads")).await.unwrap();
    tx.runs().insert(&run(1)).await.unwrap();
    tx.commit().await.unwrap();
}

/// Saves clients in a transaction of their own.
pub(super) async fn save_clients(store: &dyn Store, clients: &[Client]) {
    let mut tx = store.write().await.unwrap();
    tx.clients().save(clients, at(0)).await.unwrap();
    tx.commit().await.unwrap();
}
