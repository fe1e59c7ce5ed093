//! Refresh tokens: sealed together with the sign-in they come from, and replaced where Salesforce replaces them.
//!
//! A token that was given and is not stored may be used by a test. Where that replaces it, the newest is remembered in this process, so that whoever then
//! stores the one that was given stores the one that is good.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use salesbridge_connectors::salesforce::{
    KeptToken, Means, NotKept, Origin, REFRESH_TOKEN, RefreshTokenKeeper, Session, refresh_token_origin,
};
use salesbridge_model::{Clock, ConnectionId, Secret};
use salesbridge_store::{Store, Transaction};
use salesbridge_vault::token_digest;

use crate::connections::ResolvedApp;
use crate::keys::MasterKeys;
use crate::secrets::{open, seal};
use crate::sessions::seal_session;
use crate::{Hub, HubError};

/// How long the newest of a token is remembered that nobody has stored.
const REMEMBERED: Duration = Duration::from_secs(3600);
/// Of how many tokens, at most.
const MOST_REMEMBERED: usize = 1000;

/// A refresh token as it is sealed.
#[derive(serde::Serialize, serde::Deserialize)]
struct Kept {
    token: String,
    /// Which sign-in it comes from; sessions of an earlier one are of no use any more.
    sign_in: String,
    /// Whether an answer may have replaced it without our knowing.
    #[serde(default)]
    in_doubt: bool,
}

/// A refresh token that is stored.
struct Stored {
    token: Secret<String>,
    sign_in: String,
    in_doubt: bool,
}

impl Stored {
    async fn find(
        tx: &mut dyn Transaction,
        keys: &MasterKeys,
        connection: ConnectionId,
    ) -> Result<Option<Self>, HubError> {
        let Some(sealed) = open(tx, keys, connection.into(), REFRESH_TOKEN).await? else { return Ok(None) };
        let unreadable = |cause| HubError::NotPossible {
            code: "refresh_token_unreadable",
            message: format!("the refresh token that is stored cannot be read: {cause}"),
            remedy: "Sign in again: `salesbridge connection sign-in NAME`".to_owned(),
        };
        let kept: Kept = serde_json::from_str(sealed.expose()).map_err(|cause| unreadable(cause.to_string()))?;
        let Kept { token, sign_in, in_doubt } = kept;
        Ok(Some(Self { token: Secret::new(token), sign_in, in_doubt }))
    }

    async fn save(self, tx: &mut dyn Transaction, keys: &MasterKeys, connection: ConnectionId) -> Result<(), HubError> {
        let kept = Kept { token: self.token.expose().clone(), sign_in: self.sign_in, in_doubt: self.in_doubt };
        // Texts always have a JSON form.
        let bytes = Secret::new(serde_json::to_string(&kept).unwrap_or_default());
        drop(Secret::new(kept.token));
        seal(tx, keys, connection.into(), REFRESH_TOKEN, &bytes).await
    }
}

impl Hub {
    /// Seals the refresh token of a new sign-in; gives that sign-in's id.
    pub(crate) async fn seal_refresh_token(
        &self,
        tx: &mut dyn Transaction,
        connection: ConnectionId,
        token: &Secret<String>,
    ) -> Result<String, HubError> {
        let sign_in = self.ids.next().simple().to_string();
        let token = self.tried.newest(token);
        Stored { token, sign_in: sign_in.clone(), in_doubt: false }.save(tx, &self.keys, connection).await?;
        Ok(sign_in)
    }

    /// The refresh token that is stored for a connection.
    pub(crate) async fn refresh_token_of(
        &self,
        tx: &mut dyn Transaction,
        connection: ConnectionId,
    ) -> Result<Option<Secret<String>>, HubError> {
        Ok(Stored::find(tx, &self.keys, connection).await?.map(|stored| stored.token))
    }

    /// Signing in to an app with the refresh token of a stored connection.
    pub(crate) async fn with_stored_refresh_token(
        &self,
        tx: &mut dyn Transaction,
        app: &ResolvedApp,
        connection: ConnectionId,
    ) -> Result<Means, HubError> {
        let stored = Stored::find(tx, &self.keys, connection).await?;
        let sign_in = stored.map(|stored| stored.sign_in).unwrap_or_default();
        let origin = refresh_token_origin(app.endpoint(self.clock.clone())?.app(), &sign_in);
        let keeper = StoredToken { store: self.store.clone(), keys: self.keys.clone(), connection, origin };
        Ok(Means::RefreshToken { keeper: Arc::new(keeper), sign_in })
    }

    /// Signing in with a refresh token that was given and is not stored.
    pub(crate) fn with_given_refresh_token(&self, given: Option<Secret<String>>) -> Means {
        let keeper = GivenToken { given, tried: self.tried.clone() };
        Means::RefreshToken { keeper: Arc::new(keeper), sign_in: String::new() }
    }
}

/// The refresh token of one connection, in the store.
struct StoredToken {
    store: Arc<dyn Store>,
    keys: MasterKeys,
    connection: ConnectionId,
    /// What its sessions are got with.
    origin: Origin,
}

impl StoredToken {
    async fn find(&self) -> Result<Option<KeptToken>, HubError> {
        let mut tx = self.store.read().await?;
        let stored = Stored::find(&mut *tx, &self.keys, self.connection).await?;
        Ok(stored.map(|Stored { token, in_doubt, .. }| KeptToken { token, in_doubt }))
    }

    async fn doubt(&self, used: &Secret<String>, in_doubt: bool) -> Result<(), HubError> {
        let mut tx = self.store.write().await?;
        let found = Stored::find(&mut *tx, &self.keys, self.connection).await?;
        let ours = found.filter(|stored| stored.token.expose() == used.expose() && stored.in_doubt != in_doubt);
        if let Some(stored) = ours {
            Stored { in_doubt, ..stored }.save(&mut *tx, &self.keys, self.connection).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// The new token and the session that came with it, together: whoever finds one finds the other.
    async fn store(
        &self,
        used: &Secret<String>,
        new: &Secret<String>,
        session: &Secret<Vec<u8>>,
    ) -> Result<bool, HubError> {
        let mut tx = self.store.write().await?;
        let Some(stored) = Stored::find(&mut *tx, &self.keys, self.connection).await? else { return Ok(false) };
        if stored.token.expose() != used.expose() {
            return Ok(false);
        }
        let replaced = Stored { token: new.clone(), in_doubt: false, ..stored };
        replaced.save(&mut *tx, &self.keys, self.connection).await?;
        seal_session(&mut *tx, &self.keys, self.connection, session).await?;
        tx.commit().await?;
        Ok(true)
    }
}

#[async_trait]
impl RefreshTokenKeeper for StoredToken {
    async fn current(&self) -> Result<Option<KeptToken>, NotKept> {
        self.find().await.map_err(|cause| NotKept(Box::new(cause)))
    }

    async fn set_in_doubt(&self, used: &Secret<String>, in_doubt: bool) -> Result<(), NotKept> {
        self.doubt(used, in_doubt).await.map_err(|cause| NotKept(Box::new(cause)))
    }

    async fn replace(&self, used: &Secret<String>, new: &Secret<String>, session: &Session) -> Result<bool, NotKept> {
        let stored = self.store(used, new, &session.to_bytes(&self.origin)).await;
        stored.map_err(|cause| NotKept(Box::new(cause)))
    }
}

/// A refresh token that is not stored.
struct GivenToken {
    given: Option<Secret<String>>,
    tried: Arc<TriedTokens>,
}

#[async_trait]
impl RefreshTokenKeeper for GivenToken {
    async fn current(&self) -> Result<Option<KeptToken>, NotKept> {
        let newest = self.given.as_ref().map(|given| self.tried.newest(given));
        Ok(newest.map(|token| KeptToken { token, in_doubt: false }))
    }

    async fn set_in_doubt(&self, _: &Secret<String>, _: bool) -> Result<(), NotKept> {
        Ok(())
    }

    async fn replace(&self, _: &Secret<String>, new: &Secret<String>, _: &Session) -> Result<bool, NotKept> {
        if let Some(given) = &self.given {
            self.tried.remember(given, new);
        }
        Ok(true)
    }
}

/// The newest of tokens that were tried before anybody stored them, by a digest of the one that was given.
pub(crate) struct TriedTokens {
    clock: Arc<dyn Clock>,
    newest: Mutex<HashMap<[u8; 32], Tried>>,
}

struct Tried {
    newest: Secret<String>,
    at: Duration,
}

impl TriedTokens {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, newest: Mutex::default() }
    }

    /// The one that is good now in place of the one that was given.
    fn newest(&self, given: &Secret<String>) -> Secret<String> {
        let tried = self.lock().get(&token_digest(given)).map(|tried| tried.newest.clone());
        tried.unwrap_or_else(|| given.clone())
    }

    fn remember(&self, given: &Secret<String>, newest: &Secret<String>) {
        let now = self.clock.monotonic();
        let mut tried = self.lock();
        tried.retain(|_, tried| now.saturating_sub(tried.at) < REMEMBERED);
        if tried.len() < MOST_REMEMBERED || tried.contains_key(&token_digest(given)) {
            tried.insert(token_digest(given), Tried { newest: newest.clone(), at: now });
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Tried>> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
