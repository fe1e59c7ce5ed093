//! `salesbridge service`.

use anyhow::Context;
use salesbridge_hub::services::ServiceDetails;
use salesbridge_model::Page;
use serde_json::{Value, json};

use crate::api::{Api, segment};
use crate::arguments::{ServiceCommand, ServiceOptions};
use crate::secret_text;
use crate::settings::Settings;
use crate::terminal::{DONE, hint, print_details, print_json, print_table, say, table};

pub(crate) async fn run(settings: &Settings, command: ServiceCommand, json: bool) -> anyhow::Result<u8> {
    let api = Api::open(settings).await?;
    match command {
        ServiceCommand::Create(options) => {
            let body = json!({ "name": options.name, "consumer_key": options.consumer_key });
            show(&api.post("/services", &with_options(body, &options.rest)?).await?, json);
        }
        ServiceCommand::List => list(&api.get("/services").await?, json),
        ServiceCommand::Show { name } => show(&api.get(&address(&name)).await?, json),
        ServiceCommand::Edit(options) => {
            let body = options.consumer_key.map_or_else(|| json!({}), |key| json!({ "consumer_key": key }));
            show(&api.patch(&address(&options.name), &with_options(body, &options.rest)?).await?, json);
        }
        ServiceCommand::Delete { name } => {
            api.delete(&address(&name)).await?;
            if json {
                print_json(&json!({ "deleted": name }));
            } else {
                say(&format!("service {name} is removed"));
            }
        }
    }
    Ok(DONE)
}

fn address(name: &str) -> String {
    format!("/services/{}", segment(name))
}

fn with_options(mut body: Value, options: &ServiceOptions) -> anyhow::Result<Value> {
    let texts =
        [("caption", &options.caption), ("description", &options.description), ("sign_in_host", &options.sign_in_host)];
    for (name, text) in texts {
        if let Some(text) = text {
            body[name] = text.as_str().into();
        }
    }
    if let Some(scopes) = &options.scopes {
        body["scopes"] = json!(scopes.split_whitespace().collect::<Vec<_>>());
    }
    if let Some(source) = &options.consumer_secret {
        let secret = secret_text::given_or_taken_away(source).context("--consumer-secret cannot be used")?;
        body["consumer_secret"] = secret.as_ref().map_or("", |secret| secret.expose().trim()).into();
    }
    Ok(body)
}

fn list(page: &Page<ServiceDetails>, json: bool) {
    if json {
        return print_json(page);
    }
    if page.items.is_empty() {
        say("There are no connected services yet.");
        hint("`salesbridge service create --help` shows how to make one");
        return;
    }
    let mut rows = table(&["name", "caption", "signs in at", "used by"]);
    for details in &page.items {
        let service = &details.service;
        rows.add_row([
            service.name.to_string(),
            service.caption.clone(),
            service.sign_in_host.clone(),
            used_by(details),
        ]);
    }
    print_table(&rows);
}

fn show(details: &ServiceDetails, json: bool) {
    if json {
        return print_json(details);
    }
    let service = &details.service;
    print_details(&[
        ("name", service.name.to_string()),
        ("caption", service.caption.clone()),
        ("description", service.description.clone()),
        ("provider", service.provider.clone()),
        ("signs in at", service.sign_in_host.clone()),
        ("consumer key", service.consumer_key.clone()),
        ("consumer secret", if details.secrets_set.is_empty() { "not set" } else { "set" }.to_owned()),
        ("scopes", service.scopes.join(" ")),
        ("used by", used_by(details)),
    ]);
}

fn used_by(details: &ServiceDetails) -> String {
    let mut users: Vec<String> = details.used_by.iter().map(ToString::to_string).collect();
    if details.used_by_others > 0 {
        users.push(format!("{} more", details.used_by_others));
    }
    users.join(", ")
}
