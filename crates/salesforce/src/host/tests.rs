use proptest::prelude::*;

use super::*;

fn parsed(text: &str) -> String {
    DomainUrl::parse(text).unwrap_or_else(|problem| panic!("{problem}")).to_string()
}

#[test]
fn r37_the_addresses_people_have_are_accepted_and_normalised() {
    let table = [
        ("https://acme.my.salesforce.com", "https://acme.my.salesforce.com"),
        (" https://acme.my.salesforce.com/ ", "https://acme.my.salesforce.com"),
        ("HTTPS://ACME.My.Salesforce.com/", "https://acme.my.salesforce.com"),
        ("https://acme.my.salesforce.com:443/", "https://acme.my.salesforce.com"),
        ("https://acme--uat.sandbox.my.salesforce.com", "https://acme--uat.sandbox.my.salesforce.com"),
        ("https://acme-dev-ed.develop.my.salesforce.com", "https://acme-dev-ed.develop.my.salesforce.com"),
        ("https://x.scratch.my.salesforce.com", "https://x.scratch.my.salesforce.com"),
        ("https://ap15.salesforce.com", "https://ap15.salesforce.com"),
        ("https://acme.cloudforce.com", "https://acme.cloudforce.com"),
        ("https://acme.database.com", "https://acme.database.com"),
        ("https://agency.my.salesforce.mil", "https://agency.my.salesforce.mil"),
        ("https://agency.lightning.crmforce.mil/", "https://agency.my.salesforce.mil"),
        ("https://acme.my.sfcrmproducts.cn", "https://acme.my.sfcrmproducts.cn"),
        ("https://acme--all.sandbox.lightning.sfcrmapps.cn/x", "https://acme--all.sandbox.my.sfcrmproducts.cn"),
        ("https://acme.lightning.force.com/lightning/page/home", "https://acme.my.salesforce.com"),
        ("https://acme--uat.sandbox.lightning.force.com/", "https://acme--uat.sandbox.my.salesforce.com"),
        ("https://acme.my.salesforce-setup.com/lightning/setup", "https://acme.my.salesforce.com"),
        ("http://localhost:8180", "http://localhost:8180"),
        ("http://127.0.0.1:8180/", "http://127.0.0.1:8180"),
        ("https://[::1]:8443", "https://[::1]:8443"),
    ];
    for (given, expected) in table {
        assert_eq!(parsed(given), expected);
    }
}

#[test]
fn r37_anything_else_is_refused_with_what_was_read_and_where_to_look() {
    let bad = [
        "",
        "acme",
        "acme.my.salesforce.com",
        "http://acme.my.salesforce.com",
        "ftp://acme.my.salesforce.com",
        "https://acme.my.salesforce.com:8443",
        "https://my.salesforce.com",
        "https://salesforce.com",
        "https://www.salesforce.com",
        "https://acme.file.force.com",
        "https://acme.my.site.com",
        "https://evilsalesforce.com",
        "https://acme.my.salesforce.com.evil.example",
        "https://evil.example/acme.my.salesforce.com",
        "https://acme.my.salesforce.com@evil.example",
        "https://10.0.0.1",
        "https://localhost.evil.example",
    ];
    for text in bad {
        let problem = DomainUrl::parse(text).expect_err(text).to_string();
        assert!(problem.contains("https://YOUR-DOMAIN.my.salesforce.com") && problem.contains("Setup"), "{problem}");
    }
    let problem = DomainUrl::parse("acme.my.salesforce.com").expect_err("no scheme").to_string();
    assert!(problem.starts_with("`acme.my.salesforce.com` is not an address that begins with https://"), "{problem}");
}

#[test]
fn shared_sign_in_hosts_are_refused_with_the_reason() {
    for text in ["https://login.salesforce.com", "https://test.salesforce.com/"] {
        let problem = DomainUrl::parse(text).expect_err(text).to_string();
        assert!(problem.contains("works at the org's own address only"), "{problem}");
    }
}

/// R23: a person who signs in may do so at the page all orgs share, at the org's own address, or at the address of its pages.
#[test]
fn r23_a_sign_in_goes_to_a_shared_page_or_to_the_orgs_own() {
    let table = [
        ("production", "https://login.salesforce.com", "https://login.salesforce.com"),
        ("Sandbox", "https://test.salesforce.com", "https://test.salesforce.com"),
        ("https://login.salesforce.com/", "https://login.salesforce.com", "https://login.salesforce.com"),
        ("https://test.salesforce.com/?un=a", "https://test.salesforce.com", "https://test.salesforce.com"),
        ("https://acme.lightning.force.com/x", "https://acme.my.salesforce.com", "https://login.salesforce.com"),
        ("https://ap15.salesforce.com", "https://ap15.salesforce.com", "https://login.salesforce.com"),
        (
            "https://acme--uat.sandbox.my.salesforce.com",
            "https://acme--uat.sandbox.my.salesforce.com",
            "https://test.salesforce.com",
        ),
        (
            "https://x-dev-ed.develop.my.salesforce.com",
            "https://x-dev-ed.develop.my.salesforce.com",
            "https://login.salesforce.com",
        ),
        ("https://x.scratch.my.salesforce.com", "https://x.scratch.my.salesforce.com", "https://test.salesforce.com"),
        ("http://127.0.0.1:8180", "http://127.0.0.1:8180", "http://127.0.0.1:8180"),
    ];
    for (given, host, audience) in table {
        let read = DomainUrl::parse_sign_in_host(given).unwrap_or_else(|problem| panic!("{problem}"));
        assert_eq!((read.to_string().as_str(), read.audience().as_str()), (host, audience), "{given}");
        assert_eq!(read.is_shared(), host.contains("://login.") || host.contains("://test."), "{given}");
    }
    for given in
        ["http://login.salesforce.com", "https://u:p@login.salesforce.com", "https://login.salesforce.com.evil"]
    {
        DomainUrl::parse_sign_in_host(given).expect_err(given);
    }
    let setup = DomainUrl::parse_sign_in_host("https://acme.salesforce-setup.com").expect_err("a page of Setup");
    assert!(setup.to_string().contains("serves the Setup pages, where nobody can sign in"), "{setup}");
}

#[test]
fn r50_a_password_in_an_address_is_not_repeated() {
    let problem = DomainUrl::parse("https://ann:hunter2@acme.my.salesforce.com").expect_err("user information");
    assert!(!format!("{problem} {problem:?}").contains("hunter2"));
}

#[test]
fn the_kind_of_org_is_guessed_from_its_name() {
    let table = [
        ("https://acme.my.salesforce.com", OrgKind::Production),
        ("https://ap15.salesforce.com", OrgKind::Production),
        ("https://acme--uat.sandbox.my.salesforce.com", OrgKind::Sandbox),
        ("https://acme--uat.my.salesforce.com", OrgKind::Sandbox),
        ("https://acme-dev-ed.my.salesforce.com", OrgKind::Sandbox),
        ("https://x.scratch.my.salesforce.com", OrgKind::Sandbox),
        ("https://cs12.salesforce.com", OrgKind::Sandbox),
        ("https://csharp.my.salesforce.com", OrgKind::Production),
        ("http://localhost:1", OrgKind::Local),
    ];
    for (text, kind) in table {
        assert_eq!(DomainUrl::parse(text).expect(text).org_kind(), kind, "{text}");
    }
}

#[test]
fn a_connection_reaches_no_further_than_its_address_and_outwaits_the_longest_call() {
    let settings = |text| DomainUrl::parse(text).expect(text).client_settings();
    assert_eq!(settings("https://acme.my.salesforce.com").reach, Reach::Public);
    assert_eq!(settings("http://localhost:8180").reach, Reach::LocalOrg);
    assert!(settings("https://acme.my.salesforce.com").read_timeout > LONGEST_CALL);
}

#[test]
fn r22_an_instance_address_is_trusted_on_salesforces_domains_alone() {
    let public = DomainUrl::parse("https://acme.my.salesforce.com").expect("an address");
    for good in
        ["https://ap15.salesforce.com", "https://multiwoven-dev.develop.my.salesforce.com/", "https://eu1.force.com"]
    {
        assert!(public.checked_instance(good).is_some(), "{good}");
    }
    let bad = [
        "http://acme.my.salesforce.com",
        "https://evil.example",
        "https://salesforce.com.evil.example",
        "https://evilsalesforce.com",
        "https://u:p@acme.my.salesforce.com",
        "https://acme.my.salesforce.com:1234",
        "http://localhost:8180",
        "https://127.0.0.1",
        "",
    ];
    for text in bad {
        assert!(public.checked_instance(text).is_none(), "{text}");
    }
    let local = DomainUrl::parse("http://localhost:8180").expect("an address");
    assert!(local.checked_instance("http://127.0.0.1:8180").is_some());
    assert!(local.checked_instance("https://acme.my.salesforce.com").is_none(), "a local connection stays local");
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic_and_what_passes_is_salesforce_or_local(text in "\\PC*", tail in "[a-z./@:?#-]{0,20}") {
        for candidate in [text.clone(), format!("https://{text}"), format!("https://{text}.my.salesforce.com{tail}")] {
            if let Ok(domain) = DomainUrl::parse(&candidate) {
                prop_assert!(domain.is_local() || is_salesforce(domain.host()), "{candidate} -> {domain}");
            }
        }
    }
}
