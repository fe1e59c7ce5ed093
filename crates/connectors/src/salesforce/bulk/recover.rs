//! What became of a job whose end nobody saw.

use std::time::Duration;

use salesbridge_connector_kit::{
    ClaimedRecords, ConnectorError, RecoveredRow, Recovery, Refusal, RowAnswer, SendFailure,
};
use salesbridge_salesforce::{ApiError, JobState};

use super::intent::PreparedJob;
use super::results::Told;
use crate::salesforce::SalesforceConnector;
use crate::salesforce::judge::connector_error;
use crate::salesforce::recover::LostWrite;

impl SalesforceConnector {
    pub(in crate::salesforce) async fn recover_job(
        &self,
        prepared: &PreparedJob,
        file: &[u8],
        silent_for: Duration,
        claimed: &dyn ClaimedRecords,
    ) -> Result<Recovery, ConnectorError> {
        let Some(job) = &prepared.job else { return Ok(not_sent(prepared)) };
        let mut info = self.client.ingest_job(job).await.map_err(connector_error)?;
        if info.as_ref().is_some_and(|info| info.state == JobState::Open) {
            match self.client.abort_job(job).await {
                // It was never queued, and now it never will be.
                Ok(_) => return Ok(not_sent(prepared)),
                // Somebody queued or ended it in this moment.
                Err(ApiError::Refused { .. }) => info = self.client.ingest_job(job).await.map_err(connector_error)?,
                Err(error) => return Err(connector_error(error)),
            }
        }
        let Some(info) = info else {
            // One answer is not believed at once: a job that is at work would make a second record of every row.
            let doubtful_for = self.in_flight.saturating_sub(silent_for);
            if !doubtful_for.is_zero() {
                return Ok(Recovery::Wait { pause: doubtful_for });
            }
            return self.find_out_without_job(prepared, file, claimed).await;
        };
        if !info.state.is_final() {
            return Ok(Recovery::Wait { pause: self.job_pauses().1 });
        }
        match self.told(prepared, file, &info).await.map_err(connector_error)? {
            Told::Rows(answers) => Ok(Recovery::Rows(answers.into_iter().map(RecoveredRow::Answered).collect())),
            Told::Nothing(fault) => Ok(match self.nothing_written(fault).await {
                SendFailure::RefusedWhole(refusal) if prepared.rows == 1 => refused(refusal),
                _ => not_sent(prepared),
            }),
            Told::Unclear => self.find_out_without_job(prepared, file, claimed).await,
        }
    }

    /// A job is forgotten seven days after its end: nothing of it is under way any more, and the records themselves have to tell.
    async fn find_out_without_job(
        &self,
        prepared: &PreparedJob,
        file: &[u8],
        claimed: &dyn ClaimedRecords,
    ) -> Result<Recovery, ConnectorError> {
        let lost = LostWrite {
            operation: &prepared.operation,
            object: &prepared.object,
            rows: &prepared.sent_rows(file),
            user_id: &prepared.user_id,
            not_before: prepared.not_before,
        };
        self.find_out(&lost, Duration::MAX, claimed).await
    }
}

fn not_sent(prepared: &PreparedJob) -> Recovery {
    Recovery::Rows(vec![RecoveredRow::NotSent; prepared.rows])
}

fn refused(refusal: Refusal) -> Recovery {
    Recovery::Rows(vec![RecoveredRow::Answered(RowAnswer::Refused(refusal))])
}
