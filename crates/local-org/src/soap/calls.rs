//! What each SOAP call does. Refuses to know XML beyond the elements it answers.

use crate::answers::Fault;
use crate::clock;
use crate::ids::normalized;
use crate::oauth::credentials::{self, Refused, SecurityToken};
use crate::oauth::{SignInRules, count_login, revoke, tokens, users};
use crate::org::Work;
use crate::soap::envelope::Message;
use crate::soap::person::user_info;
use crate::soap::wire::{Dialect, SoapFault, element};

/// The newest version that has `login`.
const NEWEST_WITH_LOGIN: u32 = 64;

/// A call with where it was sent to.
pub(crate) struct SoapCall {
    pub(crate) dialect: Dialect,
    pub(crate) version: u32,
    pub(crate) message: Message,
}

type Answer = Result<String, SoapFault>;

impl From<Fault> for SoapFault {
    fn from(fault: Fault) -> Self {
        let text = fault.errors.into_iter().next().map(|error| error.message).unwrap_or_default();
        Self::call("UNKNOWN_EXCEPTION", &text)
    }
}

impl From<rusqlite::Error> for SoapFault {
    fn from(error: rusqlite::Error) -> Self {
        Fault::from(error).into()
    }
}

/// The body of the answer.
pub(crate) fn answered(work: &Work<'_>, call: &SoapCall) -> Answer {
    let message = &call.message;
    let result = match message.call.as_str() {
        _ if message.namespace != call.dialect.namespace() => return Err(unknown(message)),
        "login" => login(work, call)?,
        "logout" => {
            let (_, session) = caller(work, message)?;
            revoke(work, &session)?;
            return Ok("<logoutResponse/>".to_owned());
        }
        "getUserInfo" => user_info(work, &caller(work, message)?.0)?,
        "getServerTimestamp" => {
            caller(work, message)?;
            element("timestamp", &clock::shown(work.now).replace("+0000", "Z"))
        }
        _ => return Err(unknown(message)),
    };
    Ok(format!("<{0}Response><result>{result}</result></{0}Response>", message.call))
}

/// The text is unconfirmed.
pub(crate) fn unsupported(what: &str) -> SoapFault {
    SoapFault::call("UNSUPPORTED_API_VERSION", what)
}

fn login(work: &Work<'_>, call: &SoapCall) -> Answer {
    if call.version > NEWEST_WITH_LOGIN {
        return Err(unsupported("login() exists in versions up to 64.0: use OAuth"));
    }
    let refused = |code: &str, text: &str| Err(SoapFault::login(code, text));
    let rules = SignInRules::of(work.sql)?;
    let field = |name: &str| call.message.fields.get(name).map(String::as_str).unwrap_or_default();
    let token = SecurityToken::by(&rules);
    let attempt = credentials::attempt(work.sql, field("username").trim(), field("password"), token, work.now)?;
    let user = attempt.map_err(in_words)?;
    if !is_own_org(work, &call.message)? {
        return Err(in_words(Refused::Wrong));
    }
    if !rules.is_org_active {
        return refused("ORG_LOCKED", "The organization is locked or inactive");
    }
    if !user.api_enabled {
        return refused("API_CURRENTLY_DISABLED", "API is disabled for this User");
    }
    if count_login(work, &user.id).is_err() {
        // The code is unconfirmed.
        return refused("LOGIN_RATE_EXCEEDED", "login rate exceeded");
    }
    let session = tokens::issue_session(work, &user.id)?;
    let (base, org_id) = (work.org.instance_url(), work.org_id()?);
    let short_org_id = org_id.get(..15).unwrap_or_default();
    let url = |letter: char| format!("{base}/services/Soap/{letter}/{}.0/{short_org_id}", call.version);
    Ok([
        element("metadataServerUrl", &url('m')),
        element("passwordExpired", "false"),
        element("sandbox", if is_sandbox(work)? { "true" } else { "false" }),
        element("serverUrl", &url(call.dialect.letter())),
        element("sessionId", &session),
        element("userId", &user.id),
        format!("<userInfo>{}</userInfo>", user_info(work, &user.id)?),
    ]
    .concat())
}

fn is_sandbox(work: &Work<'_>) -> rusqlite::Result<bool> {
    let found = work.sql.query_row("SELECT \"IsSandbox\" FROM \"record_Organization\"", [], |row| row.get(0));
    found.map(|is_sandbox: Option<bool>| is_sandbox == Some(true))
}

/// Whether the org that the login names, if it names one, is this one.
fn is_own_org(work: &Work<'_>, message: &Message) -> Result<bool, Fault> {
    let Some(asked) = message.headers.get("LoginScopeHeader/organizationId").filter(|id| !id.is_empty()) else {
        return Ok(true);
    };
    Ok(normalized(asked).as_deref() == Some(&work.org_id()?))
}

/// The user behind the session of a call, and that session.
fn caller(work: &Work<'_>, message: &Message) -> Result<(String, String), SoapFault> {
    let text = "Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session key";
    let illegal = || SoapFault::call("INVALID_SESSION_ID", text);
    let session = message.headers.get("SessionHeader/sessionId").filter(|session| !session.is_empty());
    let session = session.filter(|session| !tokens::looks_like_jwt(session)).ok_or_else(illegal)?;
    let found = tokens::present(work.sql, session, work.now)?.ok_or_else(illegal)?;
    let user = users::find(work.sql, &found.user_id)?.filter(|user| user.is_active && !user.is_frozen);
    Ok((user.ok_or_else(illegal)?.id, session.clone()))
}

fn in_words(refused: Refused) -> SoapFault {
    let (code, text) = match refused {
        Refused::NoSecurityToken => (
            "LOGIN_MUST_USE_SECURITY_TOKEN",
            "Invalid username, password, security token; or user locked out. From this address the security token has to \
             follow the password.",
        ),
        Refused::Locked => ("PASSWORD_LOCKOUT", "The user is locked out after too many wrong passwords"),
        Refused::Expired => ("INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "The user's password has expired"),
        Refused::Wrong | Refused::Inactive | Refused::Frozen => {
            ("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.")
        }
    };
    SoapFault::login(code, text)
}

fn unknown(message: &Message) -> SoapFault {
    SoapFault::client(format!("No operation available for request {{{}}}{}", message.namespace, message.call))
}
