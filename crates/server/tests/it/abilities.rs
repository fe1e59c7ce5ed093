//! Every operation of the description, asked for by nobody, by somebody with all abilities but the one it takes, and by somebody with that one alone:
//! through the router, and over the network with real sessions and keys.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::{Extension, Router};
use salesbridge_hub::people::{NewPerson, SignIn};
use salesbridge_hub::{Caller, Origin, Rights};
use salesbridge_model::{Abilities, Ability, ApiKeyId, Person, PersonSessionId, Reach, Role, Secret};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::document::{document, operations};
use crate::network::{Network, PASSWORD};
use crate::stage::Stage;

/// Nobody listens there: whatever asks the org is refused at once.
const NO_ORG: &str = "http://127.0.0.1:1";

fn connection(name: &str) -> Value {
    json!({
        "name": name, "settings": { "domain_url": NO_ORG, "consumer_key": "KEY" }, "secrets": { "consumer_secret": "SECRET" },
        "company": "Acme", "enabled": false,
    })
}

/// A client, a connection with its sync, a run of that, and two people, of whom the first is signed in and has a key.
pub(crate) struct Scene {
    pub(crate) network: Network,
    run: String,
    ann: Person,
    session: PersonSessionId,
    key: ApiKeyId,
}

impl Scene {
    pub(crate) async fn set() -> Self {
        let network = Network::open().await;
        let stage = &network.stage;
        let client = json!({ "key": "C-1", "last_name": "Miller" }).to_string();
        assert_eq!(stage.asks("PUT".parse().expect("a method"), "/clients/by-key/C-1", client).await.0, StatusCode::OK);
        let (status, made) =
            stage.asks("POST".parse().expect("a method"), "/connections", connection("acme").to_string()).await;
        assert_eq!((status, &made["used_by"]), (StatusCode::CREATED, &json!(["acme-leads"])), "{made}");
        let service = json!({ "name": "shared", "consumer_key": "KEY" }).to_string();
        assert_eq!(stage.asks("POST".parse().expect("a method"), "/services", service).await.0, StatusCode::CREATED);
        let (_, runs) = stage.gets("/syncs/acme-leads/runs").await;
        let run = runs["items"][0]["id"].as_str().expect("a run").to_owned();
        let (ann, session, key) = people(stage).await;
        Self { network, run, ann, session, key }
    }

    /// A request that is right in every way but who makes it.
    fn request(&self, method: &str, path: &str, operation: &Value) -> Request<Body> {
        let id = operation["operationId"].as_str().unwrap_or_default();
        let request = Request::builder().method(method).uri(self.filled(path)).header("content-type", kind(id));
        request.body(body(id).into()).expect("a request")
    }

    /// The path with what there is.
    pub(crate) fn filled(&self, path: &str) -> String {
        let of = |noun: &str| path.contains(noun);
        let named =
            [("/syncs/", "acme-leads"), ("/people/", "bob"), ("/providers/", "salesforce"), ("/services/", "shared")];
        let name = named.into_iter().find(|(noun, _)| of(noun)).map_or("acme", |(_, name)| name);
        let (session, key) = (self.session.to_string(), self.key.to_string());
        let id = if of("/sessions/") {
            &session
        } else if of("/keys/") {
            &key
        } else {
            &self.run
        };
        let path = path.replace("{name}", name).replace("{key}", "C-1").replace("{object}", "Lead");
        path.replace("{connection}", "acme").replace("{id}", id)
    }

    /// Ann, with these abilities and no others.
    fn somebody(&self, abilities: impl Iterator<Item = Ability>) -> Caller {
        let role: Abilities = abilities.collect();
        let rights = Rights { role, reach: Reach::All, grants: Default::default(), scopes: Abilities::all() };
        Caller::signed_in(&self.ann, self.session, rights)
    }

    async fn answers(&self, caller: Option<Caller>, request: Request<Body>) -> (StatusCode, Value) {
        let router: Router = salesbridge_server::router(self.network.stage.hub.clone());
        let router = match caller {
            Some(caller) => router.layer(Extension(caller)),
            None => router,
        };
        let response = router.oneshot(request).await.expect("an answer");
        let status = response.status();
        if response.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream") {
            return (status, Value::Null); // it has no end
        }
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }
}

fn kind(operation: &str) -> &'static str {
    if operation == "import_clients" || operation == "adopt_records" { "text/csv" } else { "application/json" }
}

pub(crate) fn body(operation: &str) -> String {
    let keys = json!({ "keys": ["C-1"] });
    let body = match operation {
        "create_connection" | "test_new_connection" => connection("other"),
        "begin_sign_in" => json!({ "kind": "paste" }),
        "answer_sign_in" => json!({ "answer": "code" }),
        "import_login" => json!({ "name": "other", "login": "force://KEY::TOKEN@127.0.0.1:1" }),
        "create_service" => json!({ "name": "other", "consumer_key": "KEY" }),
        "edit_service" => json!({ "caption": "Shared" }),
        "edit_connection" => json!({ "caption": "Acme" }),
        "save_client" => json!({ "key": "C-1" }),
        "archive_clients" | "unarchive_clients" | "readmit_clients" => keys,
        "erase_client" => json!({ "key": "C-1" }),
        "create_sync" => json!({
            "name": "other", "connection": "acme", "stream": "clients", "object": "Lead",
            "mapping": [{ "target": "LastName", "source": { "from": "column", "column": "last_name" } }],
        }),
        "retry_rows" | "drop_rows" => json!({ "state": "refused" }),
        "sign_in" => json!({ "name": "ann", "password": PASSWORD }),
        "edit_myself" => json!({ "full_name": "Ann" }),
        "change_password" => json!({ "current": PASSWORD, "new": PASSWORD }),
        "create_person" => json!({ "name": "cem" }),
        "edit_person" => json!({ "full_name": "Bob" }),
        "grant" => json!({ "abilities": ["see"] }),
        "create_key" => json!({ "name": "another", "scopes": ["see"] }),
        "become_first_administrator" => json!({ "token": "T", "name": "mallory", "password": PASSWORD }),
        "set_password" => json!({ "token": "T", "password": PASSWORD }),
        "mark_restored" => json!({ "made_at": "2026-01-01T00:00:00Z" }),
        "import_clients" => return "key\nC-1\n".to_owned(),
        "adopt_records" => return "key,record_id\nC-1,00Q000000000001AAA\n".to_owned(),
        _ => return String::new(),
    };
    body.to_string()
}

async fn people(stage: &Stage) -> (Person, PersonSessionId, ApiKeyId) {
    let owner = Caller::owner();
    for (name, role) in [("ann", Role::Administrator), ("bob", Role::Viewer)] {
        let password = Some(Secret::new(PASSWORD.to_owned()));
        let new = NewPerson { name: name.to_owned(), full_name: None, role, reach: Reach::All, password };
        stage.hub.create_person(&owner, new).await.expect("a person");
    }
    let (name, password) = ("ann".to_owned(), Secret::new(PASSWORD.to_owned()));
    let wanted = SignIn { name, password, user_agent: None, earlier: None };
    let session = stage.hub.sign_in_person(&Origin::default(), wanted).await.expect("a session").session.id;
    let key = json!({ "name": "a program", "person": "ann", "scopes": ["see"] });
    let key = stage.hub.create_api_key(&owner, serde_json::from_value(key).expect("a key")).await.expect("a key");
    let ann = stage.hub.person(&owner, "ann").await.expect("ann").person;
    (ann, session, key.details.key.id)
}

#[tokio::test]
async fn every_operation_is_for_those_who_may_and_for_nobody_else() {
    let mut scene = Scene::set().await;
    for (method, path, operation) in operations(&document()) {
        let named = operation["x-ability"].as_str().expect("an ability").to_owned();
        let ability = Ability::ALL.into_iter().find(|ability| ability.as_str() == named);
        let asking = || scene.request(&method, &path, &operation);

        let (status, answer) = scene.answers(None, asking()).await;
        if named == "public" {
            assert_ne!(status, StatusCode::UNAUTHORIZED, "{method} {path}, nobody: {answer}");
        } else {
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}, nobody: {answer}");
        }
        if let Some(ability) = ability {
            let others = scene.somebody(Ability::ALL.into_iter().filter(|other| *other != ability));
            let (status, answer) = scene.answers(Some(others), asking()).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path}, without {ability}: {answer}");
            let detail = answer["detail"].as_str().unwrap_or_default();
            assert!(detail.contains(&format!("`{ability}`")), "{method} {path}, without {ability}: {detail}");
        }
        let (status, answer) = scene.answers(Some(scene.somebody(ability.into_iter())), asking()).await;
        let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND, StatusCode::BAD_REQUEST];
        assert!(!refused.contains(&status), "{method} {path}, with {named} alone: {status} {answer}");
        if method == "DELETE" {
            scene = Scene::set().await;
        }
    }
}

/// Over a real connection: nobody gets in but where everybody may, and an API key whose scopes lack the ability gets no further. The key is an
/// administrator's: only its scopes hold it back.
#[tokio::test]
async fn no_operation_answers_nobody_or_a_key_without_its_ability_over_the_network() {
    let scene = Scene::set().await;
    let ann = scene.network.sign_in("ann").await;
    let mut keys = BTreeMap::new();
    for lacking in Ability::ALL {
        let scopes: Vec<&str> =
            Ability::ALL.into_iter().filter(|other| *other != lacking).map(Ability::as_str).collect();
        keys.insert(lacking.as_str(), scene.network.make_key(&ann, &scopes).await.1);
    }
    let mut public = Vec::new();
    for (method, path, operation) in operations(&document()) {
        let named = operation["x-ability"].as_str().expect("an ability").to_owned();
        let id = operation["operationId"].as_str().unwrap_or_default();
        let asking = || {
            let request = scene.network.request(method.parse().expect("a method"), &scene.filled(&path));
            request.header("content-type", kind(id)).body(body(id))
        };
        let nobody = scene.network.send(asking()).await;
        if named == "public" {
            assert_ne!(nobody.code(), "not_signed_in", "{method} {path}: {nobody:?}");
            public.push(id.to_owned());
            continue;
        }
        assert_eq!((nobody.status.as_u16(), nobody.code()), (401, "not_signed_in"), "{method} {path}: {nobody:?}");
        let stranger = scene.network.send(asking().bearer_auth("sbk_0197c2f0a1b27c3d8e4f5a6b7c8d9e0f_x")).await;
        assert_eq!(stranger.status.as_u16(), 401, "{method} {path}: {stranger:?}");
        if let Some(key) = keys.get(named.as_str()) {
            let refused = scene.network.send(asking().bearer_auth(key)).await;
            assert_eq!(refused.code(), "forbidden", "{method} {path}, without {named}: {refused:?}");
        }
    }
    let expected = ["get_openapi", "sign_in", "needs_administrator", "become_first_administrator", "set_password"];
    assert_eq!(public, expected, "what answers everybody is decided in public_routes.rs");
}
