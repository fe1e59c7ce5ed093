//! Every error code that the org knows, and how to provoke it: the table of the README says so, and these tests hold it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Caller, KEY, SECRET};

/// A code, how to come by it in words, and the requests that do: the last one is answered with the code. `{account}` is an account,
/// `{child}` one below it, `{contact}` a contact of it, `{deleted}` a deleted account, `{lead}` a lead, `{queue}` a queue of leads, `{user}` the
/// administrator, `{inactive}` a user who may not sign in, `{key}` and `{secret}`
/// those of the default app. `BAD` stands before calls with a wrong token, `NONE` before those without one.
type Provoked = (&'static str, &'static str, &'static [&'static str]);

const PROVOKED: &[Provoked] = &[
    ("INVALID_SESSION_ID", "a wrong, ended or revoked token", &["BAD GET /limits"]),
    ("INVALID_AUTH_HEADER", "no token, or a JWT that is not good", &["NONE GET /limits"]),
    ("INVALID_LOGIN", "SOAP login with a wrong password", &["SOAP wrong"]),
    (
        "API_CURRENTLY_DISABLED",
        "`PATCH /local-org/users/ID` `{\"api_enabled\":false}`",
        &["PATCH /local-org/users/{user} {\"api_enabled\":false}", "GET /limits"],
    ),
    (
        "REQUEST_LIMIT_EXCEEDED",
        "`PUT /local-org/daily-limit`",
        &["PUT /local-org/daily-limit {\"calls\":0}", "GET /limits"],
    ),
    ("NOT_FOUND", "an object, record or resource that is not there", &["GET /sobjects/Nothing"]),
    ("ENTITY_IS_DELETED", "a record of the recycle bin", &["GET /sobjects/Account/{deleted}"]),
    ("METHOD_NOT_ALLOWED", "a method the resource does not have", &["PUT /sobjects/Account/{account} {}"]),
    ("INVALID_TYPE", "a query of an object that is not there", &["GET /query?q=SELECT+Id+FROM+Nothing"]),
    ("INVALID_FIELD", "a field that is not there", &["GET /query?q=SELECT+Nothing+FROM+Account"]),
    ("MALFORMED_QUERY", "a query that cannot be read", &["GET /query?q=SELECT"]),
    (
        "INVALID_QUERY_FILTER_OPERATOR",
        "an operator or an id that does not fit its field",
        &["GET /query?q=SELECT+Id+FROM+Account+WHERE+Id='abc'"],
    ),
    ("INVALID_QUERY_LOCATOR", "a locator that has ended or never began", &["GET /query/01gRO0000000001-2000"]),
    (
        "NUMBER_OUTSIDE_VALID_RANGE",
        "`OFFSET` above 2000, or a number its field cannot hold",
        &["GET /query?q=SELECT+Id+FROM+Account+OFFSET+2001"],
    ),
    ("JSON_PARSER_ERROR", "a body that is not JSON, or a value of the wrong shape", &["POST /sobjects/Account {"]),
    (
        "MALFORMED_ID",
        "an id of the wrong object",
        &["POST /sobjects/Contact {\"LastName\":\"L\",\"AccountId\":\"{contact}\"}"],
    ),
    (
        "MISSING_ARGUMENT",
        "a collection update without an id",
        &["PATCH /composite/sobjects {\"records\":[{\"attributes\":{\"type\":\"Account\"},\"Name\":\"A\"}]}"],
    ),
    ("EXCEEDED_ID_LIMIT", "more than 200 records in a collection", &["MANY"]),
    (
        "INVALID_TYPE_ON_FIELD_IN_RECORD",
        "text in a number field",
        &["POST /sobjects/Account {\"Name\":\"A\",\"AnnualRevenue\":\"much\"}"],
    ),
    (
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "a field that only the org writes",
        &["POST /sobjects/Account {\"Name\":\"A\",\"CreatedDate\":\"2026-01-01T00:00:00Z\"}"],
    ),
    ("REQUIRED_FIELD_MISSING", "a required field left out", &["POST /sobjects/Account {}"]),
    ("STRING_TOO_LONG", "text longer than its field", &["LONG"]),
    (
        "INVALID_EMAIL_ADDRESS",
        "an address that is none",
        &["POST /sobjects/Contact {\"LastName\":\"L\",\"Email\":\"none\"}"],
    ),
    (
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "a value that a restricted picklist does not have",
        &[
            "FIELD Lead.Level__c {\"type\":\"Picklist\",\"label\":\"Level\",\"valueSet\":{\"restricted\":true,\"valueSetDefinition\":{\"value\":[{\"fullName\":\"One\"}]}}}",
            "POST /sobjects/Lead {\"LastName\":\"L\",\"Company\":\"C\",\"Level__c\":\"Two\"}",
        ],
    ),
    (
        "DUPLICATE_VALUE",
        "a value twice in a unique field",
        &[
            "FIELD Lead.Key__c {\"type\":\"Text\",\"label\":\"Key\",\"length\":20,\"unique\":true,\"externalId\":true}",
            "POST /sobjects/Lead {\"LastName\":\"L\",\"Company\":\"C\",\"Key__c\":\"1\"}",
            "POST /sobjects/Lead {\"LastName\":\"L\",\"Company\":\"C\",\"Key__c\":\"1\"}",
        ],
    ),
    (
        "INVALID_CROSS_REFERENCE_KEY",
        "the id of no record",
        &["POST /sobjects/Contact {\"LastName\":\"L\",\"AccountId\":\"001000000000000AAA\"}"],
    ),
    ("LIMIT_EXCEEDED", "more than 10 runs of one type in a collection", &["RUNS"]),
    (
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "a good row beside a bad one with `allOrNone`",
        &[
            "POST /composite/sobjects {\"allOrNone\":true,\"records\":[{\"attributes\":{\"type\":\"Account\"},\"Name\":\"A\"},{\"attributes\":{\"type\":\"Account\"}}]}",
        ],
    ),
    (
        "PROCESSING_HALTED",
        "composite with `allOrNone` and one bad subrequest",
        &[
            "POST /composite {\"allOrNone\":true,\"compositeRequest\":[{\"method\":\"POST\",\"url\":\"/services/data/v66.0/sobjects/Account\",\"referenceId\":\"a\",\"body\":{}},{\"method\":\"POST\",\"url\":\"/services/data/v66.0/sobjects/Account\",\"referenceId\":\"b\",\"body\":{\"Name\":\"B\"}}]}",
        ],
    ),
    (
        "BATCH_PROCESSING_HALTED",
        "a batch with `haltOnError` after a bad subrequest",
        &[
            "POST /composite/batch {\"haltOnError\":true,\"batchRequests\":[{\"method\":\"GET\",\"url\":\"v66.0/sobjects/Nothing\"},{\"method\":\"GET\",\"url\":\"v66.0/limits\"}]}",
        ],
    ),
    (
        "DELETE_FAILED",
        "deleting what other records need",
        &["POST /sobjects/Case {\"Subject\":\"S\",\"AccountId\":\"{account}\"}", "DELETE /sobjects/Account/{account}"],
    ),
    (
        "FUNCTIONALITY_NOT_ENABLED",
        "a resource or a clause of SOQL that the org does not have",
        &["GET /query?q=SELECT+Name,COUNT(Id)+FROM+Account+GROUP+BY+ROLLUP(Name)"],
    ),
    ("MALFORMED_SEARCH", "a search that cannot be read, or none", &["GET /search?q=FIND"]),
    (
        "INVALID_REPLICATION_DATE",
        "`/updated` or `/deleted` with an end before its start",
        &["GET /sobjects/Account/updated?start=2026-11-23T09:00:00Z&end=2026-11-23T08:00:00Z"],
    ),
    (
        "INVALID_ID_FIELD",
        "conversion of a lead that is not there",
        &[
            "POST /actions/standard/convertLead {\"inputs\":[{\"leadId\":\"00Q000000000001AAA\",\"convertedStatus\":\"Closed - Converted\"}]}",
        ],
    ),
    (
        "INVALID_OPERATION",
        "a queue as owner of a record that it does not take",
        &["POST /sobjects/Account {\"Name\":\"A\",\"OwnerId\":\"{queue}\"}"],
    ),
    (
        "FIELD_INTEGRITY_EXCEPTION",
        "an unknown state with state and country picklists on",
        &[
            "PUT /local-org/features {\"state_and_country_picklists\":true}",
            "POST /sobjects/Account {\"Name\":\"A\",\"BillingCountry\":\"Nowhere\"}",
        ],
    ),
    (
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "a validation rule that does not let a record through",
        &[
            "POST /local-org/validation-rules {\"object\":\"Lead\",\"name\":\"No\",\"formula\":\"TRUE\",\"message\":\"No.\"}",
            "POST /sobjects/Lead {\"LastName\":\"L\",\"Company\":\"C\"}",
        ],
    ),
    (
        "DUPLICATES_DETECTED",
        "a duplicate rule and an equal record",
        &[
            "POST /local-org/duplicate-rules {\"object\":\"Lead\",\"name\":\"Same\",\"fields\":[\"LastName\"],\"allow_save\":true}",
            "POST /sobjects/Lead {\"LastName\":\"Same\",\"Company\":\"C\"}",
            "POST /sobjects/Lead {\"LastName\":\"Same\",\"Company\":\"C\"}",
        ],
    ),
    (
        "DUPLICATE_EXTERNAL_ID",
        "an upsert in a collection by a key that two records have",
        &[
            "FIELD Lead.Key__c {\"type\":\"Text\",\"label\":\"Key\",\"length\":20,\"externalId\":true}",
            "POST /sobjects/Lead {\"LastName\":\"L\",\"Company\":\"C\",\"Key__c\":\"1\"}",
            "POST /sobjects/Lead {\"LastName\":\"L\",\"Company\":\"C\",\"Key__c\":\"1\"}",
            "PATCH /composite/sobjects/Lead/Key__c {\"records\":[{\"attributes\":{\"type\":\"Lead\"},\"Key__c\":\"1\"}]}",
        ],
    ),
    (
        "INACTIVE_OWNER_OR_USER",
        "an inactive user as owner",
        &["POST /sobjects/Account {\"Name\":\"A\",\"OwnerId\":\"{inactive}\"}"],
    ),
    (
        "CANNOT_UPDATE_CONVERTED_LEAD",
        "a change of a lead that was converted",
        &[
            "POST /local-org/leads/{lead}/convert {\"status\":\"Closed - Converted\"}",
            "PATCH /sobjects/Lead/{lead} {\"City\":\"Ulm\"}",
        ],
    ),
    (
        "CIRCULAR_DEPENDENCY",
        "an account below one of its own",
        &["PATCH /sobjects/Account/{account} {\"ParentId\":\"{child}\"}"],
    ),
    (
        "INVALID_OPERATION_WITH_EXPIRED_PASSWORD",
        "`PATCH /local-org/users/ID/sign-in` `{\"password_expired\":true}` and SOAP login",
        &["PATCH /local-org/users/{user}/sign-in {\"password_expired\":true}", "SOAP local-org-password"],
    ),
    (
        "ORG_LOCKED",
        "`PUT /local-org/sign-in-rules` `{\"is_org_active\":false}` and SOAP login",
        &["PUT /local-org/sign-in-rules {\"is_org_active\":false}", "SOAP local-org-password"],
    ),
    (
        "OAUTH_APPROVAL_ERROR_GENERIC",
        "`is_installed` false of an app, and `/services/oauth2/authorize`",
        &[
            "POST /local-org/apps {\"consumer_key\":\"b\",\"consumer_secret\":\"s\",\"is_installed\":false,\"callback_url\":\"http://127.0.0.1:9/cb\"}",
            "LEAD /services/oauth2/authorize?response_type=code&client_id=b&redirect_uri=http://127.0.0.1:9/cb",
        ],
    ),
    ("ClientInputError", "a bulk file whose lines end otherwise than its job says", &["BULK Name\r\nA\r\n"]),
    ("InvalidBatch", "a bulk file with a column that the object does not have", &["BULK Nothing\nA\n"]),
    ("UNSUPPORTED_API_VERSION", "a version that is retired", &["GET /services/data/v20.0/limits"]),
    (
        "PRECONDITION_FAILED",
        "`If-Unmodified-Since` before the last change, `If-Match` of another state",
        &["OLD GET /sobjects/Account/{account}"],
    ),
    (
        "UNSUPPORTED_MEDIA_TYPE",
        "a body of a type the resource does not read",
        &["TYPE POST /sobjects/Account {\"Name\":\"A\"}"],
    ),
    (
        "invalid_grant",
        "a wrong password, code, assertion or refresh token",
        &["FORM grant_type=refresh_token&client_id={key}&client_secret={secret}&refresh_token=none"],
    ),
    (
        "invalid_client_id",
        "an unknown consumer key",
        &["FORM grant_type=client_credentials&client_id=none&client_secret=none"],
    ),
    (
        "invalid_client",
        "a wrong consumer secret",
        &["FORM grant_type=client_credentials&client_id={key}&client_secret=none"],
    ),
    (
        "unsupported_grant_type",
        "an unknown flow, or one that is off",
        &["FORM grant_type=none&client_id={key}&client_secret={secret}"],
    ),
    ("invalid_request", "a field left out", &["FORM client_id={key}"]),
    (
        "invalid_scope",
        "a scope that the app does not have",
        &["FORM response_type=device_code&client_id={key}&scope=nothing"],
    ),
    ("authorization_pending", "a device asking before a person answered", &["DEVICE 1"]),
    ("slow_down", "a device asking too often", &["DEVICE 2"]),
    (
        "rate_limit_exceeded",
        "`PUT /local-org/sign-in-rules` `{\"logins_per_hour\":1}`",
        &[
            "PUT /local-org/sign-in-rules {\"logins_per_hour\":0}",
            "FORM grant_type=client_credentials&client_id={key}&client_secret={secret}",
        ],
    ),
    (
        "LOGIN_MUST_USE_SECURITY_TOKEN",
        "`PUT /local-org/sign-in-rules` `{\"security_token_required\":true}` and SOAP login",
        &["PUT /local-org/sign-in-rules {\"security_token_required\":true}", "SOAP local-org-password"],
    ),
    (
        "PASSWORD_LOCKOUT",
        "`PATCH /local-org/users/ID/sign-in` `{\"locked\":true}` and SOAP login",
        &["PATCH /local-org/users/{user}/sign-in {\"locked\":true}", "SOAP local-org-password"],
    ),
    (
        "redirect_uri_mismatch",
        "`/services/oauth2/authorize` with a callback that the app does not have",
        &["GET /services/oauth2/authorize?response_type=code&client_id={key}&redirect_uri=https://other.example"],
    ),
    (
        "unsupported_response_type",
        "`/services/oauth2/authorize` with another `response_type`",
        &[
            "POST /local-org/apps {\"consumer_key\":\"b\",\"consumer_secret\":\"s\",\"callback_url\":\"http://127.0.0.1:9/cb\"}",
            "LEAD /services/oauth2/authorize?response_type=none&client_id=b&redirect_uri=http://127.0.0.1:9/cb",
        ],
    ),
    (
        "OAUTH_APP_BLOCKED",
        "`is_blocked` of an app, and `/services/oauth2/authorize`",
        &[
            "POST /local-org/apps {\"consumer_key\":\"b\",\"consumer_secret\":\"s\",\"is_blocked\":true,\"callback_url\":\"http://127.0.0.1:9/cb\"}",
            "LEAD /services/oauth2/authorize?response_type=code&client_id=b&redirect_uri=http://127.0.0.1:9/cb",
        ],
    ),
];

/// Follows the requests; the last answer.
async fn provoke(caller: &Caller, lines: &[&str]) -> String {
    let ids = made(caller).await;
    let mut last = String::new();
    for line in lines {
        let line =
            ids.iter().fold((*line).to_owned(), |line, (name, value)| line.replace(&format!("{{{name}}}"), value));
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        last = match word {
            "FORM" => form(caller, rest).await,
            "SOAP" => soap(caller, rest).await,
            "FIELD" => {
                let (name, metadata) = rest.split_once(' ').unwrap();
                caller.custom_field(name, serde_json::from_str(metadata).unwrap()).await
            }
            "MANY" => rows(caller, 201, |_| "Account").await,
            "RUNS" => rows(caller, 12, |n| if n % 2 == 0 { "Account" } else { "Contact" }).await,
            "LONG" => caller.post("/sobjects/Account", json!({"Name": "A".repeat(300)})).await.1.to_string(),
            "LEAD" => leads_to(caller, rest).await,
            "DEVICE" => device(caller, rest.parse().unwrap()).await,
            "BULK" => caller.load(json!({"object": "Account", "operation": "insert"}), rest).await.1.to_string(),
            "BAD" | "NONE" | "OLD" | "TYPE" => plain(caller, word, rest).await,
            _ => plain(caller, "", &line).await,
        };
    }
    last
}

async fn made(caller: &Caller) -> Vec<(&'static str, String)> {
    let account = caller.create("Account", json!({"Name": "Parent"})).await;
    let child = caller.create("Account", json!({"Name": "Child", "ParentId": account})).await;
    let contact = caller.create("Contact", json!({"LastName": "L", "AccountId": account})).await;
    let deleted = caller.create("Account", json!({"Name": "Deleted"})).await;
    caller.delete(&format!("/sobjects/Account/{deleted}")).await;
    let lead = caller.create("Lead", json!({"LastName": "Lead", "Company": "C"})).await;
    let queue = caller.column("Id", "SELECT Id FROM Group WHERE Type = 'Queue'").await.remove(0);
    let user = caller.org.control().users().await.unwrap().remove(0);
    vec![
        ("lead", lead),
        ("queue", queue.as_str().unwrap().to_owned()),
        ("inactive", inactive(caller).await),
        ("account", account),
        ("child", child),
        ("contact", contact),
        ("deleted", deleted),
        ("user", user.id),
        ("username", user.username),
        ("key", KEY.to_owned()),
        ("secret", SECRET.to_owned()),
    ]
}

async fn inactive(caller: &Caller) -> String {
    let profile = caller.column("Id", "SELECT Id FROM Profile WHERE Name = 'Standard User'").await.remove(0);
    let user = json!({"Username": "u@example.com", "LastName": "U", "Email": "u@example.com", "Alias": "u", "ProfileId": profile,
        "IsActive": false, "TimeZoneSidKey": "GMT", "LocaleSidKey": "en_US", "EmailEncodingKey": "UTF-8",
        "LanguageLocaleKey": "en_US"});
    caller.create("User", user).await
}

async fn plain(caller: &Caller, kind: &str, line: &str) -> String {
    let mut words = line.splitn(3, ' ');
    let (method, path, body) = (words.next().unwrap(), words.next().unwrap(), words.next());
    let base =
        if path.starts_with("/local-org") || path.starts_with("/services") { "" } else { "/services/data/v66.0" };
    let url = format!("{}{base}{path}", caller.org.url());
    let mut request = caller.client.request(method.parse::<Method>().unwrap(), url);
    request = match kind {
        "NONE" => request,
        "BAD" => request.bearer_auth("00D000000000001!none"),
        _ => request.bearer_auth(&caller.token),
    };
    if kind == "OLD" {
        request = request.header("if-unmodified-since", "Mon, 30 Nov 2020 08:34:54 GMT");
    }
    if let Some(body) = body {
        let kind = if kind == "TYPE" { "image/png" } else { "application/json" };
        request = request.header("content-type", kind).body(body.to_owned());
    }
    let answer = request.send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    format!("{} {text}", status.as_u16())
}

/// Where a browser is sent, or the page it is shown.
async fn leads_to(caller: &Caller, path: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "the tests are a client of their own")]
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = browser.get(format!("{}{path}", caller.org.url())).send().await.unwrap();
    let place = answer.headers().get("location").map(|place| place.to_str().unwrap().to_owned()).unwrap_or_default();
    format!("{place} {}", answer.text().await.unwrap())
}

async fn form(caller: &Caller, fields: &str) -> String {
    let url = format!("{}/services/oauth2/token", caller.org.url());
    let request = caller.client.post(url).header("content-type", "application/x-www-form-urlencoded");
    request.body(fields.to_owned()).send().await.unwrap().text().await.unwrap()
}

async fn soap(caller: &Caller, password: &str) -> String {
    let user = caller.org.control().users().await.unwrap().remove(0).username;
    let body = format!(
        "<env:Envelope xmlns:env='http://schemas.xmlsoap.org/soap/envelope/'><env:Body><login xmlns='urn:partner.soap.sforce.com'>\
         <username>{user}</username><password>{password}</password></login></env:Body></env:Envelope>"
    );
    let url = format!("{}/services/Soap/u/60.0", caller.org.url());
    let request = caller.client.post(url).header("content-type", "text/xml").header("SOAPAction", "login");
    request.body(body).send().await.unwrap().text().await.unwrap()
}

async fn rows(caller: &Caller, count: usize, object: impl Fn(usize) -> &'static str) -> String {
    let rows: Vec<Value> = (0..count)
        .map(|n| json!({"attributes": {"type": object(n)}, "Name": "A", "LastName": "L"}))
        .map(|mut row| {
            let is_account = row["attributes"]["type"] == "Account";
            row.as_object_mut().unwrap().remove(if is_account { "LastName" } else { "Name" });
            row
        })
        .collect();
    caller.post("/composite/sobjects", json!({"records": rows})).await.1.to_string()
}

async fn device(caller: &Caller, times: usize) -> String {
    let started: Value =
        serde_json::from_str(&form(caller, &format!("response_type=device_code&client_id={KEY}")).await).unwrap();
    let code = started["device_code"].as_str().unwrap_or_default();
    let mut last = String::new();
    for _ in 0..times {
        last = form(caller, &format!("grant_type=device&client_id={KEY}&code={code}")).await;
    }
    last
}

/// What the README tells is so: each code that it says how to provoke comes by that.
#[tokio::test]
async fn every_code_comes_by_what_the_readme_says() {
    let mut wrong = Vec::new();
    for (code, _, lines) in PROVOKED {
        let caller = Caller::new().await;
        let last = provoke(&caller, lines).await;
        if !last.contains(code) {
            wrong.push(format!("{code}: {}", last.chars().take(300).collect::<String>()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The table has every code once, by behaviour or by a fault.
#[tokio::test]
async fn the_readme_has_every_code() {
    let caller = Caller::new().await;
    let (_, codes) = caller.get("/local-org/error-codes").await;
    let mut table = String::from("| Code | Status | How |\n| --- | --- | --- |\n");
    for known in codes.as_array().unwrap() {
        let how = PROVOKED.iter().find(|(code, _, _)| known["code"] == *code).map_or("by a fault", |(_, how, _)| how);
        table.push_str(&format!("| `{}` | {} | {how} |\n", known["code"].as_str().unwrap(), known["status"]));
    }
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&table), "the README's table is to be:\n{table}");
}
