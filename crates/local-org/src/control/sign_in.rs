//! Control over signing in: passwords, locks and permission sets of users, and the rules of the whole org.
//! Refuses to know HTTP.

use serde::Deserialize;

use crate::answers::Fault;
use crate::control::{ControlError, OrgControl};
use crate::oauth::{SignInRules, credentials, tokens, users};
use crate::org::Work;

/// What can be changed about a user's sign-in. What is not named stays.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UserSignIn {
    /// A new password; it ends a lock and an expiry.
    pub password: Option<String>,
    /// The token that follows the password in API logins.
    pub security_token: Option<String>,
    /// Whether the password has to be changed before anything else.
    pub password_expired: Option<bool>,
    /// Whether the user is frozen; that ends the user's sessions.
    pub frozen: Option<bool>,
    /// Whether the user is locked out for a quarter of an hour, as after ten wrong passwords.
    pub locked: Option<bool>,
    /// Ids of all permission sets of the user.
    pub permission_sets: Option<Vec<String>>,
}

impl OrgControl {
    /// Changes how a user signs in.
    ///
    /// # Errors
    /// There is no such user, or the data cannot be written.
    pub async fn change_sign_in(&self, user_id: &str, change: UserSignIn) -> Result<(), ControlError> {
        let user_id = user_id.to_owned();
        self.write(move |work| {
            let user = users::find(work.sql, &user_id)?.ok_or_else(|| Fault::no_row(&user_id))?;
            changed(work, &user.id, &change)
        })
        .await
    }

    /// What holds for every sign-in to the org.
    ///
    /// # Errors
    /// The data cannot be read.
    pub async fn sign_in_rules(&self) -> Result<SignInRules, ControlError> {
        self.write(|work| Ok(SignInRules::of(work.sql)?)).await
    }

    /// Changes what holds for every sign-in to the org.
    ///
    /// # Errors
    /// The data cannot be written.
    pub async fn set_sign_in_rules(&self, rules: SignInRules) -> Result<(), ControlError> {
        self.write(move |work| Ok(rules.keep(work.sql)?)).await
    }
}

impl std::fmt::Debug for UserSignIn {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = out.debug_struct("UserSignIn");
        shown.field("frozen", &self.frozen).field("locked", &self.locked).finish_non_exhaustive()
    }
}

fn changed(work: &Work<'_>, user_id: &str, change: &UserSignIn) -> Result<(), Fault> {
    if let Some(password) = &change.password {
        credentials::set_password(work.sql, user_id, password)?;
    }
    if let Some(token) = &change.security_token {
        credentials::set_security_token(work.sql, user_id, token)?;
    }
    if let Some(is_expired) = change.password_expired {
        credentials::set_expired(work.sql, user_id, is_expired)?;
    }
    if let Some(is_frozen) = change.frozen {
        credentials::set_frozen(work.sql, user_id, is_frozen)?;
        if is_frozen {
            tokens::expire_of_user(work.sql, user_id)?;
        }
    }
    match change.locked {
        Some(true) => credentials::lock(work.sql, user_id, work.now)?,
        Some(false) => credentials::unlock(work.sql, user_id)?,
        None => {}
    }
    if let Some(permission_sets) = &change.permission_sets {
        users::set_permission_sets(work.sql, user_id, permission_sets)?;
    }
    Ok(())
}
