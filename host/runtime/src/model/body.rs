//! What a message carries, over HTTP or a channel.
//!
//! Not here: how large it may be.

use std::fmt;

/// What a message carries; nothing is the empty text. What comes from a source is text whenever it is UTF-8.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// UTF-8 text.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

impl Body {
    /// How long it is, in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes).map_or_else(|error| Self::Bytes(error.into_bytes()), Self::Text)
    }
}

/// Its size alone: it may carry tokens and people.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("n_bytes", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_text_exactly_when_they_are_utf_8() {
        assert_eq!(Body::from("中".as_bytes().to_vec()), Body::Text("中".to_owned()));
        assert_eq!(Body::from(vec![0xff, 1]), Body::Bytes(vec![0xff, 1]));
        assert!(Body::from(Vec::new()).is_empty());
    }

    #[test]
    fn what_a_message_carries_is_in_no_debug_output() {
        assert_eq!(format!("{:?}", Body::Text("hunter2".to_owned())), "Body { n_bytes: 7, .. }");
    }
}
