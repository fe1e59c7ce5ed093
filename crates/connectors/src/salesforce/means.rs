//! How a connection signs in: from its method and what belongs to it to the client's way of signing in.

use std::sync::Arc;
use std::time::Duration;

use salesbridge_egress::{ClientSettings, HttpClient, RetryBudget, RetryPolicy};
use salesbridge_model::{Clock, IdMaker, Secret, Timestamp};
use salesbridge_salesforce::{
    DomainProblem, DomainUrl, JwtBearer, OauthApp, Origin, RefreshTokenKeeper, SignsIn, TokenEndpoint,
    WithClientCredentials, WithJwtBearer, WithRefreshToken,
};

use super::ConfigProblem;
use super::config::{RETRIES, RETRY_TOKENS};
use super::way::SignInWay;

/// How long an answer of the token endpoint is waited for. Whoever refreshes keeps others waiting.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a connection signs in, with what belongs to that alone.
#[derive(Clone)]
pub enum Means {
    /// With key and secret.
    ClientCredentials,
    /// With a refresh token, which a person left behind by signing in or pasted.
    RefreshToken {
        /// Where it lies.
        keeper: Arc<dyn RefreshTokenKeeper>,
        /// Which sign-in it comes from: sessions of an earlier one are of no use any more.
        sign_in: String,
    },
    /// With assertions signed by a key of ours.
    JwtBearer {
        /// The user and the key.
        bearer: JwtBearer,
        /// Gives each assertion its own id.
        ids: Arc<dyn IdMaker>,
    },
}

/// What a token endpoint is made of.
#[derive(Clone)]
pub struct SignInSettings {
    /// Where it signs in: the address of the org, or a page that all orgs share.
    pub domain_url: String,
    /// Consumer key of the app.
    pub consumer_key: String,
    /// Consumer secret of the app, where it has one that we know.
    pub consumer_secret: Option<Secret<String>>,
    /// When it was edited last: an app made just before may not be known everywhere yet (R16).
    pub edited_at: Timestamp,
}

impl Means {
    /// Where a sign-in of this kind may go: client credentials to an org's own address alone.
    fn host(&self, text: &str) -> Result<DomainUrl, DomainProblem> {
        match self {
            Means::ClientCredentials => DomainUrl::parse(text),
            Means::RefreshToken { .. } | Means::JwtBearer { .. } => DomainUrl::parse_sign_in_host(text),
        }
    }

    /// What its sessions are got with.
    pub(super) fn origin(&self, app: &OauthApp) -> Origin {
        match self {
            Means::ClientCredentials => Origin::new(app, &[]),
            Means::RefreshToken { sign_in, .. } => refresh_token_origin(app, sign_in),
            Means::JwtBearer { bearer, .. } => {
                Origin::new(app, &["jwt", &bearer.username, bearer.private_key.expose()])
            }
        }
    }

    /// What a test tells of it.
    pub(super) fn way(&self) -> SignInWay {
        match self {
            Means::ClientCredentials => SignInWay::CLIENT_CREDENTIALS,
            Means::RefreshToken { .. } => SignInWay::REFRESH_TOKEN,
            Means::JwtBearer { .. } => SignInWay::JWT_BEARER,
        }
    }

    pub(super) fn signs_in(self, endpoint: TokenEndpoint) -> Box<dyn SignsIn> {
        match self {
            Means::ClientCredentials => Box::new(WithClientCredentials::new(endpoint)),
            Means::RefreshToken { keeper, .. } => Box::new(WithRefreshToken::new(endpoint, keeper)),
            Means::JwtBearer { bearer, ids } => Box::new(WithJwtBearer::new(endpoint, bearer, ids)),
        }
    }
}

/// What the sessions of a sign-in are got with that left a refresh token behind.
pub fn refresh_token_origin(app: &OauthApp, sign_in: &str) -> Origin {
    Origin::new(app, &["refresh", sign_in])
}

impl SignInSettings {
    /// The token endpoint of an app at which a person signs in: its host may be one that all orgs share.
    pub fn endpoint_for_people(self, clock: Arc<dyn Clock>) -> Result<TokenEndpoint, ConfigProblem> {
        let host = DomainUrl::parse_sign_in_host(&self.domain_url);
        self.endpoint_at(host, clock)
    }

    /// The token endpoint of an app, for sign-ins of this kind. It repeats and waits on its own account, apart from the calls of the connection.
    pub fn endpoint(self, means: &Means, clock: Arc<dyn Clock>) -> Result<TokenEndpoint, ConfigProblem> {
        let host = means.host(&self.domain_url);
        self.endpoint_at(host, clock)
    }

    fn endpoint_at(
        self,
        host: Result<DomainUrl, DomainProblem>,
        clock: Arc<dyn Clock>,
    ) -> Result<TokenEndpoint, ConfigProblem> {
        let problem = |message: String| ConfigProblem { field: "domain_url", message };
        let host = host.map_err(|cause| problem(cause.to_string()))?;
        let settings = ClientSettings { read_timeout: PATIENCE, ..ClientSettings::new(host.reach()) };
        let http = HttpClient::new(settings).map_err(|cause| problem(cause.to_string()))?;
        let retries = RetryPolicy::new(RETRIES, Arc::new(RetryBudget::new(RETRY_TOKENS)));
        let app = OauthApp { host, consumer_key: self.consumer_key, consumer_secret: self.consumer_secret };
        Ok(TokenEndpoint::new(app, http, retries, clock).of_an_app_edited_at(self.edited_at))
    }
}
