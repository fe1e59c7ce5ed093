//! How much one load by bulk jobs costs this client: rows made by a generator, uploaded while they are made, results joined to row numbers.
//!
//! `bulk_load org` starts a local org and prints its address and app; `bulk_load load URL KEY SECRET ROWS ROWS_PER_JOB` loads into it and prints one line of
//! figures; `bulk_load write FOLDER ROWS ROWS_PER_JOB` writes the same files, for another program to upload. `bench/bulk.sh` runs all three.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a measurement prints, and ends where it cannot go on")]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::stream;
use salesbridge_egress::{ClientSettings, HttpClient, Reach, RetryPolicy};
use salesbridge_local_org::OrgConfig;
use salesbridge_model::{Clock, Secret, Timestamp};
use salesbridge_salesforce::{
    ApiVersion, CountingBudget, CsvCaps, CsvText, DomainUrl, IngestList, IngestOperation, JobId, JobInfo, JobPauses,
    KeyKind, MemoryTokenKeeper, OauthApp, OrgClient, OrgClientParts, RowIndex, RowPrinter, TokenEndpoint, UploadBody,
    WithClientCredentials,
};

const COLUMNS: [&str; 6] = ["LastName", "FirstName", "Company", "Email", "Phone", "Title"];
/// Bytes of a file that are made before they leave.
const PIECE: usize = 256 * 1024;

fn main() {
    use tokio::runtime::Builder;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let run = |mut threads: Builder| threads.enable_all().build().expect("threads");
    match arguments[..] {
        ["org"] => run(Builder::new_multi_thread()).block_on(org()),
        ["write", folder, rows, per_job] => write(folder, number(rows), number(per_job)),
        ["load", url, key, secret, rows, per_job] => {
            run(Builder::new_current_thread()).block_on(load(client(url, key, secret), number(rows), number(per_job)));
        }
        _ => println!("usage: bulk_load org | write FOLDER ROWS ROWS_PER_JOB | load URL KEY SECRET ROWS ROWS_PER_JOB"),
    }
}

fn number(text: &str) -> usize {
    text.parse().expect("a number")
}

async fn org() {
    let org = salesbridge_local_org::start(OrgConfig::default()).await.expect("an org");
    let app = org.control().apps().await.expect("its apps").remove(0);
    println!("{} {} {}", org.url(), app.consumer_key, app.consumer_secret);
    std::future::pending::<()>().await;
}

/// The values of a row, about a hundred bytes.
fn values(row: usize, buffer: &mut [String; 6]) {
    use std::fmt::Write as _;
    let [last, first, company, email, phone, title] = buffer;
    buffer_of(last, |text| write!(text, "Lastname{row:07}"));
    buffer_of(first, |text| write!(text, "Firstname{}", row % 977));
    buffer_of(company, |text| write!(text, "Company, {} & Sons", row % 4999));
    buffer_of(email, |text| write!(text, "person.{row:07}@example.com"));
    buffer_of(phone, |text| write!(text, "+1 212 555 {:04}", row % 10_000));
    buffer_of(title, |text| write!(text, "Head of {}", row % 101));
}

fn buffer_of(text: &mut String, fill: impl FnOnce(&mut String) -> std::fmt::Result) {
    text.clear();
    fill(text).expect("a text has room");
}

/// Makes one file piece by piece; each row is told to `each`.
fn pieces(from: usize, rows: usize, mut each: impl FnMut(&[String; 6])) -> impl Iterator<Item = Vec<u8>> {
    let mut csv = CsvText::new(&COLUMNS, CsvCaps::default()).expect("columns");
    let (mut next, mut row) = (from, Default::default());
    std::iter::from_fn(move || {
        let taken = csv.size();
        while next < from + rows && csv.size() < taken + PIECE {
            values(next, &mut row);
            row.iter().for_each(|value| csv.text(value));
            csv.end_row().expect("a row fits");
            each(&row);
            next += 1;
        }
        let piece = csv.take_piece();
        (!piece.is_empty()).then_some(piece)
    })
}

fn write(folder: &str, rows: usize, per_job: usize) {
    use std::io::Write as _;
    for (number, from) in (0..rows).step_by(per_job).enumerate() {
        let path = std::path::Path::new(folder).join(format!("{number}.csv"));
        let mut file = std::fs::File::create(path).expect("a file");
        pieces(from, per_job.min(rows - from), |_| {})
            .for_each(|piece| file.write_all(&piece).expect("a written piece"));
    }
}

/// A job on its way, and its rows by what they are known by.
struct Sent {
    job: JobId,
    index: RowIndex,
    first: usize,
}

async fn load(client: OrgClient, rows: usize, per_job: usize) {
    let begun = Instant::now();
    let (mut uploading, mut waiting, mut downloading) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let mut joined = 0;
    let mut before: Option<Sent> = None;
    for from in (0..rows).step_by(per_job) {
        let at = Instant::now();
        let sent = upload(&client, from, per_job.min(rows - from)).await;
        uploading += at.elapsed();
        if let Some(sent) = before.replace(sent) {
            joined += finish(&client, sent, &mut waiting, &mut downloading).await;
        }
    }
    if let Some(sent) = before {
        joined += finish(&client, sent, &mut waiting, &mut downloading).await;
    }
    assert_eq!(joined, rows, "every row has its record");
    println!(
        "rows {rows} wall_s {:.2} upload_s {:.2} wait_s {:.2} download_s {:.2} cpu_s {:.2} peak_mb {:.0}",
        begun.elapsed().as_secs_f64(),
        uploading.as_secs_f64(),
        waiting.as_secs_f64(),
        downloading.as_secs_f64(),
        cpu_seconds(),
        peak_megabytes()
    );
}

async fn upload(client: &OrgClient, from: usize, rows: usize) -> Sent {
    let job = client.create_ingest_job("Lead", &IngestOperation::Insert).await.expect("a job");
    let index = Arc::new(Mutex::new(RowIndex::default()));
    let file = {
        let (index, job) = (index.clone(), job.clone());
        UploadBody::made_by(move || {
            *index.lock().unwrap_or_else(PoisonError::into_inner) = RowIndex::with_capacity(rows);
            let (index, mut printer) = (index.clone(), RowPrinter::new(&job));
            let each = move |row: &[String; 6]| {
                let print = printer.print(row.iter().map(|value| (KeyKind::Text, value.as_bytes())));
                index.lock().unwrap_or_else(PoisonError::into_inner).add(print);
            };
            Box::pin(stream::iter(pieces(from, rows, each).map(|piece| Ok(piece.into()))))
        })
    };
    client.upload(&job, &file).await.expect("an upload");
    client.queue_job(&job).await.expect("a queued job");
    let index = std::mem::take(&mut *index.lock().unwrap_or_else(PoisonError::into_inner));
    Sent { job, index, first: from }
}

/// Waits for a job and joins its results; how many rows have their record.
async fn finish(client: &OrgClient, mut sent: Sent, waiting: &mut Duration, downloading: &mut Duration) -> usize {
    let at = Instant::now();
    let info = ended(client, &sent.job).await;
    *waiting += at.elapsed();
    let at = Instant::now();
    let mut printer = RowPrinter::new(&sent.job);
    let mut records = vec![[0_u8; 18]; sent.index.rows()];
    let mut joined = 0;
    let mut list = client.ingest_rows(&info.id, IngestList::Successful).await.expect("a list");
    while let Some(row) = list.next().await.expect("a row") {
        let print = printer.print((0..COLUMNS.len()).map(|column| (KeyKind::Text, row.value(column))));
        let number = sent.index.take(print).expect("the row of a result");
        records[number].copy_from_slice(row.record_id());
        joined += 1;
    }
    assert_eq!(info.failed, 0, "rows from {} on", sent.first);
    assert!(records.iter().all(|id| id.starts_with(b"00Q")), "every row has a record");
    *downloading += at.elapsed();
    joined
}

async fn ended(client: &OrgClient, job: &JobId) -> JobInfo {
    for pause in JobPauses::new(Duration::from_millis(10), Duration::from_millis(100)) {
        let info = client.ingest_job(job).await.expect("an answer").expect("a job");
        if info.state.is_final() {
            return info;
        }
        tokio::time::sleep(pause).await;
    }
    unreachable!("pauses never end")
}

fn client(url: &str, key: &str, secret: &str) -> OrgClient {
    let http = HttpClient::new(ClientSettings::new(Reach::LocalOrg)).expect("a client");
    let app = OauthApp {
        host: DomainUrl::parse(url).expect("an address"),
        consumer_key: key.to_owned(),
        consumer_secret: Some(Secret::new(secret.to_owned())),
    };
    let clock = Arc::new(RealClock(Instant::now()));
    let endpoint = TokenEndpoint::new(app, http.clone(), RetryPolicy::default(), clock.clone());
    OrgClient::new(OrgClientParts {
        http,
        keeper: Arc::new(MemoryTokenKeeper::new(WithClientCredentials::new(endpoint))),
        budget: Arc::new(CountingBudget::default()),
        clock,
        version: ApiVersion::default(),
        retries: RetryPolicy::default(),
        concurrent_calls: 4,
    })
}

struct RealClock(Instant);

impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "the org has a real clock too")]
    fn now(&self) -> Timestamp {
        chrono::Utc::now()
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

/// User and system time of this process, in ticks of a hundredth of a second (proc(5), "/proc/pid/stat", fields 14 and 15).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |field: usize| fields.get(field).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    (ticks(11) + ticks(12)) / 100.0
}

/// The most memory this process has had (proc(5), "/proc/pid/status", `VmHWM`).
fn peak_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<f64>().unwrap_or_default() / 1024.0
}
