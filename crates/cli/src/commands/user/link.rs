//! One-time links, as people open them.

use serde_json::{Value, json};

use super::{Link, path_of};
use crate::api::Api;
use crate::settings::Settings;
use crate::terminal::{hint, print_json, print_line, say};

/// Makes a link by which somebody sets their password.
pub(super) async fn make(api: &Api, name: &str) -> anyhow::Result<Link> {
    api.post(&format!("{}/password-link", path_of(name)), &json!({})).await
}

/// What is told of a link in JSON.
pub(super) fn told(settings: &Settings, link: &Link) -> Value {
    json!({ "token": link["token"], "link": address(settings, link), "expires_at": link["expires_at"] })
}

/// Shows a link. Whoever has it can set the password, so it is data and goes to standard output alone.
pub(super) fn show(settings: &Settings, name: &str, link: &Link, json: bool) {
    if json {
        return print_json(&told(settings, link));
    }
    say(&format!("\nBy this link {name} sets a password, once and within a day. Give it to nobody else:\n"));
    match address(settings, link) {
        Some(address) => print_line(&address),
        None => {
            print_line(link["token"].as_str().unwrap_or_default());
            hint(
                "there is no door on the network, so this is the token alone; set server.listen and server.public_url",
            );
        }
    }
}

fn address(settings: &Settings, link: &Link) -> Option<String> {
    let base = settings.server.address()?;
    Some(format!("{base}{}", link["path"].as_str().unwrap_or_default()))
}
