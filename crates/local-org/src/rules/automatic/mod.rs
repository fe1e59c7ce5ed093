//! Values the org sets by itself, object by object: what follows from other fields of a row before it is written, and what a
//! written row changes elsewhere. With them, the refusals that only one object knows. Refuses to write the row itself.

mod activities;
mod campaign;
mod campaign_member;
mod case;
mod content;
mod contract;
mod event;
mod lead;
mod opportunity;
mod opportunity_line_item;
mod order;
mod permissions;
mod price_book_entry;
mod product;
mod user;

use crate::org::Work;
use crate::rows::Saving;
use crate::rules::record_types;
use crate::schema::Object;

pub(in crate::rules) use lead::CONVERTED;

/// Completes a row that is about to be checked.
pub(crate) fn complete(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    match saving.object.name.as_str() {
        "Attachment" | "Document" => content::measure(saving),
        "Campaign" => campaign::complete(saving),
        "CampaignMember" => campaign_member::complete(saving),
        "Case" => case::complete(saving),
        "ContentVersion" => content::complete_version(saving),
        "Contract" => contract::complete(saving),
        "Event" => event::complete(saving),
        "Lead" => lead::complete(saving),
        "Opportunity" => opportunity::complete(saving),
        "OpportunityLineItem" => opportunity_line_item::complete(saving),
        "Order" => order::complete(saving),
        "FieldPermissions" => permissions::complete_field(saving),
        "ObjectPermissions" => permissions::complete_object(saving),
        "OrderItem" => order::complete_item(saving),
        "PricebookEntry" => price_book_entry::complete(saving),
        "RecordType" => record_types::complete_type(saving),
        "Task" => activities::complete_task(saving),
        "User" => user::complete(saving),
        _ => Ok(()),
    }
}

/// Carries a written row's consequences to other records.
pub(crate) fn after_save(saving: &Saving<'_, '_>, id: &str) -> rusqlite::Result<()> {
    match saving.object.name.as_str() {
        "Campaign" => campaign::after_save(saving, id),
        "CampaignMember" => campaign_member::after_save(saving),
        "ContentVersion" => content::after_save_version(saving, id),
        "Opportunity" => opportunity::after_save(saving, id),
        "OpportunityLineItem" => opportunity_line_item::after_save(saving),
        "OrderItem" => order::after_save(saving),
        "Product2" => product::after_save(saving, id),
        "RecordType" => record_types::after_save(saving),
        "User" => user::after_save(saving, id),
        _ => Ok(()),
    }
}

/// Carries the consequences of a row that has gone to the recycle bin, or come back from it.
pub(crate) fn after_removal(work: &Work<'_>, object: &Object, id: &str) -> rusqlite::Result<()> {
    match object.name.as_str() {
        "CampaignMember" => campaign_member::after_removal(work, id),
        "OpportunityLineItem" => opportunity_line_item::after_removal(work, id),
        "OrderItem" => order::after_removal(work, id),
        _ => Ok(()),
    }
}
