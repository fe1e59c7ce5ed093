//! The client of one org: sends calls within the budget, signs them, and replays one after a new sign-in.

use std::sync::Arc;

use salesbridge_egress::{HttpClient, Response, RetryPolicy};
use salesbridge_model::Clock;
use serde::de::DeserializeOwned;

use crate::{
    ApiError, ApiUsage, ApiVersion, CallBudget, Disposition, Grant, Session, TokenKeeper, WriteError, call::Call,
    concurrency::Concurrency, describe::DescribeCache, fault::wire::faults_in, limits::LastLimits, org_time::OrgTime,
};

/// What a client is made of.
pub struct OrgClientParts {
    /// Sends requests; has the reach of the connection.
    pub http: HttpClient,
    /// Keeps the session.
    pub keeper: Arc<dyn TokenKeeper>,
    /// Grants calls.
    pub budget: Arc<dyn CallBudget>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Which version of the API is spoken.
    pub version: ApiVersion,
    /// When reads are repeated, and writes that surely were not carried out.
    pub retries: RetryPolicy,
    /// Calls at the same time, at most; fewer while the org finds them too many.
    pub concurrent_calls: usize,
}

/// The client of one org. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct OrgClient {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    parts: OrgClientParts,
    org_time: OrgTime,
    concurrency: Concurrency,
    pub(crate) describes: DescribeCache,
    pub(crate) last_limits: LastLimits,
}

impl OrgClient {
    /// A client of these parts.
    pub fn new(parts: OrgClientParts) -> Self {
        let concurrency = Concurrency::new(parts.concurrent_calls);
        let (org_time, describes, last_limits) = Default::default();
        Self { shared: Arc::new(Shared { parts, org_time, concurrency, describes, last_limits }) }
    }

    /// Calls that may be under way at the same time now.
    pub fn concurrent_calls(&self) -> usize {
        self.shared.concurrency.now()
    }

    /// How far the org's clock is ahead of ours, one second exact; `None` before the first answer.
    pub fn org_time_offset(&self) -> Option<chrono::Duration> {
        self.shared.org_time.offset()
    }

    /// The session in use; signs in when there is none.
    pub async fn session(&self) -> Result<Arc<Session>, ApiError> {
        Ok(self.shared.parts.keeper.session().await?)
    }

    /// Signs in anew, whatever session is in use, and uses the new one from now on.
    pub async fn prove_credentials(&self) -> Result<Arc<Session>, ApiError> {
        Ok(self.shared.parts.keeper.prove().await?)
    }

    /// The version of the API that is spoken.
    pub fn version(&self) -> &ApiVersion {
        &self.shared.parts.version
    }

    pub(crate) fn http(&self) -> &HttpClient {
        &self.shared.parts.http
    }

    pub(crate) fn retries(&self) -> &RetryPolicy {
        &self.shared.parts.retries
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.shared.parts.clock
    }

    /// Makes a read, repeated where that helps, and reads its answer as JSON.
    pub(crate) async fn read<T: DeserializeOwned>(&self, call: &Call, expected: &'static str) -> Result<T, ApiError> {
        let attempt = || async move {
            let body = body_of_success(self.send(call).await?).await?;
            parsed(&body, expected)
        };
        self.shared.parts.retries.run(ApiError::verdict_for_read, attempt).await
    }

    /// Makes a read, repeated where that helps; the head of a good answer is here when this returns, and its body is still to be read.
    pub(crate) async fn open(&self, call: &Call) -> Result<Response, ApiError> {
        let attempt = || async move { success(self.send(call).await?).await };
        self.shared.parts.retries.run(ApiError::verdict_for_read, attempt).await
    }

    /// Makes a write, repeated only while nothing was sent. The head of the answer is here when this returns, whatever its status.
    pub(crate) async fn write(&self, call: &Call) -> Result<Response, WriteError> {
        let sent = self.shared.parts.retries.run(ApiError::verdict_for_write, || self.send(call)).await;
        sent.map_err(|cause| WriteError::judge(call.kind, cause))
    }

    /// Sends a call; after a 401 that a new token mends, once more in a new session. A 401 means that nothing was carried out.
    async fn send(&self, call: &Call) -> Result<Response, ApiError> {
        let keeper = &self.shared.parts.keeper;
        let session = keeper.session().await?;
        let refusal = match self.send_in(call, &session).await {
            Err(refusal) if wants_a_new_token(&refusal) => refusal,
            outcome => return outcome,
        };
        tracing::debug!(error = %refusal, "the session ended; signing in again");
        let renewed = keeper.renew(&session).await?;
        match self.send_in(call, &renewed).await {
            // What another process had got since has ended too.
            Err(refusal) if renewed.is_found && wants_a_new_token(&refusal) => {
                let ours = keeper.renew(&renewed).await?;
                self.send_in(call, &ours).await
            }
            outcome => outcome,
        }
    }

    /// Sends a call in a session. What was turned away at the door is an error; whatever else the org did is in the answer.
    async fn send_in(&self, call: &Call, session: &Session) -> Result<Response, ApiError> {
        if self.shared.parts.budget.before_call().await? == Grant::Look {
            self.look_at_the_orgs_count(session).await?;
            self.shared.parts.budget.before_call().await?;
        }
        self.send_unasked(call, session).await
    }

    /// One cheap call, so that the budget knows how many calls are left.
    async fn look_at_the_orgs_count(&self, session: &Session) -> Result<(), ApiError> {
        let body = body_of_success(self.send_unasked(&Self::limits_call(), session).await?).await?;
        self.note_limits_in(&body);
        Ok(())
    }

    async fn send_unasked(&self, call: &Call, session: &Session) -> Result<Response, ApiError> {
        let Shared { parts, org_time, concurrency, .. } = &*self.shared;
        let request = call.request(parts.version.as_str(), session)?;
        let slot = concurrency.enter().await;
        let sent = parts.http.send(request).await;
        let usage =
            sent.as_ref().ok().and_then(|response| response.header("sforce-limit-info")).and_then(ApiUsage::parse);
        parts.budget.after_call(usage);
        let response = sent?;
        if let Some(date) = response.header("date") {
            org_time.note(date, parts.clock.now());
        }
        if !is_turned_away(response.status()) {
            concurrency.calm();
            return Ok(response);
        }
        let refusal = refusal_of(response).await?;
        match refusal.faults().iter().find(|fault| fault.code == "REQUEST_LIMIT_EXCEEDED") {
            Some(fault) if fault.disposition() == Disposition::RetryNow => concurrency.too_many(slot),
            Some(_) => return Err(parts.budget.limit_reached().map_or(refusal, ApiError::Budget)),
            None => {}
        }
        Err(refusal)
    }
}

impl std::fmt::Debug for OrgClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OrgClient").field("version", &self.shared.parts.version).finish_non_exhaustive()
    }
}

/// Statuses with which the org, or its edge, turns a call away before it does anything of it.
fn is_turned_away(status: u16) -> bool {
    matches!(status, 401 | 403 | 420 | 429)
}

fn wants_a_new_token(refusal: &ApiError) -> bool {
    refusal.faults().iter().any(crate::ApiFault::asks_for_a_new_token)
}

/// The body of an answer that says yes; anything else is an error.
pub(crate) async fn body_of_success(response: Response) -> Result<Vec<u8>, ApiError> {
    Ok(success(response).await?.bytes().await?)
}

async fn success(response: Response) -> Result<Response, ApiError> {
    if (200..=299).contains(&response.status()) { Ok(response) } else { Err(refusal_of(response).await?) }
}

/// The refusal an answer holds. The outer error is that its body could not be read.
async fn refusal_of(response: Response) -> Result<ApiError, ApiError> {
    let (status, retry_after) = (response.status(), response.retry_after());
    let faults = faults_in(&response.bytes().await?);
    Ok(if faults.is_empty() {
        ApiError::Unavailable { status, retry_after }
    } else {
        ApiError::Refused { status, faults }
    })
}

/// Reads JSON; the parser's own message is dropped, because it may quote the content.
pub(crate) fn parsed<T: DeserializeOwned>(body: &[u8], expected: &'static str) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|_| ApiError::Unreadable { expected })
}
