//! What an outline is.
