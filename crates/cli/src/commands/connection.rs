//! `salesbridge connection`.

mod certificate;
mod fields;
mod methods;
mod sign_in;
mod test;

use std::collections::BTreeMap;

use anyhow::Context;
use salesbridge_hub::connections::{CallsDetails, ConnectionDetails};
use salesbridge_model::{Connection, HealthState, OrgAllowance, Page};
use serde_json::{Value, json};

use super::start::with_confirmation;
use crate::api::{Api, segment};
use crate::arguments::{
    ConnectionCommand, ConnectionFilters, ConnectionOptions, CreateConnection, EditConnection, TooLong, YesNo,
};
use crate::settings::Settings;
use crate::terminal::{DONE, hint, print_details, print_json, print_table, say, table};

pub(crate) async fn run(settings: &Settings, command: ConnectionCommand, json: bool) -> anyhow::Result<u8> {
    let api = Api::open(settings).await?;
    match command {
        ConnectionCommand::Create(options) => create(&api, *options, json).await,
        ConnectionCommand::Edit(options) => edit(&api, *options, json).await,
        ConnectionCommand::List(filters) => list(&api, &list_path(&filters), json).await,
        ConnectionCommand::Show { name } => {
            show(&api.get(&format!("/connections/{}", segment(&name))).await?, json);
            Ok(DONE)
        }
        ConnectionCommand::Test { name, wait } => test::run(&api, &name, wait, json).await,
        ConnectionCommand::Certificate { name, output, new } => {
            certificate::run(&api, &name, output.as_deref(), new, json).await
        }
        ConnectionCommand::Methods { name } => methods::show(&api, name.as_deref(), json).await,
        ConnectionCommand::Fields { name, object } => fields(&api, &name, &object, json).await,
        ConnectionCommand::SignIn(options) => sign_in::run(&api, *options, json).await,
        ConnectionCommand::SignOut { name } => sign_in::sign_out(&api, &name, json).await,
        ConnectionCommand::ImportLogin(options) => sign_in::import_login(&api, options, json).await,
        ConnectionCommand::Enable { name, yes } => set_enabled(&api, &name, true, yes, json).await,
        ConnectionCommand::Disable { name } => set_enabled(&api, &name, false, false, json).await,
        ConnectionCommand::Delete { name, force } => {
            let how = if force { "?force=true" } else { "" };
            api.delete(&format!("/connections/{}{how}", segment(&name))).await?;
            if json {
                print_json(&json!({ "deleted": name }));
            } else {
                say(&format!("connection {name} is removed"));
            }
            Ok(DONE)
        }
    }
}

fn list_path(filters: &ConnectionFilters) -> String {
    let ConnectionFilters { search, provider, method, enabled, held, health, tag, service, paging } = filters;
    let given = [
        ("q", search.as_deref()),
        ("provider", provider.as_deref()),
        ("method", method.as_deref()),
        ("enabled", enabled.map(YesNo::as_truth)),
        ("held", held.map(YesNo::as_truth)),
        ("health", health.as_deref()),
        ("tag", tag.as_deref()),
        ("service", service.as_deref()),
    ];
    super::client::filtered("/connections", &given, paging)
}

async fn create(api: &Api, options: CreateConnection, json: bool) -> anyhow::Result<u8> {
    let CreateConnection { name, rest } = options;
    let mut body = json!({ "name": name });
    add_options(&mut body, &rest)?;
    fields::add_missing_secrets(api, &mut body).await?;
    let made = with_confirmation(rest.yes, |confirmed| {
        let mut body = body.clone();
        body["confirmed"] = confirmed.into();
        async move { api.post("/connections", &body).await }
    });
    let made = made.await?;
    show(&made, json);
    what_comes_next(api, &made, json);
    Ok(DONE)
}

async fn edit(api: &Api, options: EditConnection, json: bool) -> anyhow::Result<u8> {
    let EditConnection { name, too_long, rest } = options;
    let mut body = json!({});
    if let Some(too_long) = too_long {
        body["too_long"] = if too_long == TooLong::Shorten { "shorten" } else { "refuse" }.into();
    }
    add_options(&mut body, &rest)?;
    let edited = send_edit(api, &name, &body, rest.yes).await?;
    show(&edited, json);
    what_comes_next(api, &edited, json);
    Ok(DONE)
}

async fn set_enabled(api: &Api, name: &str, enabled: bool, yes: bool, json: bool) -> anyhow::Result<u8> {
    let edited = send_edit(api, name, &json!({ "enabled": enabled }), yes).await?;
    show(&edited, json);
    what_comes_next(api, &edited, json);
    Ok(DONE)
}

async fn send_edit(api: &Api, name: &str, body: &Value, yes: bool) -> anyhow::Result<ConnectionDetails> {
    let path = format!("/connections/{}", segment(name));
    with_confirmation(yes, |confirmed| {
        let mut body = body.clone();
        body["confirmed"] = confirmed.into();
        let path = &path;
        async move { api.patch(path, &body).await }
    })
    .await
}

fn add_options(body: &mut Value, options: &ConnectionOptions) -> anyhow::Result<()> {
    let texts = [
        ("caption", &options.caption),
        ("description", &options.description),
        ("method", &options.method),
        ("service", &options.service),
        ("company", &options.company),
        ("external_id_field", &options.external_id_field),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            body[name] = text.as_str().into();
        }
    }
    if !options.tags.is_empty() {
        body["tags"] = json!(options.tags);
    }
    body["settings"] = json!(fields::settings(options)?);
    body["secrets"] = fields::secrets(options)?;
    if let Some(calls) = options.daily_calls {
        body["daily_calls"] = calls.into();
    }
    if let Some(enabled) = options.enabled {
        body["enabled"] = (enabled == YesNo::Yes).into();
    }
    let mut fields: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for choice in &options.fields {
        let (source, target) = choice.split_once('=').with_context(|| {
            format!("--field {choice} has no `=`; expected is for example --field status=Client_Status__c")
        })?;
        fields.insert(source, Some(target).filter(|target| !target.is_empty()));
    }
    body["fields"] = json!(fields);
    Ok(())
}

async fn list(api: &Api, path: &str, json: bool) -> anyhow::Result<u8> {
    let page: Page<ConnectionDetails> = api.get(path).await?;
    if json {
        print_json(&page);
        return Ok(DONE);
    }
    if page.items.is_empty() {
        say("There are no connections yet.");
        hint("`salesbridge connection create --help` shows how to make one");
        return Ok(DONE);
    }
    let mut rows = table(&["name", "caption", "address", "enabled", "state", "used by"]);
    for details in &page.items {
        let used_by: Vec<&str> = details.used_by.iter().map(|name| name.as_str()).collect();
        let connection = &details.connection;
        rows.add_row([
            connection.name.to_string(),
            connection.caption.clone(),
            connection.settings.get("domain_url").cloned().unwrap_or_default(),
            yes_no(connection.enabled).to_owned(),
            state(connection),
            used_by.join(", "),
        ]);
    }
    print_table(&rows);
    super::client::next_page(page.next.as_deref());
    Ok(DONE)
}

fn show(details: &ConnectionDetails, json: bool) {
    if json {
        return print_json(details);
    }
    let connection = &details.connection;
    let setting = |name: &str| connection.settings.get(name).cloned().unwrap_or_default();
    let secrets: Vec<String> = details.secrets_set.iter().map(|name| name.replace('_', " ")).collect();
    let fields: Vec<String> = details.fields.iter().map(|(source, target)| format!("{source} to {target}")).collect();
    let used_by: Vec<&str> = details.used_by.iter().map(|name| name.as_str()).collect();
    let org = connection
        .org
        .as_ref()
        .map(|org| format!("{} ({}, {})", org.name.as_deref().unwrap_or("unnamed"), org.org_id, org.kind));
    print_details(&[
        ("name", connection.name.to_string()),
        ("caption", connection.caption.clone()),
        ("description", connection.description.clone()),
        ("tags", connection.tags.join(", ")),
        ("provider", connection.provider.clone()),
        ("method", connection.method.clone()),
        ("service", details.service.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("domain URL", setting("domain_url")),
        ("instance URL", setting("instance_url")),
        ("consumer key", setting("consumer_key")),
        ("user name", setting("username")),
        ("scopes", setting("scopes")),
        ("secrets set", if secrets.is_empty() { "none".to_owned() } else { secrets.join(", ") }),
        ("company", details.company.clone().unwrap_or_else(|| "empty: no clients are sent".to_owned())),
        ("fields", fields.join(", ")),
        ("external ID field", details.external_id_field.clone().unwrap_or_default()),
        ("enabled", yes_no(connection.enabled).to_owned()),
        ("state", state(connection)),
        ("org", org.unwrap_or_default()),
        ("API calls", calls(&details.calls)),
        ("used by", used_by.join(", ")),
    ]);
    details.left_out.iter().for_each(|field| say(&format!("warning: {field}")));
}

/// Calls used, of how many, and as of when.
fn calls(calls: &CallsDetails) -> String {
    let ceiling = calls.daily_calls.map(|most| format!(" of at most {most}")).unwrap_or_default();
    let ours = format!("{}{ceiling} today by this connection", calls.today);
    match &calls.org {
        None => ours,
        Some(OrgAllowance { used, allowed, told_at }) => format!(
            "{ours}; {used} of {allowed} by everybody as of {}, and {} % are kept for others",
            told_at.format("%Y-%m-%d %H:%M UTC"),
            calls.reserve_percent
        ),
    }
}

/// What a person may want to do after an edit.
fn what_comes_next(api: &Api, details: &ConnectionDetails, json: bool) {
    if json {
        return;
    }
    let name = &details.connection.name;
    match details.used_by.first() {
        None if details.company.is_none() => {
            hint(&format!("`salesbridge connection edit {name} --company TEXT` makes the sync from clients to Leads"));
        }
        Some(sync) if details.connection.enabled && !api.is_served() => {
            hint(&format!("nothing is sent until `salesbridge serve` runs, or `salesbridge sync run {sync}`"));
        }
        _ => {}
    }
}

async fn fields(api: &Api, name: &str, object: &str, json: bool) -> anyhow::Result<u8> {
    let path = format!("/connections/{}/objects/{}/fields", segment(name), segment(object));
    let fields = api.get::<Page<Value>>(&path).await?.items;
    if json {
        print_json(&fields);
        return Ok(DONE);
    }
    let text = |field: &Value, key: &str| match &field[key] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let mut rows = table(&["field", "label", "type", "length", "required"]);
    for field in &fields {
        let required = yes_no(field["required"].as_bool().unwrap_or(false)).to_owned();
        rows.add_row([text(field, "name"), text(field, "label"), text(field, "kind"), text(field, "length"), required]);
    }
    print_table(&rows);
    Ok(DONE)
}

fn state(connection: &Connection) -> String {
    match (&connection.held, connection.enabled) {
        (Some(held), _) => format!("held: {}. {}", held.reason, held.remedy),
        (None, true) => match connection.health.as_ref().filter(|health| health.state == HealthState::Ailing) {
            Some(health) => format!("not well: {}", health.message.as_deref().unwrap_or("something is wrong")),
            None => "ready".to_owned(),
        },
        (None, false) => "disabled".to_owned(),
    }
}

fn yes_no(truth: bool) -> &'static str {
    if truth { "yes" } else { "no" }
}
