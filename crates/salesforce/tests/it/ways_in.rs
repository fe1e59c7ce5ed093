//! Every way of signing in, against an org that insists on PKCE and on the secret: what the client does of it, before any page or callback of ours.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use salesbridge_local_org::{
    App, Credentials, FaultAction, FaultMatch, FaultRule, FaultTime, OrgConfig, PermittedUsers, RefreshPolicy,
    RunningOrg,
};
use salesbridge_model::{Clock, Secret};
use salesbridge_salesforce::{
    AuthorizeLink, CodeExchange, CountingBudget, DevicePoll, Disposition, Granted, JwtBearer, KeptToken, KeyPair,
    NotKept, RefreshTokenKeeper, Session, SignInError, SignsIn, TokenEndpoint, WithJwtBearer, WithRefreshToken,
    read_returned,
};
use salesbridge_testkit::{Browser, SequentialIds};

use crate::org::{ManualClock, SECRET, client_of, endpoint};

const KEY: &str = "3MVG9.WAYS";
const CALLBACK: &str = "https://bridge.example/oauth/callback";
const PASSWORD: &str = "local-org-password";
const VERIFIER: &str = "a-verifier-with-the-least-length-of-43-signs";
const STATE: &str = "a state & more";

struct Stage {
    org: RunningOrg,
    username: String,
    clock: Arc<ManualClock>,
    ids: Arc<SequentialIds>,
}

impl Stage {
    /// An org whose app needs PKCE, and its secret in both flows (R13, R14).
    async fn set() -> Self {
        let app = Credentials { consumer_key: KEY.to_owned(), consumer_secret: SECRET.to_owned() };
        let config = OrgConfig { default_app: Some(app), ..OrgConfig::default() };
        let org = salesbridge_local_org::start(config).await.expect("an org");
        let username = org.control().users().await.expect("users").remove(0).username;
        let clock = Arc::new(ManualClock::default());
        clock.advance(salesbridge_local_org::Clock::now(&salesbridge_local_org::SystemClock) - clock.now());
        let stage = Self { org, username, clock, ids: Arc::new(SequentialIds::starting_at(1)) };
        stage
            .change_app(|app| {
                app.callback_url = Some(CALLBACK.to_owned());
                app.scopes = ["api", "refresh_token", "web"].map(str::to_owned).into();
                (app.pkce_required, app.secret_required, app.secret_required_for_refresh) = (true, true, true);
            })
            .await;
        stage
    }

    async fn change_app(&self, change: impl FnOnce(&mut App)) {
        let mut app = self.org.control().apps().await.expect("apps");
        let mut app = app.remove(app.iter().position(|app| app.consumer_key == KEY).expect("our app"));
        change(&mut app);
        self.org.control().keep_app(app).await.expect("an app");
    }

    fn endpoint(&self) -> TokenEndpoint {
        endpoint(self.org.url(), KEY, SECRET, self.clock.clone())
    }

    /// Where the browser is sent after consent.
    async fn came_back(&self) -> String {
        let (endpoint, verifier) = (self.endpoint(), verifier());
        let link = AuthorizeLink {
            app: endpoint.app(),
            redirect_uri: CALLBACK,
            scopes: &["api", "refresh_token", "web"].map(str::to_owned),
            state: STATE,
            verifier: &verifier,
            login_hint: None,
        };
        let url = link.url();
        let scope = url.query_pairs().find(|(name, _)| name == "scope").expect("scopes").1.into_owned();
        assert_eq!(scope, "api refresh_token web", "R12");
        assert!(!url.as_str().contains(VERIFIER) && !url.as_str().contains(SECRET), "{url}");
        Browser::at(self.org.url()).consent(&url, &self.username, PASSWORD).await.into()
    }

    async fn exchanged(&self, code: &Secret<String>, verifier: &str) -> Result<Granted, SignInError> {
        let verifier = Secret::new(verifier.to_owned());
        let exchange = CodeExchange { code, redirect_uri: CALLBACK, verifier: &verifier };
        self.endpoint().exchange(&exchange).await
    }

    /// A refresh token, as a web sign-in leaves it behind.
    async fn refresh_token(&self) -> Secret<String> {
        let returned = read_returned(&self.came_back().await).expect("a code");
        self.exchanged(&returned.code, VERIFIER).await.expect("tokens").refresh_token.expect("a refresh token")
    }

    async fn kept(&self) -> (Arc<Kept>, WithRefreshToken) {
        let kept = Arc::new(Kept::new(self.refresh_token().await));
        (kept.clone(), WithRefreshToken::new(self.endpoint(), kept))
    }

    fn loses_the_next_token(&self, when: FaultTime) {
        let path_contains = Some("/oauth2/token".to_owned());
        self.org.control().add_fault(FaultRule {
            matches: FaultMatch { path_contains, times: Some(1), ..FaultMatch::default() },
            when,
            action: FaultAction { drop_connection: true, ..FaultAction::default() },
        });
    }
}

fn verifier() -> Secret<String> {
    Secret::new(VERIFIER.to_owned())
}

/// Keeps a refresh token, and can be away.
struct Kept {
    token: Mutex<Option<Secret<String>>>,
    in_doubt: Mutex<bool>,
    /// Fails this many times before it stores.
    fails: Mutex<usize>,
}

impl Kept {
    fn new(token: Secret<String>) -> Self {
        Self { token: Mutex::new(Some(token)), in_doubt: Mutex::default(), fails: Mutex::default() }
    }

    fn text(&self) -> String {
        self.token.lock().expect("unpoisoned").as_ref().expect("a token").expose().clone()
    }
}

#[async_trait]
impl RefreshTokenKeeper for Kept {
    async fn current(&self) -> Result<Option<KeptToken>, NotKept> {
        let (token, in_doubt) =
            (self.token.lock().expect("unpoisoned").clone(), *self.in_doubt.lock().expect("unpoisoned"));
        Ok(token.map(|token| KeptToken { token, in_doubt }))
    }

    async fn set_in_doubt(&self, _: &Secret<String>, in_doubt: bool) -> Result<(), NotKept> {
        *self.in_doubt.lock().expect("unpoisoned") = in_doubt;
        Ok(())
    }

    async fn replace(&self, used: &Secret<String>, new: &Secret<String>, _: &Session) -> Result<bool, NotKept> {
        let mut fails = self.fails.lock().expect("unpoisoned");
        if *fails > 0 {
            *fails -= 1;
            return Err(NotKept("away".into()));
        }
        let mut token = self.token.lock().expect("unpoisoned");
        let is_ours = token.as_ref().is_some_and(|stored| stored.expose() == used.expose());
        if is_ours {
            *token = Some(new.clone());
            *self.in_doubt.lock().expect("unpoisoned") = false;
        }
        Ok(is_ours)
    }
}

#[tokio::test]
async fn r13_r14_a_person_consents_and_the_code_becomes_tokens() {
    let stage = Stage::set().await;
    let came_back = stage.came_back().await;
    assert!(came_back.starts_with(CALLBACK), "{came_back}");
    let returned = read_returned(&came_back).expect("a code");
    assert_eq!(returned.state.as_deref(), Some(STATE));
    let granted = stage.exchanged(&returned.code, VERIFIER).await.expect("tokens");
    assert!(granted.refresh_token.is_some() && granted.session.scopes.contains(&"api".to_owned()));
    assert_eq!(granted.session.instance.to_string(), stage.org.instance_url(), "R22");
}

/// A code that was used, a code of another sign-in, and a sign-in without the secret all fail, each with its own sentence.
#[tokio::test]
async fn a_code_is_good_once_and_for_who_began_the_sign_in() {
    let stage = Stage::set().await;
    let injected = read_returned(&stage.came_back().await).expect("a code");
    let refused = stage.exchanged(&injected.code, &"another".repeat(7)).await.expect_err("not ours");
    assert!(matches!(refused, SignInError::VerifierRefused(_)), "{refused:?}");

    let returned = read_returned(&stage.came_back().await).expect("a code");
    stage.exchanged(&returned.code, VERIFIER).await.expect("tokens");
    let refused = stage.exchanged(&returned.code, VERIFIER).await.expect_err("used");
    assert!(matches!(refused, SignInError::CodeRefused(_)) && refused.remedy().contains("again"), "{refused:?}");

    let returned = read_returned(&stage.came_back().await).expect("a code");
    let without_secret = endpoint(stage.org.url(), KEY, "", stage.clock.clone());
    let exchange = CodeExchange { code: &returned.code, redirect_uri: CALLBACK, verifier: &verifier() };
    let refused = without_secret.exchange(&exchange).await.expect_err("R13: no secret");
    assert!(matches!(refused, SignInError::InvalidClientSecret(_)), "{refused:?}");

    let returned = read_returned(&stage.came_back().await).expect("a code");
    let elsewhere = "https://evil.example/oauth/callback";
    let exchange = CodeExchange { code: &returned.code, redirect_uri: elsewhere, verifier: &verifier() };
    let refused = stage.endpoint().exchange(&exchange).await.expect_err("a foreign callback");
    assert!(matches!(refused, SignInError::CallbackMismatch(_)), "{refused:?}");
}

/// R25: what stands in the address bar is enough, encoded or not, whole or only the code.
#[tokio::test]
async fn r25_a_copied_address_or_code_is_enough() {
    let stage = Stage::set().await;
    let encoded = |address: &str| {
        let (_, rest) = address.split_once("code=").expect("a code");
        rest.split('&').next().expect("a code").to_owned()
    };
    for copy in [|address: String, _: String| address, |_, code| code, |_, code: String| code.replace("%3D", "=")] {
        let address = stage.came_back().await;
        let code = encoded(&address);
        assert!(code.ends_with("%3D%3D"), "{code}");
        let returned = read_returned(&copy(address, code)).expect("a code");
        stage.exchanged(&returned.code, VERIFIER).await.expect("tokens");
    }
}

/// R17, R21: calls go on over the ends of tokens, with what the sign-in left behind.
#[tokio::test]
async fn r17_r21_a_refresh_token_keeps_a_connection_going() {
    let stage = Stage::set().await;
    let (_, sign_in) = stage.kept().await;
    let client = client_of(sign_in, Arc::new(CountingBudget::default()), stage.clock.clone());
    client.limits().await.expect("limits");
    for _ in 0..2 {
        stage.org.control().expire_tokens().await.expect("done");
        client.limits().await.expect("limits");
    }
}

#[tokio::test]
async fn a_revoked_refresh_token_asks_for_a_new_sign_in_and_says_what_may_have_ended_it() {
    let stage = Stage::set().await;
    let (kept, sign_in) = stage.kept().await;
    stage.endpoint().revoke(&Secret::new(kept.text())).await.expect("revoked");
    let refused = sign_in.sign_in().await.expect_err("revoked");
    assert!(matches!(refused, SignInError::GrantEnded(_)), "{refused:?}");
    assert_eq!((refused.code().as_str(), refused.disposition()), ("oauth.invalid_grant", Disposition::HoldConnection));
    assert!(refused.entry().meaning.contains("a sixth ends the oldest") && refused.remedy().contains("sign-in NAME"));
    stage.endpoint().revoke(&Secret::new(kept.text())).await.expect("revoked already");
}

/// Salesforce keeps five sign-ins of a user per app: the sixth ends the first.
#[tokio::test]
async fn a_sixth_sign_in_pushes_out_the_first() {
    let stage = Stage::set().await;
    let (_, first) = stage.kept().await;
    first.sign_in().await.expect("a session");
    for _ in 0..5 {
        stage.refresh_token().await;
    }
    let refused = first.sign_in().await.expect_err("pushed out");
    assert!(matches!(refused, SignInError::GrantEnded(_)), "{refused:?}");
}

#[tokio::test]
async fn a_refresh_token_that_is_too_old_by_the_apps_policy_is_named_so() {
    let stage = Stage::set().await;
    let (_, sign_in) = stage.kept().await;
    stage.change_app(|app| app.refresh_policy = RefreshPolicy::AfterSeconds(0)).await;
    let refused = sign_in.sign_in().await.expect_err("too old");
    assert!(matches!(refused, SignInError::GrantTooOld(_)) && refused.remedy().contains("Policy"), "{refused:?}");
}

/// A new refresh token is stored before the access token beside it is used; while it cannot be stored it is not lost.
#[tokio::test]
async fn rotation_a_new_refresh_token_is_stored_before_its_access_token_is_used() {
    let stage = Stage::set().await;
    stage.change_app(|app| app.refresh_rotation = true).await;
    let (kept, sign_in) = stage.kept().await;
    let first = kept.text();
    sign_in.sign_in().await.expect("a session");
    let second = kept.text();
    assert_ne!(first, second);

    *kept.fails.lock().expect("unpoisoned") = 20;
    let error = sign_in.sign_in().await.expect_err("the store is away");
    assert!(matches!(error, SignInError::TokenNotKept(_)), "{error:?}");
    assert_eq!((error.disposition(), kept.text()), (Disposition::RetryLater, second.clone()));
    sign_in.sign_in().await.expect("what was got is stored first, and then used");
    assert_ne!(kept.text(), second);
}

/// The answer that replaced the token was lost: the old one is tried once more, and the refusal says what happened.
#[tokio::test]
async fn rotation_a_lost_answer_is_said_to_be_lost() {
    let stage = Stage::set().await;
    stage.change_app(|app| app.refresh_rotation = true).await;
    let (_, sign_in) = stage.kept().await;
    stage.loses_the_next_token(FaultTime::After);
    let refused = sign_in.sign_in().await.expect_err("replaced");
    assert!(matches!(refused, SignInError::ReplacementLost(_)), "{refused:?}");
    assert_eq!(
        (refused.code().as_str(), refused.disposition()),
        ("oauth.replacement_lost", Disposition::HoldConnection)
    );
    assert!(refused.to_string().contains("answer was lost") && refused.remedy().starts_with("Sign in again"));
    let asked =
        stage.org.control().requests().iter().filter(|seen| seen.body.contains("grant_type=refresh_token")).count();
    assert_eq!(asked, 2, "once more, and no oftener");
}

/// Whoever comes after a process that died between an answer and storing it knows from the keeper that an answer was awaited.
#[tokio::test]
async fn rotation_an_answer_that_a_process_took_with_it_is_said_to_be_lost() {
    let stage = Stage::set().await;
    stage.change_app(|app| app.refresh_rotation = true).await;
    let (kept, sign_in) = stage.kept().await;
    let before = kept.token.lock().expect("unpoisoned").clone();
    sign_in.sign_in().await.expect("a session");
    // As it is when the answer was never stored.
    *kept.token.lock().expect("unpoisoned") = before;
    *kept.in_doubt.lock().expect("unpoisoned") = true;
    let next = WithRefreshToken::new(stage.endpoint(), kept.clone());
    let refused = next.sign_in().await.expect_err("replaced");
    assert!(matches!(refused, SignInError::ReplacementLost(_)), "{refused:?}");
    assert!(*kept.in_doubt.lock().expect("unpoisoned"), "nothing has settled it");
}

/// A plain refusal is no doubt: it is not said that an answer was lost.
#[tokio::test]
async fn a_definite_answer_leaves_no_doubt() {
    let stage = Stage::set().await;
    let (kept, sign_in) = stage.kept().await;
    sign_in.sign_in().await.expect("a session");
    assert!(!*kept.in_doubt.lock().expect("unpoisoned"));
    stage.endpoint().revoke(&Secret::new(kept.text())).await.expect("revoked");
    for _ in 0..2 {
        let refused = sign_in.sign_in().await.expect_err("revoked");
        assert!(matches!(refused, SignInError::GrantEnded(_)), "{refused:?}");
    }
}

/// Where tokens are not replaced, or nothing was carried out, a lost answer costs nothing.
#[tokio::test]
async fn a_lost_answer_without_rotation_is_asked_for_again() {
    let stage = Stage::set().await;
    let (_, sign_in) = stage.kept().await;
    stage.loses_the_next_token(FaultTime::After);
    sign_in.sign_in().await.expect("a session");
    stage.change_app(|app| app.refresh_rotation = true).await;
    stage.loses_the_next_token(FaultTime::Before);
    sign_in.sign_in().await.expect("a session");
}

#[tokio::test]
async fn nobody_has_signed_in_yet() {
    let stage = Stage::set().await;
    let kept = Kept::new(Secret::new(String::new()));
    *kept.token.lock().expect("unpoisoned") = None;
    let refused = WithRefreshToken::new(stage.endpoint(), Arc::new(kept)).sign_in().await.expect_err("no token");
    assert_eq!((refused.code().as_str(), refused.disposition()), ("oauth.not_signed_in", Disposition::HoldConnection));
}

async fn jwt_stage() -> (Stage, JwtBearer) {
    let stage = Stage::set().await;
    let pair = KeyPair::make("salesbridge acme", stage.clock.now()).expect("a key pair");
    assert_eq!((pair.ends_at - stage.clock.now()).num_days() / 365, 1, "nearly two years");
    let certificate = Some(pair.certificate);
    let profile = stage.profile().await;
    stage
        .change_app(|app| {
            app.certificate = certificate;
            app.permitted_users = PermittedUsers::AdminApproved;
            app.approved_profiles = vec![profile];
        })
        .await;
    let bearer = JwtBearer { username: stage.username.clone(), private_key: pair.private_key };
    (stage, bearer)
}

impl Stage {
    /// The profile of the administrator.
    async fn profile(&self) -> String {
        let client = crate::local_org::client_for(&self.org, KEY);
        let rows = client.query_rows("SELECT ProfileId FROM User", 1_000).await.expect("rows");
        rows[0]["ProfileId"].as_str().expect("an id").to_owned()
    }

    fn jwt(&self, bearer: &JwtBearer) -> WithJwtBearer {
        WithJwtBearer::new(self.endpoint(), bearer.clone(), self.ids.clone())
    }
}

#[tokio::test]
async fn a_key_of_ours_signs_in_for_an_approved_user() {
    let (stage, bearer) = jwt_stage().await;
    let session = stage.jwt(&bearer).sign_in().await.expect("a session");
    assert!(session.scopes.contains(&"api".to_owned()));
    stage.jwt(&bearer).sign_in().await.expect("each assertion has an id of its own");

    let refused = stage.jwt(&JwtBearer { username: "nobody@example.com".to_owned(), ..bearer.clone() });
    let refused = refused.sign_in().await.expect_err("not a user");
    assert!(matches!(refused, SignInError::UserNotApproved(_)), "{refused:?}");
    assert!(refused.remedy().contains("pre-authorized"), "{}", refused.remedy());

    let other = KeyPair::make("other", stage.clock.now()).expect("a key pair");
    let refused = stage.jwt(&JwtBearer { private_key: other.private_key, ..bearer.clone() }).sign_in().await;
    assert!(matches!(refused, Err(SignInError::AssertionRefused(_))), "{refused:?}");

    let unusable = Secret::new("-----BEGIN PRIVATE KEY-----".to_owned());
    let refused = stage.jwt(&JwtBearer { private_key: unusable, ..bearer.clone() }).sign_in().await;
    assert!(matches!(refused, Err(SignInError::UnusableKey(_))), "{refused:?}");

    stage.change_app(|app| app.jwt_bearer = false).await;
    let refused = stage.jwt(&bearer).sign_in().await.expect_err("the flow is off");
    assert!(refused.remedy().contains("Enable JWT Bearer Flow"), "{}", refused.remedy());
}

/// A clock of ours that is an hour off is put right by the org's own.
#[tokio::test]
async fn a_clock_that_is_off_does_not_keep_a_key_from_signing_in() {
    let (stage, bearer) = jwt_stage().await;
    for hours in [1, -2] {
        stage.clock.advance(chrono::Duration::hours(hours));
        stage.jwt(&bearer).sign_in().await.expect("a session");
    }
}

#[tokio::test]
async fn a_person_at_another_device_allows_the_app() {
    let stage = Stage::set().await;
    let endpoint = stage.endpoint();
    let code = endpoint.begin_device(&["api".to_owned(), "refresh_token".to_owned()]).await.expect("codes");
    assert_eq!((code.interval.as_secs(), code.good_for.as_secs()), (5, 600));
    assert!(matches!(endpoint.poll_device(&code.device_code).await, Ok(DevicePoll::Pending)));
    assert!(matches!(endpoint.poll_device(&code.device_code).await, Ok(DevicePoll::SlowDown)));
    Browser::at(stage.org.url()).connect_device(&code.user_code, &stage.username, PASSWORD).await;
    let polled = endpoint.poll_device(&code.device_code).await.expect("an answer");
    let DevicePoll::Granted(granted) = polled else { panic!("{polled:?}") };
    assert!(granted.refresh_token.is_some());
    let refused = endpoint.poll_device(&code.device_code).await.expect_err("used");
    assert!(matches!(refused, SignInError::CodeRefused(_)), "{refused:?}");

    stage.change_app(|app| app.device = false).await;
    let refused = endpoint.begin_device(&[]).await.expect_err("the flow is off");
    assert!(refused.remedy().contains("Enable Device Flow"), "{refused:?}");
}

/// R16: an app that is new is unknown for a while, and then known, with nothing made again.
#[tokio::test]
async fn r16_a_new_app_is_known_after_a_while() {
    let stage = Stage::set().await;
    let (_, _) = stage.kept().await;
    let kept = Arc::new(Kept::new(stage.refresh_token().await));
    stage.change_app(|app| app.propagation_seconds = 600).await;
    let now = stage.clock.now();
    let sign_in = WithRefreshToken::new(stage.endpoint().of_an_app_edited_at(now), kept);
    let refused = sign_in.sign_in().await.expect_err("not known yet");
    assert_eq!(refused.retry_until(), Some(now + chrono::Duration::minutes(10)), "{refused:?}");
    stage.change_app(|app| app.propagation_seconds = 0).await;
    sign_in.sign_in().await.expect("a session");
}
