//! Prices of products: named as the product is, one per product and price book, a standard price before any other.

use rusqlite::OptionalExtension;
use rusqlite::types::Value as Cell;

use crate::answers::RowError;
use crate::rows::Saving;
use crate::rules::look_up::{self, flag};

/// What a price outside the standard price book is told when the product has no standard price.
const NO_STANDARD_PRICE: &str = "No standard price defined for this product";
/// What a second price of a product in one price book is told.
const SECOND_PRICE: &str = "This price definition already exists in this price book";

pub(super) fn complete(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    let (work, is_new) = (saving.work, saving.is_new());
    let (Some(book), Some(product)) = (saving.text("Pricebook2Id"), saving.text("Product2Id")) else { return Ok(()) };
    let (book, product) = (book.to_owned(), product.to_owned());
    if is_new && let Some([name, code]) = look_up::by_id(work, "Product2", &product, ["Name", "ProductCode"])? {
        saving.set("Name", name);
        saving.set("ProductCode", code);
    }
    if is_new && price_in(saving, &product, "\"record_Pricebook2\".\"Id\" = ?2", &book)?.is_some() {
        saving.errors.push(RowError::on("DUPLICATE_VALUE", SECOND_PRICE, &[]));
    }
    let Some([is_standard]) = look_up::by_id(work, "Pricebook2", &book, ["IsStandard"])? else { return Ok(()) };
    if flag(&is_standard) {
        return Ok(());
    }
    let standard = price_in(saving, &product, "\"record_Pricebook2\".\"IsStandard\" AND ?2 <> ''", &book)?;
    match standard {
        None if is_new => saving.errors.push(RowError::on("STANDARD_PRICE_NOT_DEFINED", NO_STANDARD_PRICE, &[])),
        Some(price) if flag(saving.cell("UseStandardPrice")) => saving.set("UnitPrice", price),
        _ => {}
    }
    Ok(())
}

/// The price of a product in the price book for which `condition` holds.
fn price_in(saving: &Saving<'_, '_>, product: &str, condition: &str, book: &str) -> rusqlite::Result<Option<Cell>> {
    let sql = format!(
        "SELECT \"UnitPrice\" FROM \"record_PricebookEntry\"
         JOIN \"record_Pricebook2\" ON \"record_Pricebook2\".\"Id\" = \"Pricebook2Id\"
         WHERE \"Product2Id\" = ?1 AND \"record_PricebookEntry\".\"IsDeleted\" = 0 AND {condition}"
    );
    saving.work.sql.prepare_cached(&sql)?.query_row([product, book], |row| row.get(0)).optional()
}
