//! What is kept of a secret.

/// What is kept of a secret that somebody has to show: its SHA-256.
pub type Digest = [u8; 32];
