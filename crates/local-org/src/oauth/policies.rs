//! The choices an administrator makes about signing in: per app, and for the whole org. Refuses to enforce them.

use std::net::{IpAddr, Ipv4Addr};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::org::{keep_setting, setting};

/// The name of the setting that holds the org's rules.
const SETTING: &str = "sign_in_rules";
/// The address every caller seems to come from: the org listens on this machine only.
const CALLER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Who may use an app ("Permitted Users").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermittedUsers {
    /// Every user, who then approves the app alone.
    #[default]
    SelfAuthorize,
    /// Users with one of the app's profiles or permission sets; nobody is asked.
    AdminApproved,
}

/// How long a refresh token is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshPolicy {
    /// Until someone revokes it.
    #[default]
    ValidUntilRevoked,
    /// Never: the user signs in each time.
    ExpireImmediately,
    /// Until it was not used for this many seconds.
    UnusedForSeconds(u32),
    /// For this many seconds after the user signed in.
    AfterSeconds(u32),
}

/// A run of addresses, both ends included: an app takes sign-ins from these only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressRange {
    /// The lowest address.
    pub from: IpAddr,
    /// The highest address.
    pub to: IpAddr,
}

/// What holds for every sign-in to the org.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignInRules {
    /// "Allow OAuth Username-Password Flows". Orgs made since Summer '23 have it off; here the app decides.
    pub username_password_flow: bool,
    /// Whether API logins by password need the security token, as from an address that is not trusted.
    pub security_token_required: bool,
    /// Logins of one user allowed in an hour.
    pub logins_per_hour: u32,
    /// Whether the org is active; an inactive one grants nothing.
    pub is_org_active: bool,
}

impl Default for SignInRules {
    fn default() -> Self {
        Self {
            username_password_flow: true,
            security_token_required: false,
            logins_per_hour: 3_600,
            is_org_active: true,
        }
    }
}

impl SignInRules {
    pub(crate) fn of(sql: &Connection) -> rusqlite::Result<Self> {
        let kept = setting(sql, SETTING)?.and_then(|text| serde_json::from_str(&text).ok());
        Ok(kept.unwrap_or_default())
    }

    pub(crate) fn keep(&self, sql: &Connection) -> rusqlite::Result<()> {
        keep_setting(sql, SETTING, &serde_json::to_string(self).unwrap_or_default())
    }
}

impl AddressRange {
    /// Whether the org's callers are among these addresses.
    pub(crate) fn has_caller(&self) -> bool {
        (self.from..=self.to).contains(&CALLER)
    }
}
