//! What was promised, number by number, looked at where it counts: in the org, over the wire. docs/requirements.md says what each number means.

use serde_json::{Value, json};

use crate::harness::{Installation, Org, Process, is_settled};

/// An installation with clients, connected to an org and serving it.
struct Served {
    org: Org,
    installation: Installation,
    serving: Process,
}

impl Served {
    /// Clients in CSV; the connection is enabled and has a company.
    fn with(csv: &str) -> Self {
        let (org, installation) = (Org::start(), Installation::new(&[]));
        import(&installation, csv);
        installation.connect(&org, None);
        let serving = installation.serve(&[]);
        installation.wait_for("the first sync", is_settled);
        Self { org, installation, serving }
    }

    /// Imports clients and waits until the engine has nothing left to do.
    fn import(&self, csv: &str) {
        let runs_before = self.runs();
        import(&self.installation, csv);
        self.installation.wait_for("the change to be sent", |sync| is_settled(sync) && self.runs() > runs_before);
    }

    fn runs(&self) -> u64 {
        self.installation.json(&["sync", "runs", "acme-leads"])["total"].as_u64().expect("a number")
    }

    /// The one Lead with this e-mail address.
    async fn lead(&self, email: &str) -> Value {
        let leads = self.org.leads().await;
        assert_eq!(leads[email].len(), 1, "Leads of {email}: {:?}", leads[email]);
        leads[email][0].clone()
    }
}

fn import(installation: &Installation, csv: &str) {
    let file = installation.write("clients.csv", csv);
    installation.succeeds(&["client", "import", file.to_str().expect("a path")]);
}

/// Records of the write calls that the org received, in order.
async fn sent_records(org: &Org) -> Vec<Value> {
    let written = org.requests().await.into_iter().filter(|request| {
        request["path"].as_str().is_some_and(|path| path.contains("/composite/sobjects")) && request["method"] != "GET"
    });
    let records = |request: Value| {
        let body: Value = serde_json::from_str(request["body"].as_str().expect("a body")).expect("JSON");
        body["records"].as_array().expect("records").clone()
    };
    written.flat_map(records).collect()
}

fn keys(record: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = record.as_object().expect("a record").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

const FIXTURES: &str = "\
key,first_name,middle_name,last_name,email,phone_1_number,phone_1_confirmed,phone_1_updated_at,phone_2_number,phone_2_confirmed,phone_2_updated_at,phone_3_number,phone_3_confirmed,phone_3_updated_at,address_residential_street,address_residential_city,address_residential_state,address_residential_postal_code,country,country_code,company_names,client_type
F1,Ann,Mary,Miller,f1@example.com,+1 212 555 0101,yes,2026-01-01T00:00:00Z,,,,,,,1 Main Street,Springfield,Oregon,97475,United States,US,,Individual
F2,,,,f2@example.com,,,,,,,,,,,,,,,,,
F3,Bob,,   ,f3@example.com,,,,,,,,,,,,,,,,,
F4,Four,,Phones,f4@example.com,+1 212 555 0141,no,2026-01-01T00:00:00Z,+1 212 555 0142,no,2026-03-01T00:00:00Z,+1 212 555 0143,no,2026-02-01T00:00:00Z,,,,,,,,
F5,Five,,Phones,f5@example.com,+1 212 555 0151,yes,2026-01-01T00:00:00Z,+1 212 555 0152,no,2026-03-01T00:00:00Z,+1 212 555 0153,no,2026-02-01T00:00:00Z,,,,,,,,
F7,Seven,,Phones,f7@example.com,+1 212 555 0172,no,2026-01-01T00:00:00Z,+1 212 555 0171,no,2026-01-01T00:00:00Z,,,,,,,,,,,
F8,Zoë 😀,,O'Brien,f8@example.com,,,,,,,,,,\"12 \"\"Quoted\"\" Street
Second line\",Zürich,,8001,,,,
F10a,Same,,Twin,twin@example.com,,,,,,,,,,,,,,,,,
F10b,Same,,Twin,twin@example.com,,,,,,,,,,,,,,,,,
F11,Cora,,Corporate,f11@example.com,,,,,,,,,,,,,,,,Their Own Company Ltd,Corporate
";

/// R52, R53, R55, R58, R59, R61, R69, R70, R71, R73; F1, F2, F3, F4, F5, F7, F8, F10, F11: what arrives in the org, and what was sent.
#[tokio::test]
async fn every_kind_of_client_becomes_the_lead_it_should() {
    let served = Served::with(FIXTURES);
    let leads = served.org.leads().await;
    assert_eq!(leads.values().map(Vec::len).sum::<usize>(), 10, "R52: every client is there");
    assert_eq!(leads["twin@example.com"].len(), 2, "F10, R53: two clients alike are two Leads");
    let lead = |name: &str| &leads[&format!("{name}@example.com")][0];
    assert!(leads.values().flatten().all(|lead| lead["Company"] == "Acme Brokers"), "R59, F11: never the client's own");
    assert_eq!(lead("f1")["LastName"], "Miller", "F1");
    assert_eq!(lead("f1")["FirstName"], "Ann", "R61");
    assert_eq!(lead("f1")["Phone"], "+1 212 555 0101", "R69");
    assert_eq!(lead("f1")["City"], "Springfield", "F1");
    assert_eq!(lead("f2")["LastName"], "Undefined", "F2, R58");
    assert_eq!(lead("f3")["LastName"], "Undefined", "F3");
    assert_eq!(lead("f4")["Phone"], "+1 212 555 0142", "F4, R71: none confirmed, the newest");
    assert_eq!(lead("f5")["Phone"], "+1 212 555 0151", "F5, R70: the confirmed one, though the oldest");
    assert_eq!(lead("f7")["Phone"], "+1 212 555 0171", "F7: equal times, decided by content");

    let sent = sent_records(&served.org).await;
    let record = |email: &str| sent.iter().find(|record| record["Email"] == email).expect("a record").clone();
    let f2 = json!({ "attributes": { "type": "Lead" }, "LastName": "Undefined", "Company": "Acme Brokers", "Email": "f2@example.com" });
    assert_eq!(record("f2@example.com"), f2, "F2, R73: no other key in the request");
    let f8 = json!({
        "attributes": { "type": "Lead" }, "LastName": "O'Brien", "Company": "Acme Brokers", "FirstName": "Zoë 😀",
        "Email": "f8@example.com", "Street": "12 \"Quoted\" Street\nSecond line", "City": "Zürich", "PostalCode": "8001",
    });
    assert_eq!(record("f8@example.com"), f8, "F8: byte for byte");
    let requests = served.org.requests().await;
    let bodies: Vec<&str> = requests.iter().filter_map(|request| request["body"].as_str()).collect();
    assert!(
        bodies.iter().any(|body| body.contains("Zoë 😀") && body.contains("O'Brien") && body.contains("Zürich")),
        "F8: as UTF-8"
    );

    // F7, once more in another order of the list: the same choice, so nothing is sent.
    served.org.clear_requests().await;
    import(
        &served.installation,
        &FIXTURES.replace(
            "+1 212 555 0172,no,2026-01-01T00:00:00Z,+1 212 555 0171,no",
            "+1 212 555 0171,no,2026-01-01T00:00:00Z,+1 212 555 0172,no",
        ),
    );
    let run = served.installation.succeeds(&["sync", "run", "acme-leads"]);
    assert!(run.contains("10 read, 10 unchanged"), "{run}");
    assert_eq!(sent_records(&served.org).await, Vec::<Value>::new(), "F7: stable on every run");
    assert_eq!(served.serving.interrupt(), Some(0));
}

/// R54, R55, R56, R57, R60, R72: later changes reach the same Lead, one way only.
#[tokio::test]
async fn later_changes_reach_the_same_lead() {
    let heading = "key,first_name,last_name,email,phone_1_number,phone_1_confirmed,phone_1_updated_at,phone_2_number,phone_2_confirmed,phone_2_updated_at\n";
    let served =
        Served::with(&format!("{heading}C-1,Ann,,c1@example.com,+1 212 555 0101,no,2026-01-01T00:00:00Z,,,\n"));
    let first = served.lead("c1@example.com").await;
    assert_eq!(first["LastName"], "Undefined");

    served.org.clear_requests().await;
    served.import(&format!("{heading}C-1,Ann,Miller,c1@example.com,+1 212 555 0101,no,2026-01-01T00:00:00Z,,,\n"));
    let named = served.lead("c1@example.com").await;
    assert_eq!((&named["Id"], &named["LastName"]), (&first["Id"], &json!("Miller")), "R56, R60: the same Lead, named");
    let sent = sent_records(&served.org).await;
    assert_eq!(keys(&sent[0]), ["LastName", "attributes", "id"], "only what changed is sent: {sent:?}");

    served.import(&format!("{heading}C-1,Ann,Miller,c1@example.com,+1 212 555 0101,no,2026-01-01T00:00:00Z,+1 212 555 0102,no,2026-02-01T00:00:00Z\n"));
    assert_eq!(served.lead("c1@example.com").await["Phone"], "+1 212 555 0102", "R72: a newer number");
    served.import(&format!("{heading}C-1,Ann,Miller,c1@example.com,+1 212 555 0101,yes,2026-01-01T00:00:00Z,+1 212 555 0102,no,2026-02-01T00:00:00Z\n"));
    assert_eq!(served.lead("c1@example.com").await["Phone"], "+1 212 555 0101", "R72: a confirmed number");

    served.import(&format!("{heading}C-2,Bob,Brown,c2@example.com,,,,,,\n"));
    assert_eq!(served.lead("c2@example.com").await["LastName"], "Brown", "R55: a client made later");

    let id = named["Id"].as_str().expect("an id");
    served.org.change_lead(id, &json!({ "LastName": "Changed in Salesforce", "Title": "Boss" })).await;
    let run = served.installation.succeeds(&["sync", "run", "acme-leads"]);
    assert!(run.contains("2 read, 2 unchanged"), "{run}");
    assert_eq!(served.installation.json(&["client", "show", "C-1"])["last_name"], "Miller", "R57: one way only");

    for word in ["disable", "enable"] {
        served.installation.succeeds(&["sync", word, "acme-leads"]);
        served.installation.succeeds(&["connection", word, "acme"]);
    }
    served.installation.succeeds(&["connection", "enable", "acme"]);
    served.installation.wait_for("the comparison to end", is_settled);
    let leads = served.org.leads().await;
    assert_eq!(leads.values().map(Vec::len).sum::<usize>(), 2, "R54: no second Lead, whatever is switched off and on");
}

/// R36, R38, R39, R40, R41, R42: the connection as a record.
#[tokio::test]
async fn a_connection_is_edited_as_a_whole_and_sends_only_when_it_may() {
    let (org, installation) = (Org::start(), Installation::new(&[]));
    import(&installation, "key,last_name,email,status\nC-1,Miller,c1@example.com,Active\n");
    let secret = installation.write("secret", &org.consumer_secret);
    let create = ["connection", "create", "acme", "--domain-url", &org.url, "--consumer-key", &org.consumer_key];
    let create = [&create[..], &["--consumer-secret-file", secret.to_str().expect("a path"), "--json"]].concat();
    let made: Value = serde_json::from_str(&installation.succeeds(&create)).expect("JSON");
    assert_eq!(made["enabled"], true);
    assert_eq!(made["used_by"], json!([]), "R38: without a company there is nothing that sends");

    let serving = installation.serve(&[]);
    installation.succeeds(&["connection", "test", "acme"]);
    assert_eq!(org.leads().await.len(), 0, "R38: enabled without a company, no clients are sent");

    // R42: one wrong part, and nothing of it is done.
    let edit = ["connection", "edit", "acme", "--company", "Acme Brokers", "--enabled", "no", "--json"];
    let wrong = installation.run(&[&edit[..], &["--field", "shoe_size=Title"]].concat());
    assert_eq!(wrong.status.code(), Some(1));
    let unchanged = installation.json(&["connection", "show", "acme"]);
    assert_eq!((&unchanged["company"], &unchanged["enabled"]), (&Value::Null, &json!(true)), "R42: all or nothing");

    // R36, R39, R42: caption, company, mapping and Enabled = No in one go.
    let right = installation.succeeds(&[&edit[..], &["--field", "status=Title", "--caption", "Acme"]].concat());
    let right: Value = serde_json::from_str(&right).expect("JSON");
    assert_eq!(right["settings"]["domain_url"], org.url, "R36");
    assert_eq!(right["settings"]["consumer_key"], org.consumer_key, "R36");
    assert_eq!(right["secrets_set"], json!(["consumer_secret"]), "R36, R50: set, not shown");
    assert_eq!((&right["company"], &right["caption"]), (&json!("Acme Brokers"), &json!("Acme")), "R36");
    assert_eq!((&right["fields"], &right["enabled"]), (&json!({ "status": "Title" }), &json!(false)), "R36, R39");

    // R41: nothing is sent, although a client changes.
    org.clear_requests().await;
    installation.succeeds(&["client", "edit", "C-1", "--set", "last_name=Stone"]);
    let run = installation.run(&["sync", "run", "acme-leads"]);
    assert_eq!(run.status.code(), Some(1), "a run is refused while the connection is disabled");
    assert_eq!(org.requests().await, Vec::<Value>::new(), "R41: not one request");

    // R40: Yes, and everything that waited arrives.
    installation.succeeds(&["connection", "edit", "acme", "--enabled", "yes", "--yes"]);
    installation.wait_for("the first sync", |sync| is_settled(sync) && sync["figures"]["links"] == 1);
    let leads = org.leads().await;
    let lead = &leads["c1@example.com"][0];
    assert_eq!((&lead["LastName"], &lead["Title"]), (&json!("Stone"), &json!("Active")), "R40, R41");

    // R38: emptied, the sync stops and cannot be enabled.
    installation.succeeds(&["connection", "edit", "acme", "--company", ""]);
    let refused = installation.run(&["sync", "enable", "acme-leads", "--yes"]);
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8(refused.stderr).expect("text");
    assert!(told.contains("cannot be enabled while its company is empty"), "R38: {told}");
    assert_eq!(serving.interrupt(), Some(0));
}

/// R2, R3, R4, R5, R10: minimum scopes, any callback, two apps in one org, two hosts.
#[tokio::test]
async fn apps_with_the_least_that_is_needed_serve_whole_syncs_beside_each_other() {
    let org = Org::start();
    let apps = [
        org.make_app(
            "B2",
            &["api", "refresh_token", "sfap_api"],
            "https://login.salesforce.com/services/oauth2/success",
        )
        .await,
        org.make_app("Blink", &["api", "refresh_token"], "https://example.com").await,
    ];
    let other_org = Org::start();
    let installations: Vec<Installation> = apps.iter().map(|_| Installation::new(&[])).collect();
    for (number, (installation, (key, secret))) in installations.iter().zip(&apps).enumerate() {
        import(installation, &format!("key,last_name,email\nC-1,Miller,app{number}@example.com\n"));
        installation.connect_with(&org.url, key, secret, None);
        installation.succeeds(&["sync", "run", "acme-leads"]);
    }
    let leads = org.leads().await;
    assert!(leads.contains_key("app0@example.com"), "R3, R5");
    assert!(leads.contains_key("app1@example.com"), "R4, R5");
    let tokens =
        |requests: Vec<Value>| requests.iter().filter(|request| request["path"] == "/services/oauth2/token").count();
    assert_eq!(tokens(other_org.requests().await), 0);
    installations[1].connect_as("elsewhere", &other_org);
    installations[1].succeeds(&["connection", "test", "elsewhere"]);
    assert_eq!(tokens(other_org.requests().await), 1, "R2: at the connection's own host");

    org.delete_app(&apps[0].0).await;
    assert_eq!(installations[0].run(&["connection", "test", "acme"]).status.code(), Some(1));
    installations[1].succeeds(&["client", "edit", "C-1", "--set", "last_name=Stone"]);
    installations[1].succeeds(&["sync", "run", "acme-leads"]);
    assert_eq!(org.leads().await["app1@example.com"][0]["LastName"], "Stone", "R10: the other app is not disturbed");
}

/// R1, R6: a sync that outlives its tokens gets new ones by itself; every token is ended several times on the way.
#[tokio::test]
async fn a_sync_outlives_its_tokens() {
    let (org, installation) = (Org::start(), Installation::new(&[("SALESBRIDGE_SYNC_BATCH_ROWS", "5")]));
    import(&installation, &crate::harness::clients_csv(500, 0));
    installation.connect(&org, None);
    let serving = installation.serve(&[]);
    let mut expiries = 0;
    while installation.wait_for("progress", |_| true)["figures"]["links"] != 500 {
        org.expire_tokens().await;
        expiries += 1;
        // Sooner, and a token could end before the call it was fetched for: that is a session that cannot be used, not one that ended.
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    installation.wait_for("the first sync", is_settled);
    let sign_ins = org.requests().await.iter().filter(|request| request["path"] == "/services/oauth2/token").count();
    assert!(sign_ins > 2 && expiries > 1, "{expiries} expiries, {sign_ins} sign-ins");
    assert_eq!(org.leads().await.len(), 500);
    assert_eq!(serving.interrupt(), Some(0));
}

/// R52: 10,000 clients: a first sync, a second without a write call, and after 100 changes exactly those rows in one call.
#[tokio::test]
async fn ten_thousand_clients_cost_the_fewest_calls() {
    const CLIENTS: usize = 10_000;
    let (org, installation) = (Org::start(), Installation::new(&[]));
    import(&installation, &crate::harness::clients_csv(CLIENTS, 0));
    installation.connect(&org, None);
    let run: Value = installation.json(&["sync", "run", "acme-leads"]);
    assert_eq!((&run["counts"]["created"], &run["state"]), (&json!(CLIENTS), &json!("completed")), "{run}");
    assert_eq!(org.leads().await.len(), CLIENTS);

    org.clear_requests().await;
    let run: Value = installation.json(&["sync", "run", "acme-leads"]);
    assert_eq!((&run["counts"]["unchanged"], &run["api_calls"]), (&json!(CLIENTS), &json!(0)), "{run}");
    assert_eq!(sent_records(&org).await, Vec::<Value>::new(), "nothing changed, nothing is written");

    import(&installation, &crate::harness::clients_csv(CLIENTS, 100));
    org.clear_requests().await;
    installation.succeeds(&["sync", "run", "acme-leads"]);
    let writes = org.requests().await.into_iter().filter(|request| request["method"] == "PATCH").count();
    assert_eq!(writes, 1, "the fewest calls");
    let sent = sent_records(&org).await;
    assert_eq!(sent.len(), 100, "exactly those rows");
    assert!(sent.iter().all(|record| keys(record) == ["LastName", "attributes", "id"]), "exactly those fields");
    let edited = org
        .leads()
        .await
        .values()
        .flatten()
        .filter(|lead| lead["LastName"].as_str().is_some_and(|name| name.starts_with("Edited")))
        .count();
    assert_eq!(edited, 100);
    let sync = installation.json(&["sync", "show", "acme-leads"]);
    assert_eq!(sync["figures"]["links"], CLIENTS);
}

/// A refused row says why in Salesforce's words, stops no other, stays due, and arrives once it is corrected.
#[tokio::test]
async fn a_refused_row_stays_due_until_it_is_corrected_or_dropped() {
    let long = "x".repeat(81);
    let csv = format!(
        "key,last_name,email\nC-1,{long},c1@example.com\nC-2,Brown,c2@example.com\nC-3,{long},c3@example.com\n"
    );
    let served = Served::with(&csv);
    assert_eq!(served.org.leads().await.len(), 1, "the others arrive");
    let run = served.installation.run(&["sync", "run", "acme-leads"]);
    assert_eq!(run.status.code(), Some(3), "done, but rows were refused");
    let screen = served.installation.succeeds(&["sync", "records", "acme-leads", "--refused"]);
    assert!(screen.contains("STRING_TOO_LONG") && screen.contains("C-1"), "{screen}");
    served.installation.succeeds(&["client", "edit", "C-1", "--set", "last_name=Short"]);
    served.installation.wait_for("the corrected row", |sync| is_settled(sync) && sync["figures"]["links"] == 2);
    assert_eq!(served.lead("c1@example.com").await["LastName"], "Short");
    let retried = served.installation.succeeds(&["sync", "retry", "acme-leads", "C-3"]);
    assert_eq!(retried.trim(), "1 row to be sent again");
    served
        .installation
        .wait_for("the second refusal", |sync| is_settled(sync) && sync["figures"]["due"]["refused"] == 1);
    assert_eq!(served.installation.succeeds(&["sync", "drop", "acme-leads"]).trim(), "1 row dropped");
    let sync = served.installation.json(&["sync", "show", "acme-leads"]);
    assert_eq!(sync["figures"]["due"]["refused"], 0);
}

/// A wrong secret holds the connection and tells why; the right one lets it go on by itself, and importing the same file again changes nothing.
#[tokio::test]
async fn a_held_connection_goes_on_when_it_is_mended() {
    let (org, installation) = (Org::start(), Installation::new(&[]));
    let csv = "key,last_name,email,phone\nC-1,Miller,c1@example.com,+1 212 555 0100\n";
    import(&installation, csv);
    installation.connect_with(&org.url, &org.consumer_key, "wrong", None);
    let serving = installation.serve(&[]);
    let held = installation.wait_for("the connection to be held", |sync| sync["sending"] == false);
    assert_eq!(held["enabled"], true);
    let shown = installation.succeeds(&["connection", "show", "acme"]);
    assert!(shown.contains("held: Salesforce refused the consumer secret"), "{shown}");
    let secret = installation.write("right", &org.consumer_secret);
    installation.succeeds(&[
        "connection",
        "edit",
        "acme",
        "--yes",
        "--consumer-secret-file",
        secret.to_str().expect("a path"),
    ]);
    installation.wait_for("the first sync", |sync| is_settled(sync) && sync["figures"]["links"] == 1);
    let again = installation.write("clients.csv", csv);
    let report = installation.json(&["client", "import", again.to_str().expect("a path")]);
    assert_eq!(report["unchanged"], 1, "{report}");
    assert_eq!(serving.interrupt(), Some(0));
}

/// Importing again updates by the key, and only what the file has columns for.
#[test]
fn a_file_with_few_columns_changes_these_alone() {
    let installation = Installation::new(&[]);
    let heading = "key,last_name,email,phone,address_residential_city,address_billing_city";
    import(&installation, &format!("{heading}\nC-1,Miller,c1@example.com,+1 212 555 0100,Springfield,Salem\n"));
    import(&installation, "key,status,address_billing_city\nC-1,Dormant,Eugene\nC-2,Active,\n");
    let client = installation.json(&["client", "show", "C-1"]);
    assert_eq!((&client["last_name"], &client["status"]), (&json!("Miller"), &json!("Dormant")));
    assert_eq!(client["phones"][0]["number"], "+1 212 555 0100");
    let cities: Vec<_> =
        client["addresses"].as_array().expect("addresses").iter().map(|address| &address["city"]).collect();
    assert_eq!(cities, ["Eugene", "Springfield"]);
    import(&installation, "key,email\nC-1,\n");
    assert_eq!(installation.json(&["client", "show", "C-1"])["email"], Value::Null, "an empty cell takes a value away");
}
