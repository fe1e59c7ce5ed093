//! Saying yes before anything is sent: asks on a terminal, wants `--yes` elsewhere.

use crate::terminal::{Failure, is_interactive, say};

/// Does something that may start sending. When the hub wants a yes, a person is told what would be made, where, and asked.
pub(crate) async fn with_confirmation<T, F>(yes: bool, attempt: impl Fn(bool) -> F) -> anyhow::Result<T>
where
    F: Future<Output = anyhow::Result<T>>,
{
    let error = match attempt(yes).await {
        Ok(done) => return Ok(done),
        Err(error) => error,
    };
    let Some(start) = error.downcast_ref::<Failure>().and_then(|failure| failure.start.clone()) else {
        return Err(error);
    };
    if !is_interactive() {
        return Err(error);
    }
    say(&format!("{start}."));
    let agreed = tokio::task::spawn_blocking(|| inquire::Confirm::new("Go on?").with_default(false).prompt_skippable());
    if agreed.await??.unwrap_or(false) { attempt(true).await } else { Err(nothing_done().into()) }
}

fn nothing_done() -> Failure {
    Failure { code: "cancelled".to_owned(), message: "nothing was changed".to_owned(), ..Failure::default() }
}
