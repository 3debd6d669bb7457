//! Reads the body of a response: whole, decompressed, never more than the limit in memory.
//!
//! The limit counts what comes out of the decompressor, while it comes, so that a small body that unfolds to gigabytes
//! is stopped after a few megabytes.

use std::error::Error;
use std::io::{self, Write};

use flate2::write::MultiGzDecoder;
use http_body_util::BodyExt;
use hyper::body::Body;

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Gzip,
}

impl Encoding {
    /// From the value of `Content-Encoding`; none if it is neither of ours.
    pub(super) fn parse(value: &str) -> Option<Self> {
        match value.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Some(Self::Identity),
            "gzip" | "x-gzip" => Some(Self::Gzip),
            _ => None,
        }
    }
}

/// Why there is no whole body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BodyError {
    TooLarge,
    Lost(String),
}

/// Read all of a body.
pub(super) async fn read<B>(body: B, encoding: Encoding, limit_bytes: usize) -> Result<Vec<u8>, BodyError>
where
    B: Body,
    B::Data: AsRef<[u8]>,
    B::Error: Error,
{
    let mut body = std::pin::pin!(body);
    let mut sink = Sink::new(encoding, limit_bytes);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| BodyError::Lost(chain(&error)))?;
        if let Ok(data) = frame.into_data() {
            sink = sink.take(data.as_ref())?;
        }
    }
    sink.finish()
}

/// An error's sentence and those of its causes.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

enum Sink {
    Plain(Bounded),
    /// Not a byte yet, which is how the response to a HEAD stays.
    Untouched(Box<MultiGzDecoder<Bounded>>),
    Gzip(Box<MultiGzDecoder<Bounded>>),
}

impl Sink {
    fn new(encoding: Encoding, limit_bytes: usize) -> Self {
        let bounded = Bounded { bytes: Vec::new(), limit_bytes };
        match encoding {
            Encoding::Identity => Self::Plain(bounded),
            Encoding::Gzip => Self::Untouched(Box::new(MultiGzDecoder::new(bounded))),
        }
    }

    fn take(self, data: &[u8]) -> Result<Self, BodyError> {
        match self {
            Self::Plain(mut bounded) => bounded.write_all(data).map(|()| Self::Plain(bounded)),
            Self::Untouched(decoder) if data.is_empty() => Ok(Self::Untouched(decoder)),
            Self::Untouched(mut decoder) | Self::Gzip(mut decoder) => {
                decoder.write_all(data).map(|()| Self::Gzip(decoder))
            }
        }
        .map_err(|error| body_error(&error))
    }

    fn finish(self) -> Result<Vec<u8>, BodyError> {
        match self {
            Self::Plain(bounded) => Ok(bounded.bytes),
            Self::Untouched(_) => Ok(Vec::new()),
            Self::Gzip(decoder) => match decoder.finish() {
                Ok(bounded) => Ok(bounded.bytes),
                Err(error) => Err(body_error(&error)),
            },
        }
    }
}

/// Bytes, up to a limit.
struct Bounded {
    bytes: Vec<u8>,
    limit_bytes: usize,
}

impl Write for Bounded {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if self.limit_bytes < self.bytes.len().saturating_add(data.len()) {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn body_error(error: &io::Error) -> BodyError {
    if error.kind() == io::ErrorKind::FileTooLarge {
        BodyError::TooLarge
    } else {
        BodyError::Lost(format!("its compressed body is cut or damaged: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use http_body_util::Full;

    use super::*;

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    async fn read_bytes(data: &[u8], encoding: Encoding, limit: usize) -> Result<Vec<u8>, BodyError> {
        read(Full::new(Bytes::copy_from_slice(data)), encoding, limit).await
    }

    #[tokio::test]
    async fn a_body_of_exactly_the_limit_is_whole_and_one_byte_more_is_too_large() {
        assert_eq!(read_bytes(b"12345", Encoding::Identity, 5).await, Ok(b"12345".to_vec()));
        assert_eq!(read_bytes(b"123456", Encoding::Identity, 5).await, Err(BodyError::TooLarge));
    }

    #[tokio::test]
    async fn a_small_body_that_unfolds_beyond_the_limit_is_stopped() {
        let bomb = gzip(&vec![0; 64 << 20]);
        assert!(bomb.len() < 100_000, "{}", bomb.len());
        assert_eq!(read_bytes(&bomb, Encoding::Gzip, 1 << 20).await, Err(BodyError::TooLarge));
    }

    #[tokio::test]
    async fn compressed_members_in_a_row_are_one_body() {
        let body = [gzip(b"one "), gzip(b"two")].concat();
        assert_eq!(read_bytes(&body, Encoding::Gzip, 100).await, Ok(b"one two".to_vec()));
    }

    #[tokio::test]
    async fn a_compressed_body_that_is_cut_anywhere_is_lost() {
        let body = gzip(b"a page of people that must not be taken for a shorter page");
        for end in 1..body.len() {
            let result = read_bytes(&body[..end], Encoding::Gzip, 1000).await;
            assert!(matches!(result, Err(BodyError::Lost(_))), "{end}: {result:?}");
        }
    }

    #[tokio::test]
    async fn no_body_at_all_is_empty_whatever_its_header_says() {
        assert_eq!(read_bytes(b"", Encoding::Gzip, 10).await, Ok(Vec::new()));
    }
}
