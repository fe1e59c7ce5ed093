//! What a connection needs to be opened.

use std::sync::Arc;
use std::time::Duration;

use salesbridge_egress::{HttpClient, RetryBudget, RetryPolicy, RetryTiming};
use salesbridge_model::{Clock, Secret, Timestamp};
use salesbridge_salesforce::{
    ApiVersion, CallBudget, DomainUrl, MOST_ROWS, MemoryTokenKeeper, OrgClient, OrgClientParts,
};

use super::SalesforceConnector;
use super::bulk::Jobs;
use super::means::{Means, SignInSettings};
use super::shared_session::{SessionShelf, SharedSignIn};

/// What a connection needs to be opened.
pub struct SalesforceConfig {
    /// Where it signs in: the address of the org, or a page that all orgs share.
    pub domain_url: String,
    /// Consumer key of the app.
    pub consumer_key: String,
    /// Consumer secret of the app, where it has one that we know.
    pub consumer_secret: Option<Secret<String>>,
    /// How it signs in.
    pub means: Means,
    /// When the connection was edited last: an app made just before may not be known everywhere yet (R16).
    pub edited_at: Timestamp,
    /// Where the session lies between processes; without one, this connector signs in for itself.
    pub shelf: Option<Arc<dyn SessionShelf>>,
    /// Rows of one write call; at most 200 are sent.
    pub batch_rows: usize,
    /// From how many rows on they go by a job of the Bulk API; 0 is never.
    pub bulk_from_rows: usize,
    /// Rows of one job.
    pub bulk_rows: usize,
    /// How long a write whose answer was lost may still be under way.
    pub in_flight: Duration,
    /// The same for a local org.
    pub in_flight_local: Duration,
    /// Calls at the same time, at most; fewer while the org finds them too many.
    pub concurrent_calls: usize,
}

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct ConfigProblem {
    /// Which setting.
    pub field: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
}

/// Reads of one connection that may be repeated in a row before every further one has to be earned.
pub(super) const RETRY_TOKENS: u32 = 20;

/// A person may be waiting for the answer, and whoever is not tries again with longer pauses: a short hiccup is waited out here, no more.
pub(super) const RETRIES: RetryTiming =
    RetryTiming { first_pause: Duration::from_millis(300), longest_pause: Duration::from_secs(2), repetitions: 2 };

impl SalesforceConnector {
    /// Opens a connection whose calls are granted by `budget`. Nothing is sent before it is used.
    pub fn open(
        config: SalesforceConfig,
        budget: Arc<dyn CallBudget>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigProblem> {
        let settings = SignInSettings {
            domain_url: config.domain_url,
            consumer_key: config.consumer_key,
            consumer_secret: config.consumer_secret,
            edited_at: config.edited_at,
        };
        let endpoint = settings.endpoint(&config.means, clock.clone())?;
        let retries = RetryPolicy::new(RETRIES, Arc::new(RetryBudget::new(RETRY_TOKENS)));
        let domain = endpoint.app().host.clone();
        let http = http_client(&domain)?;
        let origin = config.means.origin(endpoint.app());
        let way = config.means.way();
        let signs_in = config.means.signs_in(endpoint);
        let keeper = match config.shelf {
            Some(shelf) => MemoryTokenKeeper::new(SharedSignIn::new(signs_in, origin, shelf)),
            None => MemoryTokenKeeper::new(signs_in),
        };
        let parts = OrgClientParts {
            http: http.clone(),
            keeper: Arc::new(keeper),
            budget,
            clock: clock.clone(),
            version: ApiVersion::default(),
            retries,
            concurrent_calls: config.concurrent_calls,
        };
        Ok(Self {
            client: OrgClient::new(parts),
            http,
            clock,
            batch_rows: config.batch_rows.clamp(1, MOST_ROWS),
            jobs: Jobs::new(config.bulk_from_rows, config.bulk_rows.max(1)),
            in_flight: if domain.is_local() { config.in_flight_local } else { config.in_flight },
            way,
            domain,
        })
    }
}

fn http_client(domain: &DomainUrl) -> Result<HttpClient, ConfigProblem> {
    HttpClient::new(domain.client_settings())
        .map_err(|problem| ConfigProblem { field: "domain_url", message: problem.to_string() })
}
