//! Members of campaigns: one lead or contact once per campaign, what is known of it, and the campaign's counters.

use rusqlite::types::Value as Cell;
use rusqlite::{OptionalExtension, params};

use crate::answers::RowError;
use crate::org::Work;
use crate::rows::Saving;
use crate::rules::look_up::{self, cell, flag, text};

/// What a second membership is told.
const ALREADY_MEMBER: &str = "Already a campaign member.";
/// What a member that is nobody, or two, is told (unconfirmed).
const WHICH_ONE: &str = "Either LeadId or ContactId must be specified, but not both";

/// Fields a member shows of its lead, and of its contact under their names there; nothing where a contact has none.
const SHOWN: [(&str, &str, &str); 17] = [
    ("Salutation", "Salutation", "Salutation"),
    ("Name", "Name", "Name"),
    ("FirstName", "FirstName", "FirstName"),
    ("LastName", "LastName", "LastName"),
    ("Title", "Title", "Title"),
    ("Street", "Street", "MailingStreet"),
    ("City", "City", "MailingCity"),
    ("State", "State", "MailingState"),
    ("PostalCode", "PostalCode", "MailingPostalCode"),
    ("Country", "Country", "MailingCountry"),
    ("Email", "Email", "Email"),
    ("Phone", "Phone", "Phone"),
    ("Fax", "Fax", "Fax"),
    ("MobilePhone", "MobilePhone", "MobilePhone"),
    ("Description", "Description", "Description"),
    ("LeadSource", "LeadSource", "LeadSource"),
    ("LeadOrContactOwnerId", "OwnerId", "OwnerId"),
];

pub(super) fn complete(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    if saving.is_new() {
        know_person(saving)?;
    }
    follow_status(saving)
}

pub(super) fn after_save(saving: &Saving<'_, '_>) -> rusqlite::Result<()> {
    let Some(campaign) = saving.text("CampaignId") else { return Ok(()) };
    let counts = |now: bool, before: bool| i64::from(now) - i64::from(before);
    let is_new = saving.is_new();
    let leads = counts(is_new && saving.text("LeadId").is_some(), false);
    let contacts = counts(is_new && saving.text("ContactId").is_some(), false);
    let responses = counts(flag(saving.cell("HasResponded")), flag(&saving.was("HasResponded")));
    count(saving.work, campaign, [leads, contacts, responses])
}

/// A member that went counts no more; one that came back counts again.
pub(super) fn after_removal(work: &Work<'_>, id: &str) -> rusqlite::Result<()> {
    let fields = ["CampaignId", "LeadId", "ContactId", "HasResponded", "IsDeleted"];
    let Some([campaign, lead, contact, responded, deleted]) = look_up::by_id(work, "CampaignMember", id, fields)?
    else {
        return Ok(());
    };
    let sign = if flag(&deleted) { -1 } else { 1 };
    let each = |is_one: bool| i64::from(is_one) * sign;
    let changes = [each(lead != Cell::Null), each(contact != Cell::Null), each(flag(&responded))];
    text(&campaign).map_or(Ok(()), |campaign| count(work, campaign, changes))
}

fn count(work: &Work<'_>, campaign: &str, [leads, contacts, responses]: [i64; 3]) -> rusqlite::Result<()> {
    if [leads, contacts, responses] == [0; 3] {
        return Ok(());
    }
    work.sql
        .prepare_cached(
            "UPDATE \"record_Campaign\" SET \"NumberOfLeads\" = \"NumberOfLeads\" + ?2,
               \"NumberOfContacts\" = \"NumberOfContacts\" + ?3, \"NumberOfResponses\" = \"NumberOfResponses\" + ?4
             WHERE \"Id\" = ?1",
        )?
        .execute(params![campaign, leads, contacts, responses])
        .map(drop)
}

/// Who the member is: exactly one person, and none that is a member already.
fn know_person(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    let work = saving.work;
    let (object, field, id) = match (saving.text("LeadId"), saving.text("ContactId")) {
        (Some(lead), None) => ("Lead", "LeadId", lead.to_owned()),
        (None, Some(contact)) => ("Contact", "ContactId", contact.to_owned()),
        _ => {
            saving.errors.push(RowError::on("FIELD_INTEGRITY_EXCEPTION", WHICH_ONE, &[]));
            return Ok(());
        }
    };
    let sql = format!(
        "SELECT 1 FROM \"record_CampaignMember\" WHERE \"{field}\" = ?1 AND \"CampaignId\" = ?2 AND \"IsDeleted\" = 0"
    );
    let campaign = saving.cell("CampaignId").clone();
    if work.sql.prepare_cached(&sql)?.query_row(params![id, campaign], |_| Ok(())).optional()?.is_some() {
        saving.errors.push(RowError::on("DUPLICATE_VALUE", ALREADY_MEMBER, &[]));
    }
    let names = SHOWN.map(|(_, of_lead, of_contact)| if object == "Lead" { of_lead } else { of_contact });
    if let Some(cells) = look_up::by_id(work, object, &id, names)? {
        for ((name, ..), value) in SHOWN.into_iter().zip(cells) {
            saving.set(name, value);
        }
    }
    saving.set("CompanyOrAccount", company(work, object, &id)?);
    saving.set("Type", cell(Some(object)));
    saving.set("LeadOrContactId", Cell::Text(id));
    Ok(())
}

fn company(work: &Work<'_>, object: &str, id: &str) -> rusqlite::Result<Cell> {
    let field = if object == "Lead" { "Company" } else { "AccountId" };
    let Some([found]) = look_up::by_id(work, object, id, [field])? else { return Ok(Cell::Null) };
    match text(&found) {
        Some(account) if object == "Contact" => {
            Ok(look_up::by_id(work, "Account", account, ["Name"])?.map_or(Cell::Null, |[name]| name))
        }
        _ => Ok(found),
    }
}

/// The status of the campaign's own list decides whether the member has responded.
fn follow_status(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    let Some(campaign) = saving.text("CampaignId").map(str::to_owned) else { return Ok(()) };
    let work = saving.work;
    if saving.is_new() && !saving.gives("Status") {
        let default: Option<Cell> = work
            .sql
            .prepare_cached(
                "SELECT \"Label\" FROM \"record_CampaignMemberStatus\"
                 WHERE \"CampaignId\" = ?1 AND \"IsDefault\" AND \"IsDeleted\" = 0",
            )?
            .query_row([&campaign], |row| row.get(0))
            .optional()?;
        saving.set("Status", default.unwrap_or(Cell::Null));
    }
    if !saving.changes("Status") {
        return Ok(());
    }
    let responded: Option<bool> = work
        .sql
        .prepare_cached(
            "SELECT \"HasResponded\" FROM \"record_CampaignMemberStatus\"
             WHERE \"CampaignId\" = ?1 AND \"Label\" = ?2 AND \"IsDeleted\" = 0",
        )?
        .query_row(params![campaign, saving.cell("Status")], |row| row.get(0))
        .optional()?;
    let responded = responded.unwrap_or(false);
    saving.set("HasResponded", Cell::Integer(responded.into()));
    if responded && saving.text("FirstRespondedDate").is_none() {
        saving.set("FirstRespondedDate", Cell::Text(work.now.date_naive().to_string()));
    }
    Ok(())
}
