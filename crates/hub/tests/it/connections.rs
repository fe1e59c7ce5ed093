//! The connection as a record that people fill in: what is accepted, what it starts, what holds it and what mends it.

use salesbridge_hub::connections::{ConnectionEdit, ConnectionQuery, NewConnection};
use salesbridge_hub::{Caller, CheckState, HubError};
use salesbridge_local_org::OrgConfig;
use salesbridge_model::{OrgKind, PageRequest};

use crate::stage::{
    COMPANY, SYNC, Stage, clients, connection_to, consumer_secret, person, setting, until, with_secret, with_setting,
};

fn company(text: &str) -> ConnectionEdit {
    ConnectionEdit { company: Some(text.to_owned()), ..ConnectionEdit::default() }
}

/// Without a company: nothing that sends belongs to it.
fn without_company(new: NewConnection) -> NewConnection {
    NewConnection { company: None, confirmed: false, ..new }
}

/// R52: what would start sending is announced first, with number, object and org, and leaves everything as it was.
#[tokio::test]
async fn sending_starts_only_after_a_person_has_been_told_how_much() {
    let stage = Stage::set(OrgConfig::default()).await;
    stage.save(&clients(7)).await;
    let unconfirmed = || NewConnection { confirmed: false, ..connection_to(&stage.org, &stage.org.app) };
    let told = stage.hub.create_connection(&Caller::owner(), unconfirmed()).await.expect_err("a notice");
    let HubError::ConfirmationNeeded(notice) = told else { panic!("a notice was expected: {told:?}") };
    assert_eq!((notice.creates, notice.object.as_str(), notice.org.kind), (7, "Lead", OrgKind::Local));
    assert_eq!((notice.org.name.as_deref(), notice.org.org_id.len()), (Some("Local Org"), 18));
    let nothing = stage
        .hub
        .connections(&Caller::owner(), &ConnectionQuery::default(), &PageRequest::default())
        .await
        .expect("connections");
    assert_eq!((nothing.total, stage.org.writes().len()), (0, 0), "nothing was made and nothing sent");

    stage
        .hub
        .create_connection(&Caller::owner(), without_company(unconfirmed()))
        .await
        .expect("a connection that sends nothing");
    let told = stage.hub.edit_connection(&Caller::owner(), "acme", company(COMPANY)).await.expect_err("a notice");
    assert!(matches!(told, HubError::ConfirmationNeeded(_)), "{told:?}");
    assert_eq!(
        stage.hub.connection(&Caller::owner(), "acme").await.expect("the connection").company,
        None,
        "R42: nothing of it"
    );
    stage.edit(ConnectionEdit { confirmed: true, ..company(COMPANY) }).await;
    stage.settled("the first sync", |sync| sync.figures.links == 7).await;
    assert_eq!(stage.org.count().await, 7);
}

/// R36, R39, R40, R42: credentials, company, mapping and Enabled are shown, and change together or not at all.
#[tokio::test]
async fn r42_an_edit_is_done_whole_or_not_at_all() {
    let stage = Stage::set(OrgConfig::default()).await;
    stage.save(&[person("c0", "Miller")]).await;
    stage
        .hub
        .create_connection(&Caller::owner(), without_company(connection_to(&stage.org, &stage.org.app)))
        .await
        .expect("a connection");
    let before = stage.hub.connection(&Caller::owner(), "acme").await.expect("the connection");
    let good = || ConnectionEdit {
        caption: Some("Our org".to_owned()),
        secrets: consumer_secret(&stage.org.app.consumer_secret).secrets,
        enabled: Some(false),
        confirmed: true,
        fields: [("status".to_owned(), Some("Title".to_owned()))].into(),
        ..company(COMPANY)
    };
    let mut wrong = vec![
        ConnectionEdit { settings: setting("domain_url", "http://acme.my.salesforce.com").settings, ..good() },
        ConnectionEdit { settings: setting("consumer_key", " ").settings, ..good() },
        ConnectionEdit { secrets: consumer_secret("").secrets, ..good() },
        ConnectionEdit { fields: [("shoe_size".to_owned(), Some("Title".to_owned()))].into(), ..good() },
    ];
    for wrong in wrong.drain(..) {
        let refused = stage.hub.edit_connection(&Caller::owner(), "acme", wrong).await.expect_err("a refusal");
        assert!(matches!(refused, HubError::Invalid { .. }), "{refused:?}");
        assert_eq!(stage.hub.connection(&Caller::owner(), "acme").await.expect("the connection"), before);
    }

    stage.edit(good()).await;
    let after = stage.hub.connection(&Caller::owner(), "acme").await.expect("the connection");
    assert_eq!((after.connection.caption.as_str(), after.connection.enabled), ("Our org", false), "R36, R39");
    assert_eq!(after.connection.settings["domain_url"], stage.org.running.url(), "R36");
    assert_eq!(after.connection.settings["consumer_key"], stage.org.app.consumer_key, "R36");
    assert_eq!((after.company.as_deref(), after.fields["status"].as_str()), (Some(COMPANY), "Title"), "R36");
    assert_eq!(stage.org.writes().len(), 0, "R41");

    stage.edit(ConnectionEdit { enabled: Some(true), confirmed: true, ..ConnectionEdit::default() }).await;
    stage.settled("the first sync", |sync| sync.figures.links == 1).await;
    assert_eq!(stage.org.count().await, 1, "R40: Yes, and it sends");
}

/// R38: without a company nothing is sent, and nothing that sends can be enabled.
#[tokio::test]
async fn r38_a_company_is_needed_before_anything_is_sent() {
    let stage = Stage::connected(&clients(1)).await;
    stage.edit(company("  ")).await;
    let refused = stage.hub.enable_sync(&Caller::owner(), SYNC, true).await.expect_err("a refusal");
    let HubError::NotPossible { code, remedy, .. } = refused else { panic!("not possible was expected: {refused:?}") };
    assert!(code == "company_missing" && remedy.contains("--company"), "{code}: {remedy}");
    stage.org.forget_requests();
    stage.save(&[person("c0", "Stone")]).await;
    assert!(stage.hub.run_sync(&Caller::owner(), SYNC).await.is_err());
    stage.edit(company("New Brokers")).await;
    stage.settled("what waited", |_| true).await;
    stage.full_run().await;
    let lead = stage.org.lead("c0@example.com").await;
    assert_eq!([&lead["LastName"], &lead["Company"]], ["Stone", COMPANY], "R59: Company is for new Leads");
    stage.save(&[person("c1", "Brown")]).await;
    stage.full_run().await;
    assert_eq!(stage.org.lead("c1@example.com").await["Company"], "New Brokers");
}

/// A wrong secret holds the connection with its reason; nothing is tried meanwhile; the right one lets it go on by itself.
#[tokio::test]
async fn a_held_connection_says_why_and_goes_on_when_it_is_mended() {
    let stage = Stage::set(OrgConfig::default()).await;
    stage.save(&clients(3)).await;
    let new = with_secret(connection_to(&stage.org, &stage.org.app), "consumer_secret", "wrong");
    stage.hub.create_connection(&Caller::owner(), new).await.expect("it need not work yet");
    let held = until("the connection to be held", async || {
        stage.hub.connection(&Caller::owner(), "acme").await.expect("the connection").connection.held
    })
    .await;
    assert!(held.reason.contains("consumer secret") && !held.remedy.is_empty(), "{held:?}");
    let tried = stage.org.sign_ins().len();
    stage.save(&[person("c3", "Brown")]).await;
    let refused = stage.hub.run_sync(&Caller::owner(), SYNC).await.expect_err("held");
    assert!(matches!(refused, HubError::NotPossible { code: "sync_not_sending", .. }), "{refused:?}");
    let report = stage.hub.test_connection(&Caller::owner(), "acme").await.expect("a report");
    let failed: Vec<_> = report.checks.iter().filter(|check| check.state == CheckState::Failed).collect();
    assert_eq!((report.passed, failed.len(), failed[0].name.as_str()), (false, 1, "sign_in"));
    assert_eq!(stage.org.sign_ins().len(), tried + 1, "the test alone has tried");

    stage.edit(consumer_secret(&stage.org.app.consumer_secret)).await;
    stage.settled("the first sync", |sync| sync.figures.links == 4).await;
    assert_eq!(stage.org.count().await, 4);
    assert_eq!(stage.hub.connection(&Caller::owner(), "acme").await.expect("the connection").connection.held, None);
}

/// What is mended in Salesforce needs no edit here: a test that passes lets the connection go on.
#[tokio::test]
async fn a_connection_mended_in_salesforce_goes_on_after_a_test() {
    let stage = Stage::connected(&clients(1)).await;
    let user =
        stage.hub.test_connection(&Caller::owner(), "acme").await.expect("a report").org.expect("an org").user_id;
    let control = stage.org.running.control();
    control.set_api_enabled(&user, false).await.expect("the user may not call");
    stage.save(&[person("c0", "Stone")]).await;
    let held = until("the connection to be held", async || {
        stage.hub.connection(&Caller::owner(), "acme").await.expect("the connection").connection.held
    })
    .await;
    assert!(held.remedy.contains("API Enabled"), "R8: {held:?}");
    control.set_api_enabled(&user, true).await.expect("the user may call");
    assert!(stage.hub.test_connection(&Caller::owner(), "acme").await.expect("a report").passed);
    stage.settled("the change", |_| true).await;
    stage.full_run().await;
    assert_eq!(stage.org.lead("c0@example.com").await["LastName"], "Stone");
}

/// R37: each thing that can be wrong with an address has its own words, at the field; `http` is for this machine alone.
#[tokio::test]
async fn r37_each_wrong_address_is_told_in_its_own_words() {
    let stage = Stage::set(OrgConfig::default()).await;
    let wrong = [
        "http://acme.my.salesforce.com",
        "acme",
        "https://login.salesforce.com",
        "https://example.com",
        "",
        "ftp://127.0.0.1",
    ];
    let mut told = Vec::new();
    for address in wrong {
        let new = with_setting(without_company(connection_to(&stage.org, &stage.org.app)), "domain_url", address);
        let refused = stage.hub.create_connection(&Caller::owner(), new).await.expect_err(address);
        let HubError::Invalid { problems } = refused else { panic!("{address}: {refused:?}") };
        assert_eq!((problems.len(), problems[0].field.as_str()), (1, "settings.domain_url"), "{address}");
        told.push(problems[0].message.clone());
    }
    told.sort();
    told.dedup();
    assert_eq!(told.len(), wrong.len(), "each its own: {told:#?}");
    for address in ["https://acme.my.salesforce.com/", "https://acme--uat.sandbox.my.salesforce.com"] {
        let mut new = with_setting(without_company(connection_to(&stage.org, &stage.org.app)), "domain_url", address);
        new.name = format!("good-{}", address.len());
        stage.hub.create_connection(&Caller::owner(), new).await.expect(address);
    }
}

/// R48: settings are tested without being stored; an unknown domain and a wrong secret fail differently, each with a remedy.
#[tokio::test]
async fn settings_that_do_not_work_are_told_apart_by_a_test() {
    let stage = Stage::set(OrgConfig::default()).await;
    let right = || connection_to(&stage.org, &stage.org.app);
    let unknown = with_setting(right(), "domain_url", "https://no-such-domain-of-ours.my.salesforce.com");
    let secret = with_secret(right(), "consumer_secret", "wrong");
    let key = with_setting(right(), "consumer_key", "unknown");
    let mut remedies = Vec::new();
    for (new, expected) in [(unknown, "address"), (secret, "sign_in"), (key, "app")] {
        let report = stage.hub.test_new_connection(&Caller::owner(), &new).await.expect("a report");
        let check = report.checks.iter().find(|check| check.state == CheckState::Failed).expect("a failed check");
        assert!(!report.passed && check.name == expected, "{check:?}");
        remedies.push((check.message.clone(), check.remedy.clone().expect("a remedy")));
    }
    remedies.sort();
    remedies.dedup();
    assert_eq!(remedies.len(), 3, "{remedies:#?}");
    let report = stage
        .hub
        .test_new_connection(&Caller::owner(), &connection_to(&stage.org, &stage.org.app))
        .await
        .expect("a report");
    assert!(report.passed && report.org.is_some(), "{report:?}");
    assert_eq!(
        stage
            .hub
            .connections(&Caller::owner(), &ConnectionQuery::default(), &PageRequest::default())
            .await
            .expect("connections")
            .total,
        0
    );
}
