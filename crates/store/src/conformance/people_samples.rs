//! People, services and what belongs to them, to store. Everything about them that could get lost on the way is set.

use salesbridge_model::{
    Abilities, Ability, ActorKind, ApiKey, AuditEntry, Grant, Invitation, InvitationPurpose, Person, PersonId,
    PersonSession, Reach, Role, Service, SignInAttempt, SignInFailure, SignInKind, SignInState,
};
use serde_json::json;

use super::samples::{at, id, keys};
use crate::{Store, StoredSignIn};

pub(super) fn service(number: u32, name: &str) -> Service {
    Service {
        id: id("svc", number),
        name: name.parse().unwrap(),
        caption: "Our \"app\" ☁".to_owned(),
        description: "For \u{0} all".to_owned(),
        provider: "salesforce".to_owned(),
        sign_in_host: "https://test.salesforce.com".to_owned(),
        consumer_key: "3MVG9 \u{1}".to_owned(),
        scopes: keys(&["api", "refresh_token"]),
        created_at: at(30),
        updated_at: at(31),
    }
}

/// A sign-in for connection 1 that failed.
pub(super) fn sign_in(number: u32) -> StoredSignIn {
    let failure = SignInFailure {
        code: "oauth.access_denied".to_owned(),
        message: "They said \"no\"".to_owned(),
        remedy: "Ask again".to_owned(),
    };
    let attempt = SignInAttempt {
        id: id("sgn", number),
        connection_id: Some(id("conn", 1)),
        kind: SignInKind::Paste,
        redirect_uri: Some("https://hub.example.com/oauth/callback".to_owned()),
        started_by: "per_1".to_owned(),
        created_at: at(40),
        expires_at: at(940),
        state: SignInState::Failed,
        failure: Some(failure),
        finished_at: Some(at(41)),
    };
    StoredSignIn {
        attempt,
        state_hash: Some(vec![0, 255, u8::try_from(number).unwrap()]),
        browser_hash: Some(vec![7, 0]),
        wrapped: b"\0key".to_vec(),
        sealed: vec![0, 254],
    }
}

/// As [`sign_in`], but nobody has answered yet.
pub(super) fn pending_sign_in(number: u32) -> StoredSignIn {
    let mut sign_in = sign_in(number);
    sign_in.attempt.state = SignInState::Pending;
    sign_in.attempt.failure = None;
    sign_in.attempt.finished_at = None;
    sign_in
}

pub(super) fn person_id(number: u32) -> PersonId {
    id("per", number)
}

pub(super) fn person(number: u32, name: &str) -> Person {
    Person {
        id: person_id(number),
        name: name.parse().unwrap(),
        full_name: "Ann O'Brien \u{0} Ünal".to_owned(),
        role: Role::Editor,
        reach: Reach::Granted,
        disabled_at: Some(at(52)),
        created_at: at(50),
        updated_at: at(51),
        last_signed_in_at: Some(at(53)),
    }
}

pub(super) fn grant(connection: u32, abilities: &[Ability]) -> Grant {
    Grant { connection_id: id("conn", connection), abilities: abilities.iter().copied().collect() }
}

/// A session of person 1.
pub(super) fn session(number: u32) -> PersonSession {
    PersonSession {
        id: id("ses", number),
        person_id: person_id(1),
        created_at: at(60),
        last_seen_at: at(61),
        expires_at: at(62),
        address: Some("2001:db8::1".to_owned()),
        user_agent: Some("Browser \"1\" \u{0}".to_owned()),
    }
}

/// A key of person 1.
pub(super) fn api_key(number: u32) -> ApiKey {
    let scopes: Abilities = [Ability::Run, Ability::See].into_iter().collect();
    ApiKey {
        id: id("key", number),
        person_id: person_id(1),
        name: "Night \"job\"".to_owned(),
        prefix: "sbk_0001".to_owned(),
        scopes,
        created_at: at(70),
        expires_at: Some(at(71)),
        last_used_at: Some(at(72)),
        revoked_at: Some(at(73)),
    }
}

/// A link for person 1.
pub(super) fn invitation() -> Invitation {
    Invitation {
        person_id: Some(person_id(1)),
        role: Role::Operator,
        purpose: InvitationPurpose::Password,
        created_at: at(80),
        expires_at: at(81),
        used_at: Some(at(82)),
    }
}

pub(super) fn audit_entry(sequence: i64) -> AuditEntry {
    AuditEntry {
        sequence,
        at: at(90 + sequence),
        actor_kind: ActorKind::Person,
        actor_id: "per_1".to_owned(),
        actor_name: "ann".to_owned(),
        address: Some("192.0.2.7".to_owned()),
        action: "connection.edit".to_owned(),
        noun: "connection".to_owned(),
        target_id: Some("conn_1".to_owned()),
        target_name: Some("acme \u{0}".to_owned()),
        connection_id: Some(id("conn", 1)),
        before: Some(json!({"caption": "Größe", "enabled": true})),
        after: Some(json!({"caption": "\"Acme\" \u{0}", "consumer_secret": "changed"})),
        request_id: Some("req-1".to_owned()),
    }
}

/// Stores person 1, whom sessions and keys belong to.
pub(super) async fn lay_people(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    tx.people().insert(&person(1, "ann")).await.unwrap();
    tx.commit().await.unwrap();
}
