//! The body of an answer sent slowly, or not to its end. Refuses to know what is in it.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use hyper::body::{Body, Frame};
use tokio::time::{Sleep, sleep};

/// The shortest pause between two pieces: more of them would only cost work.
const PAUSE: Duration = Duration::from_millis(50);
const PIECES_PER_SECOND: u64 = 20;

/// A connection closed on purpose.
#[derive(Debug, thiserror::Error)]
#[error("told to close the connection in the middle of the body")]
pub(crate) struct CutShort;

/// A body that takes its time, ends early, or both.
pub(crate) struct BrokenBody {
    left: Bytes,
    /// Bytes to send before the connection is closed; all of them, and a good end, without it.
    cut_after: Option<usize>,
    piece: usize,
    pause: Option<Pin<Box<Sleep>>>,
    is_slow: bool,
}

impl BrokenBody {
    pub(crate) fn new(whole: Bytes, cut_after: Option<usize>, bytes_per_second: Option<u64>) -> Self {
        let cut_after = cut_after.map(|bytes| bytes.min(whole.len().saturating_sub(1)));
        let per_pause = bytes_per_second.map(|bytes| bytes / PIECES_PER_SECOND);
        let piece = per_pause.map_or(usize::MAX, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX).max(1));
        Self { left: whole, cut_after, piece, pause: None, is_slow: bytes_per_second.is_some() }
    }
}

impl Body for BrokenBody {
    type Data = Bytes;
    type Error = CutShort;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, CutShort>>> {
        if let Some(pause) = self.pause.as_mut() {
            std::task::ready!(pause.as_mut().poll(context));
            self.pause = None;
        }
        let reach = self.cut_after.unwrap_or(self.left.len());
        if reach == 0 {
            return Poll::Ready(self.cut_after.map(|_| Err(CutShort)));
        }
        let size = self.piece.min(reach).min(self.left.len());
        let piece = self.left.split_to(size);
        self.cut_after = self.cut_after.map(|bytes| bytes - size);
        // Also before a cut, so that what was sent so far has left before the connection is closed.
        if self.is_slow || self.cut_after == Some(0) {
            self.pause = Some(Box::pin(sleep(PAUSE)));
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}
