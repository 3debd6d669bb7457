//! What is wrong with a configuration, at one place of it.

use rollcall_host::model::Problem;

/// Something that is wrong: where, as a JSON pointer into the configuration (`/settings/key`, `/egress/proxy/url`), and what.
/// It never repeats a value, which may be a secret.
pub type Complaint = Problem;
