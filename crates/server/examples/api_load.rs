//! A load on the HTTP API for `bench/api.sh`: people who have signed in, each with an open stream of events, who read at a fixed rate however slow the answers
//! are. Times count from when a request should have been made, so that a pause of the server is not hidden by a pause of the load.
//!
//! Usage: `api_load BASE SESSIONS READS_PER_SECOND SECONDS`, with the password of the administrator `bench` in `BENCH_PASSWORD`.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark tells what it measured, and stops when it cannot"
)]

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

/// What is read, in turn.
const READS: [&str; 6] =
    ["/connections", "/syncs", "/clients?limit=50", "/runs?limit=20", "/syncs/bench-leads", "/session"];
/// Password of the people that are made.
const PASSWORD: &str = "a-password-of-the-benchmark";

#[derive(Clone)]
struct Api {
    http: Client,
    base: String,
}

impl Api {
    async fn post(&self, path: &str, cookie: Option<&str>, body: &Value) -> Response {
        let request = self.http.post(format!("{}/api/v1{path}", self.base)).header(ORIGIN, &self.base).json(body);
        let request = match cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        };
        request.send().await.expect("an answer")
    }

    /// The cookie of a new session.
    async fn sign_in(&self, name: &str, password: &str) -> String {
        let answer = self.post("/session", None, &json!({ "name": name, "password": password })).await;
        assert!(answer.status().is_success(), "{name} is not let in: {:?}", answer.text().await);
        let cookie = answer.headers()[SET_COOKIE].to_str().expect("text");
        cookie.split(';').next().expect("a pair").to_owned()
    }

    async fn get(&self, path: &str, cookie: &str) -> Option<Response> {
        self.http.get(format!("{}/api/v1{path}", self.base)).header(COOKIE, cookie).send().await.ok()
    }
}

#[derive(Default)]
struct Counts {
    open: AtomicU64,
    events: AtomicU64,
    failed: AtomicU64,
    times: Mutex<Vec<Duration>>,
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base, sessions, rate, seconds] = arguments.as_slice() else {
        println!("Usage: api_load BASE SESSIONS READS_PER_SECOND SECONDS");
        std::process::exit(2);
    };
    let number = |text: &String| text.parse::<u32>().expect("a whole number");
    let (sessions, rate, seconds) = (number(sessions), number(rate), number(seconds));
    salesbridge_egress::install_crypto_provider();
    #[expect(clippy::disallowed_methods, reason = "the load comes from outside")]
    let http = Client::builder().no_proxy().build().expect("a client");
    let api = Api { http, base: base.clone() };
    let (counts, tasks) = (Arc::new(Counts::default()), TaskTracker::new());

    let administrator = api.sign_in("bench", &std::env::var("BENCH_PASSWORD").expect("BENCH_PASSWORD")).await;
    let cookies = people(&api, &administrator, sessions).await;
    for cookie in &cookies {
        tasks.spawn(watch(api.clone(), cookie.clone(), counts.clone()));
    }
    while counts.open.load(Relaxed) < u64::from(sessions) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!("{sessions} sessions, each with an open stream");
    read(&api, &administrator, &cookies, rate, seconds, &counts).await;
    tell(&counts, u64::from(rate) * u64::from(seconds));
}

/// Makes people and signs each in.
async fn people(api: &Api, administrator: &str, count: u32) -> Vec<String> {
    let mut cookies = Vec::new();
    for number in 0..count {
        let name = format!("reader-{number}");
        let new = json!({ "name": name, "role": "operator", "password": PASSWORD });
        let made = api.post("/people", Some(administrator), &new).await;
        assert!(made.status().is_success(), "{:?}", made.text().await);
        cookies.push(api.sign_in(&name, PASSWORD).await);
    }
    cookies
}

/// Reads a stream of events for as long as it is open.
async fn watch(api: Api, cookie: String, counts: Arc<Counts>) {
    let mut answer = api.get("/events", &cookie).await.expect("a stream");
    assert!(answer.status().is_success(), "no stream: {}", answer.status());
    counts.open.fetch_add(1, Relaxed);
    while let Ok(Some(piece)) = answer.chunk().await {
        let events = piece.windows(6).filter(|window| window == b"event:").count();
        counts.events.fetch_add(events as u64, Relaxed);
    }
    counts.open.fetch_sub(1, Relaxed);
}

/// Reads at a fixed rate; beside it a sync runs every second, so that the streams have something to tell.
async fn read(api: &Api, administrator: &str, cookies: &[String], rate: u32, seconds: u32, counts: &Arc<Counts>) {
    let (begun, tasks) = (Instant::now(), TaskTracker::new());
    for number in 0..rate * seconds {
        let due = begun + Duration::from_secs(1) * number / rate;
        tokio::time::sleep_until(due.into()).await;
        let (reader, counts) = (api.clone(), counts.clone());
        let cookie = cookies[number as usize % cookies.len()].clone();
        let path = READS[number as usize % READS.len()];
        tasks.spawn(async move {
            let answer = reader.get(path, &cookie).await;
            let succeeded = match answer {
                Some(answer) => answer.status().is_success() && answer.bytes().await.is_ok(),
                None => false,
            };
            counts.failed.fetch_add(u64::from(!succeeded), Relaxed);
            counts.times.lock().expect("unpoisoned").push(due.elapsed());
        });
        if number % rate == 0 {
            let (api, administrator) = (api.clone(), administrator.to_owned());
            tasks.spawn(
                async move { drop(api.post("/syncs/bench-leads/runs", Some(&administrator), &json!({})).await) },
            );
        }
    }
    tasks.close();
    tasks.wait().await;
}

fn tell(counts: &Counts, expected: u64) {
    let mut times = counts.times.lock().expect("unpoisoned").clone();
    times.sort();
    let at = |part: usize| times[(times.len() * part / 1000).min(times.len() - 1)].as_secs_f64() * 1000.0;
    println!(
        "{} reads of {expected}, {} failed; median {:.1} ms, 99 % within {:.1} ms, 99.9 % within {:.1} ms, longest {:.1} ms",
        times.len(),
        counts.failed.load(Relaxed),
        at(500),
        at(990),
        at(999),
        at(1000)
    );
    println!("{} streams still open, {} events read", counts.open.load(Relaxed), counts.events.load(Relaxed));
}
