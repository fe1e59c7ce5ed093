//! What a job that is over says of its rows, row by row.

use salesbridge_connector_kit::{Answers, Refusal, RowAnswer};
use salesbridge_salesforce::{
    ApiError, ApiFault, IngestList, IngestRow, JobId, JobInfo, JobState, RecordId, RowIndex, RowPrinter, RowResult,
    row_fault,
};

use super::intent::PreparedJob;
use crate::salesforce::SalesforceConnector;
use crate::salesforce::judge::{left_out_row, row_answer};

/// What a job that is over says.
pub(super) enum Told {
    /// Of every row.
    Rows(Answers),
    /// It wrote nothing, for this reason.
    Nothing(ApiFault),
    /// It wrote records that fit none of the rows, so that nothing can be said of the others.
    Unclear,
}

/// Answers that come in, each for one row.
struct Incoming<'a> {
    prepared: &'a PreparedJob,
    printer: RowPrinter,
    index: RowIndex,
    answers: Vec<Option<RowAnswer>>,
    /// Rows that were written, and fit none of ours.
    strays: usize,
}

impl SalesforceConnector {
    /// Reads the lists of a job that is over.
    pub(super) async fn told(&self, prepared: &PreparedJob, file: &[u8], info: &JobInfo) -> Result<Told, ApiError> {
        let mut incoming = Incoming {
            prepared,
            printer: RowPrinter::new(&info.id),
            index: prepared.index(&info.id, file),
            answers: vec![None; prepared.rows],
            strays: 0,
        };
        let mut told = 0;
        for list in [IngestList::Successful, IngestList::Failed] {
            // A job that ran to its end says how many rows it refused.
            if list == IngestList::Failed && info.state == JobState::JobComplete && info.failed == 0 {
                continue;
            }
            let rows = self.read_list(&info.id, list, &mut incoming).await?;
            // A list that an empty or shortened answer cut would leave rows out that were written.
            if (rows as u64) < counted(info, list) {
                return Err(ApiError::Unreadable { expected: "as many results as the job counts" });
            }
            told += rows;
        }
        let ended_early = ended_early(info);
        if told == 0 && info.state != JobState::JobComplete {
            return Ok(Told::Nothing(ended_early));
        }
        if incoming.strays > 0 {
            return Ok(Told::Unclear);
        }
        if prepared.allow_duplicates && incoming.met_duplicate_rules() {
            self.jobs.meet_duplicate_rules();
        }
        let left_out = |answer: Option<RowAnswer>| answer.unwrap_or_else(|| left_out_row(ended_early.clone()));
        let mut answers: Answers = incoming.answers.into_iter().map(left_out).collect();
        self.follow_converted(&mut answers, &prepared.record_ids(file)).await;
        Ok(Told::Rows(answers))
    }

    async fn read_list(&self, job: &JobId, list: IngestList, incoming: &mut Incoming<'_>) -> Result<usize, ApiError> {
        let mut rows = self.client.ingest_rows(job, list).await?;
        let places = incoming.places(rows.columns())?;
        let mut told = 0;
        while let Some(row) = rows.next().await? {
            incoming.add(list, &places, row)?;
            told += 1;
        }
        Ok(told)
    }
}

impl Incoming<'_> {
    /// Where the key columns are in a list. A list without rows may lack a header.
    fn places(&self, columns: &[String]) -> Result<Vec<usize>, ApiError> {
        let keys = self.prepared.columns.iter().filter(|column| column.is_key);
        let place = |name: &str| columns.iter().position(|column| column.eq_ignore_ascii_case(name));
        if columns.is_empty() {
            return Ok(Vec::new());
        }
        let places: Option<Vec<usize>> = keys.map(|key| place(&key.name)).collect();
        places.ok_or(ApiError::Unreadable { expected: "the columns of the uploaded file" })
    }

    fn add(&mut self, list: IngestList, places: &[usize], row: IngestRow<'_>) -> Result<(), ApiError> {
        let kinds = self.prepared.columns.iter().filter(|column| column.is_key).map(|column| column.kind);
        let values = kinds.zip(places).map(|(kind, place)| (kind, row.value(*place)));
        let print = self.printer.print(values);
        let answer = row_answer(result(list, row)?, self.prepared.is_update());
        match self.index.take(print) {
            Some(number) => self.answers[number] = Some(answer),
            None => self.strays += usize::from(list == IngestList::Successful),
        }
        Ok(())
    }

    fn met_duplicate_rules(&self) -> bool {
        self.answers.iter().flatten().any(
            |answer| matches!(answer, RowAnswer::Deferred { refusal: Refusal { code, .. }, .. } | RowAnswer::Refused(Refusal { code, .. }) if code == DUPLICATES),
        )
    }
}

/// The code of a row that a duplicate rule would have let pass, had it been asked to.
const DUPLICATES: &str = "DUPLICATES_DETECTED";

fn result(list: IngestList, row: IngestRow<'_>) -> Result<RowResult, ApiError> {
    let id = std::str::from_utf8(row.record_id()).ok().and_then(|text| text.parse::<RecordId>().ok());
    match list {
        IngestList::Successful if id.is_none() => Err(ApiError::Unreadable { expected: "the id of a written record" }),
        IngestList::Successful => Ok(RowResult { id, success: true, created: Some(row.is_created()), errors: vec![] }),
        IngestList::Failed | IngestList::Unprocessed => {
            Ok(RowResult { id, success: false, created: None, errors: vec![row_fault(&row.error())] })
        }
    }
}

/// Rows that a list has at least, as the job says.
fn counted(info: &JobInfo, list: IngestList) -> u64 {
    match list {
        IngestList::Successful => info.processed.saturating_sub(info.failed),
        IngestList::Failed => info.failed,
        IngestList::Unprocessed => 0,
    }
}

/// Why the rows that are in no list were not written.
fn ended_early(info: &JobInfo) -> ApiFault {
    let other =
        |message: &str| ApiFault { code: "ExceededQuota".to_owned(), message: message.to_owned(), fields: vec![] };
    match (&info.fault, info.state) {
        (Some(fault), _) => fault.clone(),
        (None, JobState::Aborted) => ApiFault {
            code: "Aborted".to_owned(),
            message: "the job was aborted in Salesforce before it came to the row".to_owned(),
            fields: vec![],
        },
        (None, _) => other("the job ended before it came to the row"),
    }
}
