//! `salesbridge connection sign-in`, `sign-out` and `import-login`.

use std::time::Duration;

use anyhow::Context;
use salesbridge_hub::connections::ConnectionDetails;
use salesbridge_hub::sign_ins::{SignInDetails, SignInProgress};
use salesbridge_model::SignInKind;
use serde_json::json;

use crate::api::{Api, segment};
use crate::arguments::{ImportLogin, SignIn};
use crate::secret_text;
use crate::terminal::{DONE, FAILED, Failure, hint, is_interactive, print_json, print_line, say};

/// Between two looks whether somebody has signed in.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub(super) async fn run(api: &Api, options: SignIn, json: bool) -> anyhow::Result<u8> {
    let path = format!("/connections/{}/sign-in", segment(&options.name));
    if options.cancel {
        api.delete(&path).await?;
        if json {
            print_json(&json!({ "cancelled": options.name }));
        } else {
            say(&format!("the sign-in for {} is given up", options.name));
        }
        return Ok(DONE);
    }
    if let Some(from) = &options.answer {
        return answer(api, &path, secret_text::given(from)?.expose(), json).await;
    }
    let kind = kind_of(api, &options).await?;
    let body = json!({
        "kind": kind,
        "redirect_uri": options.redirect_uri,
        "login_hint": options.login_hint,
        "may_change_org": options.may_change_org,
    });
    let begun: SignInDetails = api.post(&path, &body).await?;
    if json {
        print_json(&begun);
        return Ok(DONE);
    }
    instruct(&begun);
    if kind == SignInKind::Paste {
        if !is_interactive() {
            hint(&format!(
                "give what the browser shows with `salesbridge connection sign-in {} --answer -`",
                options.name
            ));
            return Ok(DONE);
        }
        let asked = tokio::task::spawn_blocking(|| {
            inquire::Password::new("Address, or code:")
                .without_confirmation()
                .with_display_mode(inquire::PasswordDisplayMode::Masked)
                .prompt()
        });
        return answer(api, &path, &asked.await??, json).await;
    }
    let ended = api.with_engine(wait(api, &path)).await?;
    Ok(tell(&ended, json))
}

/// How the answer comes back: as was said, else as the connection's method and this process have it.
async fn kind_of(api: &Api, options: &SignIn) -> anyhow::Result<SignInKind> {
    if options.paste {
        return Ok(SignInKind::Paste);
    }
    if options.device {
        return Ok(SignInKind::Device);
    }
    let details: ConnectionDetails = api.get(&format!("/connections/{}", segment(&options.name))).await?;
    Ok(match details.connection.method.as_str() {
        "device" => SignInKind::Device,
        _ if api.is_served() => SignInKind::Web,
        _ => SignInKind::Paste,
    })
}

/// Says what to do.
fn instruct(begun: &SignInDetails) {
    let until = begun.expires_at.format("%H:%M UTC");
    if let (Some(code), Some(place)) = (&begun.user_code, &begun.verification_uri) {
        say(&format!("Open this page on any device, and type the code, before {until}:\n"));
        print_line(&format!("  {place}"));
        print_line(&format!("  {code}"));
        say("\nWaiting until that is done. Ctrl-C leaves it under way while salesbridge serves.");
        return;
    }
    say(&format!("Open this link in a browser, sign in to Salesforce and allow the app, before {until}:\n"));
    print_line(&format!("  {}", begun.link.as_deref().unwrap_or_default()));
    if let Some(address) = &begun.redirect_uri {
        say(&format!("\nThe app in Salesforce must have this callback URL: {address}"));
    }
    match begun.kind {
        SignInKind::Paste => say("Then copy the whole address that the browser shows."),
        SignInKind::Web | SignInKind::Device => say("Waiting until that is done. Ctrl-C leaves it under way."),
    }
}

async fn answer(api: &Api, path: &str, text: &str, json: bool) -> anyhow::Result<u8> {
    let answered: SignInDetails = api.post(&format!("{path}/answer"), &json!({ "answer": text })).await?;
    let ended = if answered.state.is_final() { answered } else { api.with_engine(wait(api, path)).await? };
    Ok(tell(&ended, json))
}

/// Waits until nothing more comes of it; says once why it is tried again.
async fn wait(api: &Api, path: &str) -> anyhow::Result<SignInDetails> {
    let mut has_told = false;
    loop {
        let now: SignInDetails = api.get(path).await?;
        if now.state.is_final() {
            return Ok(now);
        }
        if let (Some(failure), false) = (&now.failure, has_told) {
            has_told = true;
            let until = now.expires_at.format("%H:%M:%S UTC");
            say(&format!("{}. It is tried again by itself until {until}.", failure.message));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn tell(ended: &SignInDetails, json: bool) -> u8 {
    let code = if ended.state == SignInProgress::Done { DONE } else { FAILED };
    if json {
        print_json(ended);
        return code;
    }
    let name = &ended.connection;
    match (ended.state, &ended.org, &ended.failure) {
        (SignInProgress::Done, Some(org), _) => {
            let called = org.name.as_deref().unwrap_or("unnamed");
            say(&format!("{name} is signed in to {called} ({}, {})", org.org_id, org.kind));
            hint(&format!("`salesbridge connection test {name}` makes every check"));
        }
        (SignInProgress::Done, None, _) => {
            say(&format!("{name} is signed in"));
            hint(&format!("`salesbridge connection test {name}` says to which org"));
        }
        (SignInProgress::Failed, _, Some(failure)) => {
            say(&format!("error: {name} could not be signed in: {} [{}]", failure.message, failure.code));
            hint(&failure.remedy);
        }
        (SignInProgress::Cancelled, ..) => {
            say(&format!("error: the sign-in for {name} was given up, or another was begun"))
        }
        _ => say(&format!("error: nobody signed in for {name} in time")),
    }
    code
}

pub(super) async fn sign_out(api: &Api, name: &str, json: bool) -> anyhow::Result<u8> {
    let details: ConnectionDetails = api.post(&format!("/connections/{}/sign-out", segment(name)), &json!({})).await?;
    if json {
        print_json(&details);
    } else {
        say(&format!("{name} is signed out; what it had left in Salesforce is given back"));
        hint(&format!("`salesbridge connection sign-in {name}` signs in again"));
    }
    Ok(DONE)
}

pub(super) async fn import_login(api: &Api, options: ImportLogin, json: bool) -> anyhow::Result<u8> {
    let login = secret_text::given(&options.from).context("the login cannot be read")?;
    if login.expose().is_empty() {
        return Err(Failure {
            code: "invalid".to_owned(),
            message: "the login is empty".to_owned(),
            remedy: "`sf org auth show-sfdx-auth-url --target-org ALIAS --json` prints one".to_owned(),
            ..Failure::default()
        }
        .into());
    }
    let body = json!({ "name": options.name, "caption": options.caption, "login": login.expose() });
    let made: ConnectionDetails = api.post("/connections/import-login", &body).await?;
    super::show(&made, json);
    super::what_comes_next(api, &made, json);
    Ok(DONE)
}
