//! What is uploaded to a job. It can be made again, because a call is sent twice when its session has ended.

use std::io;
use std::sync::Arc;

use futures::stream;
use salesbridge_egress::{Body, Bytes, Pieces};

/// Bytes that leave at once; after each of them the time limit for silence begins anew.
const PIECE: usize = 256 * 1024;

/// The CSV of a job. Cheap to clone.
#[derive(Clone)]
pub struct UploadBody(Kind);

#[derive(Clone)]
enum Kind {
    Whole(Bytes),
    Made(Arc<dyn Fn() -> Pieces + Send + Sync>),
}

impl UploadBody {
    /// A file that is made while it is sent; `make` begins it anew each time.
    pub fn made_by(make: impl Fn() -> Pieces + Send + Sync + 'static) -> Self {
        Self(Kind::Made(Arc::new(make)))
    }

    pub(crate) fn body(&self) -> Body {
        match &self.0 {
            Kind::Whole(bytes) => Body::pieces(stream::iter(pieces_of(bytes.clone()))),
            Kind::Made(make) => Body::pieces(make()),
        }
    }
}

impl From<Vec<u8>> for UploadBody {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Kind::Whole(bytes.into()))
    }
}

/// Rows are people's data: they are not shown.
impl std::fmt::Debug for UploadBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UploadBody")
    }
}

fn pieces_of(mut rest: Bytes) -> impl Iterator<Item = io::Result<Bytes>> {
    std::iter::from_fn(move || {
        let piece = rest.split_to(PIECE.min(rest.len()));
        (!piece.is_empty()).then_some(Ok(piece))
    })
}
