//! How far a run is, in words.

use rollcall_host::model::Progress;
use rollcall_words::Sentence;

use super::layout::plain;
use crate::messages;

/// How far a run is, or was when it ended.
pub(crate) fn sentence(progress: &Progress) -> Sentence {
    let phase = phase(&progress.phase);
    match progress.total {
        Some(total) => messages::progress_of(phase, progress.done, total),
        None => messages::progress_so_far(phase, progress.done),
    }
}

/// The phases of the contract have names in both languages; another one is called as it calls itself.
pub(crate) fn phase(name: &str) -> Sentence {
    match name {
        "reading" => messages::phase_reading(),
        "confirming" => messages::phase_confirming(),
        "removing" => messages::phase_removing(),
        "undoing" => messages::phase_undoing(),
        other => Sentence::verbatim(plain(other)),
    }
}
