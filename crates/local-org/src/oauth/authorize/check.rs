//! What an app asks of a browser, held against the app's definition. A wrong app or callback is told to the person, since
//! nobody knows where else to send the browser; everything after that is told to the app. Refuses to know who is there.

use crate::answers::Fault;
use crate::oauth::access;
use crate::oauth::apps::App;
use crate::oauth::authorize::asked::Asked;
use crate::oauth::scopes;
use crate::oauth::wire::Refusal;
use crate::org::Work;

/// The length of a code challenge: a SHA-256 digest in base64.
const CHALLENGE_LENGTH: usize = 43;

/// How the app wants its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A code, to be exchanged.
    Code,
    /// A token in the fragment, with an id token where that is asked for.
    Token { with_id: bool },
}

/// A request that may be granted.
pub(crate) struct Request {
    pub(crate) app: App,
    pub(crate) callback: Callback,
    pub(crate) wanted: Wanted,
    pub(crate) scopes: String,
    pub(crate) challenge: Option<String>,
    pub(crate) nonce: Option<String>,
}

/// Where the browser goes in the end, and what it brings along untouched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Callback {
    pub(crate) url: String,
    state: Option<String>,
    in_fragment: bool,
}

/// Why a request cannot be granted.
pub(crate) enum Wrong {
    /// Shown here: the browser goes nowhere.
    Here(Refusal),
    /// Told to the app at its callback.
    There(String),
    Broken(Fault),
}

impl From<rusqlite::Error> for Wrong {
    fn from(error: rusqlite::Error) -> Self {
        Self::Broken(error.into())
    }
}

pub(crate) fn check(work: &Work<'_>, asked: &Asked) -> Result<Request, Wrong> {
    let app = access::named_app(work, asked.field("client_id")).map_err(here)?;
    let url = asked.field("redirect_uri").ok_or(Wrong::Here(NO_CALLBACK))?.to_owned();
    if !app.has_callback(&url) {
        return Err(Wrong::Here(OTHER_CALLBACK));
    }
    let wanted = match asked.field("response_type") {
        Some("code") => Some(Wanted::Code),
        Some("token") => Some(Wanted::Token { with_id: false }),
        Some("token id_token" | "id_token token") => Some(Wanted::Token { with_id: true }),
        _ => None,
    };
    let in_fragment = matches!(wanted, Some(Wanted::Token { .. }));
    let callback = Callback { url, state: asked.field("state").map(str::to_owned), in_fragment };
    let request = terms(asked, &app, wanted);
    let (wanted, scopes, challenge) = request.map_err(|refusal| match refusal {
        Refusal::Broken(fault) => Wrong::Broken(fault),
        refusal => Wrong::There(callback.refused(&refusal)),
    })?;
    Ok(Request { app, callback, wanted, scopes, challenge, nonce: asked.field("nonce").map(str::to_owned) })
}

impl Callback {
    /// The callback with an error.
    pub(crate) fn refused(&self, refusal: &Refusal) -> String {
        let (error, description) = match refusal {
            Refusal::Grant { error, description, .. } => (*error, *description),
            Refusal::Broken(_) => ("server_error", "unexpected error"),
        };
        self.with(&[("error", error), ("error_description", description)])
    }

    /// The callback with these parameters and the state.
    pub(crate) fn with(&self, parameters: &[(&str, &str)]) -> String {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(parameters);
        self.with_form(&form.finish())
    }

    /// The callback with parameters written as a form, and the state.
    pub(crate) fn with_form(&self, form: &str) -> String {
        let joint = match (self.in_fragment, self.url.contains('?')) {
            (true, _) => '#',
            (false, true) => '&',
            (false, false) => '?',
        };
        let state = self
            .state
            .as_ref()
            .map(|state| url::form_urlencoded::Serializer::new(String::new()).append_pair("state", state).finish());
        let state = state.map(|state| format!("&{state}")).unwrap_or_default();
        format!("{}{joint}{form}{state}", self.url)
    }
}

const NO_CALLBACK: Refusal = Refusal::new("redirect_uri_missing", "must provide redirect_uri");
const OTHER_CALLBACK: Refusal = Refusal::new("redirect_uri_mismatch", "redirect_uri must match configuration");
const OTHER_RESPONSE: Refusal = Refusal::new("unsupported_response_type", "response type must be code or token");
const NO_CHALLENGE: Refusal = Refusal::new("invalid_request", "missing required code challenge");
/// The texts of what is wrong with a challenge are unconfirmed.
const OTHER_METHOD: Refusal = Refusal::new("invalid_request", "code challenge method must be S256");
const BAD_CHALLENGE: Refusal = Refusal::new("invalid_request", "invalid code challenge");
const NO_OPENID: Refusal = Refusal::new("invalid_request", "id_token needs scope openid and a nonce");

fn here(refusal: Refusal) -> Wrong {
    match refusal {
        Refusal::Broken(fault) => Wrong::Broken(fault),
        refusal => Wrong::Here(refusal),
    }
}

/// What is granted if the person allows it: the kind of answer, the scopes, the challenge.
fn terms(asked: &Asked, app: &App, wanted: Option<Wanted>) -> Result<(Wanted, String, Option<String>), Refusal> {
    access::check_admitted(app)?;
    let wanted = wanted.ok_or(OTHER_RESPONSE)?;
    let is_on = match wanted {
        Wanted::Code => app.authorization_code,
        Wanted::Token { .. } => app.user_agent,
    };
    if !is_on {
        return Err(OTHER_RESPONSE);
    }
    let scopes = scopes::granted(app, asked.field("scope"), true)?;
    if wanted == (Wanted::Token { with_id: true })
        && (!scopes::has(&scopes, "openid") || asked.field("nonce").is_none())
    {
        return Err(NO_OPENID);
    }
    let challenge = if wanted == Wanted::Code { challenge(asked, app)? } else { None };
    Ok((wanted, scopes, challenge))
}

/// PKCE (RFC 7636), by SHA-256 only.
fn challenge(asked: &Asked, app: &App) -> Result<Option<String>, Refusal> {
    let Some(challenge) = asked.field("code_challenge") else {
        return if app.pkce_required { Err(NO_CHALLENGE) } else { Ok(None) };
    };
    if asked.field("code_challenge_method").is_some_and(|method| method != "S256") {
        return Err(OTHER_METHOD);
    }
    let is_digest = challenge.len() == CHALLENGE_LENGTH
        && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_digest { Ok(Some(challenge.to_owned())) } else { Err(BAD_CHALLENGE) }
}
