//! Which settings hold, and where each comes from. No setting is a secret; addresses are shown without what stands before their host.

use serde_json::Value;

use crate::settings::{FILE, Settings};

/// A setting that holds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct InForce {
    /// Its name in the settings file, such as `sync.batch_rows`.
    pub(crate) key: String,
    pub(crate) value: String,
    /// `default`, the settings file, or a variable of the environment.
    pub(crate) origin: String,
}

impl Settings {
    /// Every setting, by name.
    pub(crate) fn in_force(&self) -> Vec<InForce> {
        let text = std::fs::read_to_string(self.data.join(FILE)).unwrap_or_default();
        let file: Value = toml::from_str(&text).unwrap_or_default();
        let values = serde_json::json!({
            "data": self.data,
            "database_url": self.database_url.as_ref().map(|_| "(set)"),
            "log_folder": self.log_folder,
            "master_key_file": self.master_key_file,
            "people": self.people,
            "retention": self.retention,
            "salesforce": self.salesforce,
            "server": self.server,
            "sync": self.sync,
        });
        let mut settings = Vec::new();
        collect(&values, &file, "", &mut settings);
        settings
    }
}

fn collect(values: &Value, file: &Value, prefix: &str, settings: &mut Vec<InForce>) {
    let Some(values) = values.as_object() else { return };
    for (name, value) in values {
        let key = format!("{prefix}{name}");
        if value.is_object() {
            collect(value, &file[name.as_str()], &format!("{key}."), settings);
            continue;
        }
        let variable = format!("SALESBRIDGE_{}", key.replace('.', "_").to_uppercase());
        let origin = match std::env::var_os(&variable) {
            Some(_) => variable,
            None if !file[name.as_str()].is_null() => FILE.to_owned(),
            None => "default".to_owned(),
        };
        let value = value.as_str().map_or_else(|| value.to_string(), without_user);
        settings.push(InForce { key, value, origin });
    }
}

/// The text, without the user and password of an address.
fn without_user(text: &str) -> String {
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        assert_eq!(without_user("postgres://hub:p@ss@db/hub"), "postgres://db/hub");
        assert_eq!(without_user("/var/lib/ann@example"), "/var/lib/ann@example");
    }

    #[test]
    fn each_setting_says_where_it_comes_from() {
        let (values, file) = (serde_json::json!({"a": {"b": 1, "c": 2}}), serde_json::json!({"a": {"c": 2}}));
        let mut settings = Vec::new();
        collect(&values, &file, "", &mut settings);
        let told: Vec<_> = settings.iter().map(|setting| (setting.key.as_str(), setting.origin.as_str())).collect();
        assert_eq!(told, [("a.b", "default"), ("a.c", FILE)]);
    }
}
