//! What those who watch are told: all that happens, what they see of it, and from where they were.

use std::collections::BTreeMap;
use std::time::Duration;

use salesbridge_hub::connections::ConnectionEdit;
use salesbridge_hub::{ActorKind, Caller, Change, Event, EventQuery, Events, Happening, HubError, Rights, Thing};
use salesbridge_model::{Abilities, Reach, Role, RunState};
use salesbridge_testkit::client;

use crate::stage::{SYNC, Stage};

const PATIENCE: Duration = Duration::from_secs(20);

struct Watcher(Events);

impl Watcher {
    async fn of(stage: &Stage, caller: &Caller, query: EventQuery, after: Option<&str>) -> Self {
        Self(stage.hub.events(caller, &query, after).await.expect("a stream"))
    }

    async fn next(&mut self) -> Vec<Event> {
        let next = tokio::time::timeout(PATIENCE, self.0.next()).await;
        next.expect("something is told in time").expect("the stream goes on")
    }

    /// Everything up to the first that is meant, and where that was.
    async fn until(&mut self, meant: impl Fn(&Happening) -> bool) -> (Vec<Happening>, String) {
        let mut told = Vec::new();
        loop {
            for event in self.next().await {
                if let Event::Told { position: Some(position), happening } = event {
                    let found = meant(&happening);
                    told.push(*happening);
                    if found {
                        return (told, position);
                    }
                }
            }
        }
    }
}

fn is_connection(happening: &Happening, change: Change) -> bool {
    happening.change == change && matches!(happening.thing, Thing::Connection(_))
}

fn enabled(yes: bool) -> ConnectionEdit {
    ConnectionEdit { enabled: Some(yes), confirmed: true, ..ConnectionEdit::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_begins_with_how_things_are_and_tells_what_happens() {
    let stage = Stage::connected(&[client("C-1")]).await;
    let mut watcher = Watcher::of(&stage, &Caller::owner(), EventQuery::default(), None).await;
    let begun = watcher.next().await;
    assert_eq!(begun.first(), Some(&Event::Reset));
    assert!(matches!(begun.last(), Some(Event::Ready { .. })));
    let nouns: Vec<_> = begun
        .iter()
        .filter_map(|event| match event {
            Event::Told { position: None, happening } => Some(happening.thing.noun()),
            _ => None,
        })
        .collect();
    assert_eq!(nouns, ["connection", "sync"]);

    stage.hub.run_sync(&Caller::owner(), SYNC).await.expect("a run");
    let (told, _) = watcher.until(|happening| happening.change == Change::Ended).await;
    let Some(Happening { thing: Thing::Run(run), .. }) = told.last() else { panic!("{told:?}") };
    assert_eq!((run.state, run.counts.unchanged, run.sync.as_str()), (RunState::Completed, 1, SYNC));

    stage.edit(enabled(false)).await;
    let (told, _) = watcher.until(|happening| is_connection(happening, Change::Changed)).await;
    let Some(Happening { thing: Thing::Connection(connection), .. }) = told.last() else { panic!("{told:?}") };
    assert!(!connection.enabled);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_back_goes_on_where_they_were() {
    let stage = Stage::connected(&[client("C-1")]).await;
    let owner = Caller::owner();
    let mut first = Watcher::of(&stage, &owner, EventQuery::default(), None).await;
    first.next().await;
    stage.edit(enabled(false)).await;
    let (_, position) = first.until(|happening| is_connection(happening, Change::Changed)).await;
    stage.edit(enabled(true)).await;
    let (missed, _) = first.until(|happening| is_connection(happening, Change::Changed)).await;

    let mut again = Watcher::of(&stage, &owner, EventQuery::default(), Some(&position)).await;
    let (told, _) = again.until(|happening| is_connection(happening, Change::Changed)).await;
    assert_eq!(told, missed, "what was missed is told, and nothing twice");

    for unknown in ["nonsense", "other.1", &position.replace('.', ".9999")] {
        let mut other = Watcher::of(&stage, &owner, EventQuery::default(), Some(unknown)).await;
        assert_eq!(other.next().await.first(), Some(&Event::Reset), "{unknown}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_told_what_they_do_not_see_or_did_not_ask_for() {
    let stage = Stage::connected(&[client("C-1")]).await;
    let connection = stage.hub.connection(&Caller::owner(), "acme").await.expect("it is there").connection;
    let rights = Rights {
        role: Role::Viewer.abilities(),
        reach: Reach::All,
        grants: BTreeMap::from([(connection.id, Abilities::default())]),
        scopes: Abilities::all(),
    };
    let hidden = Caller::new(ActorKind::Person, "per_1", "ann", rights);
    let mut watcher = Watcher::of(&stage, &hidden, EventQuery::default(), None).await;
    assert_eq!(watcher.next().await.len(), 2, "reset and ready");
    let named = EventQuery { connection: Some("acme".to_owned()), ..EventQuery::default() };
    let refused = stage.hub.events(&hidden, &named, None).await.err();
    assert!(matches!(refused, Some(HubError::NotFound { .. })), "{refused:?}");
    let nobody = Caller::new(
        ActorKind::Person,
        "per_2",
        "bob",
        Rights { role: Abilities::default(), ..hidden.rights().clone() },
    );
    let refused = stage.hub.events(&nobody, &EventQuery::default(), None).await.err();
    assert!(matches!(refused, Some(HubError::Forbidden { .. })), "{refused:?}");

    let of_sync = EventQuery { sync: Some(SYNC.to_owned()), ..EventQuery::default() };
    let mut watcher = Watcher::of(&stage, &Caller::owner(), of_sync, None).await;
    let begun = watcher.next().await;
    let things = begun.iter().filter(|event| matches!(event, Event::Told { .. })).count();
    assert_eq!(things, 1, "the sync alone: {begun:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_with_the_process() {
    let stage = Stage::connected(&[]).await;
    let mut watcher = Watcher::of(&stage, &Caller::owner(), EventQuery::default(), None).await;
    watcher.next().await;
    stage.stop.cancel();
    let mut ended = false;
    while !ended {
        ended = tokio::time::timeout(PATIENCE, watcher.0.next()).await.expect("in time").is_none();
    }
}
