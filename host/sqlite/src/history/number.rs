//! A run is named by the number of its row.

use rollcall_host::error::StoreError;
use rollcall_host::model::RunId;

/// The number behind the id of a run, which is its row.
pub(in super::super) fn number_of(run: &RunId) -> Result<i64, StoreError> {
    run.as_str()
        .parse()
        .map_err(|_| StoreError::message(format!("run {:?} is not of this history", run.as_str())))
}

/// The id of the run with this number.
pub(in super::super) fn id_of(number: i64) -> RunId {
    RunId::new(number.to_string())
}
