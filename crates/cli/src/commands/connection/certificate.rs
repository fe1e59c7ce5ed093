//! `salesbridge connection certificate`: what the app in Salesforce needs of a connection that signs in with a key of its own.

use std::path::Path;

use anyhow::Context;
use salesbridge_hub::connections::ConnectionDetails;
use serde_json::json;

use crate::api::{Api, segment};
use crate::terminal::{DONE, Failure, hint, print_json, print_line, say};

/// Prints the certificate, or writes it into a file; of a new key pair, when that is asked for.
pub(super) async fn run(api: &Api, name: &str, output: Option<&Path>, new: bool, json: bool) -> anyhow::Result<u8> {
    let path = format!("/connections/{}", segment(name));
    let details: ConnectionDetails = match new {
        true => api.patch(&path, &json!({ "secrets": { "private_key": null } })).await?,
        false => api.get(&path).await?,
    };
    let Some(certificate) = details.connection.settings.get("certificate") else {
        return Err(Failure {
            code: "no_certificate".to_owned(),
            message: format!("the connection {name} has no certificate that was made here"),
            remedy: format!(
                "`salesbridge connection certificate {name} --new` makes a key pair, when it signs in by jwt_bearer"
            ),
            ..Failure::default()
        }
        .into());
    };
    match output {
        Some(file) => {
            std::fs::write(file, certificate).with_context(|| format!("{} cannot be written", file.display()))?;
            say(&format!("the certificate is in {}", file.display()));
        }
        None if json => print_json(&json!({ "certificate": certificate })),
        None => certificate.lines().for_each(print_line),
    }
    if !json {
        hint(
            "upload it in Salesforce: Setup > External Client App Manager > Settings > OAuth Settings > Enable JWT Bearer Flow",
        );
    }
    Ok(DONE)
}
