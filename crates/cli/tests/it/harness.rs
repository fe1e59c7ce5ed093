//! Processes of the binary, and a look into the org they write to. Everything is on loopback, in throwaway folders, and ends with its owner.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The binary under test.
pub(crate) const SALESBRIDGE: &str = env!("CARGO_BIN_EXE_salesbridge");
/// Longest wait for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A process that is killed when its owner lets go of it.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).spawn().expect("the binary starts"))
    }

    /// SIGKILL, and its end.
    pub(crate) fn kill(mut self) {
        self.0.kill().expect("a process of ours can be killed");
        self.0.wait().expect("its end is told");
    }

    /// Asks it to end, as Ctrl-C does, and waits for that; its exit code.
    pub(crate) fn interrupt(mut self) -> Option<i32> {
        let id = self.0.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status().expect("kill runs");
        assert!(sent.success());
        self.wait().code()
    }

    pub(crate) fn wait(&mut self) -> std::process::ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().expect("its state is told") {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "the process does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether it ends by itself within this time.
    pub(crate) fn ends_within(&mut self, time: Duration) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < time {
            if self.0.try_wait().expect("its state is told").is_some() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }

    /// What it prints, when that was piped.
    pub(crate) fn output(&mut self) -> ChildStdout {
        self.0.stdout.take().expect("its output is piped")
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A local org in a process of its own; what it holds is gone with it.
pub(crate) struct Org {
    pub(crate) url: String,
    pub(crate) consumer_key: String,
    pub(crate) consumer_secret: String,
    pub(crate) username: String,
    http: reqwest::Client,
    _process: Process,
}

impl Org {
    pub(crate) fn start() -> Self {
        let mut child = Command::new(SALESBRIDGE)
            .args(["local-org", "--listen", "127.0.0.1:0", "--json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the local org starts");
        let lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
        let process = Process(child);
        let mut text = String::new();
        for line in lines {
            text.push_str(&line.expect("its output is text"));
            if text.ends_with('}') {
                break;
            }
        }
        let told: Value = serde_json::from_str(&text).expect("the local org tells one JSON document");
        let text = |key: &str| told[key].as_str().expect(key).to_owned();
        Self {
            url: text("url"),
            consumer_key: text("consumer_key"),
            consumer_secret: text("consumer_secret"),
            username: text("username"),
            http: http_client(),
            _process: process,
        }
    }

    /// Makes the unique external-ID field on Lead.
    pub(crate) async fn make_external_id_field(&self) -> &'static str {
        let field = json!({
            "FullName": "Lead.Salesbridge_Key__c",
            "Metadata": {
                "label": "Salesbridge Key", "type": "Text", "length": 255,
                "externalId": true, "unique": true, "caseSensitive": false, "required": false,
            },
        });
        let made = self
            .http
            .post(format!("{}/services/data/v66.0/tooling/sobjects/CustomField", self.url))
            .bearer_auth(self.token().await)
            .json(&field)
            .send()
            .await
            .expect("the org answers");
        assert_eq!(made.status(), 201, "{:?}", made.text().await);
        "Salesbridge_Key__c"
    }

    /// Every Lead, by its e-mail address; several with one address are a doubled Lead.
    pub(crate) async fn leads(&self) -> BTreeMap<String, Vec<Value>> {
        let mut leads: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let soql = "SELECT+Id,LastName,FirstName,Email,Phone,Company,City,Title+FROM+Lead+ORDER+BY+Id";
        let mut path = Some(format!("/services/data/v66.0/query?q={soql}"));
        let token = self.token().await;
        while let Some(next) = path {
            let asked = self.http.get(format!("{}{next}", self.url)).bearer_auth(&token).send().await;
            let page: Value = asked.expect("the org answers").json().await.expect("a page of Leads");
            for lead in page["records"].as_array().expect("records") {
                leads.entry(lead["Email"].as_str().unwrap_or_default().to_owned()).or_default().push(lead.clone());
            }
            path = page["nextRecordsUrl"].as_str().map(str::to_owned);
        }
        leads
    }

    /// These fields of every Lead.
    pub(crate) async fn all_leads(&self, fields: &str) -> Vec<Value> {
        let query = format!("{}/services/data/v66.0/query?q=SELECT+{fields}+FROM+Lead", self.url);
        let asked = self.http.get(query).bearer_auth(self.token().await).send().await;
        let page: Value = asked.expect("the org answers").json().await.expect("a page of Leads");
        page["records"].as_array().expect("records").clone()
    }

    pub(crate) async fn add_fault(&self, rule: &Value) {
        let added = self.http.post(format!("{}/local-org/faults", self.url)).json(rule).send().await;
        assert!(added.expect("the org answers").status().is_success());
    }

    pub(crate) async fn clear_faults(&self) {
        let cleared = self.http.delete(format!("{}/local-org/faults", self.url)).send().await;
        assert!(cleared.expect("the org answers").status().is_success());
    }

    /// The requests that the org has seen, oldest first; those that look at it itself are not among them.
    pub(crate) async fn requests(&self) -> Vec<Value> {
        let asked = self.http.get(format!("{}/local-org/requests", self.url)).send().await.expect("the org answers");
        let answer: Value = asked.json().await.expect("requests");
        answer.as_array().or_else(|| answer["requests"].as_array()).expect("requests").clone()
    }

    pub(crate) async fn clear_requests(&self) {
        let cleared = self.http.delete(format!("{}/local-org/requests", self.url)).send().await;
        assert!(cleared.expect("the org answers").status().is_success());
    }

    pub(crate) async fn expire_tokens(&self) {
        let expired = self.http.post(format!("{}/local-org/tokens/expire", self.url)).send().await;
        assert!(expired.expect("the org answers").status().is_success());
    }

    /// Makes an app that runs as the same user as the first; its key and secret.
    pub(crate) async fn make_app(&self, name: &str, scopes: &[&str], callback_url: &str) -> (String, String) {
        let apps = format!("{}/local-org/apps", self.url);
        let known: Value = self.http.get(&apps).send().await.expect("the org answers").json().await.expect("apps");
        let mut app = known.as_array().or_else(|| known["apps"].as_array()).expect("apps")[0].clone();
        let (key, secret) = (format!("key-{name}"), format!("secret-{name}"));
        app["name"] = name.into();
        app["consumer_key"] = key.as_str().into();
        app["consumer_secret"] = secret.as_str().into();
        app["scopes"] = scopes.into();
        app["callback_url"] = callback_url.into();
        let made = self.http.post(&apps).json(&app).send().await.expect("the org answers");
        assert!(made.status().is_success(), "{:?}", made.text().await);
        (key, secret)
    }

    /// Changes these members of the app that the org begins with.
    pub(crate) async fn change_app(&self, members: &Value) {
        let apps = format!("{}/local-org/apps", self.url);
        let known: Value = self.http.get(&apps).send().await.expect("the org answers").json().await.expect("apps");
        let mut app = known.as_array().or_else(|| known["apps"].as_array()).expect("apps")[0].clone();
        app["consumer_secret"] = self.consumer_secret.as_str().into();
        for (name, value) in members.as_object().expect("members") {
            app[name] = value.clone();
        }
        let changed = self.http.post(&apps).json(&app).send().await.expect("the org answers");
        assert!(changed.status().is_success(), "{:?}", changed.text().await);
    }

    pub(crate) async fn delete_app(&self, key: &str) {
        let deleted = self.http.delete(format!("{}/local-org/apps/{key}", self.url)).send().await;
        assert!(deleted.expect("the org answers").status().is_success());
    }

    /// Makes a Lead as somebody in Salesforce would; its id.
    pub(crate) async fn make_lead(&self, fields: &Value) -> String {
        let path = format!("{}/services/data/v66.0/sobjects/Lead", self.url);
        let made = self.http.post(path).bearer_auth(self.token().await).json(fields).send().await;
        let made: Value = made.expect("the org answers").json().await.expect("a Lead");
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Changes a Lead as somebody in Salesforce would.
    pub(crate) async fn change_lead(&self, id: &str, fields: &Value) {
        let path = format!("{}/services/data/v66.0/sobjects/Lead/{id}", self.url);
        let changed = self.http.patch(path).bearer_auth(self.token().await).json(fields).send().await;
        assert_eq!(changed.expect("the org answers").status(), 204);
    }

    async fn token(&self) -> String {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.consumer_key),
            ("client_secret", &self.consumer_secret),
        ];
        let asked = self.http.post(format!("{}/services/oauth2/token", self.url)).form(&form).send().await;
        let answer: Value = asked.expect("the org answers").json().await.expect("a token answer");
        answer["access_token"].as_str().expect("a token").to_owned()
    }
}

/// A port that nothing listens on for now: the address has to be known before the door opens.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").port()
}

#[expect(clippy::disallowed_methods, reason = "a test looks at the org by a way of its own, not through the product's")]
pub(crate) fn http_client() -> reqwest::Client {
    salesbridge_egress::install_crypto_provider();
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// An installation in a throwaway folder.
pub(crate) struct Installation {
    folder: tempfile::TempDir,
    settings: Vec<(&'static str, String)>,
}

impl Installation {
    /// A new installation with its master key; these settings are in the environment of every command.
    pub(crate) fn new(settings: &[(&'static str, &str)]) -> Self {
        let installation = Self::without_key(settings);
        installation.succeeds(&["vault", "init"]);
        installation
    }

    pub(crate) fn without_key(settings: &[(&'static str, &str)]) -> Self {
        let settings = settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { folder: tempfile::tempdir().expect("a folder"), settings }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(SALESBRIDGE);
        command.args(arguments).env("SALESBRIDGE_DATA", self.data()).stdin(Stdio::null());
        for name in ["DATABASE_URL", "SALESBRIDGE_DATABASE_URL"] {
            // Nobody's own database is written to by a test.
            command.env_remove(name).env_remove(format!("{name}_FILE"));
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the binary runs")
    }

    /// Runs a command that must succeed; its standard output.
    pub(crate) fn succeeds(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// Runs a command that must succeed and print JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let text = self.succeeds(&[arguments, &["--json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?} printed no JSON: {error}: {text}"))
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// Connects to an org, enabled, with a company: every client becomes a Lead as soon as the engine runs.
    pub(crate) fn connect(&self, org: &Org, external_id_field: Option<&str>) {
        self.connect_with(&org.url, &org.consumer_key, &org.consumer_secret, external_id_field);
    }

    pub(crate) fn connect_with(&self, url: &str, key: &str, secret: &str, external_id_field: Option<&str>) {
        let mut more = vec!["--yes", "--company", "Acme Brokers"];
        if let Some(field) = external_id_field {
            more.extend(["--external-id-field", field]);
        }
        self.create_connection("acme", (url, key, secret), &more);
    }

    /// Connects to an org with a company, but disabled.
    pub(crate) fn connect_disabled(&self, org: &Org) {
        let parts = (org.url.as_str(), org.consumer_key.as_str(), org.consumer_secret.as_str());
        self.create_connection("acme", parts, &["--company", "Acme Brokers", "--enabled", "no"]);
    }

    /// Connects to an org without a company.
    pub(crate) fn connect_as(&self, name: &str, org: &Org) {
        self.create_connection(name, (&org.url, &org.consumer_key, &org.consumer_secret), &[]);
    }

    fn create_connection(&self, name: &str, (url, key, secret): (&str, &str, &str), more: &[&str]) {
        let secret = self.write("secret", secret);
        let secret = secret.to_str().expect("a path");
        let create = ["connection", "create", name, "--domain-url", url, "--consumer-key", key];
        self.succeeds(&[&create[..], &["--consumer-secret-file", secret], more].concat());
    }

    /// Starts `serve`; its log goes to a file beside the data.
    pub(crate) fn serve(&self, environment: &[(&str, &str)]) -> Process {
        let log = std::fs::File::options().create(true).append(true).open(self.path("serve.log")).expect("a log");
        Process::start(self.command(&["serve"]).envs(environment.iter().copied()).stderr(log))
    }

    /// What every `serve` of this installation has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path("serve.log")).unwrap_or_default()
    }

    /// Waits until `serve` answers, so that commands go through it.
    pub(crate) fn wait_for_socket(&self) {
        let begun = Instant::now();
        while std::os::unix::net::UnixStream::connect(self.data().join("salesbridge.sock")).is_err() {
            assert!(begun.elapsed() < PATIENCE, "`serve` does not answer: {}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until a look at the sync, through the running `serve`, satisfies.
    pub(crate) fn wait_for(&self, what: &str, satisfied: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let output = self.run(&["sync", "show", "acme-leads", "--json"]);
            if let Ok(sync) = serde_json::from_slice::<Value>(&output.stdout)
                && output.status.success()
                && satisfied(&sync)
            {
                return sync;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "waiting for {what}: {}{}\nlog: {}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr),
                self.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Whether nothing is left to be sent and the run that was asked for first has ended.
pub(crate) fn is_settled(sync: &Value) -> bool {
    let figures = &sync["figures"];
    let nothing_waits = figures["due"]["due"] == 0 && figures["due"]["deferred"] == 0 && figures["unsettled"] == 0;
    nothing_waits && figures["open_runs"] == 0 && !figures["last_run"].is_null()
}

/// A CSV file of clients whose e-mail addresses tell them apart. `edited` clients, from the first, have another last name.
pub(crate) fn clients_csv(count: usize, edited: usize) -> String {
    let mut csv = "key,first_name,last_name,email,phone_1_number,phone_1_confirmed,phone_1_updated_at\n".to_owned();
    for number in 0..count {
        let name = last_name(number, edited);
        csv.push_str(&format!(
            "C-{number:05},Ann,{name},c{number}@example.com,+1 212 555 {:04},yes,2026-01-01T00:00:00Z\n",
            number % 10_000
        ));
    }
    csv
}

/// The last name of a client in [`clients_csv`]. Several share one, so that equal rows happen.
pub(crate) fn last_name(number: usize, edited: usize) -> String {
    format!("{}{}", if number < edited { "Edited" } else { "Miller" }, number % 7)
}

/// Whether a file holds a text anywhere in its bytes.
pub(crate) fn holds(path: &Path, text: &str) -> bool {
    let bytes = std::fs::read(path).expect("a file");
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
