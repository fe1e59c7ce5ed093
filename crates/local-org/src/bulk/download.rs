//! Files sent down as they lie on the disk, in large pieces. Refuses to hold more than a piece in memory.

use std::fs::File;
use std::io::{Seek, SeekFrom};

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use crate::answers::Fault;
use crate::bulk::faults;

/// How much of a file is read at once.
const PIECE: usize = 256 * 1024;
const CSV: HeaderValue = HeaderValue::from_static("text/csv");

/// A header line and a part of a file; no file where there is nothing to report.
pub(crate) async fn csv(head: Vec<u8>, part: Option<(File, u64, u64)>) -> Result<Response, Fault> {
    let Some((mut file, start, end)) = part else { return Ok(([(header::CONTENT_TYPE, CSV)], head).into_response()) };
    file.seek(SeekFrom::Start(start)).map_err(|error| faults::disk(&error))?;
    let length = end.saturating_sub(start);
    let total = length + u64::try_from(head.len()).unwrap_or_default();
    let mut file = tokio::fs::File::from_std(file);
    file.set_max_buf_size(PIECE);
    let body = std::io::Cursor::new(head).chain(file.take(length));
    let body = Body::from_stream(ReaderStream::with_capacity(body, PIECE));
    let headers = [(header::CONTENT_TYPE, CSV), (header::CONTENT_LENGTH, HeaderValue::from(total))];
    Ok((headers, body).into_response())
}
