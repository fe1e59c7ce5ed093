//! Killed again and again, at named steps and at random moments, while clients are edited and the org fails: in each configuration exactly one right
//! Lead per client in the end, and counts that agree.
//!
//! `SALESBRIDGE_TEST_KILLS=500` makes it the long form, `SALESBRIDGE_TEST_SEED=…` repeats one that failed (docs/testing.md).

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use salesbridge_journal::Step;
use salesbridge_testkit::PostgresDatabase;
use serde_json::{Value, json};

use crate::harness::{Installation, Org, Process, clients_csv, is_settled, last_name};

const CLIENTS: usize = 2000;
/// Clients that are renamed before each kill, so that there is always something to send.
const RENAMED: usize = 60;
/// Kills of one test, unless `SALESBRIDGE_TEST_KILLS` says otherwise.
const KILLS: usize = 20;
/// Longest wait for the end: leases of dead processes run out, pauses pass.
const PATIENCE: Duration = Duration::from_secs(180);
/// Longest wait for a process to reach the step it is to die at; it may have nothing to send.
const LONGEST_LIFE: Duration = Duration::from_millis(1500);

#[derive(Clone, Copy)]
struct Configuration {
    processes: usize,
    on_postgres: bool,
    by_bulk: bool,
    with_external_id: bool,
}

/// An org, and the installations that send it the same clients.
struct World {
    org: Org,
    installations: Vec<Installation>,
    /// Last names of the clients, by number.
    names: Vec<String>,
    _database: Option<PostgresDatabase>,
}

impl World {
    async fn new(configuration: Configuration) -> Self {
        let org = Org::start();
        let database = if configuration.on_postgres { Some(PostgresDatabase::create().await) } else { None };
        let address = database.as_ref().map(PostgresDatabase::address).unwrap_or_default();
        let mut settings = vec![
            // A write whose answer was lost may be under way for this long at the local org.
            ("SALESBRIDGE_SYNC_IN_FLIGHT_LOCAL_MILLISECONDS", "100"),
            ("SALESBRIDGE_SYNC_BATCH_ROWS", "50"),
            ("SALESBRIDGE_SYNC_LEASE_SECONDS", "1"),
            ("SALESBRIDGE_SYNC_BULK_FROM_ROWS", if configuration.by_bulk { "1" } else { "0" }),
            ("SALESBRIDGE_SYNC_BULK_ROWS", "200"),
        ];
        if configuration.on_postgres {
            settings.push(("DATABASE_URL", &address));
        }
        let first = Installation::new(&settings);
        let key = first.data().join("master.key");
        settings.push(("SALESBRIDGE_MASTER_KEY_FILE", key.to_str().expect("a path")));
        let others = (1..configuration.processes).map(|_| Installation::without_key(&settings)).collect::<Vec<_>>();
        let field = if configuration.with_external_id { Some(org.make_external_id_field().await) } else { None };
        let file = first.write("clients.csv", &clients_csv(CLIENTS, 0));
        first.succeeds(&["client", "import", file.to_str().expect("a path")]);
        first.connect(&org, field);
        let installations = std::iter::once(first).chain(others).collect();
        let names = (0..CLIENTS).map(|number| last_name(number, 0)).collect();
        Self { org, installations, names, _database: database }
    }

    /// Gives some clients another last name.
    fn rename_some(&mut self, random: &mut StdRng) {
        let first = random.random_range(0..CLIENTS - RENAMED);
        let word = *["Edited", "Miller", "Smith"].choose(random).expect("a word");
        let mut csv = "key,last_name\n".to_owned();
        for number in first..first + RENAMED {
            self.names[number] = format!("{word}{}", number % 7);
            csv.push_str(&format!("C-{number:05},{}\n", self.names[number]));
        }
        let file = self.installations[0].write("renamed.csv", &csv);
        self.installations[0].succeeds(&["client", "import", file.to_str().expect("a path")]);
    }

    /// The org fails once, soon: by an error or a dropped connection, before or after it has acted, for a write, a look-up or a bulk job.
    async fn add_a_fault(&self, random: &mut StdRng) {
        let action = match random.random_range(0..3) {
            0 => json!({ "drop_connection": true }),
            1 => json!({ "error": { "status": 503, "code": "SERVER_UNAVAILABLE", "message": "Server is too busy" } }),
            _ => json!({ "error": { "status": 500, "code": "UNKNOWN_EXCEPTION", "message": "An unexpected error." } }),
        };
        let path = *["/composite/sobjects", "/query", "/jobs/ingest"].choose(random).expect("a path");
        let rule = json!({
            "match": { "path_contains": path, "skip": random.random_range(0..4), "times": 1 },
            "when": if random.random_bool(0.5) { "after" } else { "before" },
            "action": action,
        });
        self.org.add_fault(&rule).await;
    }

    /// Serves until every Lead is as its client and nothing is left to be sent, and looks at every Lead and count.
    async fn completes(&self, seed: &str) {
        self.org.clear_faults().await;
        let _serving: Vec<Process> = self.installations.iter().map(|installation| installation.serve(&[])).collect();
        let begun = Instant::now();
        let sync = loop {
            let sync = self.installations[0].json(&["sync", "show", "acme-leads"]);
            let wrong = if is_settled(&sync) { self.first_wrong_lead().await } else { Some("not settled".to_owned()) };
            let Some(wrong) = wrong else { break sync };
            assert!(begun.elapsed() < PATIENCE, "still wrong ({seed}): {wrong}; {sync}");
            std::thread::sleep(Duration::from_millis(50));
        };
        let none_wait = json!({ "due": 0, "deferred": 0, "refused": 0, "uncertain": 0 });
        assert_eq!(sync["figures"]["due"], none_wait, "({seed})");
        assert_eq!(sync["figures"]["links"], CLIENTS, "({seed})");
        assert_eq!(sync["figures"]["unsettled"], 0, "({seed})");
        let created = self.records_made();
        assert_eq!(created, CLIENTS as u64, "the runs' counts add up to the Leads made ({seed})");
    }

    /// What the counts of every run say that was made.
    fn records_made(&self) -> u64 {
        let mut made = 0;
        let mut after: Option<String> = None;
        loop {
            let mut look = vec!["sync", "runs", "acme-leads", "--limit", "200"];
            if let Some(after) = &after {
                look.extend(["--after", after]);
            }
            let page = self.installations[0].json(&look);
            for run in page["items"].as_array().expect("runs") {
                made += run["counts"]["created"].as_u64().expect("a count");
            }
            after = page["next"].as_str().map(str::to_owned);
            if after.is_none() {
                return made;
            }
        }
    }

    /// What is wrong with the Leads, if anything: each client has one, and it is as the client.
    async fn first_wrong_lead(&self) -> Option<String> {
        let leads = self.org.leads().await;
        for (number, name) in self.names.iter().enumerate() {
            let mine = leads.get(&format!("c{number}@example.com")).map_or(&[][..], Vec::as_slice);
            let [lead] = mine else { return Some(format!("client {number} has {} Leads: {mine:?}", mine.len())) };
            let expected = json!([name, "Ann", format!("+1 212 555 {number:04}"), "Acme Brokers"]);
            let found: Value = json!([lead["LastName"], lead["FirstName"], lead["Phone"], lead["Company"]]);
            if found != expected {
                return Some(format!("the Lead of client {number} is {found}, not {expected}"));
            }
        }
        (leads.len() != CLIENTS).then(|| format!("{} Leads have addresses, not {CLIENTS}", leads.len()))
    }
}

/// Lets one process live and die: every second time at a named step, else at a random moment.
fn live_and_die(installation: &Installation, at_a_step: bool, random: &mut StdRng) {
    if at_a_step {
        let step = Step::ALL.choose(random).expect("a step").name();
        let crash_at = format!("{step}:{}", random.random_range(1..4));
        let mut serving = installation.serve(&[("SALESBRIDGE_CRASH_AT", &crash_at)]);
        if !serving.ends_within(LONGEST_LIFE) {
            serving.kill();
        }
    } else {
        let serving = installation.serve(&[]);
        std::thread::sleep(Duration::from_millis(random.random_range(50..700)));
        serving.kill();
    }
}

async fn survives(configuration: Configuration, name: u64) {
    let given = |variable: &str| std::env::var(variable).ok().and_then(|text| text.parse().ok());
    let seed: u64 = given("SALESBRIDGE_TEST_SEED").unwrap_or_else(|| rand::rng().random());
    println!("SALESBRIDGE_TEST_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed ^ name);
    let kills = given("SALESBRIDGE_TEST_KILLS").map_or(KILLS, |kills: u64| usize::try_from(kills).unwrap_or(KILLS));
    let mut world = World::new(configuration).await;
    for kill in 0..kills {
        if kill > 0 {
            world.rename_some(&mut random);
        }
        world.add_a_fault(&mut random).await;
        // The others go on while one dies.
        let victim = random.random_range(0..world.installations.len());
        let _others: Vec<Process> = (0..world.installations.len())
            .filter(|index| *index != victim)
            .map(|index| world.installations[index].serve(&[]))
            .collect();
        live_and_die(&world.installations[victim], kill % 2 == 0, &mut random);
    }
    world.completes(&format!("seed {seed}")).await;
}

/// F19, R54: by collections, without an external-ID field.
#[tokio::test]
async fn f19_r54_deaths_on_sqlite_by_collections() {
    let configuration = Configuration { processes: 1, on_postgres: false, by_bulk: false, with_external_id: false };
    survives(configuration, 11).await;
}

/// F19, R54: by Bulk jobs, without an external-ID field.
#[tokio::test]
async fn f19_r54_deaths_on_sqlite_by_bulk() {
    let configuration = Configuration { processes: 1, on_postgres: false, by_bulk: true, with_external_id: false };
    survives(configuration, 12).await;
}

/// F19, R54: on PostgreSQL, by collections, with an external-ID field.
#[tokio::test]
async fn f19_r54_deaths_on_postgresql_by_collections_with_an_external_id() {
    let configuration = Configuration { processes: 1, on_postgres: true, by_bulk: false, with_external_id: true };
    survives(configuration, 13).await;
}

/// F19, R54: on PostgreSQL, by Bulk jobs, with an external-ID field.
#[tokio::test]
async fn f19_r54_deaths_on_postgresql_by_bulk_with_an_external_id() {
    let configuration = Configuration { processes: 1, on_postgres: true, by_bulk: true, with_external_id: true };
    survives(configuration, 14).await;
}

/// F19, R54: three processes on one PostgreSQL, by collections, without an external-ID field.
#[tokio::test]
async fn f19_r54_deaths_of_three_processes_on_postgresql() {
    let configuration = Configuration { processes: 3, on_postgres: true, by_bulk: false, with_external_id: false };
    survives(configuration, 15).await;
}
