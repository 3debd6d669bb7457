//! What a document tells.
