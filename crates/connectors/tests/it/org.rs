//! A local org, a connector to it, and a look at its records by another way.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use salesbridge_connectors::salesforce::{CountingBudget, Means, SalesforceConfig, SalesforceConnector};
use salesbridge_local_org::{FaultAction, FaultError, FaultMatch, FaultRule, FaultTime, OrgConfig, RunningOrg};
use salesbridge_model::{Clock, Secret, Timestamp};
use serde_json::{Value, json};

/// The unique external-ID field that the org has on Lead.
pub(crate) const KEY_FIELD: &str = "Salesbridge_Key__c";

/// How long a write may be under way.
pub(crate) const IN_FLIGHT: Duration = Duration::from_secs(60);

pub(crate) struct Stage {
    pub(crate) org: RunningOrg,
    pub(crate) connector: SalesforceConnector,
    http: reqwest::Client,
    key: String,
    secret: String,
}

struct RealClock;

static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "the org has a real clock too")]
    fn now(&self) -> Timestamp {
        chrono::Utc::now()
    }

    fn monotonic(&self) -> Duration {
        BEGAN.elapsed()
    }
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let org = salesbridge_local_org::start(OrgConfig::default()).await.expect("an org");
        let app = org.control().apps().await.expect("its apps").remove(0);
        let config = SalesforceConfig {
            domain_url: org.url().to_owned(),
            consumer_key: app.consumer_key.clone(),
            consumer_secret: Some(Secret::new(app.consumer_secret.clone())),
            means: Means::ClientCredentials,
            edited_at: Timestamp::UNIX_EPOCH,
            shelf: None,
            batch_rows: 200,
            bulk_from_rows: 2000,
            bulk_rows: 20_000,
            in_flight: Duration::from_secs(600),
            in_flight_local: IN_FLIGHT,
            concurrent_calls: 8,
        };
        let connector = SalesforceConnector::open(config, Arc::new(CountingBudget::default()), Arc::new(RealClock))
            .expect("a connector");
        #[expect(clippy::disallowed_methods, reason = "a test looks at the org by a way of its own")]
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let stage = Self { org, connector, http, key: app.consumer_key, secret: app.consumer_secret };
        stage.make_key_field().await;
        stage
    }

    pub(crate) fn breaks(&self, when: FaultTime, action: FaultAction) {
        let path_contains = Some("/composite/sobjects".to_owned());
        let matches = FaultMatch { path_contains, times: Some(1), ..FaultMatch::default() };
        self.org.control().add_fault(FaultRule { matches, when, action });
    }

    /// The next call that writes loses its connection.
    pub(crate) fn loses_the_next_call(&self, when: FaultTime) {
        self.breaks(when, FaultAction { drop_connection: true, ..FaultAction::default() });
    }

    /// The next time a job is queued, the connection drops.
    pub(crate) fn loses_the_next_queueing(&self, when: FaultTime) {
        let matches = FaultMatch {
            method: Some("PATCH".to_owned()),
            path_contains: Some("/jobs/ingest/".to_owned()),
            body_contains: Some("UploadComplete".to_owned()),
            times: Some(1),
            ..FaultMatch::default()
        };
        let action = FaultAction { drop_connection: true, ..FaultAction::default() };
        self.org.control().add_fault(FaultRule { matches, when, action });
    }

    /// The next write is answered with an error, and not carried out.
    pub(crate) fn answers_with(&self, status: u16, code: &str) {
        let error = FaultError { status, code: code.to_owned(), message: "as asked".to_owned() };
        self.breaks(FaultTime::Before, FaultAction { error: Some(error), ..FaultAction::default() });
    }

    pub(crate) async fn query(&self, soql: &str) -> Vec<Value> {
        let url = format!("{}/services/data/v66.0/query", self.org.instance_url());
        let asked = self.http.get(url).query(&[("q", soql)]).bearer_auth(self.token().await).send().await;
        let page: Value = asked.expect("an answer").json().await.expect("JSON");
        page["records"].as_array().unwrap_or_else(|| panic!("records of {soql}: {page}")).clone()
    }

    pub(crate) async fn delete_lead(&self, id: &str) {
        let url = format!("{}/services/data/v66.0/sobjects/Lead/{id}", self.org.instance_url());
        let deleted = self.http.delete(url).bearer_auth(self.token().await).send().await;
        assert_eq!(deleted.expect("an answer").status(), 204);
    }

    pub(crate) async fn delete_leads(&self) {
        for lead in self.query("SELECT Id FROM Lead").await {
            self.delete_lead(lead["Id"].as_str().expect("an id")).await;
        }
    }

    /// Every job that is over is deleted, as Salesforce does after seven days.
    pub(crate) async fn forget_jobs(&self) {
        let url = format!("{}/services/data/v66.0/jobs/ingest", self.org.instance_url());
        let asked = self.http.get(&url).bearer_auth(self.token().await).send().await;
        let list: Value = asked.expect("an answer").json().await.expect("JSON");
        for job in list["records"].as_array().expect("jobs") {
            let url = format!("{url}/{}", job["id"].as_str().expect("an id"));
            self.http.delete(url).bearer_auth(self.token().await).send().await.expect("an answer");
        }
    }

    pub(crate) async fn make_lead(&self, fields: &Value) {
        let url = format!("{}/services/data/v66.0/sobjects/Lead", self.org.instance_url());
        let made = self.http.post(url).json(fields).bearer_auth(self.token().await).send().await;
        assert_eq!(made.expect("an answer").status(), 201);
    }

    async fn make_key_field(&self) {
        let metadata = json!({
            "label": "Salesbridge Key", "type": "Text", "length": 255, "externalId": true, "unique": true,
            "caseSensitive": false, "required": false,
        });
        let url = format!("{}/services/data/v66.0/tooling/sobjects/CustomField", self.org.instance_url());
        let field = json!({ "FullName": format!("Lead.{KEY_FIELD}"), "Metadata": metadata });
        let made = self.http.post(url).json(&field).bearer_auth(self.token().await).send().await;
        assert_eq!(made.expect("an answer").status(), 201);
    }

    async fn token(&self) -> String {
        let form = [("grant_type", "client_credentials"), ("client_id", &self.key), ("client_secret", &self.secret)];
        let asked = self.http.post(format!("{}/services/oauth2/token", self.org.url())).form(&form).send().await;
        let answer: Value = asked.expect("an answer").json().await.expect("JSON");
        answer["access_token"].as_str().expect("a token").to_owned()
    }
}
