//! R50: a whole installation with every kind of secret, and then a search for each of them wherever people, programs and other users of the machine may look.

use std::io::Read;
use std::path::Path;
use std::process::Command;

use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use salesbridge_testkit::Browser;
use serde_json::{Value, json};

use crate::harness::{Installation, Org, clients_csv, free_port, http_client};

const PASSWORD: &str = "seven loose words of ann";
const ORG_PASSWORD: &str = "local-org-password";

/// Texts by where they were found, and the secrets that must be in none.
#[derive(Default)]
struct Search {
    places: Vec<(String, Vec<u8>)>,
    secrets: Vec<(&'static str, String)>,
}

impl Search {
    fn place(&mut self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.places.push((name.to_owned(), bytes.into()));
    }

    fn secret(&mut self, name: &'static str, value: impl Into<String>) {
        let value = value.into();
        assert!(value.len() >= 12, "{name} is too short to be searched for");
        self.secrets.push((name, value));
    }

    /// Every file below a folder, those of the master key excepted, which are what they are.
    fn files(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                self.files(&path);
            } else if path.is_file() && name != "master.key" {
                self.place(&name, std::fs::read(&path).expect("a file"));
            }
        }
    }

    fn ends(self) {
        assert!(has_access_token("Bearer 00D000000000001EAA!AQEAQabcdefghijklmnopqrst"));
        assert!(self.places.len() > 60, "only {} places were searched", self.places.len());
        for (place, bytes) in &self.places {
            let text = String::from_utf8_lossy(bytes);
            for (name, secret) in &self.secrets {
                assert!(!text.contains(secret.as_str()), "{place} holds the {name}");
            }
            assert!(!text.contains("PRIVATE KEY"), "{place} holds a private key");
            assert!(!has_access_token(&text), "{place} holds an access token");
        }
    }
}

/// Access tokens of Salesforce are the id of the org, an exclamation mark and more.
fn has_access_token(text: &str) -> bool {
    text.match_indices('!').any(|(at, _)| {
        let before = &text.as_bytes()[at.saturating_sub(18)..at];
        before.windows(15).any(|window| window.starts_with(b"00D") && window.iter().all(u8::is_ascii_alphanumeric))
            && text.as_bytes()[at + 1..].iter().take(20).filter(|byte| byte.is_ascii_alphanumeric()).count() == 20
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn r50_no_secret_is_anywhere_to_be_read() {
    let org = Org::start();
    org.change_app(&json!({
        "callback_url": format!("{}/services/oauth2/success", org.url), "scopes": ["api", "refresh_token", "web"],
        "pkce_required": true, "secret_required": true, "secret_required_for_refresh": true,
    }))
    .await;
    let port = free_port();
    let address = format!("127.0.0.1:{port}");
    let installation =
        Installation::new(&[("SALESBRIDGE_SERVER_LISTEN", address.as_str()), ("SALESBRIDGE_LOG_FOLDER", "logs")]);
    let serving = installation.serve(&[("SALESBRIDGE_LOG", "trace")]);
    installation.wait_for_socket();
    let mut search = Search::default();
    search.secret("consumer secret", &org.consumer_secret);
    search.secret("password", PASSWORD);
    fill(&installation, &org, &mut search).await;
    let (cookie, key) = let_people_in(&installation, port, &mut search).await;

    walk(&format!("http://{address}"), &key, &mut search).await;
    commands(&installation, &mut search);
    let serve = std::fs::read(format!("/proc/{}/cmdline", serving.id())).expect("its command line");
    search.place("the command line of serve", serve);
    search.place("docs/openapi.json", std::fs::read("../../docs/openapi.json").expect("the description"));
    serving.interrupt();
    drop(cookie);
    search.files(&installation.data());
    search.place("the log", installation.log());
    search.ends();
}

/// Connections of every kind, a service, clients that are sent, and a sign-in by a person.
async fn fill(installation: &Installation, org: &Org, search: &mut Search) {
    let file = installation.write("clients.csv", &clients_csv(5, 0));
    installation.succeeds(&["client", "import", file.to_str().expect("a path")]);
    installation.connect(org, None);
    installation.wait_for("the clients to be sent", |sync| sync["figures"]["links"] == 5);
    let secret = format!("consumer_secret=file:{}", installation.path("secret").display());
    let app = ["--domain-url", &org.url, "--consumer-key", &org.consumer_key, "--secret", &secret];
    let create = |name: &str, method: &str| {
        installation.succeeds(&[&["connection", "create", name, "--method", method][..], &app].concat());
    };
    create("by-person", "authorization_code");
    installation.succeeds(&[
        "connection",
        "create",
        "by-key",
        "--method",
        "jwt_bearer",
        "--domain-url",
        &org.url,
        "--consumer-key",
        &org.consumer_key,
        "--set",
        "username=nobody@example.com",
    ]);
    let from = format!("file:{}", installation.path("secret").display());
    installation.succeeds(&[
        "service",
        "create",
        "shared",
        "--consumer-key",
        &org.consumer_key,
        "--sign-in-host",
        &org.url,
        "--consumer-secret",
        &from,
    ]);
    let begun = installation.json(&["connection", "sign-in", "by-person", "--paste"]);
    let link: reqwest::Url = begun["link"].as_str().expect("a link").parse().expect("an address");
    let shown = Browser::at(&org.url).consent(&link, &org.username, ORG_PASSWORD).await;
    let value = |name: &str| shown.query_pairs().find(|(key, _)| key == name).expect(name).1.into_owned();
    search.secret("code", value("code"));
    let answer = format!("file:{}", installation.write("answer", shown.as_str()).display());
    installation.succeeds(&["connection", "sign-in", "by-person", "--answer", &answer]);
    org.expire_tokens().await; // so that the refresh token is used too
    installation.succeeds(&["connection", "test", "by-person"]);
    drop(installation.run(&["connection", "test", "by-key"]));
}

/// Somebody signs in over the network, and has a key; what both carry.
async fn let_people_in(installation: &Installation, port: u16, search: &mut Search) -> (String, String) {
    let password = format!("file:{}", installation.write("password", PASSWORD).display());
    installation.succeeds(&["user", "create", "ann", "--administrator", "--password", &password]);
    let bob = installation.json(&["user", "create", "bob"]);
    search.secret("password link", bob["password_link"]["token"].as_str().expect("a token"));
    let scopes = "see,run,edit,raw,administer";
    let key = installation.json(&["key", "create", "search", "--person", "ann", "--scope", scopes]);
    let key = key["key"].as_str().or(key["secret"].as_str()).expect("the key").to_owned();
    search.secret("API key", key.as_str());
    let base = format!("http://127.0.0.1:{port}");
    let credentials = json!({ "name": "ann", "password": PASSWORD });
    let signed_in =
        http_client().post(format!("{base}/api/v1/session")).header(ORIGIN, &base).json(&credentials).send().await;
    let signed_in = signed_in.expect("an answer");
    let cookie = signed_in.headers()[SET_COOKIE].to_str().expect("text").split(';').next().expect("a pair").to_owned();
    search.secret("session", cookie.split_once('=').expect("a pair").1);
    let session = http_client().get(format!("{base}/api/v1/session")).header(COOKIE, &cookie).send().await;
    assert!(session.expect("an answer").status().is_success());
    (cookie, key)
}

/// Every operation that only looks, and some that are refused.
async fn walk(base: &str, key: &str, search: &mut Search) {
    let client = http_client();
    let get = async |path: &str| {
        let answer = client.get(format!("{base}{path}")).bearer_auth(key).send().await.expect("an answer");
        (answer.status().as_u16(), answer.bytes().await.expect("a body").to_vec())
    };
    let document: Value = serde_json::from_slice(&get("/api/v1/openapi.json").await.1).expect("the description");
    let runs: Value = serde_json::from_slice(&get("/api/v1/runs").await.1).expect("runs");
    let run = runs["items"][0]["id"].as_str().expect("a run").to_owned();
    let mut answered = 0;
    for (declared, operations) in document["paths"].as_object().expect("paths") {
        if operations.get("get").is_none() || declared.ends_with("/events") {
            continue;
        }
        for name in ["acme", "by-person", "by-key", "acme-leads", "shared", "ann", "salesforce"] {
            let path = declared.replace("{name}", name).replace("{key}", "C-00001").replace("{object}", "Lead");
            let (status, body) = get(&path.replace("{id}", &run)).await;
            answered += u32::from(status == 200);
            search.place(&format!("GET {path}"), body);
            if path == *declared {
                break;
            }
        }
    }
    assert!(answered > 25, "only {answered} answers hold anything");
    for (path, body) in
        [("/connections", json!({ "name": "x", "secrets": { "consumer_secret": 7 } })), ("/people", json!({}))]
    {
        let refused = client.post(format!("{base}/api/v1{path}")).bearer_auth(key).json(&body).send().await;
        search.place(&format!("POST {path}"), refused.expect("an answer").bytes().await.expect("a body").to_vec());
    }
}

/// What commands print, a support bundle and a backup.
fn commands(installation: &Installation, search: &mut Search) {
    let all: [&[&str]; 12] = [
        &["connection", "list"],
        &["connection", "show", "acme"],
        &["connection", "show", "by-person"],
        &["connection", "show", "by-key"],
        &["connection", "certificate", "by-key"],
        &["connection", "methods"],
        &["service", "list"],
        &["service", "show", "shared"],
        &["user", "list"],
        &["key", "list"],
        &["audit", "list"],
        &["vault", "status"],
    ];
    for arguments in all {
        for arguments in [arguments.to_vec(), [arguments, &["--json"]].concat()] {
            let output = installation.run(&arguments);
            search.place(&arguments.join(" "), [output.stdout, output.stderr].concat());
        }
    }
    let bundle = installation.path("bundle.tar.gz");
    let output = installation.run(&["doctor", "--bundle", bundle.to_str().expect("a path")]);
    search.place("doctor", [output.stdout, output.stderr].concat());
    search.place("the support bundle", unpacked(&bundle));
    let backup = installation.path("backup.tar.gz");
    installation.succeeds(&["backup", backup.to_str().expect("a path")]);
    search.place("the backup", unpacked(&backup));
    let listed = Command::new("ps").args(["-eo", "args"]).output();
    let listed = listed.expect("ps runs").stdout;
    assert!(String::from_utf8_lossy(&listed).contains("salesbridge"), "serve is among them");
    search.place("the list of processes", listed);
}

/// What a gzipped file holds.
fn unpacked(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let packed = std::fs::File::open(path).expect("a file");
    flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes).expect("it is whole");
    assert!(!bytes.is_empty());
    bytes
}
