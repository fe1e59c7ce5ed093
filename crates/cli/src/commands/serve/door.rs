//! The door on the network, when the settings want one.

use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use salesbridge_hub::{Chain, Hub};
use salesbridge_server::{Certificates, TcpDoor};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::settings::Settings;
use crate::terminal::say;

/// Begins to listen, and says where; `api` is what is served there.
pub(super) async fn open(
    settings: &Settings,
    hub: &Arc<Hub>,
    api: Router,
) -> anyhow::Result<Option<(TcpDoor, Router)>> {
    let Some(wanted) = settings.server.door()? else { return Ok(None) };
    let door = TcpDoor::open(&wanted).await.context("the door on the network cannot be opened")?;
    let scheme = if wanted.tls.is_some() { "https" } else { "http" };
    let address = door.address()?;
    say(&format!("it listens on {scheme}://{address}"));
    if let Some(address) = wanted.address_for_browsers(address) {
        hub.opened_at(&address);
    }
    Ok(Some((door, salesbridge_server::network_router(hub.clone(), api, &wanted))))
}

/// Serves until `stop` is set.
pub(super) async fn serve(door: Option<(TcpDoor, Router)>, stop: CancellationToken) {
    let Some((door, router)) = door else { return };
    let certificates = door.certificates();
    tokio::join!(door.serve(router, stop.clone()), renew_on_signal(certificates, stop));
}

/// Reads the certificate again on SIGHUP. Without one the signal means nothing, and does not end the process either.
async fn renew_on_signal(certificates: Option<Arc<Certificates>>, stop: CancellationToken) {
    let Ok(mut asked) = signal(SignalKind::hangup()) else { return };
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            _ = asked.recv() => {}
        }
        match certificates.as_deref().map(Certificates::renew) {
            Some(Ok(())) => tracing::info!("the certificate was read again"),
            Some(Err(error)) => {
                tracing::error!(error = %Chain(&error), "the certificate could not be renewed; the one before goes on being shown");
            }
            None => {}
        }
    }
}
