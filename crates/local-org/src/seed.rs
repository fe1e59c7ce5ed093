//! What a new org starts with: its own row, three profiles, one administrator, one app. And what an old one remembers.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::clock;
use crate::config::OrgConfig;
use crate::ids::{self, IdCounters};
use crate::oauth::App;
use crate::oauth::{apps, credentials, tables};
use crate::org::{keep_setting, setting};
use crate::standard_records::ADMINISTRATOR;

/// The administrator's e-mail address; the user name starts with the org's pod so that it is unique everywhere.
const ADMIN_EMAIL: &str = "admin@local-org.example";

/// The profiles beside the administrator's.
const OTHER_PROFILES: [&str; 2] = ["Standard User", "Minimum Access - Salesforce"];

/// Makes an empty database an org. Does nothing to one that has a name already.
pub(crate) fn first_start(
    sql: &Connection,
    ids: &IdCounters,
    config: &OrgConfig,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    tables::create(sql)?;
    if setting(sql, "org_id")?.is_some() {
        admin_password(sql, config)?;
        return default_app(sql, config, now);
    }
    ids::keep_pod(sql)?;
    ids.load(sql)?;
    let org_id = ids.next("00D");
    let admin_id = ids.next("005");
    keep_setting(sql, "org_id", &org_id)?;
    keep_setting(sql, "admin_id", &admin_id)?;
    let stamp = clock::stamp(now);
    organization(sql, &org_id, &admin_id, &config.name, &stamp)?;
    let profile_id = profile(sql, ids, ADMINISTRATOR, &admin_id, &stamp)?;
    for other in OTHER_PROFILES {
        profile(sql, ids, other, &admin_id, &stamp)?;
    }
    admin(sql, &admin_id, &profile_id, &stamp)?;
    admin_password(sql, config)?;
    default_app(sql, config, now)
}

/// The administrator's first password and security token; those set later stay.
fn admin_password(sql: &Connection, config: &OrgConfig) -> rusqlite::Result<()> {
    let Some(admin_id) = setting(sql, "admin_id")? else { return Ok(()) };
    if credentials::has_password(sql, &admin_id)? {
        return Ok(());
    }
    credentials::set_password(sql, &admin_id, &config.admin_password)?;
    credentials::set_security_token(sql, &admin_id, credentials::ADMIN_SECURITY_TOKEN)
}

fn organization(sql: &Connection, id: &str, admin: &str, name: &str, now: &str) -> rusqlite::Result<()> {
    sql.execute(
        "INSERT INTO \"record_Organization\" (\"Id\", \"Name\", \"InstanceName\", \"OrganizationType\",
         \"DefaultLocaleSidKey\", \"LanguageLocaleKey\", \"TimeZoneSidKey\", \"CreatedDate\", \"CreatedById\",
         \"LastModifiedDate\", \"LastModifiedById\", \"SystemModstamp\")
         VALUES (?1, ?2, 'LOCAL', 'Developer Edition', 'en_US', 'en_US', 'GMT', ?3, ?4, ?3, ?4, ?3)",
        params![id, name, now, admin],
    )
    .map(drop)
}

fn profile(sql: &Connection, ids: &IdCounters, name: &str, admin: &str, now: &str) -> rusqlite::Result<String> {
    let id = ids.next("00e");
    sql.execute(
        "INSERT INTO \"record_Profile\" (\"Id\", \"Name\", \"CreatedDate\", \"CreatedById\", \"LastModifiedDate\",
         \"LastModifiedById\", \"SystemModstamp\") VALUES (?1, ?2, ?3, ?4, ?3, ?4, ?3)",
        params![id, name, now, admin],
    )?;
    Ok(id)
}

fn admin(sql: &Connection, id: &str, profile: &str, now: &str) -> rusqlite::Result<()> {
    let username = format!("admin.{}@local-org.example", id.get(3..6).unwrap_or_default().to_lowercase());
    sql.execute(
        "INSERT INTO \"record_User\" (\"Id\", \"Username\", \"FirstName\", \"LastName\", \"Name\", \"Email\", \"Alias\",
         \"IsActive\", \"TimeZoneSidKey\", \"LocaleSidKey\", \"EmailEncodingKey\", \"LanguageLocaleKey\", \"ProfileId\",
         \"CreatedDate\", \"CreatedById\", \"LastModifiedDate\", \"LastModifiedById\", \"SystemModstamp\")
         VALUES (?1, ?2, 'Local', 'Admin', 'Local Admin', ?3, 'ladmin', 1, 'GMT', 'en_US', 'UTF-8', 'en_US', ?4,
         ?5, ?1, ?5, ?1, ?5)",
        params![id, username, ADMIN_EMAIL, profile, now],
    )
    .map(drop)
}

/// The default app: made on the first start, and given the configured key whenever one is configured.
fn default_app(sql: &Connection, config: &OrgConfig, now: DateTime<Utc>) -> rusqlite::Result<()> {
    let run_as = setting(sql, "admin_id")?;
    let callback_url = Some(apps::PLATFORM_CLI_CALLBACK.to_owned());
    let mut app = App { name: "Default App".to_owned(), run_as, callback_url, ..App::default() };
    match &config.default_app {
        Some(given) if apps::find(sql, &given.consumer_key)?.is_none() => {
            app.consumer_key.clone_from(&given.consumer_key);
            app.consumer_secret.clone_from(&given.consumer_secret);
        }
        None if apps::list(sql)?.is_empty() && setting(sql, "has_default_app")?.is_none() => {}
        _ => return Ok(()),
    }
    apps::keep(sql, app, now)?;
    keep_setting(sql, "has_default_app", "yes")
}
