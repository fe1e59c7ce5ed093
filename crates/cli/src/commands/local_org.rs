//! `salesbridge local-org`.

use anyhow::Context;
use salesbridge_local_org::{App, Data, OrgConfig, RunningOrg};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::serve::stop_on_signal;
use crate::arguments::LocalOrgOptions;
use crate::terminal::{DONE, hint, print_details, print_json};

pub(crate) async fn run(options: &LocalOrgOptions, json: bool) -> anyhow::Result<u8> {
    let data = options.org_data.clone().map_or(Data::Memory, Data::File);
    let org = start(OrgConfig { data, listen: options.listen, ..OrgConfig::default() }).await?;
    let app = default_app(&org).await?;
    if json {
        print_json(&json!({
            "url": org.url(),
            "consumer_key": app.consumer_key,
            "consumer_secret": app.consumer_secret,
            "process": std::process::id(),
        }));
    } else {
        print_details(&[
            ("domain URL", org.url().to_owned()),
            ("consumer key", app.consumer_key.clone()),
            ("consumer secret", app.consumer_secret.clone()),
        ]);
        hint(&format!("open {} in a browser to see its records; stop it with Ctrl-C", org.url()));
    }
    stop_on_signal(CancellationToken::new()).await;
    org.shutdown().await;
    Ok(DONE)
}

/// Starts an org; the error says what is in the way.
pub(crate) async fn start(config: OrgConfig) -> anyhow::Result<RunningOrg> {
    let listen = config.listen;
    salesbridge_local_org::start(config).await.with_context(|| format!("the local org cannot start at {listen}"))
}

/// The app that a new org has from the start.
pub(crate) async fn default_app(org: &RunningOrg) -> anyhow::Result<App> {
    let apps = org.control().apps().await.context("the local org does not tell its apps")?;
    apps.into_iter().next().context("the local org has no app; start it with another data file")
}
