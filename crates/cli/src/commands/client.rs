//! `salesbridge client`.

mod import;
mod leaving;

use anyhow::Context;
use salesbridge_hub::clients::SaveReport;
use salesbridge_model::{Client, Clock, Page, Phone};
use serde_json::Value;

use crate::api::{Api, segment};
use crate::arguments::{ClientCommand, EditClient, Paging};
use crate::settings::Settings;
use crate::system::SystemClock;
use crate::terminal::{DONE, counted, hint, print_details, print_json, print_table, say, table};

pub(crate) async fn run(settings: &Settings, command: ClientCommand, json: bool) -> anyhow::Result<u8> {
    let api = Api::open(settings).await?;
    match command {
        ClientCommand::Import(options) => import::run(settings, &api, &options, json).await,
        ClientCommand::List { search, archived, paging } => {
            list(&api, search.as_deref(), archived, &paging, json).await
        }
        ClientCommand::Show { key } => show_client(&api, &key, json).await,
        ClientCommand::Archive { keys } => leaving::set_archived(&api, &keys, true, json).await,
        ClientCommand::Unarchive { keys } => leaving::set_archived(&api, &keys, false, json).await,
        ClientCommand::Erase { key, yes } => leaving::erase(&api, &key, yes, json).await,
        ClientCommand::Edit(edit) => edit_client(&api, &edit, json).await,
    }
}

async fn show_client(api: &Api, key: &str, json: bool) -> anyhow::Result<u8> {
    let path = format!("/clients/by-key/{}", segment(key));
    show(&api.get(&path).await?, json);
    if !json {
        let standing: Value = api.get(&format!("{path}/standing")).await?;
        if standing["archived"] == true {
            say("\nThis client is archived: it is kept and not sent.");
        }
    }
    Ok(DONE)
}

async fn list(api: &Api, search: Option<&str>, archived: bool, paging: &Paging, json: bool) -> anyhow::Result<u8> {
    let path = paged("/clients", search.map(|text| ("q", text)), paging);
    let page: Page<Client> = api.get(&format!("{path}&archived={archived}")).await?;
    if json {
        print_json(&page);
        return Ok(DONE);
    }
    if page.items.is_empty() {
        say(match (search, archived) {
            (Some(_), _) => "No client matches.",
            (None, true) => "No client is archived.",
            (None, false) => "There are no clients yet.",
        });
        if search.is_none() && !archived {
            hint("`salesbridge client import FILE.csv` fills the directory");
        }
        return Ok(DONE);
    }
    let mut rows = table(&["key", "name", "e-mail", "phone", "country", "status"]);
    for client in &page.items {
        let phone = client.phones.iter().find(|phone| phone.confirmed).or(client.phones.first());
        rows.add_row([
            client.key.clone(),
            name_of(client),
            client.email.clone().unwrap_or_default(),
            phone.map(|phone| phone.number.clone()).unwrap_or_default(),
            client.country_code.clone().or_else(|| client.country.clone()).unwrap_or_default(),
            client.status.clone().unwrap_or_default(),
        ]);
    }
    print_table(&rows);
    say(&format!("\n{} in all", counted(page.total, "client")));
    next_page(page.next.as_deref());
    Ok(DONE)
}

async fn edit_client(api: &Api, edit: &EditClient, json: bool) -> anyhow::Result<u8> {
    let path = format!("/clients/by-key/{}", segment(&edit.key));
    let mut client =
        if edit.create { Client { key: edit.key.clone(), ..Client::default() } } else { api.get(&path).await? };
    let mut fields = serde_json::to_value(&client)?;
    for choice in &edit.fields {
        let (field, value) = choice
            .split_once('=')
            .with_context(|| format!("--set {choice} has no `=`; expected is for example --set last_name=Miller"))?;
        if !SETTABLE.contains(&field) {
            anyhow::bail!("--set {field} is not known; known are: {}", SETTABLE.join(", "));
        }
        fields[field] = match value {
            "" => Value::Null,
            level if field == "verification_level" => level
                .parse::<u32>()
                .map(Value::from)
                .with_context(|| format!("verification_level is `{level}`; expected is a whole number"))?,
            text => text.into(),
        };
    }
    client = serde_json::from_value(fields)?;
    edit_phones(&mut client, edit);
    if edit.readmit {
        let _: Value = api.post("/clients/readmit", &serde_json::json!({ "keys": [&edit.key] })).await?;
    }
    let saved: SaveReport = api.put(&path, &serde_json::to_value(&client)?).await?;
    show(&client, json);
    if saved.unchanged > 0 && !json {
        say("\nnothing differed");
    }
    Ok(DONE)
}

const SETTABLE: [&str; 9] = [
    "email",
    "first_name",
    "middle_name",
    "last_name",
    "country",
    "country_code",
    "status",
    "client_type",
    "verification_level",
];

fn edit_phones(client: &mut Client, edit: &EditClient) {
    let now = SystemClock.now();
    client.phones.retain(|phone| !edit.removed_phones.contains(&phone.number));
    for number in edit.phones.iter().chain(&edit.confirm_phone) {
        match client.phones.iter_mut().find(|phone| phone.number == *number) {
            Some(phone) => phone.updated_at = now,
            None => client.phones.push(Phone { number: number.clone(), confirmed: false, updated_at: now }),
        }
    }
    if let Some(confirmed) = &edit.confirm_phone {
        client.phones.iter_mut().for_each(|phone| phone.confirmed = phone.number == *confirmed);
    }
}

fn show(client: &Client, json: bool) {
    if json {
        return print_json(client);
    }
    let phones: Vec<String> = client
        .phones
        .iter()
        .map(|phone| format!("{}{}", phone.number, if phone.confirmed { " (confirmed)" } else { "" }))
        .collect();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let mut details = vec![
        ("key", client.key.clone()),
        ("name", name_of(client)),
        ("e-mail", text(&client.email)),
        ("phones", phones.join(", ")),
        ("country", text(&client.country)),
        ("country code", text(&client.country_code)),
        ("companies", client.company_names.join(", ")),
        ("status", text(&client.status)),
        ("type", text(&client.client_type)),
        ("verification level", client.verification_level.map(|level| level.to_string()).unwrap_or_default()),
    ];
    for address in &client.addresses {
        let parts = [&address.street, &address.postal_code, &address.city, &address.state];
        let parts: Vec<String> = parts.into_iter().flatten().map(|part| part.replace('\n', ", ")).collect();
        details.push(("address", format!("{}: {}", address.kind, parts.join(", "))));
    }
    print_details(&details);
}

fn name_of(client: &Client) -> String {
    let parts = [&client.first_name, &client.middle_name, &client.last_name];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// A path with the parameters of a page.
pub(crate) fn paged(path: &str, filter: Option<(&str, &str)>, paging: &Paging) -> String {
    let filter: Vec<_> = filter.into_iter().map(|(name, value)| (name, Some(value))).collect();
    filtered(path, &filter, paging)
}

/// The address of a page of a list under filters, of which those that were given count.
pub(crate) fn filtered(path: &str, filters: &[(&str, Option<&str>)], paging: &Paging) -> String {
    let mut address = format!("{path}?limit={}", paging.limit);
    let paging = [("after", paging.after.as_deref()), ("sort", paging.sort.as_deref())];
    for (name, value) in filters.iter().chain(&paging) {
        if let Some(value) = value {
            address.push_str(&format!("&{name}={}", segment(value)));
        }
    }
    address
}

/// Says how to see the next page, when there is one.
pub(crate) fn next_page(next: Option<&str>) {
    if let Some(position) = next {
        hint(&format!("there is more: add --after {position:?}"));
    }
}
