//! Keys of requests that may be sent twice: how long they are kept.

use std::time::Duration;

use salesbridge_hub::upkeep::Retention;
use salesbridge_hub::{ANSWERS_KEPT_HOURS, Caller, IdempotentAnswer, Repeat};

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_kept_for_a_day_and_an_abandoned_request_for_minutes() {
    let stage = Stage::connected(&[]).await;
    let (owner, asked) = (Caller::owner(), b"hash".as_slice());
    let begin = |key: &'static str| stage.hub.begin_request(&owner, key, asked);
    assert_eq!(begin("answered").await.expect("begun"), Repeat::First);
    assert_eq!(begin("abandoned").await.expect("begun"), Repeat::First);
    assert_eq!(begin("abandoned").await.expect("known"), Repeat::UnderWay);
    assert_eq!(begin("given-up").await.expect("begun"), Repeat::First);
    stage.hub.forget_request(&owner, "given-up").await.expect("forgotten");
    assert_eq!(begin("given-up").await.expect("begun"), Repeat::First);
    let answer = IdempotentAnswer { status: 201, content_type: None, body: b"{}".to_vec() };
    stage.hub.keep_answer(&owner, "answered", &answer).await.expect("kept");

    stage.clock.advance(Duration::from_secs(6 * 60));
    stage.hub.tidy(&Retention::default()).await.expect("tidy");
    assert_eq!(begin("answered").await.expect("known"), Repeat::Answered(answer));
    assert_eq!(begin("abandoned").await.expect("begun"), Repeat::First, "whoever was at work is gone");
    let other = stage.hub.begin_request(&owner, "answered", b"other").await.expect("known");
    assert_eq!(other, Repeat::OfAnother);

    stage.clock.advance(Duration::from_secs(ANSWERS_KEPT_HOURS as u64 * 60 * 60));
    stage.hub.tidy(&Retention::default()).await.expect("tidy");
    assert_eq!(begin("answered").await.expect("begun"), Repeat::First, "it is forgotten");
}
