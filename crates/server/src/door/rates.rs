//! How much one address may ask for before it has signed in, and one person or API key after that.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderName, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, MonotonicClock};
use governor::middleware::{NoOpMiddleware, StateInformationMiddleware};
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use salesbridge_hub::{Actor, ActorKind, Caller};

use super::{ClientAddress, DoorSettings};
use crate::problem::Problem;

type Addresses = RateLimiter<IpAddr, DashMapStateStore<IpAddr>, MonotonicClock, NoOpMiddleware<std::time::Instant>>;
/// By kind and id of the actor: a person has one rate however often they have signed in, and each key its own.
type Callers = RateLimiter<
    (ActorKind, String),
    DashMapStateStore<(ActorKind, String)>,
    MonotonicClock,
    StateInformationMiddleware,
>;

/// What a caller may ask for in any minute.
struct Allowed {
    each_minute: u32,
    callers: Callers,
}

impl Allowed {
    fn new(each_minute: u32) -> Self {
        let quota = per_minute(each_minute);
        Self { each_minute, callers: Callers::new(quota, DashMapStateStore::default(), MonotonicClock) }
    }
}

/// The rates of one door. Clones share them.
#[derive(Clone)]
pub(crate) struct Rates(Arc<Inner>);

struct Inner {
    addresses: Addresses,
    reads: Allowed,
    writes: Allowed,
    asked: AtomicU32,
}

/// Requests after which those who have been silent are forgotten.
const TIDY_EVERY: u32 = 4096;

impl Rates {
    pub(crate) fn new(settings: &DoorSettings) -> Self {
        let each_minute = per_minute(settings.address_requests_per_minute);
        let addresses = RateLimiter::new(each_minute, DashMapStateStore::default(), MonotonicClock);
        let reads = Allowed::new(settings.caller_reads_per_minute);
        let writes = Allowed::new(settings.caller_writes_per_minute);
        Self(Arc::new(Inner { addresses, reads, writes, asked: AtomicU32::new(0) }))
    }

    /// Forgets now and then who has been silent for long.
    fn tidy(&self) {
        let Inner { addresses, reads, writes, asked } = &*self.0;
        if asked.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            addresses.retain_recent();
            reads.callers.retain_recent();
            writes.callers.retain_recent();
        }
    }

    /// How much a caller has left, or how long they have to wait.
    fn of_caller(&self, caller: &Caller, method: &Method) -> Left {
        let Actor { kind, id, .. } = caller.actor();
        let Allowed { each_minute, callers } = if method.is_safe() { &self.0.reads } else { &self.0.writes };
        match callers.check_key(&(*kind, id.clone())) {
            Ok(state) => Left { each_minute: *each_minute, remaining: state.remaining_burst_capacity(), wait: None },
            Err(refused) => {
                let wait = Some(refused.wait_time_from(MonotonicClock.now()));
                Left { each_minute: *each_minute, remaining: 0, wait }
            }
        }
    }

    /// How long to wait, when it was too much.
    fn wait(&self, address: IpAddr) -> Option<Duration> {
        let refused = self.0.addresses.check_key(&household(address)).err();
        refused.map(|refused| refused.wait_time_from(MonotonicClock.now()))
    }
}

fn per_minute(requests: u32) -> Quota {
    Quota::per_minute(NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN))
}

/// What a caller has left.
struct Left {
    each_minute: u32,
    remaining: u32,
    wait: Option<Duration>,
}

impl Left {
    /// Tells whoever reads headers how much there is.
    fn tell(&self, response: &mut Response) {
        let headers = response.headers_mut();
        headers.insert(RATELIMIT_LIMIT, self.each_minute.into());
        headers.insert(RATELIMIT_REMAINING, self.remaining.into());
        if let Some(wait) = self.wait {
            headers.insert(RATELIMIT_RESET, seconds(wait).into());
        }
    }
}

const RATELIMIT_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const RATELIMIT_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RATELIMIT_RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// Whoever has one IPv6 address has all of its network.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from(u128::from(v6) & !u128::from(u64::MAX)).into(),
    }
}

/// Refuses what is too much: to those who are known by who they are, to the others by where they are.
pub(crate) async fn by_address(State(rates): State<Rates>, request: Request, next: Next) -> Response {
    rates.tidy();
    if let Some(caller) = request.extensions().get::<Caller>() {
        let left = rates.of_caller(caller, request.method());
        let mut response = match left.wait {
            None => next.run(request).await,
            Some(wait) => too_many(wait),
        };
        left.tell(&mut response);
        return response;
    }
    let address = request.extensions().get::<ClientAddress>().copied();
    match address.and_then(|ClientAddress(address)| rates.wait(address)) {
        None => next.run(request).await,
        Some(wait) => too_many(wait),
    }
}

fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + 1
}

fn too_many(wait: Duration) -> Response {
    let seconds = seconds(wait);
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
