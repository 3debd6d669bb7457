//! The command line, in two stages: [`LowArgs`] is what was typed, [`HiArgs`] what the program works with.
//!
//! Everything that needs the environment or a file happens between the two, in `HiArgs::resolve`.

mod chinese;
mod high;
mod serve;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use rollcall_host::egress::Reach;
use rollcall_words::Language;

pub(crate) use crate::held::SourceInventory;
pub(crate) use high::{Approve, HiArgs, Task};
pub(crate) use serve::{CallbacksApart, LogFormat, LowServe, Serving};

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed, or stopped by a signal
  2  the command line or the source file is wrong
  3  partial: something was not read or not applied; nothing departed because of that
  4  held, or a dry run would be: departures, values that may be gone, or ids that belong to somebody else now wait for a
     person, who looks at them with `history` and says `approve` or `decline`

One signal (Ctrl-C, SIGTERM) stops an import in good order, a second one at once.";

/// Import an organisation and follow it.
#[derive(Debug, Parser)]
#[command(name = "rollcall", version, after_help = EXIT_CODES)]
pub(crate) struct LowArgs {
    /// How to write the result: for people, or one JSON value (`export` writes one a line in either case).
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// The language to write in; that of LC_ALL, LC_MESSAGES or LANG unless given.
    #[arg(long, global = true, value_parser = language())]
    pub(crate) language: Option<Language>,
    /// Log what happens to stderr: ids and numbers only.
    #[arg(long, global = true)]
    pub(crate) verbose: bool,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: LowCommand,
}

impl LowArgs {
    /// Read the command line, with help in the reader's language.
    ///
    /// # Errors
    ///
    /// When it is wrong, or asks for help or the version.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        let command = match asked_language() {
            Language::English => Self::command(),
            Language::Chinese => chinese::in_chinese(Self::command()),
        };
        Self::from_arg_matches(&command.try_get_matches()?)
    }
}

impl LowArgs {
    /// How to log. Only a server is listened to by programs.
    pub(crate) const fn log_format(&self) -> LogFormat {
        if let LowCommand::Serve(serve) = &self.command { serve.log_format() } else { LogFormat::Text }
    }
}

/// The language that the command line asks for, found before it is read: help comes before everything else.
fn asked_language() -> Language {
    let arguments: Vec<_> = std::env::args_os().filter_map(|argument| argument.into_string().ok()).collect();
    let value = |(argument, next): (&String, Option<&String>)| match argument.strip_prefix("--language") {
        Some("") => next.cloned(),
        Some(rest) => rest.strip_prefix('=').map(str::to_owned),
        None => None,
    };
    let next = arguments.iter().skip(1).map(Some).chain([None]);
    let asked = arguments.iter().zip(next).find_map(value);
    asked
        .and_then(|value| value.parse().ok())
        .unwrap_or_else(|| Language::of_environment(|name| std::env::var(name).ok()))
}

fn language() -> impl TypedValueParser<Value = Language> {
    PossibleValuesParser::new(Language::TAGS).try_map(|tag| tag.parse::<Language>())
}

/// How to write the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LowCommand {
    /// Look at connectors.
    #[command(subcommand)]
    Connector(LowConnector),
    /// Check a source: its settings, the way to it, its credentials and permissions. Changes nothing.
    Check {
        #[command(flatten)]
        source: SourceFile,
        #[command(flatten)]
        reach: LowReach,
        /// The file of another source that is followed beside it, to see whether the two may be; may be repeated.
        #[arg(long, value_name = "OTHER.toml")]
        beside: Vec<PathBuf>,
    },
    /// Import the organisation of a source, or what is new in it.
    Sync {
        #[command(flatten)]
        source: SourceFile,
        #[command(flatten)]
        data: DataFolder,
        #[command(flatten)]
        reach: LowReach,
        /// Record what would happen, and write nothing else.
        #[arg(long)]
        dry_run: bool,
        /// Let up to so many objects leave in all, however much that is. More is held, as without it.
        #[arg(long, value_name = "N")]
        allow_removals: Option<u64>,
    },
    /// Bring single people and departments in line, each read again, and show what changed.
    #[command(group = ArgGroup::new("objects").required(true).multiple(true).args(["user", "department"]))]
    Refresh {
        #[command(flatten)]
        source: SourceFile,
        #[command(flatten)]
        data: DataFolder,
        #[command(flatten)]
        reach: LowReach,
        /// A person, by the id that the source gave them; may be repeated.
        #[arg(long, value_name = "ID")]
        user: Vec<String>,
        /// A department, by the id that the source gave it; may be repeated.
        #[arg(long, value_name = "ID")]
        department: Vec<String>,
        /// Let up to so many of them leave, however many left within the hour.
        #[arg(long, value_name = "N")]
        allow_removals: Option<u64>,
    },
    /// Approve what a run held: the source is asked about it again; who is gone departs, and what is gone is cleared. Who or
    /// what is back stays.
    Approve {
        /// The number of the run, from `history`.
        run: String,
        /// How many objects would be removed, as it was told. On a terminal it is asked for.
        #[arg(long, value_name = "N")]
        confirm: Option<u64>,
        #[command(flatten)]
        some: SomeOfHeld,
        /// Where ids belong to somebody else now: whether these are the same people under new ids, and go on with all they
        /// have, or other people, and who was there leaves.
        #[arg(id = "as", long = "as", value_name = "WHO", value_enum)]
        who: Option<LowIdentities>,
        #[command(flatten)]
        source: SourceFile,
        #[command(flatten)]
        data: DataFolder,
        #[command(flatten)]
        reach: LowReach,
    },
    /// Decline what a run held: it stops waiting and stays as it is for as long as the source says the same, for 90 days at most.
    Decline {
        /// The number of the run, from `history`.
        run: String,
        /// Why, in up to 500 characters: whoever looks later reads it.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        some: SomeOfHeld,
        #[command(flatten)]
        source: SourceInData,
    },
    /// Put back what a run changed, wherever nothing changed it since. Pause the schedule first: a full run brings back
    /// what the source has.
    Undo {
        /// The number of the run, from `history`.
        run: String,
        #[command(flatten)]
        source: SourceFile,
        #[command(flatten)]
        data: DataFolder,
        /// Record what would happen, and write nothing else.
        #[arg(long)]
        dry_run: bool,
        /// Let up to so many objects leave in all, which came with that run.
        #[arg(long, value_name = "N")]
        allow_removals: Option<u64>,
    },
    /// Serve the console and its API, and follow sources, until a signal comes.
    Serve(Box<LowServe>),
    /// Say how a source is followed: its channel, its schedule, what waits and what failed.
    Status {
        #[command(flatten)]
        source: SourceInData,
    },
    /// Look at what a source has pushed.
    #[command(subcommand)]
    Events(LowEvents),
    /// Hold the schedule of a source back until `resume`. What it pushes is followed all the same.
    Pause {
        #[command(flatten)]
        source: SourceInData,
    },
    /// Let the schedule of a source go on, and follow it again if it was stopped.
    Resume {
        #[command(flatten)]
        source: SourceInData,
    },
    /// List the runs of a source, newest first, or show one of them.
    History {
        /// The number of a run: its log, and each change with what was there before.
        run: Option<String>,
        #[command(flatten)]
        source: SourceInData,
        /// Show everything: all runs, or all entries and changes of one. JSON always has everything of one run.
        #[arg(long)]
        all: bool,
    },
    /// Look at what is held from a source.
    #[command(subcommand)]
    Directory(LowDirectory),
}

#[derive(Debug, Subcommand)]
pub(crate) enum LowConnector {
    /// Say what a connector is, what it asks for, and which settings it wants.
    Inspect {
        /// The connector's component, a `.wasm` file.
        file: PathBuf,
    },
    /// Close off in a connector what its toolchain asks for beside the contract, for hosts that have no WASI.
    ///
    /// Files, sockets, arguments and the environment are not there afterwards, clock and randomness are the host's, and what is
    /// written to standard error goes into the host's log. This program does the same with every connector that it loads.
    Seal {
        /// The connector's component, a `.wasm` file.
        file: PathBuf,
        /// Where to write the closed one. An existing file is replaced.
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum LowEvents {
    /// List events, newest first; those that failed with the reason.
    List {
        #[command(flatten)]
        source: SourceInData,
        /// Only those that stand like this.
        #[arg(long, value_enum)]
        state: Option<LowEventState>,
        /// List all of them, not just the newest.
        #[arg(long)]
        all: bool,
    },
    /// Have failed events tried again: those with these numbers, or all.
    Retry {
        /// Numbers from the list; all that failed if there are none.
        number: Vec<u64>,
        #[command(flatten)]
        source: SourceInData,
    },
}

/// Who is behind ids that belong to somebody else now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LowIdentities {
    /// The same people under new ids.
    SamePeople,
    /// Other people.
    OtherPeople,
}

/// How an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LowEventState {
    /// To be acted on.
    Waiting,
    /// Acted on.
    Done,
    /// Given up until someone has it tried again.
    Failed,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LowDirectory {
    /// Show the departments from the top, with their people.
    Tree {
        #[command(flatten)]
        source: SourceInData,
        /// Show people who left and were kept, too.
        #[arg(long)]
        departed: bool,
    },
    /// Write the SCIM documents as they are held, one a line: departments, parents first, then people by external id.
    Export {
        #[command(flatten)]
        source: SourceInData,
        /// Write people who left and were kept, too.
        #[arg(long)]
        departed: bool,
    },
}

/// Some of what a run held; everything that waits if none is named.
#[derive(Debug, clap::Args)]
pub(crate) struct SomeOfHeld {
    /// This person alone, by the id that the source gave them; may be repeated.
    #[arg(long, value_name = "ID")]
    pub(crate) user: Vec<String>,
    /// This department alone, by the id that the source gave it; may be repeated.
    #[arg(long, value_name = "ID")]
    pub(crate) department: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SourceFile {
    /// The file that configures the source.
    #[arg(long, value_name = "SOURCE.toml")]
    pub(crate) source: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct DataFolder {
    /// The folder that holds what was imported; it is created when it is not there.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
}

#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct LowReach {
    /// Let requests reach this machine and private networks, too. Link-local addresses and those of a cloud's metadata stay
    /// out of reach.
    #[arg(long)]
    allow_private_addresses: bool,
}

impl LowReach {
    pub(crate) const fn reach(self) -> Reach {
        if self.allow_private_addresses { Reach::Private } else { Reach::Public }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct SourceInData {
    /// The name of the source, as its file gives it.
    #[arg(long, value_name = "NAME")]
    pub(crate) source: String,
    /// The folder that holds what was imported.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_holds_together() {
        LowArgs::command().debug_assert();
    }

    #[test]
    fn the_help_documents_every_exit_code() {
        let help = LowArgs::command().render_long_help().to_string();
        for code in ["0  done", "1  failed", "2  the command line", "3  partial", "4  held"] {
            assert!(help.contains(code), "{code}");
        }
    }
}
