//! Orders and their products: numbers, prices and the amount.

use rusqlite::params;
use rusqlite::types::Value as Cell;

use crate::org::Work;
use crate::rows::Saving;
use crate::rules::look_up::{self, cell, cents, number, text};

/// The number of an org's first order, and of its first order product.
const FIRST_NUMBER: i64 = 100;
const FIRST_ITEM_NUMBER: i64 = 1;

pub(super) fn complete(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    if saving.is_new() {
        saving.set("TotalAmount", Cell::Real(0.0));
        if saving.errors.is_empty() {
            let number = look_up::next_number(saving.work, "Order.OrderNumber", FIRST_NUMBER)?;
            saving.set("OrderNumber", Cell::Text(format!("{number:08}")));
        }
    }
    if saving.changes("Status") {
        let is_active = saving.text("Status") == Some("Activated");
        saving.set("StatusCode", cell(Some(if is_active { "Activated" } else { "Draft" })));
    }
    Ok(())
}

pub(super) fn complete_item(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    let work = saving.work;
    if saving.is_new() {
        if saving.errors.is_empty() {
            let number = look_up::next_number(work, "OrderItem.OrderItemNumber", FIRST_ITEM_NUMBER)?;
            saving.set("OrderItemNumber", Cell::Text(format!("{number:010}")));
        }
        let entry = match saving.text("PricebookEntryId") {
            Some(entry) => look_up::by_id(work, "PricebookEntry", entry, ["UnitPrice", "Product2Id"])?,
            None => None,
        };
        if let Some([price, product]) = entry {
            if *saving.cell("UnitPrice") == Cell::Null {
                saving.set("UnitPrice", price.clone());
            }
            saving.set("ListPrice", price);
            saving.set("Product2Id", product);
        }
    }
    let total = number(saving.cell("Quantity")).zip(number(saving.cell("UnitPrice")));
    saving.set("TotalPrice", total.map_or(Cell::Null, |(quantity, price)| cents(quantity * price)));
    Ok(())
}

pub(super) fn after_save(saving: &Saving<'_, '_>) -> rusqlite::Result<()> {
    saving.text("OrderId").map_or(Ok(()), |order| sum(saving.work, order))
}

pub(super) fn after_removal(work: &Work<'_>, id: &str) -> rusqlite::Result<()> {
    let parent = look_up::by_id(work, "OrderItem", id, ["OrderId"])?;
    parent.as_ref().and_then(|[order]| text(order)).map_or(Ok(()), |order| sum(work, order))
}

fn sum(work: &Work<'_>, order: &str) -> rusqlite::Result<()> {
    work.sql
        .prepare_cached(
            "UPDATE \"record_Order\" SET \"TotalAmount\" = (
               SELECT coalesce(sum(\"TotalPrice\"), 0.0) FROM \"record_OrderItem\"
               WHERE \"OrderId\" = ?1 AND \"IsDeleted\" = 0)
             WHERE \"Id\" = ?1",
        )?
        .execute(params![order])
        .map(drop)
}
