//! What can go wrong on the way out, told apart by the one question that matters: was anything sent?

/// Whether the other side may have seen the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sent {
    /// No byte of the request left us.
    Nothing,
    /// It may have arrived and may have been carried out.
    MayHave,
}

/// A call that gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// We do not dial that.
    #[error("{target} may not be called, because it is {reason}")]
    NotPermitted {
        /// Host or address, as it was asked for.
        target: String,
        /// Follows "because it is".
        reason: String,
    },
    /// The request could not be put together.
    #[error("could not prepare the request to {host}")]
    Unsendable {
        /// Whom it was for.
        host: String,
        /// What was wrong with it.
        #[source]
        cause: reqwest::Error,
    },
    /// The client itself could not be made.
    #[error("could not set up the HTTP client")]
    Setup {
        /// Why.
        #[source]
        cause: reqwest::Error,
    },
    /// No address is known for the name.
    #[error("no address is known for {host}")]
    UnknownHost {
        /// The name.
        host: String,
        /// What the resolver said.
        #[source]
        cause: std::io::Error,
    },
    /// The connection was refused.
    #[error("could not connect to {host}")]
    CouldNotConnect {
        /// Whom we dialled.
        host: String,
        /// Why.
        #[source]
        cause: reqwest::Error,
    },
    /// The connection was refused, where it was not for HTTP.
    #[error("could not connect to {host}")]
    CouldNotDial {
        /// Whom we dialled.
        host: String,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// There is no trusted TLS with it: its certificate is not good for us, or it does not speak TLS.
    #[error("no secure connection to {host} came about: {reason}")]
    TlsFailed {
        /// Whom we dialled.
        host: String,
        /// What TLS found; holds nothing of the request.
        reason: String,
    },
    /// No connection came about in time.
    #[error("{host} did not accept a connection in time")]
    TimedOutBeforeSend {
        /// Whom we dialled.
        host: String,
    },
    /// The request was on its way, and no answer, or only a part of it, came in time.
    #[error("{host} did not answer in time")]
    TimedOutAfterSend {
        /// Who was silent.
        host: String,
    },
    /// The request was on its way, and the connection broke before the answer was complete.
    #[error("the connection to {host} broke before the answer was complete")]
    BrokenAfterSend {
        /// Who was asked.
        host: String,
        /// Why.
        #[source]
        cause: reqwest::Error,
    },
    /// The answer is larger than we read.
    #[error("the answer of {host} is larger than {limit_bytes} bytes")]
    BodyTooLarge {
        /// Who answered.
        host: String,
        /// How much we read at most, after decompression.
        limit_bytes: usize,
    },
}

impl EgressError {
    /// Whether the other side may have carried the request out. When in doubt, it may have.
    pub fn sent(&self) -> Sent {
        match self {
            EgressError::NotPermitted { .. }
            | EgressError::Unsendable { .. }
            | EgressError::Setup { .. }
            | EgressError::UnknownHost { .. }
            | EgressError::CouldNotConnect { .. }
            | EgressError::CouldNotDial { .. }
            | EgressError::TlsFailed { .. }
            | EgressError::TimedOutBeforeSend { .. } => Sent::Nothing,
            EgressError::TimedOutAfterSend { .. }
            | EgressError::BrokenAfterSend { .. }
            | EgressError::BodyTooLarge { .. } => Sent::MayHave,
        }
    }
}
