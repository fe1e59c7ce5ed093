//! A server that takes each connection, reads one request and answers with scripted bytes. It ends when it is dropped.

use std::sync::{Arc, Mutex};

use salesbridge_egress::Url;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// What happens on a connection after its request was read.
#[derive(Clone)]
pub(crate) enum Then {
    /// These bytes are written, then the connection closes.
    Answer(Vec<u8>),
    /// It closes without a word.
    HangUp,
    /// Nothing ever comes.
    Silence,
}

pub(crate) struct Server {
    pub(crate) port: u16,
    pub(crate) requests: Arc<Mutex<Vec<String>>>,
    _tasks: JoinSet<()>,
}

impl Server {
    /// Serves `script`, one entry per connection; the last entry repeats.
    pub(crate) async fn start(script: Vec<Then>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(listener, script, requests.clone()));
        Self { port, requests, _tasks: tasks }
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        format!("http://127.0.0.1:{}{path}", self.port).parse().expect("an address")
    }
}

pub(crate) fn answer(head: &str, body: &[u8]) -> Then {
    let mut bytes =
        format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    Then::Answer(bytes)
}

async fn serve(listener: TcpListener, script: Vec<Then>, requests: Arc<Mutex<Vec<String>>>) {
    let mut silent = Vec::new();
    for turn in 0.. {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let request = read_request(&mut stream).await;
        requests.lock().expect("unpoisoned").push(request);
        match script.get(turn).or(script.last()).expect("a script").clone() {
            Then::Answer(bytes) => stream.write_all(&bytes).await.expect("a reader"),
            Then::HangUp => {}
            Then::Silence => silent.push(stream),
        }
    }
}

/// The head and as much of the body as `content-length` or the last chunk says; bytes that are no HTTP request are taken as they come.
async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).await.unwrap_or(0);
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let is_http = bytes.first().is_some_and(u8::is_ascii_uppercase);
        let complete = text.split_once("\r\n\r\n").is_some_and(|(head, body)| is_complete(head, body));
        if read == 0 || complete || !is_http {
            return text;
        }
    }
}

fn is_complete(head: &str, body: &str) -> bool {
    match head.contains("transfer-encoding: chunked") {
        true => body.ends_with("0\r\n\r\n"),
        false => body.len() >= content_length(head),
    }
}

fn content_length(head: &str) -> usize {
    let line = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    line.and_then(|number| number.parse().ok()).unwrap_or(0)
}
