//! `salesbridge key`.

use salesbridge_hub::api_keys::ApiKeyDetails;
use salesbridge_model::{Page, Timestamp};
use serde_json::{Value, json};

use super::client::{next_page, paged};
use super::user::in_words;
use crate::api::{Api, segment};
use crate::arguments::{CreateKey, KeyCommand, Paging};
use crate::settings::Settings;
use crate::terminal::{DONE, hint, print_details, print_json, print_line, print_table, say, table};

pub(crate) async fn run(settings: &Settings, command: KeyCommand, json: bool) -> anyhow::Result<u8> {
    let api = Api::open(settings).await?;
    match command {
        KeyCommand::Create(options) => create(&api, options, json).await?,
        KeyCommand::List { person, paging } => list(&api, person.as_deref(), &paging, json).await?,
        KeyCommand::Show { id } => show(&api.get(&path_of(&id)).await?, json),
        KeyCommand::Revoke { id } => show(&api.delete_told(&path_of(&id)).await?, json),
    }
    Ok(DONE)
}

async fn create(api: &Api, options: CreateKey, json: bool) -> anyhow::Result<()> {
    let CreateKey { name, person, scopes, days, never_expires } = options;
    let mut body = json!({ "name": name, "person": person, "scopes": scopes, "never_expires": never_expires });
    if let Some(days) = days {
        body["days"] = days.into();
    }
    let made: Value = api.post("/keys", &body).await?;
    if json {
        print_json(&made);
        return Ok(());
    }
    print_line(made["key"].as_str().unwrap_or_default());
    say("\nThis is the only time that the key is shown.");
    hint("programs send it as `Authorization: Bearer KEY`; `salesbridge key revoke ID` ends it");
    Ok(())
}

async fn list(api: &Api, person: Option<&str>, paging: &Paging, json: bool) -> anyhow::Result<()> {
    let page: Page<ApiKeyDetails> = api.get(&paged("/keys", person.map(|person| ("person", person)), paging)).await?;
    if json {
        print_json(&page);
        return Ok(());
    }
    if page.items.is_empty() {
        say("There are no API keys.");
        hint("`salesbridge key create --help` shows how to make one");
        return Ok(());
    }
    let mut rows = table(&["id", "person", "name", "scopes", "state", "expires", "used last"]);
    for details in &page.items {
        let key = &details.key;
        rows.add_row([
            key.id.to_string(),
            details.person.to_string(),
            key.name.clone(),
            in_words(&key.scopes),
            state(details).to_owned(),
            key.expires_at.map_or_else(|| "never".to_owned(), time),
            key.last_used_at.map_or_else(|| "never".to_owned(), time),
        ]);
    }
    print_table(&rows);
    next_page(page.next.as_deref());
    Ok(())
}

fn show(details: &ApiKeyDetails, json: bool) {
    if json {
        return print_json(details);
    }
    let key = &details.key;
    print_details(&[
        ("id", key.id.to_string()),
        ("begins with", key.prefix.clone()),
        ("name", key.name.clone()),
        ("person", details.person.to_string()),
        ("scopes", in_words(&key.scopes)),
        ("state", state(details).to_owned()),
        ("made", time(key.created_at)),
        ("expires", key.expires_at.map_or_else(|| "never".to_owned(), time)),
        ("used last", key.last_used_at.map_or_else(|| "never".to_owned(), time)),
    ]);
}

fn state(details: &ApiKeyDetails) -> &'static str {
    match (details.key.revoked_at, details.usable) {
        (Some(_), _) => "revoked",
        (None, true) => "usable",
        (None, false) => "expired, or its person is disabled",
    }
}

fn time(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

fn path_of(id: &str) -> String {
    format!("/keys/{}", segment(id))
}
