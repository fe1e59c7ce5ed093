//! Products of an opportunity: their prices, and the sum they make.

use rusqlite::types::Value as Cell;

use crate::answers::RowError;
use crate::org::Work;
use crate::rows::Saving;
use crate::rules::automatic::opportunity::sum_products;
use crate::rules::look_up::{self, cell, cents, number, text};

/// Why a product is refused whose opportunity has no price book (the refusal is in the object's description, its text is
/// unconfirmed).
const NO_PRICE_BOOK: &str = "field integrity exception: PricebookEntryId (the opportunity has no price book)";
/// Why a product of another price book is refused.
const OTHER_PRICE_BOOK: &str = "field integrity exception: PricebookEntryId (pricebook entry is in a different pricebook than \
                                the one assigned to the opportunity)";
/// Why a product that is not sold any more is refused.
const INACTIVE_ENTRY: &str = "field integrity exception: PricebookEntryId (pricebook entry has been inactivated.)";
/// Why a product with two prices is refused (unconfirmed).
const TWO_PRICES: &str = "field integrity exception: unknown (must specify either UnitPrice or TotalPrice, not both)";

pub(super) fn complete(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    if saving.is_new() {
        take_entry(saving)?;
    }
    price(saving);
    Ok(())
}

pub(super) fn after_save(saving: &Saving<'_, '_>) -> rusqlite::Result<()> {
    saving.text("OpportunityId").map_or(Ok(()), |opportunity| sum_products(saving.work, opportunity))
}

pub(super) fn after_removal(work: &Work<'_>, id: &str) -> rusqlite::Result<()> {
    let parent = look_up::by_id(work, "OpportunityLineItem", id, ["OpportunityId"])?;
    match parent.as_ref().and_then(|[parent]| text(parent)) {
        Some(opportunity) => sum_products(work, opportunity),
        None => Ok(()),
    }
}

/// What a new line takes from its price book entry and its opportunity.
fn take_entry(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    let work = saving.work;
    let Some(opportunity) = saving.text("OpportunityId").map(str::to_owned) else { return Ok(()) };
    let Some([book, opportunity_name]) = look_up::by_id(work, "Opportunity", &opportunity, ["Pricebook2Id", "Name"])?
    else {
        return Ok(());
    };
    let Some(book) = text(&book) else { return refuse(saving, NO_PRICE_BOOK) };
    let entry = match (saving.text("PricebookEntryId"), saving.text("Product2Id")) {
        (Some(entry), _) => Some(entry.to_owned()),
        (None, Some(product)) => entry_of(work, book, product)?,
        (None, None) => {
            let text = "Required fields are missing: [PricebookEntryId]";
            saving.errors.push(RowError::on("REQUIRED_FIELD_MISSING", text, &["PricebookEntryId"]));
            return Ok(());
        }
    };
    let fields = ["Pricebook2Id", "IsActive", "UnitPrice", "Product2Id", "ProductCode", "Name"];
    let found = match &entry {
        Some(entry) => look_up::by_id(work, "PricebookEntry", entry, fields)?,
        None => None,
    };
    let Some([entry_book, is_active, list_price, product, code, name]) = found else {
        return if entry.is_none() { refuse(saving, OTHER_PRICE_BOOK) } else { Ok(()) };
    };
    if text(&entry_book) != Some(book) {
        return refuse(saving, OTHER_PRICE_BOOK);
    }
    if !look_up::flag(&is_active) {
        return refuse(saving, INACTIVE_ENTRY);
    }
    let full_name = format!("{} {}", text(&opportunity_name).unwrap_or_default(), text(&name).unwrap_or_default());
    saving.set("PricebookEntryId", cell(entry.as_deref()));
    saving.set("ListPrice", list_price);
    saving.set("Product2Id", product);
    saving.set("ProductCode", code);
    saving.set("Name", Cell::Text(full_name.trim().to_owned()));
    Ok(())
}

fn entry_of(work: &Work<'_>, book: &str, product: &str) -> rusqlite::Result<Option<String>> {
    use rusqlite::OptionalExtension;
    work.sql
        .prepare_cached(
            "SELECT \"Id\" FROM \"record_PricebookEntry\"
             WHERE \"Product2Id\" = ?1 AND \"Pricebook2Id\" = ?2 AND \"IsDeleted\" = 0",
        )?
        .query_row([product, book], |row| row.get(0))
        .optional()
}

/// The total is quantity times price; whoever gives the total has the price worked out.
fn price(saving: &mut Saving<'_, '_>) {
    let gives = |name: &str| saving.gives(name) && *saving.cell(name) != Cell::Null;
    let (gives_price, gives_total) = (gives("UnitPrice"), gives("TotalPrice"));
    let quantity = number(saving.cell("Quantity"));
    match (gives_price, gives_total) {
        (true, true) => saving.errors.push(RowError::on("FIELD_INTEGRITY_EXCEPTION", TWO_PRICES, &[])),
        (false, false) if saving.is_new() => {
            let text = "Required fields are missing: [UnitPrice]";
            saving.errors.push(RowError::on("REQUIRED_FIELD_MISSING", text, &["UnitPrice"]));
        }
        (false, true) => {
            let total = number(saving.cell("TotalPrice"));
            let price =
                total.zip(quantity).filter(|(_, quantity)| *quantity != 0.0).map(|(total, count)| total / count);
            saving.set("UnitPrice", price.map_or(Cell::Null, cents));
        }
        _ => {
            let total = number(saving.cell("UnitPrice")).zip(quantity).map(|(price, quantity)| price * quantity);
            saving.set("TotalPrice", total.map_or(Cell::Null, cents));
        }
    }
}

fn refuse(saving: &mut Saving<'_, '_>, text: &str) -> rusqlite::Result<()> {
    saving.errors.push(RowError::on("FIELD_INTEGRITY_EXCEPTION", text, &["PricebookEntryId"]));
    Ok(())
}
