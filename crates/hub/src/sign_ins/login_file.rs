//! Taking over a login of Salesforce's own command line, `sf`: what `sf org auth show-sfdx-auth-url --json` prints, or `sf org display --verbose --json` of
//! versions that still show secrets, or the address alone (`force://<client id>:<client secret>:<refresh token>@<host>`, as the reference of
//! `sf org login sfdx-url` describes it).

use std::collections::BTreeMap;

use salesbridge_connectors::salesforce::{
    CONSUMER_KEY, CONSUMER_SECRET, DOMAIN_URL, REFRESH_TOKEN, REFRESH_TOKEN_METHOD,
};
use salesbridge_model::{Ability, Secret};

use crate::connections::{ConnectionDetails, NewConnection};
use crate::{Caller, Hub, HubError};

/// Client id of `sf` itself, which addresses without one stand for. It has no secret.
const OWN_CLIENT: &str = "PlatformCLI";
/// What `sf` prints that this reads.
const COMMAND: &str = "`sf org auth show-sfdx-auth-url --target-org ALIAS --json`";

/// A login that is to be taken over.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportedLogin {
    /// Name of the connection that is made.
    pub name: String,
    /// What people read; the name when absent.
    #[serde(default)]
    pub caption: Option<String>,
    /// What `sf` printed, or the address that begins with `force://`.
    #[schema(value_type = String, format = Password, write_only)]
    pub login: Secret<String>,
}

/// What stands in a login.
struct Login {
    consumer_key: String,
    consumer_secret: Option<String>,
    refresh_token: String,
    domain_url: String,
}

impl Hub {
    /// Makes a connection of a login of `sf`. Nothing is sent through it until it is enabled and has something to send.
    pub async fn import_login(&self, caller: &Caller, import: ImportedLogin) -> Result<ConnectionDetails, HubError> {
        caller.may_everywhere(Ability::Edit)?;
        let Login { consumer_key, consumer_secret, refresh_token, domain_url } =
            read(import.login.expose()).map_err(|message| HubError::invalid("login", message))?;
        let settings = BTreeMap::from([(DOMAIN_URL.to_owned(), domain_url), (CONSUMER_KEY.to_owned(), consumer_key)]);
        let given = [(REFRESH_TOKEN, Some(refresh_token)), (CONSUMER_SECRET, consumer_secret)];
        let secrets =
            given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Secret::new(value?)))).collect();
        let new = NewConnection {
            caption: import.caption,
            method: REFRESH_TOKEN_METHOD.to_owned(),
            settings,
            secrets,
            ..NewConnection::named(&import.name)
        };
        self.create_connection(caller, new).await
    }
}

fn read(text: &str) -> Result<Login, String> {
    let text = text.trim();
    let printed: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let Some(printed) = printed.filter(serde_json::Value::is_object) else { return read_address(text, None) };
    let result = printed.get("result").unwrap_or(&printed);
    let said = |name: &str| result.get(name).and_then(serde_json::Value::as_str);
    match said("sfdxAuthUrl") {
        Some(address) => read_address(address, said("instanceUrl")),
        None if said("accessToken").is_some() => Err(format!(
            "holds no refresh token: `sf` shows one for logins by `sf org login web` alone, by {COMMAND}; for others make a connection of their own"
        )),
        None => Err(format!("is not what {COMMAND} prints: it has no sfdxAuthUrl")),
    }
}

fn read_address(address: &str, instance: Option<&str>) -> Result<Login, String> {
    let form = || {
        format!(
            "is neither what {COMMAND} prints nor an address like force://<client id>:<client secret>:<refresh token>@<host>"
        )
    };
    let rest = match address.strip_prefix("force://") {
        Some(rest) => rest,
        None if address.to_ascii_uppercase().contains("REDACTED") => {
            return Err(format!("has its secrets left out; {COMMAND} prints them"));
        }
        None => return Err(form()),
    };
    let (credentials, host) = rest.rsplit_once('@').ok_or_else(form)?;
    let parts: Vec<&str> = credentials.split(':').collect();
    let (key, secret, token) = match parts[..] {
        [key, secret, token] => (key, Some(secret).filter(|secret| !secret.is_empty()), token),
        [token] => (OWN_CLIENT, None, token),
        _ => return Err(form()),
    };
    let is_word = |text: &&str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-=".contains(&byte));
    let words = [key, token, secret.unwrap_or_default()];
    if key.is_empty() || token.is_empty() || host.is_empty() || !words.iter().all(is_word) {
        return Err(form());
    }
    Ok(Login {
        consumer_key: key.to_owned(),
        consumer_secret: secret.map(str::to_owned),
        refresh_token: token.to_owned(),
        domain_url: instance.map_or_else(|| with_scheme(host), str::to_owned),
    })
}

/// Such an address has no scheme: it is https, but on this machine.
fn with_scheme(host: &str) -> String {
    let is_here = ["127.0.0.1", "localhost", "[::1]"]
        .iter()
        .any(|here| host.strip_prefix(here).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')));
    if host.contains("://") { host.to_owned() } else { format!("{}://{host}", if is_here { "http" } else { "https" }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Told = (String, Option<String>, String, String);

    fn told(text: &str) -> Result<Told, String> {
        read(text).map(|login| (login.consumer_key, login.consumer_secret, login.refresh_token, login.domain_url))
    }

    fn expected(key: &str, secret: Option<&str>, token: &str, url: &str) -> Result<Told, String> {
        Ok((key.to_owned(), secret.map(str::to_owned), token.to_owned(), url.to_owned()))
    }

    #[test]
    fn what_sf_prints_is_read_however_it_was_asked() {
        let domain = "https://acme.my.salesforce.com";
        let shown =
            r#"{"status": 0, "result": {"sfdxAuthUrl": "force://PlatformCLI::5Aep861_x.y==@acme.my.salesforce.com"}}"#;
        assert_eq!(told(shown), expected("PlatformCLI", None, "5Aep861_x.y==", domain));
        let displayed = r#"{"status": 0, "result": {"accessToken": "00D!x", "instanceUrl": "http://127.0.0.1:8866",
            "clientId": "3MVG9", "sfdxAuthUrl": "force://3MVG9:S3:5Aep@127.0.0.1:8866"}, "warnings": []}"#;
        assert_eq!(told(displayed), expected("3MVG9", Some("S3"), "5Aep", "http://127.0.0.1:8866"));
        let bare = " force://3MVG9:S3:5Aep@acme.my.salesforce.com\n";
        assert_eq!(told(bare), expected("3MVG9", Some("S3"), "5Aep", domain));
        assert_eq!(told("force://5Aep@acme.my.salesforce.com"), expected("PlatformCLI", None, "5Aep", domain));
        assert_eq!(told("force://a::t@localhost:1"), expected("a", None, "t", "http://localhost:1"));
        assert_eq!(
            told("force://a::t@localhost.evil.example"),
            expected("a", None, "t", "https://localhost.evil.example")
        );
    }

    #[test]
    fn what_is_no_login_is_refused_without_repeating_it() {
        let wrong = [
            "",
            "secret-words",
            "{}",
            "[]",
            r#"{"result": {"accessToken": "00D!secret-words"}}"#,
            r#"{"result": {"sfdxAuthUrl": "<REDACTED> secret-words"}}"#,
            "force://secret-words",
            "force://a:b@secret-words",
            "force://a:b:@secret-words",
            "force://a:b:c d@secret-words",
        ];
        for text in wrong {
            let problem = told(text).expect_err(text);
            assert!(
                problem.contains("sf org auth show-sfdx-auth-url") && !problem.contains("secret-words"),
                "{text}: {problem}"
            );
        }
    }
}
