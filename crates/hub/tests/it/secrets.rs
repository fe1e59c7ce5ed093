//! R50: what is secret is read by nobody: not in a log at its most talkative, not in an answer, not in a file.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use salesbridge_hub::connections::{ConnectionEdit, ConnectionQuery};
use salesbridge_hub::runs::RunQuery;
use salesbridge_hub::syncs::SyncQuery;
use salesbridge_hub::{Caller, Chain, DueFilter, OutcomeFilter};
use salesbridge_local_org::{OrgConfig, TokenFormat};
use salesbridge_model::PageRequest;
use tracing_subscriber::fmt::MakeWriter;

use crate::stage::{SYNC, Stage, clients, connection_to, consumer_secret, person, setting, until, with_secret};

const WRONG: &str = "a-secret-that-does-not-fit-7f3a9c";

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("unpoisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Page {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Everything that people or programs are shown, as text: `Debug`, and JSON as the API answers it.
#[derive(Default)]
struct Shown(String);

impl Shown {
    fn add(&mut self, answer: &(impl std::fmt::Debug + serde::Serialize)) {
        self.0 += &format!("{answer:?}\n{}\n", serde_json::to_string(answer).expect("JSON"));
    }

    fn add_error(&mut self, error: &salesbridge_hub::HubError) {
        self.0 += &format!("{error:?}\n{error}\n{}\n", Chain(error));
    }
}

/// R50: through creating, a wrong secret, its correction, a test, ended tokens, refused rows and a full run, with both kinds of token.
#[tokio::test]
async fn r50_the_secret_and_every_token_are_nowhere_to_be_read() {
    let log = Page::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    // For the whole process: what runs in other threads is to be seen too.
    tracing::subscriber::set_global_default(subscriber).expect("the only subscriber");
    for format in [TokenFormat::Opaque, TokenFormat::Jwt] {
        let Life { shown, consumer_key, secrets, files } = lead_a_life(format).await;
        let log = log.0.lock().expect("unpoisoned").clone();
        assert!(shown.0.len() > 5_000 && log.len() > 10_000, "{} shown, {} logged", shown.0.len(), log.len());
        assert!(holds(shown.0.as_bytes(), &consumer_key), "what is no secret is found where it is to be found");
        assert!(files.iter().any(|(_, bytes)| holds(bytes, &consumer_key)), "in a file too");
        for secret in &secrets {
            assert!(!holds(shown.0.as_bytes(), secret), "{secret} is shown: {}", around(shown.0.as_bytes(), secret));
            assert!(!holds(&log, secret), "{secret} is logged: {}", around(&log, secret));
            for (path, bytes) in &files {
                assert!(!holds(bytes, secret), "{secret} is in {}", path.display());
            }
        }
    }
}

struct Life {
    shown: Shown,
    consumer_key: String,
    secrets: Vec<String>,
    /// Every file of the data directory, read while the store is open.
    files: Vec<(PathBuf, Vec<u8>)>,
}

/// All that can happen to a connection.
async fn lead_a_life(format: TokenFormat) -> Life {
    let stage = Stage::set(OrgConfig::default()).await;
    let control = stage.org.running.control();
    let mut app = stage.org.app.clone();
    app.token_format = format;
    control.keep_app(app.clone()).await.expect("the app");
    let token = stage.org.token_answer().await["access_token"].as_str().expect("a token").to_owned();
    // Every token of this org begins like this one, up to what tells them apart.
    let beginning = match format {
        TokenFormat::Opaque => token.split_inclusive('!').next().expect("the org's id").to_owned(),
        TokenFormat::Jwt => token.split('.').next().expect("a heading").to_owned(),
    };
    assert!(beginning.len() >= 16, "{beginning}");
    let mut shown = Shown::default();

    stage.save(&clients(5)).await;
    stage.save(&[person("bad", &"x".repeat(81))]).await;
    let mut new = with_secret(connection_to(&stage.org, &app), "consumer_secret", WRONG);
    shown.0 += &format!("{new:?}\n");
    shown.add(&stage.hub.test_new_connection(&Caller::owner(), &new).await.expect("a report"));
    new.confirmed = false;
    shown.add_error(&stage.hub.create_connection(&Caller::owner(), new).await.expect_err("the org refuses the secret"));
    let new = with_secret(connection_to(&stage.org, &app), "consumer_secret", WRONG);
    shown.add(&stage.hub.create_connection(&Caller::owner(), new).await.expect("a connection"));
    until("the connection to be held", async || {
        stage.hub.connection(&Caller::owner(), "acme").await.expect("it").connection.held
    })
    .await;
    shown.add(&stage.hub.connection(&Caller::owner(), "acme").await.expect("the connection"));

    let right = || consumer_secret(&app.consumer_secret);
    let edit = right();
    shown.0 += &format!("{edit:?}\n");
    shown.add(&stage.hub.edit_connection(&Caller::owner(), "acme", edit).await.expect("an edit"));
    stage.settled("the first sync", |sync| sync.figures.links == 5).await;
    let bad = ConnectionEdit { settings: setting("consumer_key", "").settings, ..right() };
    shown.add_error(&stage.hub.edit_connection(&Caller::owner(), "acme", bad).await.expect_err("a refusal"));
    shown.add(&stage.hub.test_connection(&Caller::owner(), "acme").await.expect("a report"));
    control.expire_tokens().await.expect("ended");
    stage.save(&[person("c0", "Stone")]).await;
    let run = stage.full_run().await;
    stage.org.refuse_a_write(0, 503, "SERVER_UNAVAILABLE");
    stage.save(&[person("c1", "Stone")]).await;
    stage.full_run().await;

    let page = PageRequest::default();
    shown.add(&run);
    shown.add(&stage.hub.outcomes(&Caller::owner(), run.id, &OutcomeFilter::default(), &page).await.expect("outcomes"));
    shown.add(&stage.hub.due_rows(&Caller::owner(), SYNC, &DueFilter::default(), &page).await.expect("rows"));
    shown.add(&stage.hub.sync(&Caller::owner(), SYNC).await.expect("the sync"));
    shown.add(&stage.hub.syncs(&Caller::owner(), &SyncQuery::default(), &page).await.expect("syncs"));
    shown.add(&stage.hub.runs(&Caller::owner(), &RunQuery::default(), &page).await.expect("runs"));
    shown.add(&stage.hub.connections(&Caller::owner(), &ConnectionQuery::default(), &page).await.expect("connections"));
    shown.add(&stage.hub.preview_sync(&Caller::owner(), SYNC, None).await.expect("a preview"));
    shown.add(&stage.hub.writable_fields(&Caller::owner(), "acme", "Lead").await.expect("fields"));
    assert!(stage.org.sign_ins().len() > 3, "there were tokens to be seen");
    let secrets = vec![app.consumer_secret.clone(), WRONG.to_owned(), beginning];
    Life { shown, consumer_key: app.consumer_key, secrets, files: files_in(stage.folder.path()) }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    position(bytes, text).is_some()
}

fn position(bytes: &[u8], text: &str) -> Option<usize> {
    bytes.windows(text.len()).position(|window| window == text.as_bytes())
}

fn files_in(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let paths = std::fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file").path());
    paths.map(|path| (path.clone(), std::fs::read(path).expect("a file"))).collect()
}

/// The text's surroundings, for the message of a failed test.
fn around(bytes: &[u8], text: &str) -> String {
    let at = position(bytes, text).unwrap_or_default();
    String::from_utf8_lossy(&bytes[at.saturating_sub(200)..bytes.len().min(at + 100)]).into_owned()
}
