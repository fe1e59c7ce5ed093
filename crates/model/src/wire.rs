//! How a text of a form of its own is described in the API's document.

use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

/// A text that matches a regular expression, with one that does.
pub(crate) fn text(pattern: &str, example: &str, description: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .pattern(Some(pattern))
        .examples([example])
        .into()
}
