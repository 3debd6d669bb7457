//! Where results go: text for people, or one JSON value, on stdout; problems for people on stderr.
//!
//! What is deliberately not here: what is written. Progress has its own line (`progress`).

use std::io::{self, BufWriter, StdoutLock, Write};

use rollcall_host::model::Diagnosis;
use serde::Serialize;
use serde_json::json;

use crate::args::Format;
use crate::exit::Stop;
use crate::view::{Audience, diagnosis};

/// The place for results.
pub(crate) struct Screen {
    /// How to write.
    pub(crate) format: Format,
    /// For whom.
    pub(crate) reader: Audience,
}

impl Screen {
    /// Write lines of text.
    pub(crate) fn lines(&self, lines: impl IntoIterator<Item = String>) -> Result<(), Stop> {
        let mut out = self.writer();
        for line in lines {
            writeln!(out, "{line}")?;
        }
        Ok(out.flush()?)
    }

    /// Write the one JSON value of a command.
    pub(crate) fn json(&self, value: &impl Serialize) -> Result<(), Stop> {
        let mut out = self.writer();
        serde_json::to_writer_pretty(&mut out, value)?;
        writeln!(out)?;
        Ok(out.flush()?)
    }

    /// A buffered writer for what is too long to be held as a whole. Flush it at the end.
    pub(crate) fn writer(&self) -> BufWriter<StdoutLock<'static>> {
        BufWriter::new(io::stdout().lock())
    }

    /// Tell why the program stops: to people on stderr, to programs as `{"errors": […]}` on stdout.
    pub(crate) fn problems(&self, problems: &[Diagnosis]) -> Result<(), Stop> {
        match self.format {
            Format::Json => self.json(&json!({ "errors": problems })),
            Format::Text => {
                let mut out = io::stderr().lock();
                for problem in problems {
                    let lines = diagnosis::lines(problem, &self.reader).join("\n");
                    writeln!(out, "{} {lines}", self.reader.sign("✗", "x"))?;
                }
                Ok(())
            }
        }
    }
}
