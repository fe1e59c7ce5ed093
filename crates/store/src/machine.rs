//! What a machine does to a database.

use std::fmt::{self, Display, Formatter};

/// Why a database cannot be used for now. Nothing is lost by any of it: what was committed stays, and what was not is done again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineTrouble {
    /// The disk is full, or the file may not become larger.
    NoRoom,
    /// The database may not be written.
    ReadOnly,
    /// The database is not whole.
    Damaged,
    /// Another program keeps the database locked.
    Locked,
    /// The database does not answer.
    Away,
}

impl MachineTrouble {
    /// A stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoRoom => "no_room",
            Self::ReadOnly => "read_only",
            Self::Damaged => "damaged",
            Self::Locked => "locked",
            Self::Away => "database_away",
        }
    }

    /// The one thing to do next.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::NoRoom => "Make room on the disk of the database; what was begun goes on by itself",
            Self::ReadOnly => "Make the data directory and its files writable for the user that runs salesbridge",
            Self::Damaged => "Stop salesbridge, and restore a backup: `salesbridge restore FILE --replace`",
            Self::Locked => "End the other program that keeps the database locked; what was begun goes on by itself",
            Self::Away => "Start the database, or mend the way to it; what was begun goes on by itself",
        }
    }
}

impl Display for MachineTrouble {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRoom => "the database cannot grow: its disk is full, or its file may not become larger",
            Self::ReadOnly => "the database cannot be written",
            Self::Damaged => "the database is damaged",
            Self::Locked => "another program keeps the database locked",
            Self::Away => "the database does not answer",
        })
    }
}
