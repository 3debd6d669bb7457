//! What a browser finds.
