//! One watcher's view of what happens: only what they see and asked for, from where they were.

use std::sync::Arc;
use std::time::Duration;

use salesbridge_model::{Ability, ConnectionId, RunId, SyncId};

use super::told::{Change, Happening, Thing};
use super::{Board, LOOK_EVERY};
use crate::{Caller, Chain, Hub, HubError};

/// What somebody wants to watch. Empty is all that they see.
#[derive(Clone, Debug, Default)]
pub struct EventQuery {
    /// Name of a connection: it, its syncs and their runs.
    pub connection: Option<String>,
    /// Name of a sync: it and its runs.
    pub sync: Option<String>,
    /// Id of a run: it alone.
    pub run: Option<RunId>,
}

/// What the watcher is told next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// What was told before may have gaps: forget it. How things are now follows, up to [`Event::Ready`].
    Reset,
    /// How things are has been told. What follows happens from now on.
    Ready {
        /// To go on from here: [`Hub::events`] takes it.
        position: String,
    },
    /// Something is, or happened.
    Told {
        /// To go on from here; none while it is told how things are.
        position: Option<String>,
        /// What.
        happening: Box<Happening>,
    },
}

/// What happens, for one watcher.
pub struct Events {
    hub: Arc<Hub>,
    caller: Caller,
    connection: Option<ConnectionId>,
    sync: Option<SyncId>,
    run: Option<RunId>,
    position: Option<Position>,
    renewed_at: Duration,
}

struct Position {
    series: String,
    number: u64,
}

/// Longest time in which a caller who may nothing any more is still told something.
const RENEW_EVERY: Duration = Duration::from_secs(30);

impl Hub {
    /// What happens from now on, or since a position. A position that is not known begins anew.
    pub async fn events(
        self: &Arc<Self>,
        caller: &Caller,
        query: &EventQuery,
        after: Option<&str>,
    ) -> Result<Events, HubError> {
        caller.may(Ability::See)?;
        let connection = match &query.connection {
            Some(name) => Some(self.find_connection(caller, name, Ability::See).await?.id),
            None => None,
        };
        let sync = match &query.sync {
            Some(name) => Some(self.find_sync(caller, name, Ability::See).await?.id),
            None => None,
        };
        let run = match query.run {
            Some(id) => Some(self.run(caller, id).await?.id),
            None => None,
        };
        let position = after.and_then(Position::read);
        let renewed_at = self.clock.monotonic();
        Ok(Events { hub: self.clone(), caller: caller.clone(), connection, sync, run, position, renewed_at })
    }
}

impl Events {
    /// Waits for what is told next; `None` when the caller is nobody any more, or the process is to end.
    pub async fn next(&mut self) -> Option<Vec<Event>> {
        loop {
            if !self.is_still_somebody().await {
                return None;
            }
            let hub = self.hub.clone();
            match hub.look().await {
                Ok(board) => {
                    let events = self.read(&board);
                    if !events.is_empty() {
                        return Some(events);
                    }
                }
                Err(error) => {
                    tracing::debug!(error = %Chain(&error), "what happens could not be read; it is tried again")
                }
            }
            tokio::select! {
                biased;
                () = self.hub.happenings.closed.cancelled() => return None,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Asks now and then whether the caller may still be told, and what.
    async fn is_still_somebody(&mut self) -> bool {
        let now = self.hub.clock.monotonic();
        if now.saturating_sub(self.renewed_at) < RENEW_EVERY {
            return true;
        }
        self.renewed_at = now;
        match self.hub.renewed(&self.caller).await {
            Ok(Some(caller)) if caller.may(Ability::See).is_ok() => {
                if caller.rights() != self.caller.rights() {
                    self.position = None; // they see other things than before
                }
                self.caller = caller;
                true
            }
            Ok(_) => false,
            // The database is away; nothing is told meanwhile.
            Err(_) => true,
        }
    }

    fn read(&mut self, board: &Board) -> Vec<Event> {
        let known = self.position.as_ref().filter(|known| known.series == board.series);
        let known = known.map(|known| known.number).filter(|number| board.reaches_back_to(*number));
        let position = |number| Position { series: board.series.clone(), number };
        let events = match known {
            Some(number) => {
                let since = board.lately.iter().filter(|told| told.number > number);
                let mine = since.filter(|told| self.wants(&told.happening.thing));
                mine.map(|told| Event::Told {
                    position: Some(position(told.number).write()),
                    happening: Box::new(told.happening.clone()),
                })
                .collect()
            }
            None => self.all(board),
        };
        self.position = Some(position(board.newest));
        events
    }

    /// How things are.
    fn all(&self, board: &Board) -> Vec<Event> {
        let connections = board.now.connections.values().cloned().map(Thing::Connection);
        let syncs = board.now.syncs.values().cloned().map(Thing::Sync);
        let runs = board.now.runs.values().cloned().map(Thing::Run);
        let mine = connections.chain(syncs).chain(runs).filter(|thing| self.wants(thing));
        let told = mine
            .map(|thing| Event::Told { position: None, happening: Box::new(Happening { change: Change::Now, thing }) });
        let position = Position { series: board.series.clone(), number: board.newest }.write();
        std::iter::once(Event::Reset).chain(told).chain([Event::Ready { position }]).collect()
    }

    fn wants(&self, thing: &Thing) -> bool {
        self.caller.sees(thing.connection())
            && self.connection.is_none_or(|connection| thing.connection() == connection)
            && self.sync.is_none_or(|sync| thing.sync() == Some(sync))
            && self.run.is_none_or(|run| thing.run() == Some(run))
    }
}

impl Position {
    fn read(text: &str) -> Option<Self> {
        let (series, number) = text.split_once('.')?;
        Some(Self { series: series.to_owned(), number: number.parse().ok()? })
    }

    fn write(&self) -> String {
        format!("{}.{}", self.series, self.number)
    }
}
