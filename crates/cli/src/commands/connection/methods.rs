//! `salesbridge connection methods`: the ways of signing in, and what each asks for.

use serde_json::Value;

use crate::api::Api;
use crate::terminal::{DONE, Failure, hint, print_json, print_line, print_table, table};

/// The provider whose methods are shown; the only one there is.
const PROVIDER: &str = "/providers/salesforce";

/// A way of signing in.
#[derive(serde::Deserialize)]
pub(super) struct Method {
    name: String,
    caption: String,
    help: String,
    guide: String,
    pub(super) fields: Vec<Field>,
}

/// What it asks for.
#[derive(serde::Deserialize)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) caption: String,
    help: String,
    pub(super) secret: bool,
    pub(super) required: bool,
    default: Option<String>,
    pub(super) from_service: bool,
}

#[derive(serde::Deserialize)]
struct Provider {
    methods: Vec<Method>,
}

pub(super) async fn show(api: &Api, name: Option<&str>, json: bool) -> anyhow::Result<u8> {
    let Some(name) = name else { return list(api, json).await };
    let methods = methods(api).await?;
    let known = methods.iter().map(|method| method.name.as_str()).collect::<Vec<_>>().join(", ");
    let Some(method) = methods.iter().find(|method| method.name == name) else {
        return Err(Failure {
            code: "not_found".to_owned(),
            message: format!("there is no method named `{name}`"),
            remedy: format!("There are: {known}"),
            ..Failure::default()
        }
        .into());
    };
    if json {
        let provider: Value = api.get(PROVIDER).await?;
        let shown = provider["methods"].as_array().and_then(|all| all.iter().find(|method| method["name"] == name));
        print_json(&shown);
        return Ok(DONE);
    }
    print_line(&format!("{}: {}", method.caption, method.help));
    print_line("");
    let mut rows = table(&["field", "given with", "needed", "what belongs there"]);
    for field in &method.fields {
        let option = if field.secret { format!("--secret {}=", field.name) } else { format!("--set {}=", field.name) };
        rows.add_row([field.name.clone(), option, needed(field), field.help.clone()]);
    }
    print_table(&rows);
    hint(&format!("{} leads through it", method.guide));
    Ok(DONE)
}

/// The method with this name.
pub(super) async fn method(api: &Api, name: &str) -> anyhow::Result<Option<Method>> {
    Ok(methods(api).await?.into_iter().find(|method| method.name == name))
}

async fn methods(api: &Api) -> anyhow::Result<Vec<Method>> {
    Ok(api.get::<Provider>(PROVIDER).await?.methods)
}

async fn list(api: &Api, json: bool) -> anyhow::Result<u8> {
    if json {
        print_json(&api.get::<Value>(PROVIDER).await?["methods"]);
        return Ok(DONE);
    }
    let mut rows = table(&["method", "", "for"]);
    for method in methods(api).await? {
        rows.add_row([method.name, method.caption, method.help]);
    }
    print_table(&rows);
    hint("`salesbridge connection methods METHOD` shows what one asks for");
    Ok(DONE)
}

fn needed(field: &Field) -> String {
    match (&field.default, field.required) {
        (Some(default), _) => format!("no: {default}"),
        (None, true) => "yes".to_owned(),
        (None, false) => "no".to_owned(),
    }
}
