//! The device flow: a person types a short code at a browser elsewhere, and we ask until that is done. The names are Salesforce's own (`device`, `code`), not
//! those of RFC 8628.

use std::time::Duration;

use salesbridge_model::Secret;

use super::token_endpoint::Form;
use super::{Flow, Granted, TokenEndpoint, wire};
use crate::SignInError;

/// Salesforce keeps codes for ten minutes; its answer does not say so.
pub(super) const LIFETIME: Duration = Duration::from_secs(600);
/// Between two questions, where the answer does not say.
const USUAL_INTERVAL: Duration = Duration::from_secs(5);
/// Longest pause between two questions that we let an answer ask for.
const LONGEST_INTERVAL: Duration = Duration::from_secs(60);

/// The codes that a sign-in at another device begins with.
#[derive(Clone, Debug)]
pub struct DeviceCode {
    /// Ours, to ask with.
    pub device_code: Secret<String>,
    /// The person's, to type.
    pub user_code: String,
    /// Where to type it.
    pub verification_uri: String,
    /// Between two questions, at least.
    pub interval: Duration,
    /// How long the codes are good.
    pub good_for: Duration,
}

/// What has become of a sign-in at another device.
#[derive(Debug)]
pub enum DevicePoll {
    /// Allowed.
    Granted(Box<Granted>),
    /// Not decided yet.
    Pending,
    /// Not decided yet, and we ask too often: ask less often from now on.
    SlowDown,
}

impl TokenEndpoint {
    /// Begins a sign-in at another device.
    pub async fn begin_device(&self, scopes: &[String]) -> Result<DeviceCode, SignInError> {
        let scope = scopes.join(" ");
        let mut form: Form<'_> = vec![("response_type", "device_code"), ("client_id", &self.app().consumer_key)];
        if !scope.is_empty() {
            form.push(("scope", &scope));
        }
        let form = &form;
        let body =
            self.repeated(|| async move { self.post("/services/oauth2/token", Flow::Device, form).await }).await?;
        let missing = "device_code, user_code or verification_uri is missing";
        let answer: wire::DeviceAnswer =
            serde_json::from_slice(body.expose()).map_err(|_| self.unreadable(body.expose(), missing))?;
        if self.app().host.checked_instance(&answer.verification_uri).is_none() {
            return Err(SignInError::UntrustedInstance { host: self.app().host.host().to_owned() });
        }
        Ok(DeviceCode {
            device_code: answer.device_code,
            user_code: answer.user_code,
            verification_uri: answer.verification_uri,
            interval: answer
                .interval
                .map_or(USUAL_INTERVAL, Duration::from_secs)
                .clamp(Duration::from_secs(1), LONGEST_INTERVAL),
            good_for: LIFETIME,
        })
    }

    /// Asks once whether the person has allowed it.
    pub async fn poll_device(&self, device_code: &Secret<String>) -> Result<DevicePoll, SignInError> {
        let app = self.app();
        let mut form: Form<'_> =
            vec![("grant_type", "device"), ("client_id", &app.consumer_key), ("code", device_code.expose())];
        form.extend(app.consumer_secret.as_ref().map(|secret| ("client_secret", secret.expose().as_str())));
        match self.ask(Flow::Device, &form).await {
            Ok(granted) => Ok(DevicePoll::Granted(Box::new(granted))),
            Err(error) => match error.fault().map(|fault| fault.error.as_str()) {
                Some("authorization_pending") => Ok(DevicePoll::Pending),
                Some("slow_down") => Ok(DevicePoll::SlowDown),
                _ => Err(error),
            },
        }
    }
}
