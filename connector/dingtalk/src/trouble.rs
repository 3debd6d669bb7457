//! Why a call came to nothing, as those who made it need to know. What to tell a person is in `messages`.

use crate::api::Api;
use crate::messages;
use crate::reaction::Final;
use crate::wire::envelope::ApiRefusal;
use rollcall_kit::{Diagnosis, Failure};

/// A call that came to nothing, with everything already tried.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// No other call will do better: stop.
    Fatal(Failure),
    /// The very object that was asked about is gone.
    Gone(ApiRefusal),
    /// The very object that was asked about may not be seen.
    Hidden(Diagnosis),
    /// This answer could not be had; others may.
    Lost(Failure),
    /// There is an answer, twice, and not as it is described.
    Misread(Failure),
    /// There is a refusal, and nothing is known of it.
    Unforeseen(Failure),
}

impl Trouble {
    /// The same as a failure of `api`, for callers to whom every trouble is one.
    pub(crate) fn into_failure(self, api: Api) -> Failure {
        match self {
            Self::Fatal(failure)
            | Self::Lost(failure)
            | Self::Misread(failure)
            | Self::Unforeseen(failure) => failure,
            Self::Gone(refusal) => messages::not_expected(api, Final::Unknown, &refusal),
            Self::Hidden(diagnosis) => Failure::Permission(diagnosis),
        }
    }
}
