//! `salesbridge demo`: the whole story in one process.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use salesbridge_hub::clients::ImportManner;
use salesbridge_hub::clients::made_up::made_up_clients;
use salesbridge_hub::{Caller, Hub};
use salesbridge_local_org::{App, Data, OrgConfig, RunningOrg};
use salesbridge_model::{Client, Page, Run, RunCounts, Timestamp};
use salesbridge_server::serve_socket;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::local_org::{default_app, start};
use super::serve::stop_on_signal;
use super::sync::{await_run, exit_code};
use crate::api::Api;
use crate::arguments::{DemoOptions, GlobalOptions};
use crate::data_directory::{DataDirectory, socket_of};
use crate::settings::Settings;
use crate::terminal::{DONE, Failure, counted, number, print_json, print_line, say};
use crate::{master_key, wiring};

const CONNECTION: &str = "demo";
const SYNC: &str = "demo-leads";
const COMPANY: &str = "Northwind Brokers";
/// The made-up clients are the same on every run.
const SEED: u64 = 20_260_701;
/// Where the local org listens when nobody else does.
const USUAL_PORT: u16 = 8866;

/// Everything that a demo runs.
struct Demo {
    settings: Settings,
    api: Api,
    hub: Arc<Hub>,
    org: RunningOrg,
    /// Removed when the demo ends, unless a folder was named.
    _folder: Option<tempfile::TempDir>,
}

/// What a demo did.
#[derive(Debug, serde::Serialize)]
struct Report {
    clients: u64,
    leads_created: u64,
    leads_updated: u64,
    refused: u64,
    uncertain: u64,
    api_calls: u64,
    seconds: f64,
    local_org: String,
    data: PathBuf,
}

pub(crate) async fn run(global: &GlobalOptions, options: &DemoOptions) -> anyhow::Result<u8> {
    let demo = Demo::open(global).await?;
    let outcome = demo.play(global.json, options).await;
    demo.org.shutdown().await;
    outcome
}

impl Demo {
    async fn open(global: &GlobalOptions) -> anyhow::Result<Self> {
        let mut global = global.clone();
        let folder = match &global.data {
            Some(_) => None,
            None => Some(tempfile::Builder::new().prefix("salesbridge-demo-").tempdir()?),
        };
        global.data = global.data.or_else(|| folder.as_ref().map(|folder| folder.path().to_owned()));
        let mut settings = Settings::read(&global)?;
        // The story is told in a folder: nobody wants made-up clients in the database that the environment names.
        settings.database_url = None;
        let data = DataDirectory::own(&settings.data, "salesbridge demo").await?;
        let keys = if settings.master_key_file.exists() || std::env::var_os("SALESBRIDGE_MASTER_KEY").is_some() {
            master_key::read(&settings)?
        } else {
            master_key::init(&settings)?
        };
        let org = start_org(settings.data.join("local-org.sqlite")).await?;
        let hub = wiring::open_hub(&settings, &data, keys).await?;
        let api = Api::here(&settings, data, hub.clone());
        Ok(Self { settings, api, hub, org, _folder: folder })
    }

    async fn play(&self, json: bool, options: &DemoOptions) -> anyhow::Result<u8> {
        let tell = |line: String| {
            if !json {
                say(&line)
            }
        };
        tell(format!("A local Salesforce org runs at {}", self.org.url()));
        let stop = CancellationToken::new();
        let story = async {
            let _stops = stop.clone().drop_guard();
            tokio::select! {
                told = self.tell_story(json, options, &tell, &stop) => told,
                () = stop.cancelled() => if options.once { Err(interrupted().into()) } else { Ok(DONE) },
            }
        };
        let socket = socket_of(&self.settings.data);
        let router = salesbridge_server::for_owner(salesbridge_server::router(self.hub.clone()));
        let served = serve_socket(&socket, router, stop.clone());
        let (code, served, ()) = tokio::join!(self.api.with_engine(story), served, stop_on_signal(stop.clone()));
        served.context("the socket could not be served")?;
        code
    }

    async fn tell_story(
        &self,
        json: bool,
        options: &DemoOptions,
        tell: &impl Fn(String),
        stop: &CancellationToken,
    ) -> anyhow::Result<u8> {
        let (begun, began_at) = (Instant::now(), self.hub.now());
        self.fill_directory(options.clients).await?;
        let clients: Page<Client> = self.api.get("/clients?limit=1").await?;
        tell(format!("The made-up firm {COMPANY} has {}", counted(clients.total, "client")));
        self.connect().await?;
        tell(format!("Connected; sending every client as a Lead of company {COMPANY:?}"));
        let run = await_run(&self.api, SYNC, &self.first_run(began_at).await?).await?;
        self.report(json, clients.total, began_at, begun.elapsed()).await?;
        if !options.once {
            self.stay_current(json).await?;
            stop.cancelled().await;
        }
        Ok(exit_code(&run))
    }

    async fn fill_directory(&self, count: u32) -> anyhow::Result<()> {
        let (rows, received) = tokio::sync::mpsc::channel(1000);
        let making = tokio::task::spawn_blocking(move || {
            made_up_clients(SEED, count).all(|client| rows.blocking_send(Ok(client)).is_ok())
        });
        let report = self
            .hub
            .import_clients(&Caller::owner(), received, &ImportManner { assumed: self.hub.now(), dry_run: false })
            .await?;
        making.await?;
        anyhow::ensure!(report.refused == 0, "{} made-up clients were refused", report.refused);
        Ok(())
    }

    /// Makes the connection, or gives the one of an earlier demo the org's present address.
    async fn connect(&self) -> anyhow::Result<()> {
        let App { consumer_key, consumer_secret, .. } = default_app(&self.org, None).await?;
        let credentials = json!({
            "settings": { "domain_url": self.org.url(), "consumer_key": consumer_key },
            "secrets": { "consumer_secret": consumer_secret },
            "company": COMPANY,
            "enabled": true,
            "confirmed": true,
        });
        let known: Page<serde_json::Value> = self.api.get("/connections").await?;
        if known.items.iter().any(|connection| connection["name"] == CONNECTION) {
            self.api.patch::<serde_json::Value>(&format!("/connections/{CONNECTION}"), &credentials).await?;
        } else {
            let mut new = credentials;
            new["name"] = CONNECTION.into();
            new["caption"] = "Local org".into();
            self.api.post::<serde_json::Value>("/connections", &new).await?;
        }
        let tested: serde_json::Value = self.api.post(&format!("/connections/{CONNECTION}/test"), &json!({})).await?;
        anyhow::ensure!(tested["passed"] == true, "the local org does not pass the connection test: {tested}");
        Ok(())
    }

    /// The run that compares every client: the one that connecting asked for, else one asked for now.
    async fn first_run(&self, began_at: Timestamp) -> anyhow::Result<Run> {
        match self.runs_since(began_at).await?.pop() {
            Some(run) => Ok(run),
            None => self.api.post(&format!("/syncs/{SYNC}/runs"), &json!({})).await,
        }
    }

    async fn report(&self, json: bool, clients: u64, began_at: Timestamp, took: Duration) -> anyhow::Result<()> {
        let runs = self.runs_since(began_at).await?;
        let mut counts = RunCounts::default();
        for run in &runs {
            counts.created += run.counts.created;
            counts.updated += run.counts.updated;
            counts.refused += run.counts.refused;
            counts.uncertain += run.counts.uncertain;
        }
        let report = Report {
            clients,
            leads_created: counts.created,
            leads_updated: counts.updated,
            refused: counts.refused,
            uncertain: counts.uncertain,
            api_calls: runs.iter().map(|run| run.api_calls).sum(),
            seconds: (took.as_secs_f64() * 1000.0).round() / 1000.0,
            local_org: self.org.url().to_owned(),
            data: self.settings.data.clone(),
        };
        if json {
            print_json(&report);
            return Ok(());
        }
        print_line(&format!(
            "{} created, {} updated, {} refused, with {} in {:.1} s",
            counted(report.leads_created, "Lead"),
            number(report.leads_updated),
            number(report.refused),
            counted(report.api_calls, "call"),
            report.seconds
        ));
        Ok(())
    }

    /// Runs asked for since the demo began, newest first.
    async fn runs_since(&self, began_at: Timestamp) -> anyhow::Result<Vec<Run>> {
        let newest: Page<Run> = self.api.get(&format!("/syncs/{SYNC}/runs?limit=100")).await?;
        Ok(newest.items.into_iter().filter(|run| run.created_at >= began_at).collect())
    }

    /// Edits a client and shows that its Lead follows.
    async fn stay_current(&self, json: bool) -> anyhow::Result<()> {
        if json {
            return Ok(());
        }
        let page: Page<Client> = self.api.get("/clients?limit=3").await?;
        for mut client in page.items {
            let old = client.last_name.replace(format!("{}-Demo", client.last_name.as_deref().unwrap_or("New")));
            let runs_before = self.newest_runs().await?.total;
            let edited = Instant::now();
            self.api
                .put::<serde_json::Value>(
                    &format!("/clients/by-key/{}", crate::api::segment(&client.key)),
                    &serde_json::to_value(&client)?,
                )
                .await?;
            self.until_sent(runs_before).await?;
            say(&format!(
                "Client {}: last name {} became {}; its Lead followed after {} ms",
                client.key,
                old.as_deref().unwrap_or("(none)"),
                client.last_name.as_deref().unwrap_or_default(),
                edited.elapsed().as_millis()
            ));
        }
        let data = self.settings.data.display();
        say("\nLook around while this runs (Ctrl-C ends it):");
        let looks = [
            (format!("{}/local-org/page/Lead", self.org.url()), "the Leads, in a browser"),
            (format!("salesbridge client list --data {data}"), "the clients"),
            (format!("salesbridge client edit C-000009 --set last_name=Miller --data {data}"), "one more change"),
            (format!("salesbridge sync show {SYNC} --data {data}"), "what was sent"),
        ];
        let width = looks.iter().map(|(what, _)| what.len()).max().unwrap_or_default();
        looks.iter().for_each(|(what, why)| say(&format!("  {what:width$}   {why}")));
        Ok(())
    }

    /// Waits until a run that began after so many others has sent every change.
    async fn until_sent(&self, runs_before: u64) -> anyhow::Result<()> {
        for _ in 0..500 {
            let runs = self.newest_runs().await?;
            if runs.total > runs_before && runs.items.iter().all(|run| run.state.is_final()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        anyhow::bail!("the change was not sent within five seconds; see `salesbridge sync show {SYNC}`")
    }

    async fn newest_runs(&self) -> anyhow::Result<Page<Run>> {
        self.api.get(&format!("/syncs/{SYNC}/runs?limit=1")).await
    }
}

fn interrupted() -> Failure {
    Failure {
        code: "interrupted".to_owned(),
        message: "the demo was interrupted before the first sync was complete".to_owned(),
        remedy: "Run it again; with the same --data it goes on where it was".to_owned(),
        ..Failure::default()
    }
}

/// Starts the org at its usual address, or at a free one when that is taken.
async fn start_org(file: PathBuf) -> anyhow::Result<RunningOrg> {
    let at = |port| OrgConfig {
        data: Data::File(file.clone()),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        ..OrgConfig::default()
    };
    match start(at(USUAL_PORT)).await {
        Ok(org) => Ok(org),
        Err(_) => start(at(0)).await,
    }
}
