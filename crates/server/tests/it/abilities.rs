//! Every operation of the description, asked for by nobody, by somebody with all abilities but the one it takes, and by somebody with that one alone.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::{Extension, Router};
use salesbridge_hub::{ActorKind, Caller, Rights};
use salesbridge_model::{Abilities, Ability, Reach};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::document::{document, operations};
use crate::stage::Stage;

/// Nobody listens there: whatever asks the org is refused at once.
const NO_ORG: &str = "http://127.0.0.1:1";

fn connection(name: &str) -> Value {
    json!({
        "name": name, "settings": { "domain_url": NO_ORG, "consumer_key": "KEY" }, "secrets": { "consumer_secret": "SECRET" },
        "company": "Acme", "enabled": false,
    })
}

/// A client, a connection with its sync, and a run of that.
struct Scene {
    stage: Stage,
    run: String,
}

impl Scene {
    async fn set() -> Self {
        let stage = Stage::set().await;
        let client = json!({ "key": "C-1", "last_name": "Miller" }).to_string();
        assert_eq!(stage.asks("PUT".parse().expect("a method"), "/clients/by-key/C-1", client).await.0, StatusCode::OK);
        let (status, made) =
            stage.asks("POST".parse().expect("a method"), "/connections", connection("acme").to_string()).await;
        assert_eq!((status, &made["used_by"]), (StatusCode::CREATED, &json!(["acme-leads"])), "{made}");
        let (_, runs) = stage.gets("/syncs/acme-leads/runs").await;
        let run = runs["items"][0]["id"].as_str().expect("a run").to_owned();
        Self { stage, run }
    }

    /// A request that is right in every way but who makes it.
    fn request(&self, method: &str, path: &str, operation: &Value) -> Request<Body> {
        let name = match path {
            path if path.contains("/syncs/") => "acme-leads",
            path if path.contains("/providers/") => "salesforce",
            _ => "acme",
        };
        let path = path.replace("{name}", name).replace("{key}", "C-1").replace("{object}", "Lead");
        let path = path.replace("{id}", &self.run);
        let id = operation["operationId"].as_str().unwrap_or_default();
        let kind = if id == "import_clients" || id == "adopt_records" { "text/csv" } else { "application/json" };
        let request = Request::builder().method(method).uri(path).header("content-type", kind);
        request.body(body(id).into()).expect("a request")
    }

    async fn answers(&self, caller: Option<Caller>, request: Request<Body>) -> (StatusCode, Value) {
        let router: Router = salesbridge_server::router(self.stage.hub.clone());
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

fn body(operation: &str) -> String {
    let keys = json!({ "keys": ["C-1"] });
    let body = match operation {
        "create_connection" | "test_new_connection" => connection("other"),
        "begin_sign_in" => json!({ "kind": "paste" }),
        "answer_sign_in" => json!({ "answer": "code" }),
        "import_login" => json!({ "name": "other", "login": "force://KEY::TOKEN@127.0.0.1:1" }),
        "edit_connection" => json!({ "caption": "Acme" }),
        "save_client" => json!({ "key": "C-1" }),
        "archive_clients" | "unarchive_clients" | "readmit_clients" => keys,
        "erase_client" => json!({ "key": "C-1" }),
        "create_sync" => json!({
            "name": "other", "connection": "acme", "stream": "clients", "object": "Lead",
            "mapping": [{ "target": "LastName", "source": { "from": "column", "column": "last_name" } }],
        }),
        "retry_rows" | "drop_rows" => json!({ "state": "refused" }),
        "mark_restored" => json!({ "made_at": "2026-01-01T00:00:00Z" }),
        "import_clients" => return "key\nC-1\n".to_owned(),
        "adopt_records" => return "key,record_id\nC-1,00Q000000000001AAA\n".to_owned(),
        _ => return String::new(),
    };
    body.to_string()
}

fn somebody(abilities: impl Iterator<Item = Ability>) -> Caller {
    let role: Abilities = abilities.collect();
    let rights = Rights { role, reach: Reach::All, grants: Default::default(), scopes: Abilities::all() };
    Caller::new(ActorKind::Person, "per_0197c2f0a1b27c3d8e4f5a6b7c8d9e0f", "ann", rights)
}

#[tokio::test]
async fn every_operation_is_for_those_who_may_and_for_nobody_else() {
    let mut scene = Scene::set().await;
    for (method, path, operation) in operations(&document()) {
        let named = operation["x-ability"].as_str().expect("an ability").to_owned();
        let ability = Ability::ALL.into_iter().find(|ability| ability.as_str() == named);
        let asking = || scene.request(&method, &path, &operation);

        let (status, answer) = scene.answers(None, asking()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}, nobody: {answer}");
        if let Some(ability) = ability {
            let others = somebody(Ability::ALL.into_iter().filter(|other| *other != ability));
            let (status, answer) = scene.answers(Some(others), asking()).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path}, without {ability}: {answer}");
            let detail = answer["detail"].as_str().unwrap_or_default();
            assert!(detail.contains(&format!("`{ability}`")), "{method} {path}, without {ability}: {detail}");
        }
        let (status, answer) = scene.answers(Some(somebody(ability.into_iter())), asking()).await;
        let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND, StatusCode::BAD_REQUEST];
        assert!(!refused.contains(&status), "{method} {path}, with {named} alone: {status} {answer}");
        if method == "DELETE" {
            scene = Scene::set().await;
        }
    }
}
