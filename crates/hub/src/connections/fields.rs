//! The fields of a way of signing in: which may be given, what they may hold, and which are missing. Each problem stands at its field.

use std::collections::BTreeMap;

use salesbridge_connectors::providers::{Field, FieldKind, Method};
use salesbridge_connectors::salesforce::{CONSUMER_KEY, CONSUMER_SECRET, REFRESH_TOKEN};
use salesbridge_model::Secret;

use super::DAILY_CALLS;
use super::app::SecretChanges;
use crate::{FieldProblem, HubError};

/// The fields of a connection, while they are edited.
pub(super) struct Fields {
    method: &'static Method,
    has_service: bool,
    pub(super) settings: BTreeMap<String, String>,
    pub(super) secrets: SecretChanges,
    /// Names of the secrets that are stored.
    stored: Vec<String>,
    problems: Vec<FieldProblem>,
}

impl Fields {
    /// What is there before; of an earlier method only what this one has too.
    pub(super) fn new(
        method: &'static Method,
        has_service: bool,
        settings: BTreeMap<String, String>,
        stored: Vec<String>,
    ) -> Self {
        let from_service = |name: &str| has_service && is_of_the_app(name);
        let known = |name: &str, secret: bool| {
            method.field(name).is_some_and(|field| field.secret == secret) && !from_service(name)
        };
        let settings = settings.into_iter().filter(|(name, _)| name == DAILY_CALLS || known(name, false)).collect();
        let kept = |name: &str| known(name, true) || (method.needs_person() && name == REFRESH_TOKEN);
        let dropped = stored.iter().filter(|name| !kept(name));
        let secrets = dropped.map(|name| (name.clone(), None)).collect();
        Self { method, has_service, settings, secrets, stored, problems: Vec::new() }
    }

    /// Takes in what was given for the settings; nothing takes one away.
    pub(super) fn give_settings(&mut self, given: BTreeMap<String, Option<String>>) {
        for (name, value) in given {
            if self.find("settings", &name, false).is_none() {
                continue;
            }
            let kind = self.method.field(&name).map_or(FieldKind::Text, |field| field.kind);
            match value.map(|value| tidy(kind, &value)).filter(|value| !value.is_empty()) {
                Some(value) => drop(self.settings.insert(name, value)),
                None => drop(self.settings.remove(&name)),
            }
        }
    }

    /// Takes in what was given for the secrets; nothing takes one away.
    pub(super) fn give_secrets(&mut self, given: SecretChanges) {
        for (name, value) in given {
            if self.find("secrets", &name, true).is_none() {
                continue;
            }
            let value = value.map(|value| Secret::new(value.expose().trim().to_owned()));
            self.secrets.insert(name, value.filter(|value| !value.expose().is_empty()));
        }
        // Of a secret that is not there, nothing needs to be taken away.
        self.secrets.retain(|name, value| value.is_some() || self.stored.contains(name));
    }

    /// Whether a secret is there after all.
    pub(super) fn has_secret(&self, name: &str) -> bool {
        match self.secrets.get(name) {
            Some(change) => change.is_some(),
            None => self.stored.iter().any(|stored| stored == name),
        }
    }

    /// A problem at a field.
    pub(super) fn problem(&mut self, field: String, message: impl Into<String>) {
        self.problems.push(FieldProblem { field, message: message.into() });
    }

    /// Ends with every problem there is, those of missing fields included.
    pub(super) fn check(&mut self) -> Result<(), HubError> {
        for field in self.method.fields.iter().filter(|field| field.required) {
            let given = if field.secret { self.has_secret(field.name) } else { self.settings.contains_key(field.name) };
            let elsewhere = field.default.is_some() || (field.from_service && self.has_service);
            if !given && !elsewhere {
                self.problem(place(field), format!("is empty; {}", field.help));
            }
        }
        match std::mem::take(&mut self.problems) {
            problems if problems.is_empty() => Ok(()),
            problems => Err(HubError::Invalid { problems }),
        }
    }

    /// The field with this name where it was given; otherwise what is wrong is a problem.
    fn find(&mut self, map: &str, name: &str, secret: bool) -> Option<&'static Field> {
        let place = format!("{map}.{name}");
        let Some(field) = self.method.field(name) else {
            let known = self.method.fields.iter().filter(|field| field.secret == secret).map(|field| field.name);
            let known = known.collect::<Vec<_>>().join(", ");
            let message = format!("is not a field of `{}`; in `{map}` it has: {known}", self.method.name);
            self.problem(place, message);
            return None;
        };
        if field.secret != secret {
            let other =
                if field.secret { "is a secret: give it in `secrets`" } else { "is no secret: give it in `settings`" };
            self.problem(place, other);
            return None;
        }
        if self.has_service && is_of_the_app(name) {
            self.problem(place, "comes from the connected service; leave it out, or leave out the service");
            return None;
        }
        Some(field)
    }
}

/// Where a field stands, as the API names it.
fn place(field: &Field) -> String {
    format!("{}.{}", if field.secret { "secrets" } else { "settings" }, field.name)
}

/// What a service gives and a connection cannot have otherwise: half an app would be of no use.
fn is_of_the_app(name: &str) -> bool {
    matches!(name, CONSUMER_KEY | CONSUMER_SECRET)
}

fn tidy(kind: FieldKind, value: &str) -> String {
    match kind {
        FieldKind::Scopes => {
            let words = value.split(|letter: char| letter.is_whitespace() || letter == ',');
            words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
        }
        FieldKind::Text | FieldKind::Url | FieldKind::Multiline => value.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use salesbridge_connectors::providers::provider;

    use super::*;

    fn fields(method: &str, has_service: bool, stored: &[&str]) -> Fields {
        let method = provider("salesforce").unwrap().method(method).unwrap();
        let settings = BTreeMap::from([
            ("consumer_key".to_owned(), "KEY".to_owned()),
            ("username".to_owned(), "ann".to_owned()),
            ("daily_calls".to_owned(), "10".to_owned()),
        ]);
        Fields::new(method, has_service, settings, stored.iter().map(|name| (*name).to_owned()).collect())
    }

    fn told(fields: &mut Fields) -> Vec<String> {
        match fields.check() {
            Err(HubError::Invalid { problems }) => {
                problems.into_iter().map(|problem| format!("{}: {}", problem.field, problem.message)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    fn secret(text: &str) -> Option<Secret<String>> {
        Some(Secret::new(text.to_owned()))
    }

    /// R20: each missing field is named at its place.
    #[test]
    fn missing_fields_are_named() {
        let mut fields = fields("tokens", false, &["consumer_secret"]);
        fields
            .give_secrets([("access_token".to_owned(), secret("A")), ("refresh_token".to_owned(), secret(" "))].into());
        let told = told(&mut fields);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told[0].starts_with("secrets.refresh_token: is empty; the refresh_token of a token answer"),
            "{told:?}"
        );
        assert!(told[1].starts_with("settings.instance_url: is empty"), "{told:?}");
    }

    #[test]
    fn fields_of_another_method_are_refused_and_those_left_from_it_are_dropped() {
        let mut fields = fields("device", false, &["private_key", "refresh_token"]);
        assert_eq!(fields.settings.keys().collect::<Vec<_>>(), ["consumer_key", "daily_calls"]);
        assert!(!fields.has_secret("private_key") && fields.has_secret("refresh_token"));
        fields.give_settings([("shoe".to_owned(), Some("44".to_owned())), ("consumer_secret".to_owned(), None)].into());
        fields.give_secrets([("scopes".to_owned(), secret("api")), ("refresh_token".to_owned(), None)].into());
        let told = told(&mut fields);
        assert_eq!(told[0], "settings.consumer_secret: is a secret: give it in `secrets`");
        assert!(told[1].starts_with("settings.shoe: is not a field of `device`; in `settings` it has: domain_url"));
        assert_eq!(told[3], "secrets.scopes: is no secret: give it in `settings`");
        assert!(told[2].starts_with("secrets.refresh_token: is not a field"), "{told:?}");
    }

    #[test]
    fn a_service_gives_key_and_secret_and_nobody_else_does() {
        let mut fields = fields("authorization_code", true, &["consumer_secret"]);
        assert!(!fields.settings.contains_key("consumer_key") && !fields.has_secret("consumer_secret"));
        fields.give_settings([("scopes".to_owned(), Some(" api,web\n".to_owned()))].into());
        assert_eq!(fields.settings["scopes"], "api web");
        assert!(fields.check().is_ok());
        fields.give_settings([("consumer_key".to_owned(), Some("OTHER".to_owned()))].into());
        assert!(told(&mut fields)[0].starts_with("settings.consumer_key: comes from the connected service"));
    }
}
