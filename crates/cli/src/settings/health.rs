//! The section `[health]`: how often connections are looked at.

use std::time::Duration;

/// How often connections are looked at.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct HealthSettings {
    /// Minutes between two looks at a connection; 0 is never.
    pub(crate) every_minutes: u32,
}

impl Default for HealthSettings {
    fn default() -> Self {
        Self { every_minutes: 15 }
    }
}

impl HealthSettings {
    pub(super) fn overridden(mut self) -> anyhow::Result<Self> {
        super::from_environment("SALESBRIDGE_HEALTH_EVERY_MINUTES", &mut self.every_minutes)?;
        anyhow::ensure!(
            self.every_minutes <= 1440,
            "health.every_minutes is {}; expected is at most 1440, which is once a day, or 0 for never",
            self.every_minutes
        );
        Ok(self)
    }

    /// Time between two looks; none when nobody looks.
    pub(crate) fn every(&self) -> Option<Duration> {
        (self.every_minutes > 0).then(|| Duration::from_secs(u64::from(self.every_minutes) * 60))
    }
}
