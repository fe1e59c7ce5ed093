//! Finishing a sign-in: the code is exchanged, or the org is asked whether the device's code was typed; then what was got is kept, all in one transaction.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use salesbridge_connector_kit::NextStep;
use salesbridge_connectors::salesforce::{
    CodeExchange, DevicePoll, Granted, SignInError, TokenEndpoint, refusal_of_sign_in,
};
use salesbridge_model::{Abilities, Ability, Connection, Secret, SignInAttemptId, SignInFailure, SignInState};
use salesbridge_store::{StoredSignIn, Transaction};

use super::answer::failure_of;
use super::follow::TRY_AGAIN_AFTER;
use super::lease_name;
use super::unfinished::{Step, Unfinished, print_of};
use crate::people::rights_of;
use crate::{Actor, ActorKind, Caller, Chain, Hub, HubError};

/// How long finishing may take before another process may try: longer than the token endpoint is waited for.
const LEASE: chrono::Duration = chrono::Duration::seconds(120);
/// How often storing what was got is tried: a code is good once, so that losing it costs a person another sign-in.
const STORE_ATTEMPTS: usize = 20;

/// What the org said.
enum Asked {
    /// The person, or time, has to do something first.
    NotYet { pause: Duration, why: Option<SignInFailure> },
    /// Tokens.
    Granted(Box<Granted>),
    /// It cannot be finished.
    Failed(SignInFailure),
}

impl Hub {
    /// Goes on with a sign-in, unless another process is at it.
    pub(super) async fn finish_sign_in(&self, id: SignInAttemptId) -> Result<(), HubError> {
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let name = lease_name(id);
        let Some(token) = tx.leases().take(&name, self.leases.holder(), now, now + LEASE).await? else {
            return Ok(());
        };
        let stored = tx.sign_ins().find(id).await?;
        tx.commit().await?;
        let finished = match stored.filter(|stored| stored.attempt.finished_at.is_none()) {
            Some(stored) => self.go_on(&stored).await,
            None => Ok(()),
        };
        let mut tx = self.store.write().await?;
        tx.leases().give_back(&name, token).await?;
        tx.commit().await?;
        finished
    }

    async fn go_on(&self, stored: &StoredSignIn) -> Result<(), HubError> {
        let id = stored.attempt.id;
        let Some(unfinished) = self.open_sign_in(stored)? else { return Ok(()) };
        let connection = match self.connection_of_sign_in(stored).await {
            Ok(connection) => connection,
            Err(HubError::NotPossible { .. }) => return Ok(()), // it went with its connection
            Err(error) => return Err(error),
        };
        let app = self.app_of(&mut *self.store.read().await?, &connection).await?;
        let endpoint = app.endpoint(self.clock.clone())?;
        if print_of(endpoint.app()) != unfinished.app {
            return self.fail(id, &failure_of(&edited_meanwhile())).await;
        }
        match self.ask(stored, &unfinished, &endpoint).await {
            Asked::NotYet { pause, why } => {
                self.sign_ins.again(id, self.clock.monotonic(), pause, why);
                Ok(())
            }
            Asked::Failed(failure) => self.fail(id, &failure).await,
            Asked::Granted(granted) => self.keep(stored, &unfinished, &connection, &endpoint, *granted).await,
        }
    }

    async fn ask(&self, stored: &StoredSignIn, unfinished: &Unfinished, endpoint: &TokenEndpoint) -> Asked {
        match &unfinished.step {
            Step::Code { verifier, code: Some(code), .. } => {
                let exchange = CodeExchange {
                    code: &Secret::new(code.clone()),
                    redirect_uri: stored.attempt.redirect_uri.as_deref().unwrap_or_default(),
                    verifier: &Secret::new(verifier.clone()),
                };
                endpoint
                    .exchange(&exchange)
                    .await
                    .map_or_else(again_or_failed, |granted| Asked::Granted(granted.into()))
            }
            Step::Code { code: None, .. } => Asked::NotYet { pause: TRY_AGAIN_AFTER, why: None },
            Step::Device { device_code, interval, .. } => {
                let pause = self.sign_ins.pause(stored.attempt.id).unwrap_or(Duration::from_secs(*interval));
                match endpoint.poll_device(&Secret::new(device_code.clone())).await {
                    Ok(DevicePoll::Granted(granted)) => Asked::Granted(granted),
                    Ok(DevicePoll::Pending) => Asked::NotYet { pause, why: None },
                    // RFC 8628 section 3.5: five seconds more from now on.
                    Ok(DevicePoll::SlowDown) => Asked::NotYet { pause: pause + Duration::from_secs(5), why: None },
                    Err(error) => again_or_failed(error),
                }
            }
        }
    }

    /// Keeps what was got, with everything that follows from it, or nothing.
    async fn keep(
        &self,
        stored: &StoredSignIn,
        unfinished: &Unfinished,
        connection: &Connection,
        endpoint: &TokenEndpoint,
        granted: Granted,
    ) -> Result<(), HubError> {
        if let Err(failure) = check_granted(connection, unfinished, &granted) {
            give_away(endpoint, &granted).await;
            return self.fail(stored.attempt.id, &failure).await;
        }
        let pauses =
            ExponentialBuilder::default().with_min_delay(Duration::from_millis(50)).with_max_times(STORE_ATTEMPTS);
        let kept = (|| self.store_granted(stored, unfinished, &granted))
            .retry(pauses.with_max_delay(Duration::from_millis(500)))
            .when(|error| matches!(error, HubError::Store(_)))
            .await;
        match kept {
            Ok(Kept::Yes { replaced }) => {
                self.signal_mended();
                if let Some(replaced) = replaced {
                    revoke(endpoint, &replaced).await;
                }
                self.learn_org(connection).await;
                Ok(())
            }
            Ok(Kept::TooLate) => {
                give_away(endpoint, &granted).await;
                Ok(())
            }
            Err(error) => {
                give_away(endpoint, &granted).await;
                self.fail(stored.attempt.id, &failure_of(&error)).await
            }
        }
    }

    async fn store_granted(
        &self,
        stored: &StoredSignIn,
        unfinished: &Unfinished,
        granted: &Granted,
    ) -> Result<Kept, HubError> {
        let mut tx = self.store.write().await?;
        let id = stored.attempt.id;
        if !tx.sign_ins().finish(id, SignInState::Done, None, self.clock.now()).await? {
            return Ok(Kept::TooLate);
        }
        let Some(connection_id) = stored.attempt.connection_id else { return Ok(Kept::TooLate) };
        let Some(mut connection) = tx.connections().find(connection_id).await? else { return Ok(Kept::TooLate) };
        let app = self.app_of(&mut *tx, &connection).await?.endpoint(self.clock.clone())?;
        if print_of(app.app()) != unfinished.app {
            return Err(edited_meanwhile());
        }
        let caller = still_may(&mut *tx, &unfinished.begun_by.actor(), &connection).await?;
        let replaced = self.refresh_token_of(&mut *tx, connection_id).await?;
        let Granted { session, refresh_token } = granted;
        self.keep_grant(&mut *tx, &caller, &mut connection, refresh_token.as_ref(), Some(session)).await?;
        tx.commit().await?;
        tracing::info!(connection.id = %connection.id, "connection {} is signed in", connection.name);
        Ok(Kept::Yes { replaced })
    }

    async fn fail(&self, id: SignInAttemptId, failure: &SignInFailure) -> Result<(), HubError> {
        let mut tx = self.store.write().await?;
        tx.sign_ins().finish(id, SignInState::Failed, Some(failure), self.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Asks the org who it is, so that people see where they are signed in. It may fail: the next test asks again.
    async fn learn_org(&self, connection: &Connection) {
        let learned = async {
            let Some(now) = self.store.read().await?.connections().find(connection.id).await? else { return Ok(()) };
            let org = self.connector(&now).await?.org().await?;
            let mut tx = self.store.write().await?;
            let stored = tx.connections().find(connection.id).await?;
            if let Some(mut stored) = stored.filter(|stored| stored.updated_at == now.updated_at) {
                stored.org = Some(org);
                tx.connections().update(&stored).await?;
                tx.commit().await?;
            }
            Ok::<_, HubError>(())
        };
        if let Err(error) = learned.await {
            tracing::info!(connection.id = %connection.id, error = %Chain(&error), "the org of {} could not be asked who it is", connection.name);
        }
    }
}

enum Kept {
    /// It is stored; this refresh token was there before.
    Yes { replaced: Option<Secret<String>> },
    /// It was given up, or its connection removed, meanwhile.
    TooLate,
}

/// Whoever began it, who may by now be disabled, or may no longer edit the connection.
async fn still_may(tx: &mut dyn Transaction, actor: &Actor, connection: &Connection) -> Result<Caller, HubError> {
    let no_longer = || HubError::NotPossible {
        code: "sign_in_not_allowed",
        message: format!(
            "{}, who began this sign-in, may no longer edit the connection {}",
            actor.name, connection.name
        ),
        remedy: "Somebody who may edit it signs in again".to_owned(),
    };
    let found = match actor.kind {
        ActorKind::Owner | ActorKind::System => return Ok(Caller::again(actor.clone())),
        ActorKind::Person => match actor.id.parse() {
            Ok(id) => rights_of(tx, id, Abilities::all()).await?,
            Err(_) => None,
        },
        ActorKind::Key => {
            let found = match actor.id.parse() {
                Ok(id) => tx.api_keys().find(id).await?,
                Err(_) => None,
            };
            match found.filter(|(key, _)| key.revoked_at.is_none()) {
                Some((key, _)) => rights_of(tx, key.person_id, key.scopes).await?,
                None => None,
            }
        }
    };
    let (_, rights) = found.ok_or_else(no_longer)?;
    let caller = Caller::new(actor.kind, &actor.id, &actor.name, rights);
    caller.may_on(connection.id, connection.name.as_str(), Ability::Edit).map_err(|_| no_longer())?;
    Ok(caller)
}

/// What passes by itself is tried again until the sign-in's time is over; a lost answer too: if the code was used, the next answer says so.
fn again_or_failed(error: SignInError) -> Asked {
    let problem = refusal_of_sign_in(error);
    let passes = problem.retry_until.is_some() || matches!(problem.next, NextStep::RetryLater { .. });
    let failure = failure_of(&problem.into());
    if passes { Asked::NotYet { pause: TRY_AGAIN_AFTER, why: Some(failure) } } else { Asked::Failed(failure) }
}

fn check_granted(connection: &Connection, unfinished: &Unfinished, granted: &Granted) -> Result<(), SignInFailure> {
    let reached = granted.session.org_id.to_string();
    match &connection.org {
        Some(org) if org.org_id != reached && !unfinished.may_change_org => Err(SignInFailure {
            code: "another_org".to_owned(),
            message: format!(
                "this sign-in leads to the org {reached}; the connection {} belongs to {} ({})",
                connection.name,
                org.org_id,
                org.name.as_deref().unwrap_or("unnamed"),
            ),
            remedy: "Sign out of Salesforce in the browser and sign in to the right org; for another org make another connection".to_owned(),
        }),
        _ => Ok(()),
    }
}

/// What was got belongs to another app than the connection's.
fn edited_meanwhile() -> HubError {
    HubError::NotPossible {
        code: "connection_edited",
        message: "the address, the app or its secret was changed while the sign-in was under way".to_owned(),
        remedy: "Sign in again".to_owned(),
    }
}

/// Tokens that nobody keeps are given back: a user has five of an app at most.
async fn give_away(endpoint: &TokenEndpoint, granted: &Granted) {
    revoke(endpoint, granted.refresh_token.as_ref().unwrap_or(&granted.session.access_token)).await;
}

async fn revoke(endpoint: &TokenEndpoint, token: &Secret<String>) {
    if let Err(error) = endpoint.revoke(token).await {
        tracing::info!(error = %Chain(&error), "a token that is of no use any more could not be revoked");
    }
}
