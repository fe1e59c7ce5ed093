//! What SOAP tells about a user and the org: the `userInfo` of a login. Refuses to decide who may know.

use rusqlite::OptionalExtension;

use crate::answers::Fault;
use crate::oauth::tokens::SESSION_SECONDS;
use crate::org::Work;
use crate::soap::wire::{element, nothing};

/// The largest attachment, in bytes.
const ATTACHMENT_LIMIT: &str = "5242880";

struct Person {
    username: String,
    name: String,
    email: String,
    profile_id: String,
    role_id: Option<String>,
    language: String,
    locale: String,
    time_zone: String,
    user_type: String,
}

/// The elements of `userInfo`.
pub(crate) fn user_info(work: &Work<'_>, user_id: &str) -> Result<String, Fault> {
    let person = find(work, user_id)?.ok_or_else(Fault::no_resource)?;
    let org_name: Option<String> =
        work.sql.query_row("SELECT \"Name\" FROM \"record_Organization\"", [], |row| row.get(0)).optional()?;
    let parts = [
        element("accessibilityMode", "false"),
        element("chatterExternal", "false"),
        element("currencySymbol", "$"),
        element("orgAttachmentFileSizeLimit", ATTACHMENT_LIMIT),
        element("orgDefaultCurrencyIsoCode", "USD"),
        element("orgDefaultCurrencyLocale", "en_US"),
        element("orgDisallowHtmlAttachments", "false"),
        element("orgHasPersonAccounts", "false"),
        element("organizationId", &work.org_id()?),
        element("organizationMultiCurrency", "false"),
        element("organizationName", &org_name.unwrap_or_default()),
        element("profileId", &person.profile_id),
        person.role_id.map_or_else(|| nothing("roleId"), |role| element("roleId", &role)),
        element("sessionSecondsValid", &SESSION_SECONDS.to_string()),
        nothing("userDefaultCurrencyIsoCode"),
        element("userEmail", &person.email),
        element("userFullName", &person.name),
        element("userId", user_id),
        element("userLanguage", &person.language),
        element("userLocale", &person.locale),
        element("userName", &person.username),
        element("userTimeZone", &person.time_zone),
        element("userType", &person.user_type),
        element("userUiSkin", "Theme3"),
    ];
    Ok(parts.concat())
}

fn find(work: &Work<'_>, user_id: &str) -> rusqlite::Result<Option<Person>> {
    let statement = "SELECT \"Username\", \"Name\", \"Email\", \"ProfileId\", \"UserRoleId\", \"LanguageLocaleKey\",
                     \"LocaleSidKey\", \"TimeZoneSidKey\", \"UserType\" FROM \"record_User\" WHERE \"Id\" = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        let text = |at: usize, otherwise: &str| {
            row.get::<_, Option<String>>(at).map(|text| text.unwrap_or_else(|| otherwise.to_owned()))
        };
        Ok(Person {
            username: text(0, "")?,
            name: text(1, "")?,
            email: text(2, "")?,
            profile_id: text(3, "")?,
            role_id: row.get(4)?,
            language: text(5, "en_US")?,
            locale: text(6, "en_US")?,
            time_zone: text(7, "GMT")?,
            user_type: text(8, "Standard")?,
        })
    };
    work.sql.prepare_cached(statement)?.query_row([user_id], read).optional()
}
