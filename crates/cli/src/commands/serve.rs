//! `salesbridge serve`.

mod door;
mod first_administrator;

use std::sync::Arc;

use salesbridge_hub::Hub;
use salesbridge_server::Metrics;
use tokio_util::sync::CancellationToken;

use crate::data_directory::DataDirectory;
use crate::settings::Settings;
use crate::terminal::{DONE, say};
use crate::{master_key, wiring};

pub(crate) async fn run(settings: &Settings) -> anyhow::Result<u8> {
    let keys = master_key::read(settings)?;
    let data = DataDirectory::own(&settings.data, "salesbridge serve").await?;
    let hub = wiring::open_hub(settings, &data, keys).await?;
    for (connection, problem) in hub.connections_without_key().await? {
        say(&format!("warning: nothing is sent through the connection {connection}: {problem}"));
    }
    let stop = CancellationToken::new();
    let socket = data.socket();
    say(&format!("salesbridge serves {}; stop it with Ctrl-C", settings.data.display()));
    let metrics = salesbridge_server::metrics_router(hub.clone(), Metrics::start()?);
    let api = salesbridge_server::router(hub.clone()).merge(metrics);
    let door = door::open(settings, &hub, api.clone()).await?;
    let listening = door.as_ref().map(|(door, _)| door.address()).transpose()?;
    first_administrator::invite(settings, &hub, listening).await?;
    let router = salesbridge_server::for_owner(api);
    let (served, (), (), (), (), ()) = tokio::join!(
        async {
            let _stops = stop.clone().drop_guard();
            salesbridge_server::serve_socket(&socket, router, stop.clone()).await
        },
        door::serve(door, stop.clone()),
        hub.clone().reconcile(stop.clone()),
        watch_connections(settings, &hub, stop.clone()),
        hub.clone().keep_house(settings.retention(), stop.clone()),
        stop_on_signal(stop.clone()),
    );
    served?;
    Ok(DONE)
}

/// Looks at the connections every so often, when the settings say so.
async fn watch_connections(settings: &Settings, hub: &Arc<Hub>, stop: CancellationToken) {
    if let Some(every) = settings.health.every() {
        hub.clone().watch_connections(every, stop).await;
    }
}

/// Sets `stop` when the process is asked to end.
pub(crate) async fn stop_on_signal(stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminated) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => say("finishing what was begun"),
        _ = terminated.recv() => say("finishing what was begun"),
        () = stop.cancelled() => {}
    }
    stop.cancel();
}
