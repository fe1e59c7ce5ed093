//! Pages of Salesforce Setup: where they are in its menu, and their addresses in an org.

use crate::DomainUrl;

/// A page of Setup on which something is mended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SetupPage {
    /// The org's own addresses.
    MyDomain,
    /// External client apps, with their settings and policies.
    ExternalClientApps,
    /// Connected apps that were used: installing, blocking and approving them.
    ConnectedAppsUsage,
    /// Users: active, frozen.
    Users,
    /// What users may do.
    PermissionSets,
    /// Sign-ins with the reasons of those that failed.
    LoginHistory,
    /// Addresses that sign-ins may come from.
    NetworkAccess,
    /// Edition of the org, and its use of API calls.
    CompanyInformation,
    /// An object's fields.
    Fields {
        /// API name of the object.
        object: String,
    },
}

impl SetupPage {
    /// How a person gets there, by what the menu says.
    pub fn path(&self) -> String {
        match self {
            Self::MyDomain => "Setup > My Domain".to_owned(),
            Self::ExternalClientApps => "Setup > External Client App Manager".to_owned(),
            Self::ConnectedAppsUsage => "Setup > Connected Apps OAuth Usage".to_owned(),
            Self::Users => "Setup > Users".to_owned(),
            Self::PermissionSets => "Setup > Permission Sets".to_owned(),
            Self::LoginHistory => "Setup > Login History".to_owned(),
            Self::NetworkAccess => "Setup > Network Access".to_owned(),
            Self::CompanyInformation => "Setup > Company Information".to_owned(),
            Self::Fields { object } => format!("Setup > Object Manager > {object} > Fields & Relationships"),
        }
    }

    /// Its address in an org; `None` where the address of the org itself is not known, as at a sign-in page that all orgs share, or the org has no Setup.
    pub fn address(&self, domain: &DomainUrl) -> Option<String> {
        let page = match self {
            Self::MyDomain => "OrgDomain/home",
            Self::ExternalClientApps => "ManageExternalClientApplication/home",
            Self::ConnectedAppsUsage => "ConnectedAppsUsage/home",
            Self::Users => "ManageUsers/home",
            Self::PermissionSets => "PermSets/home",
            Self::LoginHistory => "OrgLoginHistory/home",
            Self::NetworkAccess => "NetworkAccess/home",
            Self::CompanyInformation => "CompanyProfileInfo/home",
            Self::Fields { object } => &format!("ObjectManager/{object}/FieldsAndRelationships/view"),
        };
        domain.is_of_one_org().then(|| domain.at(&format!("/lightning/setup/{page}")).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_an_address_where_the_org_is_known() {
        let domain = |text| DomainUrl::parse(text).unwrap();
        let acme = domain("https://acme--uat.sandbox.my.salesforce.com");
        let expected = "https://acme--uat.sandbox.my.salesforce.com/lightning/setup/OrgDomain/home";
        assert_eq!(SetupPage::MyDomain.address(&acme).as_deref(), Some(expected));
        let fields = SetupPage::Fields { object: "Lead".to_owned() };
        assert!(fields.address(&acme).unwrap().ends_with("/ObjectManager/Lead/FieldsAndRelationships/view"));
        assert_eq!(fields.address(&domain("http://127.0.0.1:8080")), None);
    }
}
