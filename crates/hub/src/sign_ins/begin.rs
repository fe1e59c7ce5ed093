//! Beginning a sign-in.

use salesbridge_connectors::salesforce::{
    AUTHORIZATION_CODE, AuthorizeLink, DEVICE, DeviceCode, TokenEndpoint, refusal_of_sign_in,
};
use salesbridge_model::{
    Ability, Connection, Secret, SignInAttempt, SignInAttemptId, SignInKind, SignInState, Timestamp,
};
use salesbridge_store::{StoredSignIn, Transaction};
use salesbridge_vault::{random_token, token_digest};
use serde_json::json;

use super::details::SignInDetails;
use super::unfinished::{BegunBy, Step, Unfinished, print_of};
use super::{CALLBACK_PATH, START_PATH, in_words};
use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

/// How long a person may take. Salesforce keeps a page of consent, and the code it gives, for about as long.
const LIFETIME: chrono::Duration = chrono::Duration::minutes(15);

/// A sign-in that is to be begun.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSignIn {
    /// How the answer comes back.
    pub kind: SignInKind,
    /// The callback address of the app, where it is not ours and the code is pasted; Salesforce's own page when absent.
    #[serde(default)]
    pub redirect_uri: Option<String>,
    /// User name to fill in beforehand.
    #[serde(default)]
    pub login_hint: Option<String>,
    /// It may lead to another org than the connection reached before. Links to records of that org are of no use in another.
    #[serde(default)]
    pub may_change_org: bool,
}

/// A one-time link that was opened: where the browser goes, and what it keeps to be known again.
#[derive(Debug)]
pub struct OpenedLink {
    /// Where the browser goes.
    pub location: String,
    /// What it keeps.
    pub browser: Secret<String>,
}

/// A sign-in that has been begun, and what only its beginner gets to see.
struct Begun {
    step: Step,
    state: Option<Secret<String>>,
    ticket: Option<Secret<String>>,
    redirect_uri: Option<String>,
    expires_at: Timestamp,
}

impl Hub {
    /// Begins a sign-in for a connection, in place of one that was begun before.
    pub async fn begin_sign_in(&self, caller: &Caller, name: &str, new: NewSignIn) -> Result<SignInDetails, HubError> {
        let connection = self.find_connection(caller, name, Ability::Edit).await?;
        check_method(&connection, new.kind)?;
        let app = self.app_of(&mut *self.store.read().await?, &connection).await?;
        let scopes = app.scopes.clone();
        let endpoint = app.endpoint(self.clock.clone())?;
        let begun = match new.kind {
            SignInKind::Web => self.begin_in_browser(&endpoint, &scopes, &new)?,
            SignInKind::Paste => self.begin_paste(&endpoint, &scopes, &new)?,
            SignInKind::Device => self.begin_at_device(&endpoint, &scopes).await?,
        };
        let Begun { step, state, ticket, redirect_uri, expires_at } = begun;
        let id = SignInAttemptId::make(&*self.ids);
        let unfinished = Unfinished {
            begun_by: BegunBy::new(caller),
            app: print_of(endpoint.app()),
            may_change_org: new.may_change_org,
            step,
        };
        let data_key = self.keys.new_data_key()?;
        let stored = StoredSignIn {
            attempt: SignInAttempt {
                id,
                connection_id: Some(connection.id),
                kind: new.kind,
                redirect_uri,
                started_by: caller.actor().id.clone(),
                created_at: self.clock.now(),
                expires_at,
                state: SignInState::Pending,
                failure: None,
                finished_at: None,
            },
            state_hash: state.map(|state| token_digest(&state).to_vec()),
            browser_hash: ticket.as_ref().map(|ticket| token_digest(ticket).to_vec()),
            sealed: self.seal_sign_in(id, &data_key, &unfinished)?.as_bytes().to_vec(),
            wrapped: data_key.as_bytes().to_vec(),
        };
        self.store_begun(caller, &connection, &stored).await?;
        self.sign_ins.wake();
        let mut details = self.sign_in_details(&connection, &stored)?;
        if let (Some(ticket), Some(door)) = (ticket, self.sign_ins.door()) {
            details.link = Some(format!("{door}{START_PATH}/{id}/{}", ticket.expose()));
        }
        Ok(details)
    }

    async fn store_begun(
        &self,
        caller: &Caller,
        connection: &Connection,
        stored: &StoredSignIn,
    ) -> Result<(), HubError> {
        let mut tx = self.store.write().await?;
        self.give_up_earlier(&mut *tx, connection).await?;
        tx.sign_ins().insert(stored).await?;
        let told = json!({ "kind": stored.attempt.kind, "redirect_uri": stored.attempt.redirect_uri });
        let deed = Deed::to_connection("connection.begin_sign_in", connection).is(told);
        self.record(&mut *tx, caller, deed).await?;
        tx.commit().await?;
        Ok(())
    }

    /// One sign-in of a connection at a time: the newest.
    async fn give_up_earlier(&self, tx: &mut dyn Transaction, connection: &Connection) -> Result<(), HubError> {
        let earlier = tx.sign_ins().newest_of(connection.id).await?;
        if let Some(earlier) = earlier {
            tx.sign_ins().finish(earlier.attempt.id, SignInState::Cancelled, None, self.clock.now()).await?;
        }
        Ok(())
    }

    fn begin_in_browser(
        &self,
        endpoint: &TokenEndpoint,
        scopes: &[String],
        new: &NewSignIn,
    ) -> Result<Begun, HubError> {
        if new.redirect_uri.is_some() {
            return Err(HubError::invalid(
                "redirect_uri",
                "is for a pasted code alone; a browser comes back to our own address",
            ));
        }
        let door = self.sign_ins.door().ok_or_else(no_door)?;
        let redirect_uri = format!("{door}{CALLBACK_PATH}");
        let begun = self.begin_code(endpoint, scopes, new, redirect_uri)?;
        Ok(Begun { ticket: Some(random_token()?), ..begun })
    }

    fn begin_paste(&self, endpoint: &TokenEndpoint, scopes: &[String], new: &NewSignIn) -> Result<Begun, HubError> {
        let redirect_uri = match &new.redirect_uri {
            Some(given) => checked_redirect(given)?,
            None => endpoint.app().success_page(),
        };
        self.begin_code(endpoint, scopes, new, redirect_uri)
    }

    fn begin_code(
        &self,
        endpoint: &TokenEndpoint,
        scopes: &[String],
        new: &NewSignIn,
        redirect_uri: String,
    ) -> Result<Begun, HubError> {
        let (state, verifier) = (random_token()?, random_token()?);
        let link = AuthorizeLink {
            app: endpoint.app(),
            redirect_uri: &redirect_uri,
            scopes,
            state: state.expose(),
            verifier: &verifier,
            login_hint: new.login_hint.as_deref(),
        };
        let step = Step::Code { link: link.url().to_string(), verifier: verifier.expose().clone(), code: None };
        let expires_at = self.clock.now() + LIFETIME;
        Ok(Begun { step, state: Some(state), ticket: None, redirect_uri: Some(redirect_uri), expires_at })
    }

    async fn begin_at_device(&self, endpoint: &TokenEndpoint, scopes: &[String]) -> Result<Begun, HubError> {
        let asked = endpoint.begin_device(scopes).await;
        let DeviceCode { device_code, user_code, verification_uri, interval, good_for } =
            asked.map_err(refusal_of_sign_in)?;
        let step = Step::Device {
            device_code: device_code.expose().clone(),
            user_code,
            verification_uri,
            interval: interval.as_secs(),
        };
        let good_for = chrono::Duration::from_std(good_for).unwrap_or(LIFETIME);
        Ok(Begun { step, state: None, ticket: None, redirect_uri: None, expires_at: self.clock.now() + good_for })
    }

    /// Opens a one-time link: the browser that does is the one whose answer counts. Anybody may, who has the link.
    pub async fn open_sign_in_link(&self, id: &str, ticket: &Secret<String>) -> Result<OpenedLink, HubError> {
        let used = || HubError::NotPossible {
            code: "sign_in_link",
            message: "this link has been used, or is too old, or another sign-in was begun since".to_owned(),
            remedy: "Begin the sign-in again; each link works once, for 15 minutes".to_owned(),
        };
        let id: SignInAttemptId = id.parse().map_err(|_| used())?;
        let browser = random_token()?;
        let mut tx = self.store.write().await?;
        let (from, to) = (token_digest(ticket), token_digest(&browser));
        if !tx.sign_ins().bind(id, &from, &to, self.clock.now()).await? {
            return Err(used());
        }
        let stored = tx.sign_ins().find(id).await?.ok_or_else(used)?;
        let Some(Unfinished { step: Step::Code { link, .. }, .. }) = self.open_sign_in(&stored)? else {
            return Err(used());
        };
        tx.commit().await?;
        Ok(OpenedLink { location: link, browser })
    }
}

/// Which kinds of sign-in a method has.
fn check_method(connection: &Connection, kind: SignInKind) -> Result<(), HubError> {
    let expected = match kind {
        SignInKind::Web | SignInKind::Paste => AUTHORIZATION_CODE,
        SignInKind::Device => DEVICE,
    };
    if connection.method == expected {
        return Ok(());
    }
    let (name, method) = (&connection.name, &connection.method);
    Err(HubError::NotPossible {
        code: "sign_in_method",
        message: format!("the connection {name} signs in by `{method}`; nobody signs in {} for it", in_words(kind)),
        remedy: match method.as_str() {
            AUTHORIZATION_CODE => "Sign in in a browser, or with a pasted code".to_owned(),
            DEVICE => "Sign in at another device".to_owned(),
            _ => format!("Change the method first: `salesbridge connection edit {name} --method {expected}`"),
        },
    })
}

fn no_door() -> HubError {
    HubError::NotPossible {
        code: "no_callback",
        message: "no browser can come back to this Salesbridge: it has no address on a network".to_owned(),
        remedy: "Set server.listen and server.public_url, or sign in with a pasted code".to_owned(),
    }
}

fn checked_redirect(text: &str) -> Result<String, HubError> {
    let text = text.trim();
    let has_scheme = text.split_once("://").is_some_and(|(scheme, rest)| {
        !scheme.is_empty()
            && !rest.is_empty()
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    });
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains('#') && text.len() <= 2_000;
    if has_scheme && plain {
        return Ok(text.to_owned());
    }
    Err(HubError::invalid(
        "redirect_uri",
        "expected is an address, byte for byte as the app's settings in Salesforce have it",
    ))
}
