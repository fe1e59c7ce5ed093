//! What an attacker would try, and what must not happen by accident.

use std::collections::BTreeMap;
use std::time::Duration;

use salesbridge_hub::connections::ConnectionEdit;
use salesbridge_hub::people::NewPerson;
use salesbridge_hub::sign_ins::{BrowserAnswer, NewSignIn, SignInProgress};
use salesbridge_hub::{ActorKind, Caller, Rights};
use salesbridge_local_org::OrgConfig;
use salesbridge_model::{Abilities, Reach, Role, Secret, SignInKind};

use super::{
    begin, came_back, change_app, code_of, connect, consent, copy, failure_code, new, now, open, signed_in, stage,
};
use crate::org::Org;
use crate::stage::Stage;

/// Attack: an answer that was used is brought again.
#[tokio::test]
async fn a_state_is_good_once() {
    let stage = stage().await;
    let answer = came_back(&stage).await;
    stage.hub.carry_sign_in(copy(&answer)).await.expect("taken");
    let asked = stage.org.sign_ins().len();
    let refused = stage.hub.carry_sign_in(answer).await.expect_err("again");
    assert_eq!(code_of(&refused), "sign_in_answered");
    assert_eq!(stage.org.sign_ins().len(), asked, "nothing was asked of the org");
    assert_eq!(now(&stage.hub).await.state, SignInProgress::Done);
}

/// Attack: somebody has another's browser carry an answer (login CSRF), or knows the state alone.
#[tokio::test]
async fn only_the_browser_that_opened_the_link_is_heard() {
    let stage = stage().await;
    let answer = came_back(&stage).await;
    let foreign = Some(Secret::new("another".to_owned()));
    for browser in [None, foreign] {
        let refused = stage.hub.carry_sign_in(BrowserAnswer { browser, ..copy(&answer) }).await.expect_err("foreign");
        assert_eq!(code_of(&refused), "sign_in_other_browser");
    }
    for state in [None, Some(String::new()), Some("guessed".to_owned()), Some("x".repeat(100_000))] {
        let refused = stage.hub.carry_sign_in(BrowserAnswer { state, ..copy(&answer) }).await.expect_err("unknown");
        assert_eq!(code_of(&refused), "sign_in_unknown");
    }
    let neither = BrowserAnswer { code: None, ..copy(&answer) };
    assert_eq!(code_of(&stage.hub.carry_sign_in(neither).await.expect_err("nothing")), "invalid");
    let carried = stage.hub.carry_sign_in(answer).await.expect("none of it has used the sign-in up");
    assert_eq!(carried.sign_in.state, SignInProgress::Done);
}

/// Attack: a code that was got in another sign-in is put into a person's own answer. It was not asked for with our verifier.
#[tokio::test]
async fn an_injected_code_is_of_no_use() {
    let stage = stage().await;
    connect(&stage, "attackers", &stage.org, "authorization_code").await;
    let begun = stage.hub.begin_sign_in(&Caller::owner(), "attackers", new(SignInKind::Web)).await.expect("a sign-in");
    let (link, _) = open(&stage.hub, &begun).await.expect("a link");
    let attackers = consent(&stage.org, &link).await;
    let own = came_back(&stage).await;
    let mixed = BrowserAnswer { code: attackers.code, ..own };
    let carried = stage.hub.carry_sign_in(mixed).await.expect("taken");
    assert_eq!(failure_code(&carried.sign_in), "oauth.invalid_grant");
    let details = stage.hub.connection(&Caller::owner(), "acme").await.expect("it");
    assert!(!details.secrets_set.contains(&"refresh_token".to_owned()), "nothing was stored");
}

/// Attack: two orgs are mixed up, by a code of the other one, or by the address having been changed meanwhile.
#[tokio::test]
async fn two_orgs_are_not_mixed_up() {
    let stage = stage().await;
    let other = Org::start(OrgConfig::default()).await;
    change_app(&other, |_| {}).await;
    connect(&stage, "other", &other, "authorization_code").await;
    let begun = stage.hub.begin_sign_in(&Caller::owner(), "other", new(SignInKind::Web)).await.expect("a sign-in");
    let (link, _) = open(&stage.hub, &begun).await.expect("a link");
    let of_the_other = consent(&other, &link).await;
    let carried = stage.hub.carry_sign_in(BrowserAnswer { code: of_the_other.code, ..came_back(&stage).await }).await;
    assert_eq!(failure_code(&carried.expect("taken").sign_in), "oauth.invalid_grant");

    let answer = came_back(&stage).await;
    lead_to(&stage, &other).await;
    other.forget_requests();
    let carried = stage.hub.carry_sign_in(answer).await.expect("taken");
    assert_eq!(failure_code(&carried.sign_in), "connection_edited");
    assert_eq!(other.sign_ins().len(), 0, "the code was sent to nobody");
}

/// A person who is signed in to another org in their browser does not have a connection send there by accident.
#[tokio::test]
async fn another_org_than_before_takes_a_persons_word() {
    let stage = signed_in().await;
    let other = Org::start(OrgConfig::default()).await;
    change_app(&other, |_| {}).await;
    lead_to(&stage, &other).await;
    for (may_change_org, expected) in [(false, SignInProgress::Failed), (true, SignInProgress::Done)] {
        let asked = NewSignIn { may_change_org, ..new(SignInKind::Web) };
        let begun = stage.hub.begin_sign_in(&Caller::owner(), "acme", asked).await.expect("a sign-in");
        let (link, browser) = open(&stage.hub, &begun).await.expect("a link");
        let answer = BrowserAnswer { browser: Some(browser), ..consent(&other, &link).await };
        let carried = stage.hub.carry_sign_in(answer).await.expect("taken");
        assert_eq!(carried.sign_in.state, expected, "{:?}", carried.sign_in.failure);
        if !may_change_org {
            assert_eq!(failure_code(&carried.sign_in), "another_org");
            let revoked = other.running.control().requests().iter().any(|seen| seen.path == "/services/oauth2/revoke");
            assert!(revoked, "what nobody keeps is given back");
        }
    }
}

#[tokio::test]
async fn a_link_works_once_and_for_the_newest_sign_in() {
    let stage = stage().await;
    let first = begin(&stage.hub, SignInKind::Web).await;
    let second = begin(&stage.hub, SignInKind::Web).await;
    assert_eq!(code_of(&open(&stage.hub, &first).await.expect_err("replaced")), "sign_in_link");
    open(&stage.hub, &second).await.expect("it works");
    assert_eq!(code_of(&open(&stage.hub, &second).await.expect_err("used")), "sign_in_link");
    assert_eq!(now(&stage.hub).await.link, None, "it is shown once");
    let third = begin(&stage.hub, SignInKind::Web).await;
    stage.clock.advance(Duration::from_secs(15 * 60));
    assert_eq!(code_of(&open(&stage.hub, &third).await.expect_err("too old")), "sign_in_link");
    assert_eq!(now(&stage.hub).await.state, SignInProgress::Expired);
}

/// Attack: somebody begins a sign-in, and is disabled before the browser comes back.
#[tokio::test]
async fn who_may_no_longer_edit_the_connection_does_not_sign_it_in() {
    let stage = stage().await;
    let owner = Caller::owner();
    for name in ["ann", "ben"] {
        let (name, role, reach) = (name.to_owned(), Role::Editor, Reach::All);
        let editor = NewPerson { name, full_name: None, role, reach, password: None };
        stage.hub.create_person(&owner, editor).await.expect("a person");
    }
    for (name, expected) in [("ann", SignInProgress::Failed), ("ben", SignInProgress::Done)] {
        let id = stage.hub.person(&owner, name).await.expect("the person").person.id;
        let rights = Rights {
            role: Role::Editor.abilities(),
            reach: Reach::All,
            grants: BTreeMap::new(),
            scopes: Abilities::all(),
        };
        let editor = Caller::new(ActorKind::Person, &id.to_string(), name, rights);
        let begun = stage.hub.begin_sign_in(&editor, "acme", new(SignInKind::Web)).await.expect("a sign-in");
        let (link, browser) = open(&stage.hub, &begun).await.expect("a link");
        let answer = BrowserAnswer { browser: Some(browser), ..consent(&stage.org, &link).await };
        if name == "ann" {
            stage.hub.disable_person(&owner, name).await.expect("disabled");
        }
        let carried = stage.hub.carry_sign_in(answer).await.expect("taken");
        assert_eq!(carried.sign_in.state, expected, "{:?}", carried.sign_in.failure);
    }
}

/// What belongs to the beginner alone is in no answer but the first, and no secret is in any.
#[tokio::test]
async fn no_answer_holds_what_would_finish_a_sign_in() {
    let stage = stage().await;
    let begun = begin(&stage.hub, SignInKind::Web).await;
    let (link, browser) = open(&stage.hub, &begun).await.expect("a link");
    let state = link.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
    let shown = format!("{:?}", now(&stage.hub).await);
    assert!(!shown.contains(&state) && !shown.contains(browser.expose()), "{shown}");
    let audit = stage.hub.audit(&Caller::owner(), &Default::default(), &Default::default()).await.expect("entries");
    let written = format!("{audit:?}");
    assert!(written.contains("connection.begin_sign_in") && !written.contains(&state), "{written}");
}

/// Points the connection to another org.
async fn lead_to(stage: &Stage, org: &Org) {
    let settings = [("domain_url", org.running.url()), ("consumer_key", org.app.consumer_key.as_str())];
    let edit = ConnectionEdit {
        settings: settings.map(|(name, value)| (name.to_owned(), Some(value.to_owned()))).into(),
        secrets: BTreeMap::from([("consumer_secret".to_owned(), Some(Secret::new(org.app.consumer_secret.clone())))]),
        ..ConnectionEdit::default()
    };
    stage.edit(edit).await;
}
