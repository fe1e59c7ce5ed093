//! Clauses about failed sign-ins.

use super::samples::at;
use crate::{SignInThrottle, Store};

pub(super) async fn one_is_replaced_forgotten_and_grows_old(store: &dyn Store) {
    let throttle = SignInThrottle { failures: 3, window_began_at: at(1), blocked_until: Some(at(2)) };
    let newer = SignInThrottle { failures: u32::MAX, window_began_at: at(3), blocked_until: None };
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.throttles().find("a").await.unwrap(), None);
    tx.throttles().save("a", &newer).await.unwrap();
    tx.throttles().save("a", &throttle).await.unwrap();
    tx.throttles().save("b", &newer).await.unwrap();
    tx.throttles().save("c", &throttle).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.throttles().find("a").await.unwrap(), Some(throttle));
    assert_eq!(tx.throttles().find("b").await.unwrap(), Some(newer));
    assert!(tx.throttles().forget("c").await.unwrap());
    assert!(!tx.throttles().forget("c").await.unwrap());
    assert_eq!(tx.throttles().prune(at(1), 9).await.unwrap(), 0);
    assert_eq!(tx.throttles().prune(at(2), 9).await.unwrap(), 1);
    assert_eq!(tx.throttles().find("a").await.unwrap(), None);
}
