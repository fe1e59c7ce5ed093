//! The pages a person meets while signing in. Plain HTML that works without scripts, everything escaped. Refuses to decide.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::oauth::authorize::asked::Asked;
use crate::oauth::authorize::browser::Browser;
use crate::oauth::authorize::steps::Consent;
use crate::oauth::scopes;
use crate::oauth::wire::{Refusal, uncached};
use crate::page::{escaped, page, shown};

pub(crate) const LOGIN_PATH: &str = "/services/oauth2/authorize/login";
pub(crate) const CONSENT_PATH: &str = "/services/oauth2/authorize/consent";
pub(crate) const AUTHORIZE_PATH: &str = "/services/oauth2/authorize";

const STYLE: &str = "<style>
main .quiet { opacity: 1; color: light-dark(#555, #bbb); }
main { max-width: 26rem; margin: 8vh auto 0; } label { display: block; margin-top: 1rem; font-weight: 600; }
input:not([type=hidden]) { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem; margin-top: .25rem;
  border: 1px solid var(--line); border-radius: .4rem; }
button { font: inherit; padding: .5rem 1.2rem; margin: 1.2rem .5rem 0 0; border: 1px solid var(--line);
  border-radius: .4rem; cursor: pointer; }
button.main { background: light-dark(#0550ae, #79c0ff); color: light-dark(#fff, #000); border-color: transparent; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; } li { margin: .3rem 0; }
[role=alert] { border-left: .25rem solid light-dark(#b00020, #ff8a80); padding: .4rem .8rem; background: var(--soft); }
</style>";

/// Where a sign-in goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Onward {
    Authorize,
    Connect,
}

impl Onward {
    pub(crate) fn named(name: Option<&str>) -> Self {
        if name == Some("connect") { Self::Connect } else { Self::Authorize }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Connect => "connect",
        }
    }
}

/// The form for user name and password. `wrong` says what was wrong with those given last.
pub(crate) fn sign_in(
    org: &str,
    browser: &Browser,
    onward: Onward,
    asked: &Asked,
    hint: Option<&str>,
    wrong: Option<&str>,
) -> String {
    let body = format!(
        "<h1>Sign in</h1><p class=quiet>to {}</p>{}<form method=post action='{LOGIN_PATH}'>{}\
         <input type=hidden name=onward value={}><input type=hidden name=query value='{}'>\
         <label for=username>Username</label>\
         <input id=username name=username autocomplete=username autocapitalize=none spellcheck=false required \
         value='{}'{}>\
         <label for=password>Password</label>\
         <input id=password name=password type=password autocomplete=current-password required{}>\
         <button class=main>Log in</button></form>\
         <p class=quiet>The users of this org, and its administrator's first password, are on <a href='/'>its page</a>.</p>",
        escaped(org),
        wrong.map(alert).unwrap_or_default(),
        guard(browser),
        onward.as_str(),
        escaped(&asked.as_query()),
        escaped(hint.unwrap_or_default()),
        if hint.is_none() { " autofocus" } else { "" },
        if hint.is_some() { " autofocus" } else { "" },
    );
    framed("Sign in", &body)
}

/// What an app wants, with the two buttons.
pub(crate) fn consent(org: &str, browser: &Browser, asked: &Asked, consent: &Consent) -> String {
    let body = format!(
        "<h1>Allow access?</h1><p><strong>{}</strong> asks to act for you in {}:</p>{}<p class=quiet>Signed in as {}. \
         <a href='{AUTHORIZE_PATH}?{}'>Not you?</a></p><p class=quiet>Afterwards your browser goes to <code>{}</code>.</p>\
         <form method=post action='{CONSENT_PATH}'>{}<input type=hidden name=query value='{}'>{BUTTONS}</form>",
        escaped(&consent.app_name),
        escaped(org),
        list(&consent.scopes),
        escaped(&consent.username),
        escaped(&asked.as_another_user().as_query()),
        escaped(&consent.callback),
        guard(browser),
        escaped(&asked.as_query()),
    );
    framed("Allow access?", &body)
}

/// Where the code of a device is typed.
pub(crate) fn device_code(wrong: Option<&str>) -> String {
    let body = format!(
        "<h1>Connect a device</h1>{}<form method=get><label for=user_code>The code that the device shows</label>\
         <input id=user_code name=user_code autocomplete=off autocapitalize=characters spellcheck=false required autofocus>\
         <button class=main>Connect</button></form>",
        wrong.map(alert).unwrap_or_default()
    );
    framed("Connect a device", &body)
}

/// What the app on a device wants, with the two buttons.
pub(crate) fn device_consent(
    browser: &Browser,
    user_code: &str,
    app_name: &str,
    username: &str,
    scopes: &str,
) -> String {
    let body = format!(
        "<h1>Allow access?</h1><p><strong>{}</strong> on the device that shows <code>{}</code> asks to act for you:</p>{}\
         <p class=quiet>Signed in as {}.</p><form method=post>{}<input type=hidden name=user_code value='{}'>{BUTTONS}</form>",
        escaped(app_name),
        escaped(user_code),
        list(scopes),
        escaped(username),
        guard(browser),
        escaped(user_code),
    );
    framed("Allow access?", &body)
}

/// The end of a way that leads nowhere else.
pub(crate) fn message(title: &str, text: &str) -> String {
    framed(title, &format!("<h1>{}</h1><p>{}</p>", escaped(title), escaped(text)))
}

/// A refusal that the app is not told.
pub(crate) fn refused(refusal: &Refusal) -> String {
    let (error, description) = match refusal {
        Refusal::Grant { error, description, .. } => (*error, *description),
        Refusal::Broken(_) => ("server_error", "unexpected error"),
    };
    let body = format!(
        "<h1>The app cannot be authorized</h1><p>Whoever made the app has to change something.</p>\
         <pre>error={}\nerror_description={}</pre>",
        escaped(error),
        escaped(description)
    );
    framed("The app cannot be authorized", &body)
}

/// A page as an answer: kept nowhere, its address told to no other site. No `form-action`: browsers hold it against every
/// address the app sends them to afterwards.
pub(crate) fn answered(status: StatusCode, browser: &Browser, html: String) -> Response {
    let mut response = uncached((status, shown(html)).into_response());
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if let Some(cookie) = browser.form_cookie() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

const BUTTONS: &str = "<button class=main name=decision value=allow>Allow</button>\
                       <button name=decision value=deny>Deny</button>";

fn framed(title: &str, body: &str) -> String {
    page(title, &format!("{STYLE}<main>{body}</main>"))
}

fn guard(browser: &Browser) -> String {
    format!("<input type=hidden name=token value={}>", browser.form_token())
}

fn alert(text: &str) -> String {
    format!("<p role=alert>{}</p>", escaped(text))
}

fn list(scopes: &str) -> String {
    let item =
        |scope: &str| format!("<li>{} <span class=quiet>({})</span>", escaped(scopes::in_words(scope)), escaped(scope));
    format!("<ul>{}</ul>", scopes.split_whitespace().map(item).collect::<String>())
}
