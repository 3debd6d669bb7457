//! A response body that may end before its time.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// Bytes to send, and whether the connection ends after them although more were announced.
#[derive(Debug)]
pub(super) struct ReplyBody {
    bytes: Option<Bytes>,
    announced: u64,
    then: End,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Whole,
    /// Broken off, once what came before has been written out.
    BrokenAfterFlush,
    Broken,
}

impl ReplyBody {
    pub(super) fn whole(bytes: Bytes) -> Self {
        let announced = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Self { bytes: Some(bytes).filter(|bytes| !bytes.is_empty()), announced, then: End::Whole }
    }

    pub(super) fn broken_off(bytes: Bytes, keep_bytes: usize) -> Self {
        let kept = bytes.slice(..keep_bytes.min(bytes.len()));
        Self {
            bytes: Some(kept).filter(|kept| !kept.is_empty()),
            then: End::BrokenAfterFlush,
            ..Self::whole(bytes)
        }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.then {
            End::Whole => Poll::Ready(None),
            End::BrokenAfterFlush => {
                // A connection writes out what it has when the body has nothing at hand; an error would discard it.
                self.then = End::Broken;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            End::Broken => Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none() && matches!(self.then, End::Whole)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}
