//! The parameters of a browser's request, kept as they came so that they survive a form. Refuses to know their meaning.

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pairs: Vec<(String, String)>,
}

impl Asked {
    /// Parameters of the query string, then those of a form.
    pub(crate) fn read(query: Option<&str>, body: &[u8]) -> Self {
        let query = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Self { pairs: query.into_owned().chain(url::form_urlencoded::parse(body).into_owned()).collect() }
    }

    /// The first value with this name that says something.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// As a query string.
    pub(crate) fn as_query(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.pairs).finish()
    }

    /// Whether the app wants this step of the user (`login`, `consent`, `select_account`, `none`).
    pub(crate) fn prompts(&self, step: &str) -> bool {
        self.field("prompt").is_some_and(|prompt| prompt.split_whitespace().any(|known| known == step))
    }

    /// The same without the steps that a sign-in has just done.
    pub(crate) fn after_sign_in(mut self) -> Self {
        for (name, value) in &mut self.pairs {
            if name == "prompt" {
                let left = value.split_whitespace().filter(|step| !matches!(*step, "login" | "select_account"));
                *value = left.collect::<Vec<_>>().join(" ");
            }
        }
        self
    }

    /// The same, asking for another user to sign in.
    pub(crate) fn as_another_user(&self) -> Self {
        let kept = self.pairs.iter().filter(|(name, _)| name != "prompt" && name != "login_hint").cloned();
        Self { pairs: kept.chain([("prompt".to_owned(), "login".to_owned())]).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_takes_its_own_steps_away_and_nothing_else() {
        let asked = Asked::read(Some("state=a%26b&prompt=login+consent"), b"client_id=x");
        assert!(asked.prompts("login") && asked.prompts("consent") && !asked.prompts("none"));
        let after = asked.after_sign_in();
        assert!(!after.prompts("login") && after.prompts("consent"));
        assert_eq!((after.field("state"), after.field("client_id")), (Some("a&b"), Some("x")));
        assert_eq!(after.as_query(), "state=a%26b&prompt=consent&client_id=x");
        assert!(after.as_another_user().prompts("login"));
    }
}
