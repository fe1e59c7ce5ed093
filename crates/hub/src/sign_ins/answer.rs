//! The answer to a sign-in: brought by a browser, or pasted.

use salesbridge_connectors::salesforce::{Returned, ReturnedProblem, SignInError, read_returned, refusal_of_sign_in};
use salesbridge_model::{Ability, Connection, Secret, SignInAttemptId, SignInFailure, SignInKind, SignInState};
use salesbridge_store::StoredSignIn;
use salesbridge_vault::{WrappedDataKey, same_digest, token_digest};

use super::details::SignInDetails;
use super::nothing_begun;
use super::unfinished::Step;
use crate::{Caller, Hub, HubError};

/// Longest code or state that is looked at.
const LONGEST: usize = 4_000;

/// What a browser brings back to our callback address.
#[derive(Debug, Default)]
pub struct BrowserAnswer {
    /// Says which sign-in it answers.
    pub state: Option<String>,
    /// The code.
    pub code: Option<Secret<String>>,
    /// A refusal instead of a code, and what was said of it.
    pub refusal: Option<(String, String)>,
    /// What the browser kept since it opened the link.
    pub browser: Option<Secret<String>>,
}

/// What a person pastes.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInWords {
    /// The code, or the whole address that the browser shows after the app was allowed; percent-encoded or not.
    #[schema(value_type = String, format = Password, write_only)]
    pub answer: Secret<String>,
}

/// A sign-in as the browser sees it that carries its answer.
#[derive(Debug)]
pub struct Carried {
    /// By which that browser may ask for it again.
    pub id: SignInAttemptId,
    /// The sign-in.
    pub sign_in: SignInDetails,
}

impl Hub {
    /// Takes what a browser brings. Anybody may bring it who has the state and is the browser that opened the link: nobody else does any harm.
    pub async fn carry_sign_in(&self, answer: BrowserAnswer) -> Result<Carried, HubError> {
        let state = answer.state.as_deref().filter(|state| state.len() <= LONGEST).ok_or_else(unknown)?;
        let found =
            self.store.read().await?.sign_ins().find_by_state(&token_digest(&Secret::new(state.to_owned()))).await?;
        let stored = found.filter(|stored| stored.attempt.kind == SignInKind::Web).ok_or_else(unknown)?;
        if !is_same_browser(&stored, answer.browser.as_ref()) {
            tracing::warn!(sign_in.id = %stored.attempt.id, "an answer to a sign-in came from another browser, and was not used");
            return Err(other_browser());
        }
        let connection = self.connection_of_sign_in(&stored).await?;
        match (answer.code, answer.refusal) {
            (Some(code), None) if code.expose().len() <= LONGEST => self.use_code(&stored, code).await?,
            (None, Some((error, description))) => self.refuse(&stored, &error, &description).await?,
            _ => return Err(HubError::invalid("code", "the address holds neither a code nor a refusal of Salesforce")),
        }
        Ok(Carried { id: stored.attempt.id, sign_in: self.newest_details(&connection, &stored).await? })
    }

    /// What has become of a sign-in, for the browser that opened its link.
    pub async fn carried_sign_in(&self, id: &str, browser: Option<&Secret<String>>) -> Result<Carried, HubError> {
        let id: SignInAttemptId = id.parse().map_err(|_| unknown())?;
        let stored = self.store.read().await?.sign_ins().find(id).await?.ok_or_else(unknown)?;
        if !is_same_browser(&stored, browser) {
            return Err(other_browser());
        }
        let connection = self.connection_of_sign_in(&stored).await?;
        Ok(Carried { id, sign_in: self.sign_in_details(&connection, &stored)? })
    }

    /// Takes what a person pasted (R25, R26).
    pub async fn answer_sign_in(
        &self,
        caller: &Caller,
        name: &str,
        words: &SignInWords,
    ) -> Result<SignInDetails, HubError> {
        let connection = self.find_connection(caller, name, Ability::Edit).await?;
        let newest = self.store.read().await?.sign_ins().newest_of(connection.id).await?;
        let stored = newest.ok_or_else(|| nothing_begun(name))?;
        self.check_may_answer(caller, name, &stored)?;
        match read_returned(words.answer.expose()) {
            Err(ReturnedProblem::Refused { error, description }) => self.refuse(&stored, &error, &description).await?,
            Err(problem @ ReturnedProblem::NoCode) => return Err(HubError::invalid("answer", problem.to_string())),
            Ok(Returned { code, state }) => {
                if state.is_some_and(|state| !is_same(stored.state_hash.as_deref(), &Secret::new(state))) {
                    return Err(HubError::invalid(
                        "answer",
                        "belongs to another sign-in; open the link of this one, and paste what the browser shows then",
                    ));
                }
                self.use_code(&stored, code).await?;
            }
        }
        self.newest_details(&connection, &stored).await
    }

    fn check_may_answer(&self, caller: &Caller, name: &str, stored: &StoredSignIn) -> Result<(), HubError> {
        let not_possible = |message: String| HubError::NotPossible {
            code: "no_sign_in",
            message,
            remedy: format!("Begin one: `salesbridge connection sign-in {name} --paste`"),
        };
        if stored.attempt.kind != SignInKind::Paste {
            return Err(not_possible(format!("the sign-in that was begun for {name} takes no pasted code")));
        }
        let Some(unfinished) = self.open_sign_in(stored)? else {
            return Err(not_possible(format!("the sign-in that was begun for {name} has ended")));
        };
        // Who pastes a code for somebody else's sign-in would have the connection act as whomever they like.
        if !unfinished.begun_by.is(caller) {
            return Err(not_possible(format!("the sign-in for {name} was begun by somebody else")));
        }
        Ok(())
    }

    /// Takes a sign-in with its code, and finishes it. Good once.
    async fn use_code(&self, stored: &StoredSignIn, given: Secret<String>) -> Result<(), HubError> {
        let Some(mut unfinished) = self.open_sign_in(stored)? else { return Err(answered()) };
        let Step::Code { code, .. } = &mut unfinished.step else { return Err(unknown()) };
        *code = Some(given.expose().clone());
        let id = stored.attempt.id;
        let sealed = self.seal_sign_in(id, &WrappedDataKey::from_bytes(stored.wrapped.clone()), &unfinished)?;
        let mut tx = self.store.write().await?;
        if !tx.sign_ins().take(id, sealed.as_bytes(), self.clock.now()).await? {
            return Err(answered());
        }
        tx.commit().await?;
        self.finish_sign_in(id).await?;
        self.sign_ins.wake();
        Ok(())
    }

    /// Salesforce, or the person there, said no.
    async fn refuse(&self, stored: &StoredSignIn, error: &str, description: &str) -> Result<(), HubError> {
        if self.open_sign_in(stored)?.is_none() {
            return Err(answered());
        }
        let cut = |text: &str| text.chars().take(500).collect::<String>();
        let refusal = SignInError::from_callback(&cut(error), &cut(description));
        let failure = failure_of(&refusal_of_sign_in(refusal).into());
        let mut tx = self.store.write().await?;
        let now = self.clock.now();
        if !tx.sign_ins().take(stored.attempt.id, &stored.sealed, now).await? {
            return Err(answered());
        }
        tx.sign_ins().finish(stored.attempt.id, SignInState::Failed, Some(&failure), now).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn connection_of_sign_in(&self, stored: &StoredSignIn) -> Result<Connection, HubError> {
        let id = stored.attempt.connection_id.ok_or_else(unknown)?;
        self.store.read().await?.connections().find(id).await?.ok_or_else(unknown)
    }

    async fn newest_details(&self, connection: &Connection, stored: &StoredSignIn) -> Result<SignInDetails, HubError> {
        let mut tx = self.store.read().await?;
        let connection = tx.connections().find(connection.id).await?.ok_or_else(unknown)?;
        let stored = tx.sign_ins().find(stored.attempt.id).await?.ok_or_else(unknown)?;
        drop(tx);
        self.sign_in_details(&connection, &stored)
    }
}

/// What a failure is for people.
pub(super) fn failure_of(error: &HubError) -> SignInFailure {
    let (code, remedy) = match error {
        HubError::OtherSide { code, remedy, .. } => (code.clone(), remedy.clone()),
        HubError::NotPossible { code, remedy, .. } => ((*code).to_owned(), remedy.clone()),
        _ => ("internal".to_owned(), "See the log, then sign in again".to_owned()),
    };
    SignInFailure { code, message: error.to_string(), remedy }
}

fn is_same_browser(stored: &StoredSignIn, browser: Option<&Secret<String>>) -> bool {
    browser.is_some_and(|browser| is_same(stored.browser_hash.as_deref(), browser))
}

fn is_same(hash: Option<&[u8]>, text: &Secret<String>) -> bool {
    hash.is_some_and(|hash| same_digest(hash, &token_digest(text)))
}

fn unknown() -> HubError {
    HubError::NotPossible {
        code: "sign_in_unknown",
        message: "this answer belongs to no sign-in that was begun here".to_owned(),
        remedy: "Begin the sign-in again from Salesbridge, and follow its link".to_owned(),
    }
}

fn answered() -> HubError {
    HubError::NotPossible {
        code: "sign_in_answered",
        message: "this sign-in has been answered already, was given up, or has taken too long".to_owned(),
        remedy: "Look at the connection; if it is not signed in, begin again".to_owned(),
    }
}

fn other_browser() -> HubError {
    HubError::NotPossible {
        code: "sign_in_other_browser",
        message: "this sign-in was begun in another browser".to_owned(),
        remedy: "Finish it in the browser in which the link was opened, or begin again in this one".to_owned(),
    }
}
