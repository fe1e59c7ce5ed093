//! `salesbridge local-org`.

use std::path::Path;

use anyhow::Context;
use salesbridge_local_org::{App, Credentials, Data, DemoData, DemoSize, OrgConfig, RunningOrg, Tls};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::serve::stop_on_signal;
use crate::arguments::{self, GlobalOptions, LocalOrgOptions};
use crate::settings::Settings;
use crate::terminal::{DONE, hint, print_details, print_line};

/// Folder of the certificate authority in the data directory.
const TLS_FOLDER: &str = "local-org-tls";

pub(crate) async fn run(global: &GlobalOptions, options: &LocalOrgOptions) -> anyhow::Result<u8> {
    let org = start(config(global, options)?).await?;
    let app = default_app(&org, options.consumer_key.as_deref()).await?;
    let username = administrator(&org).await?;
    let authority = org.certificate_authority_file().map(|file| file.display().to_string());
    if global.json {
        // One line, so that a program knows when it has read it all.
        print_line(
            &json!({
                "url": org.url(),
                "consumer_key": app.consumer_key,
                "consumer_secret": app.consumer_secret,
                "username": username,
                "password": OrgConfig::default().admin_password,
                "certificate_authority": authority,
                "process": std::process::id(),
            })
            .to_string(),
        );
    } else {
        show(&org, &app, &username, authority.as_deref());
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

/// The app with this key, or without one the app that a new org has from the start.
pub(crate) async fn default_app(org: &RunningOrg, key: Option<&str>) -> anyhow::Result<App> {
    let apps = org.control().apps().await.context("the local org does not tell its apps")?;
    let mut fitting = apps.into_iter().filter(|app| key.is_none_or(|key| app.consumer_key == key));
    fitting.next().context("the local org has no app; start it with another data file")
}

/// The user name of the administrator, who is an org's first user.
async fn administrator(org: &RunningOrg) -> anyhow::Result<String> {
    let users = org.control().users().await.context("the local org does not tell its users")?;
    Ok(users.into_iter().next().context("the local org has no user")?.username)
}

fn config(global: &GlobalOptions, options: &LocalOrgOptions) -> anyhow::Result<OrgConfig> {
    Ok(OrgConfig {
        data: options.org_data.clone().map_or(Data::Memory, Data::File),
        listen: options.listen,
        demo_data: options.demo_data.map(|size| DemoData { size: demo_size(size), seed: options.seed }),
        tls: tls(global, options)?,
        host_names: options.host_names.clone(),
        faults_file: options.faults.clone(),
        default_app: credentials(options)?,
        ..OrgConfig::default()
    })
}

fn demo_size(size: arguments::DemoSize) -> DemoSize {
    match size {
        arguments::DemoSize::Small => DemoSize::Small,
        arguments::DemoSize::Medium => DemoSize::Medium,
        arguments::DemoSize::Large => DemoSize::Large,
    }
}

fn tls(global: &GlobalOptions, options: &LocalOrgOptions) -> anyhow::Result<Tls> {
    match (options.tls, &options.tls_folder) {
        (false, _) => Ok(Tls::Off),
        (true, Some(folder)) => Ok(Tls::InFolder(folder.clone())),
        (true, None) => Ok(Tls::InFolder(Settings::read(global)?.data.join(TLS_FOLDER))),
    }
}

fn credentials(options: &LocalOrgOptions) -> anyhow::Result<Option<Credentials>> {
    let Some(consumer_key) = options.consumer_key.clone() else { return Ok(None) };
    let from_file = |file: &Path| {
        let text = std::fs::read_to_string(file);
        text.with_context(|| format!("the consumer secret in {} cannot be read", file.display()))
    };
    let secret = match (&options.consumer_secret, &options.consumer_secret_file) {
        (Some(secret), _) => secret.clone(),
        (None, Some(file)) => from_file(file)?,
        (None, None) => return Ok(None),
    };
    Ok(Some(Credentials { consumer_key, consumer_secret: secret.trim().to_owned() }))
}

fn show(org: &RunningOrg, app: &App, username: &str, authority: Option<&str>) {
    let mut details = vec![
        ("domain URL", org.url().to_owned()),
        ("consumer key", app.consumer_key.clone()),
        ("consumer secret", app.consumer_secret.clone()),
        ("username", username.to_owned()),
        ("password", format!("{} (unless it was changed)", OrgConfig::default().admin_password)),
    ];
    details.extend(authority.map(|file| ("authority", file.to_owned())));
    print_details(&details);
    if let Some(file) = authority {
        hint(&format!(
            "clients have to trust the authority: REQUESTS_CA_BUNDLE={file} for Python, NODE_EXTRA_CA_CERTS={file} for Node, \
             --cacert {file} for curl"
        ));
    }
    hint(&format!("open {} in a browser to see its records; stop it with Ctrl-C", org.url()));
}
