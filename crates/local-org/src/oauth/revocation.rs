//! Taking a token back (RFC 7009). An access token goes alone; a refresh token takes its access tokens along.
//! What is no token any more is gone already. Refuses to know who asks: whoever has a token may end it.

use crate::oauth::refresh_grants::{self, Presented};
use crate::oauth::tokens;
use crate::org::Work;

pub(crate) fn revoke(work: &Work<'_>, token: &str) -> rusqlite::Result<()> {
    work.sessions_changed();
    match refresh_grants::present(work.sql, token)? {
        Presented::Current(grant) | Presented::Replaced(grant) => refresh_grants::end(work, grant.id),
        Presented::Unknown => tokens::revoke(work.sql, token),
    }
}
