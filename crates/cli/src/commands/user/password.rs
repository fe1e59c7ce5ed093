//! Where a password comes from: never from the command line, where every user of the machine could read it.

use anyhow::Context;
use salesbridge_model::Secret;

use crate::secret_text;
use crate::terminal::is_interactive;

/// The password that is named, or typed; nothing when a link is to be made.
pub(super) fn given_or_asked(named: Option<&str>, wants_link: bool) -> anyhow::Result<Option<Secret<String>>> {
    if let Some(named) = named {
        return secret_text::given(named).context("the password cannot be read").map(Some);
    }
    if wants_link || !is_interactive() {
        return Ok(None);
    }
    let typed = inquire::Password::new("Password (empty: make a link to set one):")
        .with_custom_confirmation_message("Once more:")
        .with_custom_confirmation_error_message("These two are not the same; type it again.")
        .prompt()?;
    Ok(Some(typed).filter(|typed| !typed.is_empty()).map(Secret::new))
}
