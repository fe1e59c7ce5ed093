//! Looking at the store, and telling what differs.

use std::collections::BTreeMap;
use std::time::Duration;

use salesbridge_model::{Connection, ConnectionId, HealthState, Held, PageRequest, Run, RunId, Sync, SyncId};
use salesbridge_store::{ConnectionFilter, RunFilter, StoreError, SyncFilter, Transaction};

use super::told::{Change, ConnectionNow, RunNow, SyncNow, Thing};
use super::{Board, LOOK_EVERY, Picture, STALE_AFTER};
use crate::Hub;

/// Runs that were made so long ago are not looked for any more: whoever made one has stored it by then.
const LATEST_STORED: Duration = Duration::from_secs(10);
/// Runs that are read in one look at most; more are found in the next one.
const RUNS_OF_A_LOOK: u32 = 1000;

impl Hub {
    /// Looks at the store, unless somebody has just done so, and gives the board to be read.
    pub(super) async fn look(&self) -> Result<tokio::sync::MutexGuard<'_, Board>, StoreError> {
        let mut board = self.happenings.board.lock().await;
        let now = self.clock.monotonic();
        let age = board.looked_at.map(|at| now.saturating_sub(at));
        if age.is_some_and(|age| age < LOOK_EVERY / 2) {
            return Ok(board);
        }
        let mut tx = self.store.read().await?;
        if age.is_none_or(|age| age > STALE_AFTER) {
            *board = Board { series: self.ids.next().simple().to_string(), ..Board::default() };
            let newest = PageRequest { after: None, limit: Some(1) };
            board.horizon = tx.runs().list(&RunFilter::default(), &newest).await?.items.pop().map(|run| run.id);
            board.now = picture(&mut *tx).await?;
            board.horizon_moved_at = now;
        } else {
            let picture = picture(&mut *tx).await?;
            let ended = ended_runs(&mut *tx, &mut board, &picture).await?;
            tell_differences(&mut board, picture, ended);
        }
        board.looked_at = Some(now);
        if now.saturating_sub(board.horizon_moved_at) > LATEST_STORED {
            board.horizon_moved_at = now;
            board.horizon = board.seen.last().copied().or(board.horizon);
            board.seen.clear();
        }
        Ok(board)
    }
}

async fn picture(tx: &mut dyn Transaction) -> Result<Picture, StoreError> {
    let mut picture = Picture::default();
    let mut page = PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) };
    loop {
        let found = tx.connections().list(&ConnectionFilter::default(), &page).await?;
        picture
            .connections
            .extend(found.items.into_iter().map(|connection| (connection.id, connection_now(connection))));
        match found.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    page.after = None;
    loop {
        let found = tx.syncs().list(&SyncFilter::default(), &page).await?;
        picture.syncs.extend(found.items.into_iter().map(|sync| (sync.id, sync_now(sync))));
        match found.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    let runs = tx.runs().all_open().await?;
    picture.runs = runs.into_iter().filter_map(|run| now_of(run, &picture.syncs)).collect();
    Ok(picture)
}

fn connection_now(connection: Connection) -> ConnectionNow {
    let Connection { id, name, enabled, held, health, .. } = connection;
    ConnectionNow { id, name, enabled, held, health: health.map_or(HealthState::Unknown, |health| health.state) }
}

fn sync_now(sync: Sync) -> SyncNow {
    let Sync { id, name, connection_id, enabled, held, .. } = sync;
    SyncNow { id, name, connection_id, enabled, held }
}

fn now_of(run: Run, syncs: &BTreeMap<SyncId, SyncNow>) -> Option<(RunId, RunNow)> {
    let sync = syncs.get(&run.sync_id)?;
    Some((run.id, RunNow::of(run, sync)))
}

/// Runs that have ended since the last look, those included that began since it too.
async fn ended_runs(tx: &mut dyn Transaction, board: &mut Board, picture: &Picture) -> Result<Vec<RunNow>, StoreError> {
    let mut ended = Vec::new();
    for run in tx.runs().newer(board.horizon, RUNS_OF_A_LOOK).await? {
        let is_new = board.seen.insert(run.id) && !board.now.runs.contains_key(&run.id);
        if is_new && run.state.is_final() {
            ended.extend(now_of(run, &picture.syncs).map(|(_, run)| run));
        }
    }
    let gone: Vec<RunId> = board.now.runs.keys().filter(|id| !picture.runs.contains_key(id)).copied().collect();
    for id in gone {
        if let Some(run) = tx.runs().find(id).await? {
            ended.extend(now_of(run, &picture.syncs).map(|(_, run)| run));
        }
    }
    Ok(ended)
}

fn tell_differences(board: &mut Board, picture: Picture, ended: Vec<RunNow>) {
    let was = std::mem::replace(&mut board.now, picture.clone());
    tell_connections(board, &was.connections, &picture.connections);
    tell_syncs(board, &was.syncs, &picture.syncs);
    for (id, run) in picture.runs {
        match was.runs.get(&id) {
            None => board.tell(Change::Started, Thing::Run(run)),
            Some(before) if *before != run => board.tell(Change::Progress, Thing::Run(run)),
            Some(_) => {}
        }
    }
    ended.into_iter().for_each(|run| board.tell(Change::Ended, Thing::Run(run)));
}

fn tell_connections(
    board: &mut Board,
    was: &BTreeMap<ConnectionId, ConnectionNow>,
    is: &BTreeMap<ConnectionId, ConnectionNow>,
) {
    for (id, now) in is {
        let thing = || Thing::Connection(now.clone());
        match was.get(id) {
            None => board.tell(Change::Made, thing()),
            Some(before) if before == now => {}
            Some(before) => match held(before.held.as_ref(), now.held.as_ref()) {
                Some(change) => board.tell(change, thing()),
                None if before.health != now.health => board.tell(Change::Health, thing()),
                None => board.tell(Change::Changed, thing()),
            },
        }
    }
    let gone = was.iter().filter(|(id, _)| !is.contains_key(id));
    gone.for_each(|(_, before)| board.tell(Change::Removed, Thing::Connection(before.clone())));
}

fn tell_syncs(board: &mut Board, was: &BTreeMap<SyncId, SyncNow>, is: &BTreeMap<SyncId, SyncNow>) {
    for (id, now) in is {
        let thing = || Thing::Sync(now.clone());
        match was.get(id) {
            None => board.tell(Change::Made, thing()),
            Some(before) if before == now => {}
            Some(before) => {
                let change = held(before.held.as_ref(), now.held.as_ref()).unwrap_or(Change::Changed);
                board.tell(change, thing());
            }
        }
    }
    let gone = was.iter().filter(|(id, _)| !is.contains_key(id));
    gone.for_each(|(_, before)| board.tell(Change::Removed, Thing::Sync(before.clone())));
}

fn held(before: Option<&Held>, now: Option<&Held>) -> Option<Change> {
    match (before, now) {
        (before, Some(now)) if before != Some(now) => Some(Change::Held),
        (Some(_), None) => Some(Change::Released),
        _ => None,
    }
}
