//! R50: no token, header, body or query reaches a log or a `Debug`.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use salesbridge_egress::{ClientSettings, HttpClient, Method, Reach, Request};
use salesbridge_model::Secret;
use tracing_subscriber::fmt::MakeWriter;

use crate::server::{Server, Then, answer};

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
async fn r50_a_log_line_has_method_host_path_and_status_and_no_secret() {
    let page = Page::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(page.clone())
        .with_ansi(false)
        .finish();
    // For the whole process: a default per thread would race with the other tests for the interest in each log line.
    tracing::subscriber::set_global_default(subscriber).expect("the only subscriber");
    let server = Server::start(vec![answer("200 OK", b"hunter2-in-answer"), Then::HangUp]).await;
    let client = HttpClient::new(ClientSettings::new(Reach::LocalOrg)).expect("a client");
    let request = || {
        Request::new(Method::POST, server.url("/path?q=hunter2-in-query"))
            .bearer(&Secret::new("hunter2-in-token".to_owned()))
            .expect("a header")
            .header("x-note", "hunter2-in-header")
            .expect("a header")
            .body("text/plain", b"hunter2-in-body".to_vec())
    };
    let debug = format!("{:?}", request());
    let response = client.send(request()).await.expect("an answer");
    let debug_of_response = format!("{response:?}");
    response.bytes().await.expect("a body");
    let error = client.send(request()).await.expect_err("a hang-up");

    let log = String::from_utf8(page.0.lock().expect("unpoisoned").clone()).expect("text");
    assert!(log.contains("POST 127.0.0.1/path answered 200 in"), "{log}");
    assert!(log.contains("POST 127.0.0.1/path failed after"), "{log}");
    let ours: String = log.lines().filter(|line| line.contains("salesbridge_egress")).collect();
    for text in [ours, debug, debug_of_response, format!("{error:?} {error}")] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}
