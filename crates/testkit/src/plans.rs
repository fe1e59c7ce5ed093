//! Connections and syncs for tests.

use std::collections::BTreeMap;

use salesbridge_model::{
    ClientsToLeads, Connection, ConnectionId, IdMaker, LineSource, Mapping, MappingLine, Slug, Sync, SyncId,
    SyncOptions, TooLong, WhenEmpty, WriteWhen,
};

use crate::moment;

/// An enabled Salesforce connection of the method `client_credentials` to a local org. Its name is also its caption.
///
/// # Panics
/// When the name is not a slug.
pub fn connection(ids: &dyn IdMaker, name: &str) -> Connection {
    let settings = [("domain_url", "http://127.0.0.1:8080"), ("consumer_key", "the-consumer-key")];
    Connection {
        id: ConnectionId::make(ids),
        name: slug(name),
        caption: name.to_owned(),
        description: String::new(),
        tags: Vec::new(),
        service_id: None,
        provider: "salesforce".to_owned(),
        method: "client_credentials".to_owned(),
        settings: settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        enabled: true,
        held: None,
        health: None,
        org: None,
        created_at: moment(0),
        updated_at: moment(0),
    }
}

/// An enabled sync of clients to Leads that sends the last name and Company.
///
/// # Panics
/// When the name is not a slug.
pub fn sync(ids: &dyn IdMaker, name: &str, connection: &Connection) -> Sync {
    Sync {
        id: SyncId::make(ids),
        name: slug(name),
        connection_id: connection.id,
        stream: "clients".to_owned(),
        object: "Lead".to_owned(),
        preset: Some(ClientsToLeads { company: "Acme".to_owned(), fields: BTreeMap::new(), too_long: TooLong::Refuse }),
        mapping: Mapping { lines: vec![line("LastName", "last_name")] },
        options: SyncOptions { external_id_field: None, allow_duplicates: true, assignment_rules: false },
        left_out: Vec::new(),
        enabled: true,
        held: None,
        created_at: moment(0),
        updated_at: moment(0),
    }
}

fn line(target: &str, column: &str) -> MappingLine {
    MappingLine {
        target: target.to_owned(),
        source: LineSource::Column { column: column.to_owned() },
        default: None,
        when: WriteWhen::Always,
        when_empty: WhenEmpty::Omit,
        too_long: TooLong::Refuse,
        required: true,
    }
}

#[expect(clippy::expect_used, reason = "a test that misspells a name is to be told at once")]
fn slug(name: &str) -> Slug {
    name.parse().expect("a name made of lower-case letters, digits and hyphens")
}
