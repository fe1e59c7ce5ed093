//! PostgreSQL's failures in the store's words. It decides nothing but which word.

use salesbridge_store::{MachineTrouble, StoreError};
use sqlx::error::{DatabaseError, ErrorKind};

/// What people can do something about; the cause inside [`StoreError::Database`], or [`StoreError::Machine`] when it passes by itself.
#[derive(Debug, thiserror::Error)]
pub enum PostgresFault {
    /// The address cannot be used. It may hold a password, so it is not shown.
    #[error(
        "the address is not one of a PostgreSQL database: {reason}; expected is postgres://USER:PASSWORD@HOST:PORT/DATABASE"
    )]
    Address {
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody answers.
    #[error(
        "the PostgreSQL server at {server} cannot be reached; check that it runs, and the host and the port of the address"
    )]
    Unreachable {
        /// Host and port, or the socket.
        server: String,
        /// Why.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server lets this user not in.
    #[error(
        "the PostgreSQL server at {server} does not let the user {user} in ({reason}); check the user and the password of the address"
    )]
    Refused {
        /// Host and port, or the socket.
        server: String,
        /// The user of the address.
        user: String,
        /// The server's words.
        reason: String,
    },
    /// There is no such database.
    #[error("the PostgreSQL server at {server} has no database {database}; make it first: createdb {database}")]
    NoDatabase {
        /// Host and port, or the socket.
        server: String,
        /// The database of the address.
        database: String,
    },
    /// The database was made for something else.
    #[error("the PostgreSQL database cannot be used: {reason}")]
    Unfit {
        /// What is wrong, and what helps.
        reason: String,
    },
    /// The connection broke. The next transaction makes a new one.
    #[error("the connection to PostgreSQL was lost; it is made again as soon as the server answers")]
    Lost {
        /// Why.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// No connection within the time limit.
    #[error("no connection to PostgreSQL within {seconds} s: the server is down, or all its connections are in use")]
    NoConnection {
        /// The time limit.
        seconds: u64,
    },
    /// Another process has been writing for too long.
    #[error("another process did not end its write transaction within {seconds} s; look for it in pg_stat_activity")]
    Busy {
        /// The time limit.
        seconds: u64,
    },
    /// The server's disk is full.
    #[error("the disk of the PostgreSQL server is full: {reason}")]
    Full {
        /// The server's words.
        reason: String,
    },
    /// The server's rights are too narrow.
    #[error("the user of the address may not do this: {reason}; make it the owner of the database")]
    Forbidden {
        /// The server's words.
        reason: String,
    },
}

/// How long a transaction waits for a connection.
pub(crate) const CONNECTION_SECONDS: u64 = 30;

/// How long a write transaction waits for those of other processes.
pub(crate) const WRITER_SECONDS: u64 = 30;

/// Names the operation of a failure; broken references and unreadable columns get their own words.
pub(crate) fn failed(operation: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |error| match error {
        sqlx::Error::Database(cause) if cause.kind() == ErrorKind::ForeignKeyViolation => {
            StoreError::Reference { operation }
        }
        sqlx::Error::ColumnDecode { index, source } => {
            StoreError::Corrupt { what: "column", row: format!("{operation}, column {index}"), cause: source }
        }
        other => match fault(other) {
            Ok(fault) => of_fault(operation, fault),
            Err(other) => StoreError::Database { operation, cause: Box::new(other) },
        },
    }
}

/// As [`failed`], where a unique value may be taken already.
pub(crate) fn failed_or_taken(operation: &'static str, what: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |error| match &error {
        sqlx::Error::Database(cause) if cause.kind() == ErrorKind::UniqueViolation => StoreError::Taken { what },
        _ => failed(operation)(error),
    }
}

impl From<PostgresFault> for StoreError {
    fn from(fault: PostgresFault) -> Self {
        of_fault("open", fault)
    }
}

fn of_fault(operation: &'static str, fault: PostgresFault) -> StoreError {
    match fault.trouble() {
        Some(trouble) => StoreError::Machine { operation, trouble, cause: Box::new(fault) },
        None => StoreError::Database { operation, cause: Box::new(fault) },
    }
}

impl PostgresFault {
    /// What the work waits for; `None` for what only another address or another right can mend.
    fn trouble(&self) -> Option<MachineTrouble> {
        match self {
            Self::Unreachable { .. } | Self::Lost { .. } | Self::NoConnection { .. } => Some(MachineTrouble::Away),
            Self::Busy { .. } => Some(MachineTrouble::Locked),
            Self::Full { .. } => Some(MachineTrouble::NoRoom),
            Self::Address { .. }
            | Self::Refused { .. }
            | Self::NoDatabase { .. }
            | Self::Unfit { .. }
            | Self::Forbidden { .. } => None,
        }
    }
}

/// The fault behind an error in the middle of the work; the error itself when there is none.
fn fault(error: sqlx::Error) -> Result<PostgresFault, sqlx::Error> {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed => {
            Ok(PostgresFault::Lost { cause: Box::new(error) })
        }
        sqlx::Error::PoolTimedOut => Ok(PostgresFault::NoConnection { seconds: CONNECTION_SECONDS }),
        sqlx::Error::Database(ref cause) => match state(cause.as_ref()).as_str() {
            // The server stops, starts, or somebody ended the session: admin_shutdown, crash_shutdown, cannot_connect_now,
            // idle_in_transaction_session_timeout; and class 08, connection exceptions (postgresql.org/docs/current/errcodes-appendix.html).
            "57P01" | "57P02" | "57P03" | "25P03" => Ok(PostgresFault::Lost { cause: Box::new(error) }),
            state if state.starts_with("08") => Ok(PostgresFault::Lost { cause: Box::new(error) }),
            "53100" => Ok(PostgresFault::Full { reason: cause.message().to_owned() }),
            "55P03" => Ok(PostgresFault::Busy { seconds: WRITER_SECONDS }),
            "42501" => Ok(PostgresFault::Forbidden { reason: cause.message().to_owned() }),
            _ => Err(error),
        },
        other => Err(other),
    }
}
/// The SQLSTATE of an error.
pub(crate) fn state(error: &dyn DatabaseError) -> String {
    error.code().map(std::borrow::Cow::into_owned).unwrap_or_default()
}
