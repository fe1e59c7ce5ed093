//! A look at a local org by a way that is not the product's.

use std::collections::BTreeMap;

use salesbridge_local_org::{
    App, FaultAction, FaultError, FaultMatch, FaultRule, OrgConfig, RunningOrg, SeenRequest, UserSignIn,
};
use salesbridge_testkit::Browser;
use serde_json::{Value, json};

const CALLBACK: &str = "https://bridge.example/oauth/callback";
/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// An org that listens on loopback until it is dropped.
pub(crate) struct Org {
    pub(crate) running: RunningOrg,
    /// The app that it begins with.
    pub(crate) app: App,
    http: reqwest::Client,
}

impl Org {
    pub(crate) async fn start(config: OrgConfig) -> Self {
        let running = salesbridge_local_org::start(config).await.expect("an org");
        let app = running.control().apps().await.expect("its apps").remove(0);
        salesbridge_egress::install_crypto_provider();
        #[expect(clippy::disallowed_methods, reason = "a test looks at the org by a way of its own")]
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { running, app, http }
    }

    /// The tokens that a code stands for.
    pub(crate) async fn exchange(&self, code: &str, redirect_uri: &str) -> Value {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("client_id", &self.app.consumer_key),
            ("client_secret", &self.app.consumer_secret),
            ("redirect_uri", redirect_uri),
        ];
        let asked = self.http.post(format!("{}/services/oauth2/token", self.running.url())).form(&form).send().await;
        asked.expect("an answer").json().await.expect("JSON")
    }

    /// Every Lead by its e-mail address; two with one address are two in the list.
    pub(crate) async fn leads(&self) -> BTreeMap<String, Vec<Value>> {
        let mut leads: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let soql = "SELECT Id, LastName, FirstName, Email, Phone, Company, City, Title FROM Lead ORDER BY Id";
        let mut page = self.get("query", &[("q", soql)]).await;
        loop {
            for lead in page["records"].as_array().expect("records") {
                leads.entry(lead["Email"].as_str().unwrap_or_default().to_owned()).or_default().push(lead.clone());
            }
            let Some(next) = page["nextRecordsUrl"].as_str().map(str::to_owned) else { return leads };
            page = self.get(next.rsplit_once("v66.0/").expect("a versioned path").1, &[]).await;
        }
    }

    /// These fields of the Lead with this e-mail address.
    pub(crate) async fn lead_fields(&self, email: &str, fields: &str) -> Value {
        let soql = format!("SELECT {fields} FROM Lead WHERE Email = '{email}'");
        let page = self.get("query", &[("q", &soql)]).await;
        assert_eq!(page["totalSize"], 1, "Leads of {email}: {page}");
        let mut lead = page["records"][0].clone();
        lead.as_object_mut().expect("a record").remove("attributes");
        lead
    }

    /// What the org says a Lead is made of.
    pub(crate) async fn describe_lead(&self) -> Value {
        self.get("sobjects/Lead/describe", &[]).await
    }

    /// Makes a record as somebody in Salesforce would; its id.
    pub(crate) async fn make_record(&self, object: &str, fields: &Value) -> String {
        let made = self.http.post(self.url(&format!("sobjects/{object}"))).json(fields).bearer_auth(self.token().await);
        let made: Value = made.send().await.expect("an answer").json().await.expect("JSON");
        assert_eq!(made["success"], true, "no {object} was made: {made}");
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Makes a user who signs in with the password that every user of an org has here; the id.
    pub(crate) async fn make_user(&self, username: &str) -> String {
        let soql = "SELECT Id FROM Profile WHERE Name = 'System Administrator'";
        let profile = self.get("query", &[("q", soql)]).await["records"][0]["Id"].clone();
        let user = json!({
            "LastName": "Ben", "Username": username, "Email": username, "Alias": "ben", "ProfileId": profile,
            "TimeZoneSidKey": "GMT", "LocaleSidKey": "en_US", "EmailEncodingKey": "UTF-8", "LanguageLocaleKey": "en_US",
        });
        let id = self.make_record("User", &user).await;
        let password = Some(OrgConfig::default().admin_password);
        let change = UserSignIn { password, ..UserSignIn::default() };
        self.running.control().change_sign_in(&id, change).await.expect("a password");
        id
    }

    /// Makes a field on Lead, as an administrator would.
    pub(crate) async fn make_field(&self, name: &str, metadata: &Value) {
        let field = json!({ "FullName": format!("Lead.{name}"), "Metadata": metadata });
        let made =
            self.http.post(self.url("tooling/sobjects/CustomField")).json(&field).bearer_auth(self.token().await);
        let made = made.send().await.expect("an answer");
        assert_eq!(made.status(), 201, "{:?}", made.text().await);
    }

    /// Makes a text field on Lead.
    pub(crate) async fn make_custom_text(&self, name: &str, length: u32) {
        self.make_field(name, &json!({ "label": name, "type": "Text", "length": length, "required": false })).await;
    }

    /// The one Lead with this e-mail address.
    pub(crate) async fn lead(&self, email: &str) -> Value {
        let mut leads = self.leads().await;
        let found = leads.remove(email).unwrap_or_default();
        assert_eq!(found.len(), 1, "Leads of {email}");
        found[0].clone()
    }

    pub(crate) async fn count(&self) -> usize {
        self.leads().await.values().map(Vec::len).sum()
    }

    /// Changes a Lead as somebody in Salesforce would.
    pub(crate) async fn change_lead(&self, id: &str, fields: &Value) {
        let url = self.url(&format!("sobjects/Lead/{id}"));
        let changed = self.http.patch(url).json(fields).bearer_auth(self.token().await).send().await;
        assert_eq!(changed.expect("an answer").status(), 204);
    }

    pub(crate) async fn delete_lead(&self, id: &str) {
        let url = self.url(&format!("sobjects/Lead/{id}"));
        let deleted = self.http.delete(url).bearer_auth(self.token().await).send().await;
        assert_eq!(deleted.expect("an answer").status(), 204);
    }

    /// The write calls so far, oldest first.
    pub(crate) fn writes(&self) -> Vec<SeenRequest> {
        let wrote = |seen: &SeenRequest| seen.path.contains("/composite/sobjects") && seen.method != "GET";
        self.running.control().requests().into_iter().filter(wrote).collect()
    }

    /// The records in them.
    pub(crate) fn sent(&self) -> Vec<Value> {
        let records = |seen: SeenRequest| {
            let body: Value = serde_json::from_str(&seen.body).expect("JSON");
            body["records"].as_array().expect("records").clone()
        };
        self.writes().into_iter().flat_map(records).collect()
    }

    /// The requests for a token so far.
    pub(crate) fn sign_ins(&self) -> Vec<SeenRequest> {
        let requests = self.running.control().requests();
        requests.into_iter().filter(|seen| seen.path == "/services/oauth2/token").collect()
    }

    pub(crate) fn forget_requests(&self) {
        self.running.control().clear_requests();
    }

    /// After `skip` write calls, the next is refused with this error and not carried out.
    pub(crate) fn refuse_a_write(&self, skip: u64, status: u16, code: &str) {
        let error = FaultError { status, code: code.to_owned(), message: "as asked".to_owned() };
        let path_contains = Some("/composite/sobjects".to_owned());
        self.running.control().add_fault(FaultRule {
            matches: FaultMatch { path_contains, skip, times: Some(1), ..FaultMatch::default() },
            action: FaultAction { error: Some(error), ..FaultAction::default() },
            ..FaultRule::default()
        });
    }

    /// The codes that the org's REST API knows, as its control says.
    pub(crate) async fn rest_error_codes(&self) -> Vec<String> {
        let asked = self.http.get(format!("{}/local-org/error-codes", self.running.url())).send().await;
        let known: Value = asked.expect("an answer").json().await.expect("JSON");
        let rest = known.as_array().expect("a list").iter().filter(|known| known["door"] == "rest");
        rest.filter_map(|known| known["code"].as_str().map(str::to_owned)).collect()
    }

    /// Makes the unique external-ID field that carries our keys.
    pub(crate) async fn make_key_field(&self) {
        let metadata = json!({
            "label": "Salesbridge Key", "type": "Text", "length": 255, "externalId": true, "unique": true,
            "caseSensitive": false, "required": false,
        });
        let field = json!({ "FullName": "Lead.Salesbridge_Key__c", "Metadata": metadata });
        let url = self.url("tooling/sobjects/CustomField");
        let made = self.http.post(url).json(&field).bearer_auth(self.token().await).send().await;
        assert_eq!(made.expect("an answer").status(), 201);
    }

    /// Calls the org as an administrator would.
    pub(crate) async fn call(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> Value {
        let mut request = self.http.request(method, self.url(path)).bearer_auth(self.token().await);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap_or_default()
    }

    pub(crate) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Value {
        let asked = self.http.get(self.url(path)).query(query).bearer_auth(self.token().await).send().await;
        asked.expect("an answer").json().await.expect("JSON")
    }

    fn url(&self, path: &str) -> String {
        format!("{}/services/data/v66.0/{path}", self.running.instance_url())
    }

    async fn token(&self) -> String {
        self.token_answer().await["access_token"].as_str().expect("a token").to_owned()
    }

    /// Has the app insist on PKCE and on its secret, with the scopes of people's sign-ins, and changes it further.
    pub(crate) async fn change_app(&self, change: impl FnOnce(&mut App)) {
        let control = self.running.control();
        let mut apps = control.apps().await.expect("apps");
        let mut app = apps.remove(apps.iter().position(|app| app.consumer_key == self.app.consumer_key).expect("ours"));
        app.callback_url = Some(CALLBACK.to_owned());
        app.scopes = ["api", "refresh_token", "web"].map(str::to_owned).into();
        (app.pkce_required, app.secret_required, app.secret_required_for_refresh) = (true, true, true);
        change(&mut app);
        control.keep_app(app).await.expect("an app");
    }

    /// The name of the user who signs in.
    pub(crate) async fn username(&self) -> String {
        self.running.control().users().await.expect("users").remove(0).username
    }

    /// What a person's sign-in in a browser leaves behind, got by hand: the token answer.
    pub(crate) async fn tokens_of_a_person(&self) -> Value {
        let mut url = reqwest::Url::parse(&format!("{}/services/oauth2/authorize", self.running.url())).expect("a URL");
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.app.consumer_key)
            .append_pair("redirect_uri", CALLBACK)
            .append_pair("code_challenge", CHALLENGE)
            .append_pair("code_challenge_method", "S256");
        let back = Browser::at(self.running.url()).consent(&url, &self.username().await, "local-org-password").await;
        let code = back.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("client_id", &self.app.consumer_key),
            ("client_secret", &self.app.consumer_secret),
        ];
        let asked = self.http.post(format!("{}/services/oauth2/token", self.running.url())).form(&form).send().await;
        asked.expect("an answer").json().await.expect("JSON")
    }

    /// What the org answers to whoever asks for a token.
    pub(crate) async fn token_answer(&self) -> Value {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.app.consumer_key),
            ("client_secret", &self.app.consumer_secret),
        ];
        let asked = self.http.post(format!("{}/services/oauth2/token", self.running.url())).form(&form).send().await;
        asked.expect("an answer").json().await.expect("JSON")
    }
}
