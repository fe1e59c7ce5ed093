//! Which hosts are Salesforce's: the address a person gives, and the address a token answer sends us to.

use std::time::Duration;

use salesbridge_egress::{ClientSettings, Reach, Url};
use salesbridge_model::OrgKind;

/// The address of one org, such as `https://acme.my.salesforce.com`; over http too when it is on this machine.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DomainUrl(Url);

/// Where an org's API is, as the last token answer said. It is on one of Salesforce's domains, or local like its connection.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct InstanceUrl(Url);

/// Why a text cannot be the address of an org.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{read}` {problem}. Expected is https://YOUR-DOMAIN.my.salesforce.com: in Salesforce open Setup, search for My Domain, and copy Current My Domain URL"
)]
pub struct DomainProblem {
    /// What was read; without what stands before an `@`, which may be a password.
    pub read: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

/// How long Salesforce works on one REST call at most, and so how long after a lost answer a write may still come about
/// (REST API Developer Guide, "API Request Limits and Allocations": timeout of 10 minutes).
pub const LONGEST_CALL: Duration = Duration::from_secs(600);

/// Where Salesforce serves orgs: the commercial cloud, the United States government's and Alibaba's in China.
const SALESFORCE_SUFFIXES: [&str; 10] = [
    ".salesforce.com",
    ".force.com",
    ".cloudforce.com",
    ".database.com",
    ".salesforce.mil",
    ".force.mil",
    ".crmforce.mil",
    ".cloudforce.mil",
    ".sfcrmproducts.cn",
    ".sfcrmapps.cn",
];

/// Hosts of the user interface, and the My Domain suffix that belongs to them: what stands before the suffix is the same.
const INTERFACE_HOSTS: [(&str, &str); 6] = [
    (".lightning.force.com", ".my.salesforce.com"),
    (".my.salesforce-setup.com", ".my.salesforce.com"),
    (".lightning.crmforce.mil", ".my.salesforce.mil"),
    (".lightning.force.mil", ".my.salesforce.mil"),
    (".lightning.sfcrmapps.cn", ".my.sfcrmproducts.cn"),
    (".setup.sfcrmproducts.cn", ".my.sfcrmproducts.cn"),
];

/// Hosts at Salesforce that belong to no single org.
const SHARED_HOSTS: [&str; 11] =
    ["login", "test", "welcome", "www", "help", "developer", "trailhead", "status", "my", "api", "admin"];

/// Hosts that serve pages or files of an org, not its API.
const PAGE_SUFFIXES: [&str; 6] =
    [".force.com", ".force.mil", ".crmforce.mil", ".cloudforce.mil", ".sfcrmapps.cn", ".setup.sfcrmproducts.cn"];

/// The sign-in pages that all orgs share, and what people call them.
const SHARED_SIGN_IN: [(&str, &str); 3] = [
    ("production", "https://login.salesforce.com"),
    ("sandbox", "https://test.salesforce.com"),
    ("test", "https://test.salesforce.com"),
];

impl DomainUrl {
    /// Reads where a sign-in goes: an org's own address as [`DomainUrl::parse`] reads it, or one of the sign-in pages that all orgs share, by its address or
    /// by the words `production` and `sandbox` (R23).
    pub fn parse_sign_in_host(text: &str) -> Result<Self, DomainProblem> {
        let word = text.trim().to_ascii_lowercase();
        let named = SHARED_SIGN_IN.iter().find(|(name, _)| *name == word).map(|(_, address)| *address);
        let url = Url::parse(named.unwrap_or(text.trim())).ok();
        let clean = |url: &Url| {
            url.scheme() == "https" && url.port().is_none() && url.username().is_empty() && url.password().is_none()
        };
        match url.filter(|url| url.host_str().is_some_and(is_shared_sign_in) && clean(url)) {
            Some(url) => {
                let host = url.host_str().unwrap_or_default().to_owned();
                Ok(Self(origin_of(&url, &host)))
            }
            None => Self::parse(text),
        }
    }

    /// Whether it is a sign-in page that all orgs share. The address of the org is then known from token answers alone.
    pub fn is_shared(&self) -> bool {
        is_shared_sign_in(self.host())
    }

    /// Whom an assertion is for: the sign-in page of all production orgs, or that of all sandboxes and scratch orgs.
    pub(crate) fn audience(&self) -> String {
        let (host, first) = (self.host(), self.host().split('.').next().unwrap_or_default());
        let of_a_sandbox = host == "test.salesforce.com"
            || host.contains(".sandbox.")
            || host.contains(".scratch.")
            || first.contains("--")
            || first
                .strip_prefix("cs")
                .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
        if self.is_local() || SALESFORCE_SUFFIXES[1..].iter().any(|suffix| host.ends_with(suffix)) {
            self.to_string()
        } else if of_a_sandbox {
            "https://test.salesforce.com".to_owned()
        } else {
            "https://login.salesforce.com".to_owned()
        }
    }

    /// Reads an address that a person typed or copied. Addresses of the user interface become the org's My Domain address.
    pub fn parse(text: &str) -> Result<Self, DomainProblem> {
        let text = text.trim();
        let refused = |problem| DomainProblem { read: without_user_information(text), problem };
        let url = Url::parse(text).map_err(|_| refused("is not an address that begins with https://"))?;
        let Some(host) = url.host_str().map(str::to_owned) else { return Err(refused("names no host")) };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("holds a user name or password, which do not belong there"));
        }
        if is_loopback(&url) {
            return match url.scheme() {
                "http" | "https" => Ok(Self(origin_of(&url, &host))),
                _ => Err(refused("is not an http or https address")),
            };
        }
        if url.scheme() != "https" {
            return Err(refused("does not begin with https://"));
        }
        if url.port().is_some() {
            return Err(refused("names a port, and Salesforce has none but the usual one"));
        }
        let my_domain = my_domain_host(&host).map_err(refused)?;
        Ok(Self(origin_of(&url, &my_domain)))
    }

    /// The host, without scheme and port.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// What kind of org it is, as far as its name tells. Sandboxes, scratch orgs and developer orgs have names of their own.
    pub fn org_kind(&self) -> OrgKind {
        let first = self.host().split('.').next().unwrap_or_default();
        let marked = [".sandbox.", ".scratch.", ".develop.", ".demo.", ".free.", ".patch.", ".trailblaze.", ".stage."];
        let old_sandbox =
            first.strip_prefix("cs").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
        if self.is_local() {
            OrgKind::Local
        } else if self.host() == "test.salesforce.com"
            || marked.iter().any(|part| self.host().contains(part))
            || first.contains("--")
            || first.contains("-dev-ed")
            || old_sandbox
        {
            OrgKind::Sandbox
        } else {
            OrgKind::Production
        }
    }

    /// Whether it is a local org on this machine.
    pub fn is_local(&self) -> bool {
        is_loopback(&self.0)
    }

    /// Whether it is called over TLS.
    pub fn is_secure(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether it is one Salesforce org's own address, with its pages of Setup: neither a page that all orgs share nor a local org.
    pub fn is_of_one_org(&self) -> bool {
        let shared = |host: &str| matches!(host.split('.').next(), Some("login" | "test" | "welcome"));
        !self.is_local() && !shared(self.host())
    }

    /// How far the connection's HTTP client may reach.
    pub fn reach(&self) -> Reach {
        if self.is_local() { Reach::LocalOrg } else { Reach::Public }
    }

    /// Limits of the HTTP client of a connection to this org. It waits longer than [`LONGEST_CALL`]: giving up earlier would leave a
    /// write that is still under way in doubt.
    pub fn client_settings(&self) -> ClientSettings {
        ClientSettings { read_timeout: LONGEST_CALL + Duration::from_secs(30), ..ClientSettings::new(self.reach()) }
    }

    /// The address of a path on this host.
    pub(crate) fn at(&self, path: &str) -> Url {
        at(&self.0, path)
    }

    /// Checks the `instance_url` of a token answer (R22): it may be another host than ours, but Salesforce's, and local only if we are.
    pub(crate) fn checked_instance(&self, text: &str) -> Option<InstanceUrl> {
        let url = Url::parse(text).ok()?;
        let host = url.host_str()?.to_owned();
        let clean = url.username().is_empty() && url.password().is_none();
        let trusted = if self.is_local() {
            is_loopback(&url) && matches!(url.scheme(), "http" | "https")
        } else {
            url.scheme() == "https" && url.port().is_none() && is_salesforce(&host)
        };
        (clean && trusted).then(|| InstanceUrl(origin_of(&url, &host)))
    }
}

impl InstanceUrl {
    /// The org's address: where its API is. For who signed in at a page that all orgs share.
    pub fn domain(&self) -> DomainUrl {
        DomainUrl(self.0.clone())
    }

    /// The address of a path, with its query when there is one.
    pub(crate) fn at(&self, path: &str) -> Url {
        at(&self.0, path)
    }
}

/// The host that answers the API for `host`.
fn my_domain_host(host: &str) -> Result<String, &'static str> {
    let interface = |(suffix, target): &(&str, &str)| Some(format!("{}{target}", host.strip_suffix(suffix)?));
    if let Some(my_domain) = INTERFACE_HOSTS.iter().find_map(interface) {
        return Ok(my_domain);
    }
    if host.ends_with(".salesforce-setup.com") {
        return Err("serves the Setup pages, where nobody can sign in");
    }
    if !is_salesforce(host) {
        return Err("is not an address of Salesforce");
    }
    let (first, rest) = host.split_once('.').unwrap_or((host, ""));
    if matches!(first, "login" | "test" | "welcome") && rest == "salesforce.com" {
        return Err(
            "is the sign-in page all orgs share, and signing in with a consumer key and secret works at the org's own address only",
        );
    }
    if SHARED_HOSTS.contains(&first) && rest.split('.').count() == 2 {
        return Err("belongs to Salesforce itself, not to an org");
    }
    if PAGE_SUFFIXES.iter().any(|suffix| host.ends_with(suffix)) {
        return Err("serves pages of an org, not its API");
    }
    Ok(host.to_owned())
}

fn is_shared_sign_in(host: &str) -> bool {
    matches!(host, "login.salesforce.com" | "test.salesforce.com")
}

fn is_salesforce(host: &str) -> bool {
    SALESFORCE_SUFFIXES.iter().any(|suffix| host.len() > suffix.len() && host.ends_with(suffix))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        None => false,
    }
}

/// Scheme, `host` and port alone.
fn origin_of(url: &Url, host: &str) -> Url {
    let mut origin = url.clone();
    // Both hosts and schemes come from parsed addresses, so setting them cannot fail; were it to, the address stays as it was checked.
    let _ = origin.set_host(Some(host));
    origin.set_path("/");
    origin.set_query(None);
    origin.set_fragment(None);
    origin
}

fn at(origin: &Url, path: &str) -> Url {
    let mut url = origin.clone();
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    url.set_path(path);
    url.set_query(query);
    url
}

fn without_user_information(text: &str) -> String {
    let shown = text.rsplit_once('@').map_or(text.to_owned(), |(_, rest)| format!("…@{rest}"));
    shown.chars().take(200).collect()
}

impl std::str::FromStr for DomainUrl {
    type Err = DomainProblem;

    fn from_str(text: &str) -> Result<Self, DomainProblem> {
        Self::parse(text)
    }
}

macro_rules! shown_without_slash {
    ($($name:ident)*) => {$(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.0.as_str().trim_end_matches('/'))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }
    )*};
}

shown_without_slash!(DomainUrl InstanceUrl);

#[cfg(test)]
mod tests;
