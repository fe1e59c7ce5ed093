//! The way in for the first administrator: a one-time link, shown to whoever looks at the terminal, else in a file that its owner alone may read.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use salesbridge_hub::people::OneTimeLink;
use salesbridge_hub::{Caller, Hub};

use crate::settings::Settings;
use crate::terminal::{print_line, say};

/// Name of the file in the data directory.
const FILE: &str = "first-administrator.txt";

/// Makes the link when there is a door on the network and nobody who administers. The link itself is never logged.
pub(super) async fn invite(settings: &Settings, hub: &Hub, door: Option<SocketAddr>) -> anyhow::Result<()> {
    let path = settings.data.join(FILE);
    let link = match door.map(|listening| settings.server.address_of(listening)) {
        Some(base) => hub.invite_first_administrator(&Caller::system()).await?.map(|link| address(&base, &link)),
        None => None,
    };
    remove(&path)?;
    let Some(link) = link else { return Ok(()) };
    say(
        "Nobody administers this installation yet. Whoever opens the link within 15 minutes becomes its administrator.",
    );
    if std::io::stdout().is_terminal() {
        print_line(&format!("\n  {link}\n"));
    } else {
        write(&path, &link)?;
        say(&format!("the link is in the file {}, which its owner alone may read", path.display()));
    }
    say(
        "Another start makes another link. On this machine `salesbridge user create NAME --administrator` does the same.",
    );
    Ok(())
}

/// What is behind `#` stays in the browser: no proxy and no log sees it.
fn address(base: &str, link: &OneTimeLink) -> String {
    format!("{base}/first-administrator#{}", link.token.expose())
}

fn remove(path: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("the file {} cannot be removed", path.display()))
        }
        _ => Ok(()),
    }
}

fn write(path: &Path, link: &str) -> anyhow::Result<()> {
    let file = std::fs::File::options().write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| writeln!(file, "{link}"))
        .with_context(|| format!("the file {} cannot be written", path.display()))
}
