//! `salesbridge user`.

mod link;
mod password;
mod sessions;

use salesbridge_hub::people::PersonDetails;
use salesbridge_model::{Abilities, Page, Reach, Role};
use serde_json::{Value, json};

use super::client::{next_page, paged};
use crate::api::{Api, segment};
use crate::arguments::{CreateUser, EditUser, Paging, UserCommand};
use crate::settings::Settings;
use crate::terminal::{DONE, hint, print_details, print_json, print_table, say, table};

pub(crate) async fn run(settings: &Settings, command: UserCommand, json: bool) -> anyhow::Result<u8> {
    match command {
        UserCommand::Create(options) => return create(settings, options, json).await,
        UserCommand::ResetPassword { name } => {
            let made = link::make(&Api::open(settings).await?, &name).await?;
            link::show(settings, &name, &made, json);
            return Ok(DONE);
        }
        _ => {}
    }
    let api = Api::open(settings).await?;
    match command {
        UserCommand::Create(_) | UserCommand::ResetPassword { .. } => {}
        UserCommand::List { search, paging } => list(&api, search.as_deref(), &paging, json).await?,
        UserCommand::Show { name } => show(&api.get(&path_of(&name)).await?, json),
        UserCommand::Edit(options) => edit(&api, options, json).await?,
        UserCommand::Grant { name, connection, abilities } => {
            let abilities: Vec<String> = abilities.into_iter().filter(|ability| ability != "none").collect();
            let body = json!({ "abilities": abilities });
            show(&api.put(&grant_of(&name, &connection), &body).await?, json);
        }
        UserCommand::Revoke { name, connection } => {
            api.delete(&grant_of(&name, &connection)).await?;
            show(&api.get(&path_of(&name)).await?, json);
        }
        UserCommand::Disable { name } => {
            show(&api.post(&format!("{}/disable", path_of(&name)), &json!({})).await?, json);
        }
        UserCommand::Enable { name } => {
            show(&api.post(&format!("{}/enable", path_of(&name)), &json!({})).await?, json);
        }
        UserCommand::Delete { name } => delete(&api, &name, json).await?,
        UserCommand::Sessions(options) => sessions::run(&api, &options, json).await?,
    }
    Ok(DONE)
}

/// The password is asked for before anything is opened: a person may take their time.
async fn create(settings: &Settings, options: CreateUser, json: bool) -> anyhow::Result<u8> {
    let CreateUser { name, full_name, role, administrator, reach, password: given, link: wants_link } = options;
    let password = password::given_or_asked(given.as_deref(), wants_link)?;
    let mut body = json!({ "name": name, "role": if administrator { "administrator" } else { role.as_str() } });
    if let Some(full_name) = full_name {
        body["full_name"] = full_name.into();
    }
    if let Some(reach) = reach {
        body["reach"] = reach.as_str().into();
    }
    if let Some(password) = &password {
        body["password"] = password.expose().as_str().into();
    }
    let api = Api::open(settings).await?;
    let made: PersonDetails = api.post("/people", &body).await?;
    let link = if made.has_password { None } else { Some(link::make(&api, &name).await?) };
    if json {
        let mut told = serde_json::to_value(&made)?;
        if let Some(link) = &link {
            told["password_link"] = link::told(settings, link);
        }
        print_json(&told);
        return Ok(DONE);
    }
    show(&made, false);
    if let Some(link) = &link {
        link::show(settings, &name, link, false);
    }
    Ok(DONE)
}

async fn edit(api: &Api, options: EditUser, json: bool) -> anyhow::Result<()> {
    let EditUser { name, full_name, role, reach } = options;
    let texts = [
        ("full_name", full_name),
        ("role", role.map(|role| role.as_str().to_owned())),
        ("reach", reach.map(|reach| reach.as_str().to_owned())),
    ];
    let mut body = json!({});
    for (field, value) in texts {
        if let Some(value) = value {
            body[field] = value.into();
        }
    }
    show(&api.patch(&path_of(&name), &body).await?, json);
    Ok(())
}

async fn delete(api: &Api, name: &str, json: bool) -> anyhow::Result<()> {
    api.delete(&path_of(name)).await?;
    if json {
        print_json(&json!({ "deleted": name }));
    } else {
        say(&format!("{name} is removed, with their grants, sessions and keys"));
    }
    Ok(())
}

async fn list(api: &Api, search: Option<&str>, paging: &Paging, json: bool) -> anyhow::Result<()> {
    let path = paged("/people", search.map(|text| ("q", text)), paging);
    let page: Page<PersonDetails> = api.get(&path).await?;
    if json {
        print_json(&page);
        return Ok(());
    }
    if page.items.is_empty() {
        say(if search.is_some() { "Nobody matches." } else { "Nobody can sign in yet." });
        hint("`salesbridge user create NAME --administrator` adds the first person");
        return Ok(());
    }
    let mut rows = table(&["name", "full name", "role", "reach", "state", "signed in last"]);
    for details in &page.items {
        let person = &details.person;
        let last = person.last_signed_in_at.map(|at| at.format("%Y-%m-%d %H:%M").to_string());
        rows.add_row([
            person.name.to_string(),
            person.full_name.clone(),
            role_of(person.role).to_owned(),
            reach_of(person.reach).to_owned(),
            state(details).to_owned(),
            last.unwrap_or_default(),
        ]);
    }
    print_table(&rows);
    next_page(page.next.as_deref());
    Ok(())
}

fn show(details: &PersonDetails, json: bool) {
    if json {
        return print_json(details);
    }
    let person = &details.person;
    let grants: Vec<String> =
        details.grants.iter().map(|grant| format!("{}: {}", grant.connection, in_words(&grant.abilities))).collect();
    print_details(&[
        ("name", person.name.to_string()),
        ("full name", person.full_name.clone()),
        ("role", role_of(person.role).to_owned()),
        ("reach", reach_of(person.reach).to_owned()),
        ("grants", grants.join("; ")),
        ("state", state(details).to_owned()),
        ("signed in last", person.last_signed_in_at.map(|at| at.to_rfc3339()).unwrap_or_default()),
    ]);
}

fn state(details: &PersonDetails) -> &'static str {
    match (details.person.disabled_at, details.has_password) {
        (Some(_), _) => "disabled",
        (None, true) => "can sign in",
        (None, false) => "has no password yet",
    }
}

pub(super) fn in_words(abilities: &Abilities) -> String {
    let names: Vec<&str> = abilities.iter().map(|ability| ability.as_str()).collect();
    if names.is_empty() { "hidden".to_owned() } else { names.join(", ") }
}

fn role_of(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Operator => "operator",
        Role::Editor => "editor",
        Role::Administrator => "administrator",
    }
}

fn reach_of(reach: Reach) -> &'static str {
    match reach {
        Reach::All => "all connections",
        Reach::Granted => "granted connections",
    }
}

fn path_of(name: &str) -> String {
    format!("/people/{}", segment(name))
}

fn grant_of(name: &str, connection: &str) -> String {
    format!("{}/grants/{}", path_of(name), segment(connection))
}

/// What the API tells of a link.
type Link = Value;
