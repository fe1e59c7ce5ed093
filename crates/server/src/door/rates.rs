//! How much one address may ask for before it has signed in.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use salesbridge_hub::Caller;

use super::{ClientAddress, DoorSettings};
use crate::problem::Problem;

type Limiter = RateLimiter<IpAddr, DashMapStateStore<IpAddr>, MonotonicClock, NoOpMiddleware<std::time::Instant>>;

/// The rates of one door. Clones share them.
#[derive(Clone)]
pub(crate) struct Rates(Arc<Inner>);

struct Inner {
    addresses: Limiter,
    asked: AtomicU32,
}

/// Requests after which those who have been silent are forgotten.
const TIDY_EVERY: u32 = 4096;

impl Rates {
    pub(crate) fn new(settings: &DoorSettings) -> Self {
        let each_minute = NonZeroU32::new(settings.address_requests_per_minute).unwrap_or(NonZeroU32::MIN);
        let addresses = RateLimiter::new(Quota::per_minute(each_minute), DashMapStateStore::default(), MonotonicClock);
        Self(Arc::new(Inner { addresses, asked: AtomicU32::new(0) }))
    }

    /// How long to wait, when it was too much.
    fn wait(&self, address: IpAddr) -> Option<Duration> {
        let Inner { addresses, asked } = &*self.0;
        if asked.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            addresses.retain_recent();
        }
        let refused = addresses.check_key(&household(address)).err();
        refused.map(|refused| refused.wait_time_from(MonotonicClock.now()))
    }
}

/// Whoever has one IPv6 address has all of its network.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from(u128::from(v6) & !u128::from(u64::MAX)).into(),
    }
}

/// Refuses what is too much, but to those who are known.
pub(crate) async fn by_address(State(rates): State<Rates>, request: Request, next: Next) -> Response {
    if request.extensions().get::<Caller>().is_some() {
        return next.run(request).await;
    }
    let address = request.extensions().get::<ClientAddress>().copied();
    match address.and_then(|ClientAddress(address)| rates.wait(address)) {
        None => next.run(request).await,
        Some(wait) => too_many(wait),
    }
}

fn too_many(wait: Duration) -> Response {
    let seconds = wait.as_secs() + 1;
    let problem = Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_requests",
        "Too many requests",
        format!("more was asked for than is allowed in this time; go on in {seconds} s"),
        "Wait as long as the header Retry-After says, then ask more slowly",
    );
    ([(RETRY_AFTER, seconds.to_string())], problem).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_of_ipv6_is_one_household() {
        let address = |text: &str| household(text.parse().unwrap());
        assert_eq!(address("2001:db8:1:2::1"), address("2001:db8:1:2:ffff::9"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
        assert_ne!(address("203.0.113.1"), address("203.0.113.2"));
    }
}
