//! What the codes of Bulk jobs mean: of a call about a job, or of a job that failed while it was worked on (Bulk API 2.0 and Bulk API Developer Guide,
//! "Errors"). The rows of a job have the same codes as any other row.

use super::Disposition::{Defer, HoldConnection, Refuse, RetryLater};
use super::{Entry, entry, saying};
use crate::ApiFault;

const OURS: &str = "Report this to the makers of Salesbridge, with the code and message.";
const SENT_AGAIN: &str = "Nothing to do; the job's rows are looked up, and sent again where they did not arrive.";

pub(super) const NOTE: &str = "\
A call about a job may be answered with any code of this page. What follows depends on how far the job is:

- The job is *made*: where it says *refuses it*, or `FeatureNotEnabled`, the rows go by calls, and no job is tried for a day.
- The job *gets its file*, or *is queued*: where it says *refuses it*, the halves of the rows are sent, the small ones by calls, until the row at fault stands alone. A job that is
  not queued is ended. One that is queued although the answer denied it is asked what it wrote.
- The job *is asked how far it is*, or *its results are read*: where it says *refuses it*, the sync waits for you, and its rows are found out before anything else is sent. Results that
  are fewer than the job counts are not believed, nor that there is no such job before ten minutes have passed.
- The job *failed* with a code of this table, or was aborted: before its first row, what this table says; *refuses it* is halved as above. In the middle, the lists tell which rows
  arrived, and the others are put off and sent again.
";

/// What a code of a job means; REST may spell it in capitals.
pub(super) fn of_job(fault: &ApiFault) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.code.eq_ignore_ascii_case(&fault.code) && fault.message.contains(entry.says))
}

pub(super) static TABLE: &[Entry] = &[
    saying("ClientInputError", "LineEnding", "The lines of the file end otherwise than the job says.", Refuse, OURS),
    entry("ClientInputError", "The file of the job cannot be read.", Refuse, OURS),
    saying("InvalidBatch", "Records not found", "The file of the job holds no rows.", Refuse, OURS),
    entry(
        "InvalidBatch",
        "The file of the job has a column that the object does not have, or cannot be parsed.",
        Refuse,
        "Correct the mapping: compare its fields with Setup > Object Manager.",
    ),
    entry(
        "ExceededQuota",
        "The org's daily quota of Bulk batches is used up.",
        Defer,
        "Wait, it goes on by itself; Setup > Bulk Data Load Jobs shows who uses the quota.",
    ),
    entry(
        "FeatureNotEnabled",
        "The Bulk API is switched off for the org or the user.",
        HoldConnection,
        "Give the run-as user the permission API Enabled, in Setup > Permission Sets > System Permissions.",
    ),
    entry("InvalidJob", "There is no such job, or its definition is wrong.", RetryLater, SENT_AGAIN),
    entry("InvalidJobState", "The job is in a state that does not allow what was asked.", RetryLater, SENT_AGAIN),
    entry("InvalidOperation", "The job's operation is not supported.", Refuse, OURS),
    entry("InvalidUrl", "The address is not one of the Bulk API.", Refuse, OURS),
    entry("InvalidXML", "The XML of the request cannot be read.", Refuse, OURS),
    entry(
        "InvalidUser",
        "The job belongs to another user, or ours lacks the right to it.",
        HoldConnection,
        "Give the run-as user back that made the job, or give it the permission Manage Data Integrations.",
    ),
    entry("Aborted", "Somebody ended the job in Salesforce.", RetryLater, SENT_AGAIN),
    entry("InvalidSessionId", "The session ended.", RetryLater, SENT_AGAIN),
    entry("Timeout", "Salesforce took too long over the job.", RetryLater, SENT_AGAIN),
    entry(
        "TooManyLockFailure",
        "Too many rows of the job found their parents locked.",
        RetryLater,
        "Nothing to do; the rows are sent again in smaller groups. If it stays, look for other jobs on the same records.",
    ),
    entry("NotFound", "There is no such job any more.", RetryLater, SENT_AGAIN),
    entry("Unknown", "The job failed inside Salesforce.", RetryLater, SENT_AGAIN),
];
