//! The fields of a connection's method, from the command line: settings as they are, secrets from where no list of processes shows them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use salesbridge_model::Secret;
use serde_json::{Value, json};

use super::methods::{Field, method};
use crate::api::Api;
use crate::arguments::ConnectionOptions;
use crate::secret_text;
use crate::terminal::{Failure, is_interactive};

/// Method of a connection for which none was chosen.
const USUAL_METHOD: &str = "client_credentials";
/// The secret that has a variable and an option of its own.
const CONSUMER_SECRET: &str = "consumer_secret";

/// The settings that were given.
pub(super) fn settings(options: &ConnectionOptions) -> anyhow::Result<BTreeMap<String, Option<String>>> {
    let mut settings = BTreeMap::new();
    let short = [("domain_url", &options.domain_url), ("consumer_key", &options.consumer_key)];
    for (name, value) in short {
        if let Some(value) = value {
            settings.insert(name.to_owned(), Some(value.clone()));
        }
    }
    for choice in &options.settings {
        let (name, value) = choice.split_once('=').with_context(|| {
            format!("--set {choice} has no `=`; expected is for example --set username=ann@example.com")
        })?;
        settings.insert(name.to_owned(), Some(value.to_owned()).filter(|value| !value.is_empty()));
    }
    Ok(settings)
}

/// The secrets that were given, as they are sent.
pub(super) fn secrets(options: &ConnectionOptions) -> anyhow::Result<Value> {
    let mut secrets = json!({});
    let in_file = options.consumer_secret_file.as_deref().map(from_file).transpose()?;
    let from_environment = || std::env::var("SALESBRIDGE_CONSUMER_SECRET").ok().map(Secret::new);
    if let Some(secret) = in_file.or_else(from_environment) {
        secrets[CONSUMER_SECRET] = secret.expose().trim().into();
    }
    for choice in &options.secrets {
        // Whatever stands there may be a secret, so the message does not repeat it.
        let (name, source) = choice
            .split_once('=')
            .context("a --secret has no `=`; expected is for example --secret refresh_token=file:PATH")?;
        let secret =
            secret_text::given_or_taken_away(source).with_context(|| format!("--secret {name} cannot be used"))?;
        secrets[name] = secret.map_or(Value::Null, |secret| secret.expose().trim().into());
    }
    Ok(secrets)
}

/// Asks for the secrets that a new connection lacks.
pub(super) async fn add_missing_secrets(api: &Api, body: &mut Value) -> anyhow::Result<()> {
    let name = body["method"].as_str().unwrap_or(USUAL_METHOD);
    // An unknown method is refused with those that are known.
    let Some(method) = method(api, name).await? else { return Ok(()) };
    let has_service = body["service"].as_str().is_some_and(|service| !service.is_empty());
    for field in method.fields {
        let comes_from_elsewhere = has_service && field.from_service;
        if field.secret && field.required && !comes_from_elsewhere && body["secrets"][&field.name].is_null() {
            body["secrets"][&field.name] = ask_for(&field)?.expose().as_str().into();
        }
    }
    Ok(())
}

fn ask_for(field: &Field) -> anyhow::Result<Secret<String>> {
    let caption = field.caption.to_lowercase();
    if !is_interactive() {
        let option = match field.name.as_str() {
            CONSUMER_SECRET => "--consumer-secret-file FILE, or - for standard input".to_owned(),
            name => format!("--secret {name}=file:FILE, =env:VARIABLE, or =- for standard input"),
        };
        return Err(Failure {
            code: "secret_missing".to_owned(),
            message: format!("the {caption} was not given"),
            remedy: format!("Give it with {option}"),
            ..Failure::default()
        }
        .into());
    }
    let secret = inquire::Password::new(&format!("{}:", field.caption)).without_confirmation().prompt()?;
    Ok(Secret::new(secret.trim().to_owned()))
}

/// The text of a file, or of standard input for `-`.
fn from_file(path: &Path) -> anyhow::Result<Secret<String>> {
    if path == Path::new("-") { secret_text::from_standard_input() } else { secret_text::from_file(path) }
}
