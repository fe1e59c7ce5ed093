//! R50: no secret, token or field value in logs, errors and `Debug`.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use salesbridge_salesforce::{CollectionRequest, Record, SignsIn, WriteOptions};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::org::{SECRET, ScriptedOrg, TOKEN, answer, expired, text, token_answer};

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

#[tokio::test]
async fn r50_secrets_and_tokens_stay_out_of_logs_errors_and_debug() {
    let page = Page::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(page.clone())
        .with_ansi(false)
        .finish();
    // For the whole process: a default per thread would race with the other tests for the interest in each log line.
    tracing::subscriber::set_global_default(subscriber).expect("the only subscriber");

    let org = ScriptedOrg::start().await;
    let sign_in = org.sign_in();
    let session = sign_in.sign_in().await.expect("a session");
    let mut shown = format!("{sign_in:?} {session:?} ");

    let client = org.client();
    let lead: Record = [("LastName".to_owned(), json!("Very-Private"))].into_iter().collect();
    let request = CollectionRequest::create("Lead", &[lead], WriteOptions::default()).expect("a request");
    org.on("POST /services/data/v66.0/composite/sobjects", [expired(), text(500, "oops T0KEN")]);
    let sent = client.send_collection(&request).await.expect("a head");
    shown += &format!("{client:?} {request:?} {sent:?} ");
    let error = sent.answer().await.expect_err("a failure");
    shown += &format!("{error:?} {error} ");
    client.query("SELECT Id FROM Lead WHERE LastName = 'Very-Private'").await.expect_err("not scripted");

    let mut half = token_answer(&org.base, 9);
    half.as_object_mut().expect("an object").remove("id");
    org.on(TOKEN, [answer(200, &half), answer(200, &json!({ "access_token": "T0KEN-x", "id": 7 }))]);
    for _ in 0..2 {
        let error = sign_in.sign_in().await.expect_err("half an answer");
        shown += &format!("{error:?} {error} ");
    }

    let log = String::from_utf8(page.0.lock().expect("unpoisoned").clone()).expect("text");
    assert!(log.contains("POST 127.0.0.1/services/oauth2/token answered 200"), "{log}");
    let ours: String = log.lines().filter(|line| line.contains("salesbridge")).collect();
    for secret in [SECRET, "T0KEN", "Very-Private", "Bearer"] {
        assert!(!ours.contains(secret) && !shown.contains(secret), "{secret} in {shown}");
    }
}
