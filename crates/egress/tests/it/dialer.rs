//! Names that change what they stand for between the check and the call.

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use salesbridge_egress::{Dialer, EgressError, NameLookup, Reach, Sent};
use tokio::net::TcpListener;

/// Gives another answer each time.
struct Rebinding(Mutex<VecDeque<Vec<IpAddr>>>);

impl Rebinding {
    fn answers(answers: &[&[&str]]) -> Arc<Self> {
        let addresses = |answer: &&[&str]| answer.iter().map(|text| text.parse().expect("an address")).collect();
        Arc::new(Self(Mutex::new(answers.iter().map(addresses).collect())))
    }

    fn left(&self) -> usize {
        self.0.lock().expect("unpoisoned").len()
    }
}

impl NameLookup for Rebinding {
    fn look_up(&self, _: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        let answer = self.0.lock().expect("unpoisoned").pop_front();
        Box::pin(async move { answer.ok_or(io::Error::from(io::ErrorKind::NotFound)) })
    }
}

fn dialer(reach: Reach, names: &Arc<Rebinding>) -> Dialer {
    Dialer::with_names(reach, Duration::from_secs(5), names.clone())
}

#[tokio::test]
async fn a_name_is_looked_up_once_for_each_connection_and_what_was_checked_is_dialled() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let names = Rebinding::answers(&[&["127.0.0.1"], &["169.254.169.254"]]);
    let dialer = dialer(Reach::Network, &names);
    dialer.connect("db.example", port).await.expect("the first answer is permitted");
    assert_eq!(names.left(), 1, "the name was not looked up a second time");
    let error = dialer.connect("db.example", port).await.expect_err("the name was bound anew");
    assert!(matches!(error, EgressError::NotPermitted { .. }) && error.sent() == Sent::Nothing, "{error:?}");
}

#[tokio::test]
async fn a_public_name_that_is_bound_to_this_machine_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    for answer in [&["127.0.0.1"][..], &["13.110.54.9", "127.0.0.1"], &["::ffff:127.0.0.1"], &["0.0.0.0"]] {
        let names = Rebinding::answers(&[answer]);
        let error = dialer(Reach::Public, &names).connect("login.salesforce.com", port).await.expect_err("refused");
        assert!(matches!(error, EgressError::NotPermitted { .. }), "{answer:?}: {error:?}");
    }
    let waiting = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(waiting.is_err(), "nobody has dialled");
}

#[tokio::test]
async fn a_name_without_an_address_and_a_port_without_a_listener_are_told_apart() {
    let error =
        dialer(Reach::Network, &Rebinding::answers(&[])).connect("nowhere.example", 1).await.expect_err("no address");
    assert!(matches!(error, EgressError::UnknownHost { .. }), "{error:?}");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let error =
        Dialer::new(Reach::Network, Duration::from_secs(5)).connect("127.0.0.1", port).await.expect_err("closed");
    assert!(matches!(error, EgressError::CouldNotDial { .. }), "{error:?}");
}
