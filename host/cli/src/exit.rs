//! What the program tells the shell, and why it stops before its work is done.
//!
//! What is deliberately not here: how a problem looks; `screen` shows it.

use std::io;
use std::process::ExitCode;

use rollcall_host::model::Diagnosis;

use crate::messages;
use rollcall_words::Sentence;

/// How it went, as a number. The help of the program documents them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was done.
    Done,
    /// It failed; nothing else was done after the failure.
    Failed,
    /// The command line or the source file is wrong; nothing was tried.
    Usage,
    /// Something was not read or not applied.
    Partial,
    /// Something waits for a person.
    Held,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Failed => Self::FAILURE,
            Exit::Usage => Self::from(2),
            Exit::Partial => Self::from(3),
            Exit::Held => Self::from(4),
        }
    }
}

/// Why the program stops.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Someone must act: at least one problem, each with what to do.
    Problems(Exit, Vec<Diagnosis>),
    /// Nobody reads any more what is written, which is no failure: `rollcall … | head`.
    BrokenPipe,
}

impl Stop {
    /// Something failed.
    pub(crate) fn failed(diagnosis: Diagnosis) -> Self {
        Self::Problems(Exit::Failed, vec![diagnosis])
    }

    /// The command line is wrong.
    pub(crate) fn usage(diagnosis: Diagnosis) -> Self {
        Self::Problems(Exit::Usage, vec![diagnosis])
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::BrokenPipe;
        }
        Self::failed(diagnosis("output-failed", &messages::output_failed(error)))
    }
}

impl From<serde_json::Error> for Stop {
    fn from(error: serde_json::Error) -> Self {
        io::Error::from(error).into()
    }
}

/// A diagnosis of this program's own, in both languages.
pub(crate) fn diagnosis(code: &str, sentence: &Sentence) -> Diagnosis {
    Diagnosis::new(code, &sentence.english).in_chinese(&sentence.chinese, "")
}

/// As [`diagnosis`], with what to do.
pub(crate) fn diagnosis_with_remedy(code: &str, sentence: &Sentence, remedy: &Sentence) -> Diagnosis {
    Diagnosis::new(code, &sentence.english)
        .with_remedy(&remedy.english)
        .in_chinese(&sentence.chinese, &remedy.chinese)
}
