//! Kinds of systems and the ways of signing in to each, as data: what a form shows, what the command line explains, and what is checked before anything is
//! stored. It refuses to know how any of it is done.

use crate::salesforce;

/// A kind of system.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Provider {
    /// Its name in a connection.
    #[schema(value_type = String)]
    pub name: &'static str,
    /// What people read.
    #[schema(value_type = String)]
    pub caption: &'static str,
    /// What it is, in a sentence or two.
    #[schema(value_type = String)]
    pub help: &'static str,
    /// The ways of signing in, the usual one first.
    #[schema(value_type = Vec<Method>)]
    pub methods: &'static [Method],
}

/// A way of signing in.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Method {
    /// Its name in a connection.
    #[schema(value_type = String)]
    pub name: &'static str,
    /// What people read.
    #[schema(value_type = String)]
    pub caption: &'static str,
    /// When to choose it, and what it takes.
    #[schema(value_type = String)]
    pub help: &'static str,
    /// Page of the documentation that leads through it.
    #[schema(value_type = String)]
    pub guide: &'static str,
    /// Who signs in.
    pub sign_in: SignInBy,
    /// What it asks for, in the order of a form.
    #[schema(value_type = Vec<Field>)]
    pub fields: &'static [Field],
}

/// Who signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInBy {
    /// Nobody: what the fields hold is enough.
    None,
    /// A person, at a page of the other system, after the connection has been made.
    Person,
}

/// What a way of signing in asks for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Field {
    /// Its name in `settings`, or in `secrets` when it is secret.
    #[schema(value_type = String)]
    pub name: &'static str,
    /// What people read.
    #[schema(value_type = String)]
    pub caption: &'static str,
    /// What belongs there and where it is found.
    #[schema(value_type = String)]
    pub help: &'static str,
    /// Whether it is sealed and never shown again.
    pub secret: bool,
    /// Whether nothing works without it. A field with a default, or that a connected service gives, need not be given all the same.
    pub required: bool,
    /// What holds when it is not given.
    #[schema(value_type = Option<String>)]
    pub default: Option<&'static str>,
    /// What kind of text it is.
    pub kind: FieldKind,
    /// Whether a connected service may give it.
    pub from_service: bool,
    /// Whether it is made here when it is not given.
    pub made_here: bool,
}

/// What kind of text a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// One line.
    Text,
    /// An address.
    Url,
    /// Several lines, such as a key in PEM.
    Multiline,
    /// Words with spaces between them.
    Scopes,
}

static PROVIDERS: [&Provider; 1] = [&salesforce::PROVIDER];

/// Every provider there is.
pub fn providers() -> &'static [&'static Provider] {
    &PROVIDERS
}

/// The provider with this name.
pub fn provider(name: &str) -> Option<&'static Provider> {
    providers().iter().copied().find(|provider| provider.name == name)
}

impl Provider {
    /// The method with this name.
    pub fn method(&self, name: &str) -> Option<&'static Method> {
        self.methods.iter().find(|method| method.name == name)
    }
}

impl Method {
    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Whether a person has to sign in before it can be used.
    pub fn needs_person(&self) -> bool {
        self.sign_in == SignInBy::Person
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R34, R100: Salesforce is among the providers.
    #[test]
    fn r34_r100_salesforce_is_offered() {
        let salesforce = provider("salesforce").expect("Salesforce");
        assert_eq!(salesforce.caption, "Salesforce");
        assert!(providers().iter().any(|offered| offered.name == salesforce.name));
    }

    #[test]
    fn names_are_unique_and_everything_is_explained() {
        for provider in providers() {
            let mut names: Vec<_> = provider.methods.iter().map(|method| method.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), provider.methods.len(), "{}", provider.name);
            for method in provider.methods {
                assert!(!method.help.is_empty() && method.guide.contains('#'), "{}", method.name);
                let mut names: Vec<_> = method.fields.iter().map(|field| field.name).collect();
                names.sort_unstable();
                names.dedup();
                assert_eq!(names.len(), method.fields.len(), "{}", method.name);
                for field in method.fields {
                    assert!(!field.help.is_empty() && !field.caption.is_empty(), "{}.{}", method.name, field.name);
                    assert!(!field.secret || field.default.is_none(), "{}.{}", method.name, field.name);
                }
            }
        }
    }

    #[test]
    fn every_way_has_its_guide() {
        let page = include_str!("../../../docs/connecting-salesforce.md");
        let anchor = |heading: &str| heading.to_lowercase().replace(' ', "-");
        let anchors: Vec<String> = page.lines().filter_map(|line| line.strip_prefix("## ")).map(anchor).collect();
        for method in salesforce::PROVIDER.methods {
            let (file, wanted) = method.guide.split_once('#').unwrap();
            assert_eq!(file, "docs/connecting-salesforce.md");
            assert!(
                anchors.iter().any(|anchor| anchor == wanted),
                "{}: {wanted} is not among {anchors:?}",
                method.name
            );
        }
    }

    /// R18, R19, R20, R47: what each way asks for, and what of it cannot be left empty.
    #[test]
    fn each_way_asks_for_what_it_needs() {
        let asked = |name: &str| {
            let method = salesforce::PROVIDER.method(name).unwrap();
            let fields = method.fields.iter().map(|field| match (field.required, field.default) {
                (true, None) => format!("{}*", field.name),
                _ => field.name.to_owned(),
            });
            fields.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(asked("client_credentials"), "domain_url* consumer_key* consumer_secret*");
        assert_eq!(asked("authorization_code"), "domain_url consumer_key* consumer_secret scopes");
        assert_eq!(asked("device"), "domain_url consumer_key* consumer_secret scopes");
        assert_eq!(asked("refresh_token"), "domain_url consumer_key* consumer_secret refresh_token*");
        assert_eq!(asked("tokens"), "access_token* refresh_token* instance_url* consumer_key* consumer_secret*");
        assert_eq!(asked("jwt_bearer"), "domain_url consumer_key* username* private_key certificate");
    }
}
