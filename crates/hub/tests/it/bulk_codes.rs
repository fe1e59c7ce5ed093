//! Codes that a call about a Bulk job can be answered with, and what was decided to follow from each at each step of the job.

/// What follows, as far as it can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follows {
    /// It is sent again, or found out, by itself, soon.
    Later,
    /// The same, after a quarter of an hour.
    Waits,
    /// The rows go by calls, and no job is tried for a day.
    ByCalls,
    /// The rows go one by one, by calls.
    Halved,
    /// The sync waits for a person: nothing can be told of a job that cannot be read.
    SyncHeld,
    /// The connection waits for a person.
    Held,
}

/// A step of a job, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Create,
    Upload,
    Queue,
    Poll,
    ReadWritten,
    ReadRefused,
}

/// What a code means, as `docs/errors.md` has it, and the status it comes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    /// It passes.
    Passes,
    /// The calls of the day are used up: none is made for a while, not even to ask how the job is.
    NoCalls,
    /// A limit that frees up.
    Limit,
    /// The call cannot succeed as it is.
    Refusal,
    /// What was asked for is not there: status 404.
    Missing,
    /// The object is not what its describe said.
    Outdated,
    /// The org takes no jobs from this user.
    NoJobs,
    /// Nothing goes any more.
    Hold,
}

pub(crate) const CODES: &[(&str, Means)] = &[
    ("INVALID_SESSION_ID", Means::Passes),
    ("TXN_SECURITY_METERING_ERROR", Means::Passes),
    ("UNKNOWN_EXCEPTION", Means::Passes),
    ("SERVER_UNAVAILABLE", Means::Passes),
    ("APEX_ERROR", Means::Passes),
    ("InvalidJob", Means::Passes),
    ("InvalidJobState", Means::Passes),
    ("Timeout", Means::Passes),
    ("TooManyLockFailure", Means::Passes),
    ("Unknown", Means::Passes),
    ("REQUEST_LIMIT_EXCEEDED", Means::NoCalls),
    ("LIMIT_EXCEEDED", Means::Limit),
    ("ExceededQuota", Means::Limit),
    ("FORBIDDEN", Means::Refusal),
    ("INSUFFICIENT_ACCESS", Means::Refusal),
    ("FUNCTIONALITY_NOT_ENABLED", Means::Refusal),
    ("TXN_SECURITY_NO_ACCESS", Means::Refusal),
    ("METHOD_NOT_ALLOWED", Means::Refusal),
    ("CONFLICT", Means::Refusal),
    ("UNSUPPORTED_MEDIA_TYPE", Means::Refusal),
    ("JSON_PARSER_ERROR", Means::Refusal),
    ("ClientInputError", Means::Refusal),
    ("InvalidBatch", Means::Refusal),
    ("InvalidOperation", Means::Refusal),
    ("InvalidUrl", Means::Refusal),
    ("InvalidXML", Means::Refusal),
    ("NOT_FOUND", Means::Missing),
    ("ITEM_NOT_FOUND", Means::Missing),
    ("INVALID_FIELD", Means::Outdated),
    ("INVALID_TYPE", Means::Outdated),
    ("FeatureNotEnabled", Means::NoJobs),
    ("InvalidUser", Means::Hold),
    ("INVALID_AUTH_HEADER", Means::Hold),
    ("API_DISABLED_FOR_ORG", Means::Hold),
    ("API_CURRENTLY_DISABLED", Means::Hold),
    ("GONE", Means::Hold),
    ("UNSUPPORTED_API_VERSION", Means::Hold),
    ("CLIENT_NOT_ACCESSIBLE_FOR_USER", Means::Hold),
];

impl Means {
    /// What follows when the step is answered so, whether it took effect or not.
    pub(crate) fn at(self, step: Step, took_effect: bool) -> Follows {
        match (self, step) {
            (Self::NoCalls, _) => Follows::Waits,
            // A job that is queued all the same tells by itself what became of its rows.
            (_, Step::Queue) if took_effect => Follows::Later,
            (Self::Passes, _) => Follows::Later,
            (Self::Limit, _) => Follows::Waits,
            (Self::Refusal | Self::Missing | Self::Outdated | Self::NoJobs, Step::Create) => Follows::ByCalls,
            (Self::Outdated, Step::Upload | Step::Queue) => Follows::Later,
            (Self::Refusal | Self::Missing, Step::Upload | Step::Queue) => Follows::Halved,
            // The job is looked for again before its records are.
            (Self::Missing, Step::Poll) => Follows::Later,
            (Self::Refusal | Self::Missing | Self::Outdated, Step::Poll | Step::ReadWritten | Step::ReadRefused) => {
                Follows::SyncHeld
            }
            (Self::Hold | Self::NoJobs, _) => Follows::Held,
        }
    }
}
