//! What a request carries: bytes that are all there, or pieces that are made while they are sent.

use std::io;

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream::BoxStream};

use crate::silence::Silence;

/// Pieces of a body, in order. One that cannot be made breaks the call off.
pub type Pieces = BoxStream<'static, io::Result<Bytes>>;

/// The body of a request.
pub struct Body(Kind);

enum Kind {
    Whole(Bytes),
    Pieces(Pieces),
}

impl Body {
    /// A body that is sent as its pieces come, without saying its length before.
    pub fn pieces(pieces: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        Self(Kind::Pieces(pieces.boxed()))
    }

    /// Every piece that is taken ends the silence.
    pub(crate) fn into_inner(self, silence: &Silence) -> reqwest::Body {
        match self.0 {
            Kind::Whole(bytes) => bytes.into(),
            Kind::Pieces(pieces) => {
                let silence = silence.clone();
                reqwest::Body::wrap_stream(pieces.inspect_ok(move |_| silence.is_broken()))
            }
        }
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Kind::Whole(bytes.into()))
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Whole(bytes))
    }
}
