//! The section `[people]`: how long people stay signed in.

use std::time::Duration;

use salesbridge_hub::people::PeopleTerms;

use super::from_environment;

/// How long people stay signed in.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PeopleSettings {
    /// Minutes without a request after which a session ends; at least 1.
    pub(crate) session_idle_minutes: u32,
    /// Days after which a session ends, however much it is used; 1 to 365.
    pub(crate) session_days: u32,
}

impl Default for PeopleSettings {
    fn default() -> Self {
        Self { session_idle_minutes: 480, session_days: 7 }
    }
}

impl PeopleSettings {
    pub(super) fn overridden(mut self) -> anyhow::Result<Self> {
        from_environment("SALESBRIDGE_PEOPLE_SESSION_IDLE_MINUTES", &mut self.session_idle_minutes)?;
        from_environment("SALESBRIDGE_PEOPLE_SESSION_DAYS", &mut self.session_days)?;
        if self.session_idle_minutes == 0 {
            anyhow::bail!("people.session_idle_minutes is 0; expected is a whole number of minutes, at least 1");
        }
        if !(1..=365).contains(&self.session_days) {
            anyhow::bail!("people.session_days is {}; expected is 1 to 365", self.session_days);
        }
        Ok(self)
    }

    /// The same, as the hub keeps to it.
    pub(crate) fn terms(&self) -> PeopleTerms {
        PeopleTerms {
            session_idle: Duration::from_secs(60 * u64::from(self.session_idle_minutes)),
            session_longest: Duration::from_secs(24 * 3600 * u64::from(self.session_days)),
        }
    }
}
