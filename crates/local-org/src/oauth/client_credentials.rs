//! The client credentials grant: an app signs in as itself and acts as its run-as user. Refuses to know HTTP.

use crate::oauth::access::{self, FLOW_OFF, Proof};
use crate::oauth::granting::{self, Granted};
use crate::oauth::wire::{Refusal, TokenAnswer, TokenForm};
use crate::oauth::{scopes, users};
use crate::org::Work;

/// Grants a token, or says why not. `on_login_host` tells that the request came to a host that stands for
/// `login.salesforce.com`, where this grant does not exist.
pub(crate) fn grant(work: &Work<'_>, form: &TokenForm, on_login_host: bool) -> Result<TokenAnswer, Refusal> {
    if on_login_host {
        return Err(Refusal::new("invalid_grant", "request not supported on this domain"));
    }
    let app = access::authenticated_app(work, form, |_| Proof::Required)?;
    if !app.client_credentials {
        return Err(FLOW_OFF);
    }
    // Without a refresh token there is nothing the refresh scope could grant.
    let scopes = scopes::granted(&app, form.field("scope"), false)?;
    let run_as = app.run_as.as_deref().ok_or(NO_RUN_AS)?;
    let user = users::find(work.sql, run_as)?.ok_or(NO_RUN_AS)?;
    access::check_user(work, &app, &user)?;
    access::count_login(work, &user.id)?;
    Ok(granting::access_only(work, &Granted::without_browser(&app, &user.id, &scopes))?)
}

const NO_RUN_AS: Refusal = Refusal::new("invalid_grant", "no client credentials user enabled");
