//! The password grant: an app that was told a user's password. Refuses to know HTTP.

use crate::oauth::access::{self, FLOW_OFF, Proof};
use crate::oauth::credentials::{self, Refused, SecurityToken};
use crate::oauth::granting::{self, Granted};
use crate::oauth::policies::SignInRules;
use crate::oauth::scopes;
use crate::oauth::wire::{Refusal, TokenAnswer, TokenForm};
use crate::org::Work;

/// Also the answer of an org that does not allow the flow at all (for that, the text is unconfirmed).
const FAILED: Refusal = Refusal::new("invalid_grant", "authentication failure");

pub(crate) fn grant(work: &Work<'_>, form: &TokenForm) -> Result<TokenAnswer, Refusal> {
    let app = access::authenticated_app(work, form, |_| Proof::Required)?;
    if !app.username_password {
        return Err(FLOW_OFF);
    }
    let rules = SignInRules::of(work.sql)?;
    if !rules.username_password_flow {
        return Err(FAILED);
    }
    let (username, password) = (form.field("username").unwrap_or_default(), form.field("password").unwrap_or_default());
    let token = SecurityToken::by(&rules);
    let user = credentials::attempt(work.sql, username, password, token, work.now)?.map_err(in_words)?;
    access::check_user(work, &app, &user)?;
    let scopes = scopes::granted(&app, form.field("scope"), false)?;
    access::count_login(work, &user.id)?;
    Ok(granting::access_only(work, &Granted::without_browser(&app, &user.id, &scopes))?)
}

fn in_words(refused: Refused) -> Refusal {
    match refused {
        Refused::Inactive => Refusal::new("invalid_grant", "inactive user"),
        Refused::Frozen => Refusal::new("invalid_grant", "user is frozen"),
        Refused::Wrong | Refused::NoSecurityToken | Refused::Locked | Refused::Expired => FAILED,
    }
}
