//! What a browser is shown next, or where it is sent. Refuses to know HTML and HTTP.

use crate::answers::Fault;
use crate::oauth::access;
use crate::oauth::authorization_codes::{self, Allowed};
use crate::oauth::authorize::asked::Asked;
use crate::oauth::authorize::browser::SignedIn;
use crate::oauth::authorize::check::{Request, Wanted, Wrong, check};
use crate::oauth::granting::{self, Granted};
use crate::oauth::users::{self, User};
use crate::oauth::wire::Refusal;
use crate::oauth::{refresh_grants, scopes};
use crate::org::Work;

/// What comes next.
pub(crate) enum Step {
    /// A form for user name and password.
    SignIn,
    /// What the app wants, for the person to allow or deny.
    Consent(Box<Consent>),
    /// Away, with an answer for the app.
    Leave(String),
    /// Nowhere: the request is not to be answered elsewhere.
    Stop(Refusal),
}

/// What a person is asked.
pub(crate) struct Consent {
    pub(crate) app_name: String,
    pub(crate) username: String,
    pub(crate) scopes: String,
    /// Where the browser goes then.
    pub(crate) callback: String,
}

const DENIED: Refusal = Refusal::new("access_denied", "end-user denied authorization");
const NOT_AT_ONCE: Refusal = Refusal::new("immediate_unsuccessful", "approval needed");
/// The answers to `prompt=none` are those of OpenID Connect Core, section 3.1.2.6 (unconfirmed).
const SIGN_IN_NEEDED: Refusal = Refusal::new("login_required", "user has to log in");
const CONSENT_NEEDED: Refusal = Refusal::new("consent_required", "user has to approve the app");
const NOT_PERMITTED: Refusal = Refusal::new("OAUTH_APP_ACCESS_DENIED", "user is not admin approved to access this app");

/// The step of a request that has just arrived.
pub(crate) fn next(work: &Work<'_>, asked: &Asked, person: Option<&SignedIn>) -> Result<Step, Fault> {
    settle(work, asked, |request| {
        let at_once = asked.field("immediate") == Some("true");
        let silently = at_once || asked.prompts("none");
        let silent = |needed: Refusal| Err(if at_once { NOT_AT_ONCE } else { needed });
        let has_to_sign_in = asked.prompts("login") || asked.prompts("select_account");
        let Some((person, user)) = known(work, person)?.filter(|_| !has_to_sign_in || silently) else {
            return if silently { silent(SIGN_IN_NEEDED) } else { Ok(Step::SignIn) };
        };
        may_use(work, request, &user)?;
        if is_approved(work, request, &user)? && !asked.prompts("consent") {
            return finish(work, request, &user, person);
        }
        if silently {
            return silent(CONSENT_NEEDED);
        }
        Ok(Step::Consent(Box::new(Consent {
            app_name: request.app.name.clone(),
            username: user.username,
            scopes: request.scopes.clone(),
            callback: request.callback.url.clone(),
        })))
    })
}

/// The step after the person has decided.
pub(crate) fn decided(
    work: &Work<'_>,
    asked: &Asked,
    person: Option<&SignedIn>,
    is_allowed: bool,
) -> Result<Step, Fault> {
    settle(work, asked, |request| {
        let Some((person, user)) = known(work, person)? else { return Ok(Step::SignIn) };
        if !is_allowed {
            return Err(DENIED);
        }
        may_use(work, request, &user)?;
        finish(work, request, &user, person)
    })
}

/// Runs `then` on a request that may be granted; its refusals are told to the app.
fn settle(work: &Work<'_>, asked: &Asked, then: impl FnOnce(&Request) -> Result<Step, Refusal>) -> Result<Step, Fault> {
    let request = match check(work, asked) {
        Ok(request) => request,
        Err(Wrong::Here(refusal)) => return Ok(Step::Stop(refusal)),
        Err(Wrong::There(url)) => return Ok(Step::Leave(url)),
        Err(Wrong::Broken(fault)) => return Err(fault),
    };
    match then(&request) {
        Ok(step) => Ok(step),
        Err(Refusal::Broken(fault)) => Err(fault),
        Err(refusal) => Ok(Step::Leave(request.callback.refused(&refusal))),
    }
}

fn known<'at>(work: &Work<'_>, person: Option<&'at SignedIn>) -> Result<Option<(&'at SignedIn, User)>, Refusal> {
    let Some(person) = person else { return Ok(None) };
    Ok(users::find(work.sql, &person.user_id)?.map(|user| (person, user)))
}

fn may_use(work: &Work<'_>, request: &Request, user: &User) -> Result<(), Refusal> {
    access::check_user(work, &request.app, user)
        .map_err(|refusal| if access::is_missing_approval(&refusal) { NOT_PERMITTED } else { refusal })
}

/// By an administrator, or by the user at another time.
fn is_approved(work: &Work<'_>, request: &Request, user: &User) -> Result<bool, Refusal> {
    if users::is_approved(work.sql, &request.app, user)? {
        return Ok(true);
    }
    let allowed = refresh_grants::consent(work.sql, &request.app.consumer_key, &user.id)?;
    Ok(allowed.is_some_and(|allowed| scopes::is_covered(&request.scopes, &allowed)))
}

fn finish(work: &Work<'_>, request: &Request, user: &User, person: &SignedIn) -> Result<Step, Refusal> {
    refresh_grants::keep_consent(work.sql, &request.app, &user.id, &request.scopes)?;
    let url = match request.wanted {
        Wanted::Code => request.callback.with(&[("code", &code(work, request, user, person)?)]),
        Wanted::Token { with_id } => {
            access::count_login(work, &user.id)?;
            let granted = Granted {
                app: &request.app,
                user_id: &user.id,
                scopes: &request.scopes,
                nonce: request.nonce.as_deref(),
                signed_in_at: with_id.then_some(person.signed_in_at),
            };
            request.callback.with_form(&granting::with_refresh_token(work, &granted)?.as_form())
        }
    };
    Ok(Step::Leave(url))
}

fn code(work: &Work<'_>, request: &Request, user: &User, person: &SignedIn) -> Result<String, Refusal> {
    let allowed = Allowed {
        consumer_key: request.app.consumer_key.clone(),
        user_id: user.id.clone(),
        scopes: request.scopes.clone(),
        redirect_uri: request.callback.url.clone(),
        challenge: request.challenge.clone(),
        nonce: request.nonce.clone(),
        signed_in_at: person.signed_in_at,
    };
    Ok(authorization_codes::make(work, &allowed)?)
}
