//! What a person is told and asked before something is removed that is too much to remove unseen.
//!
//! Not here: what is too much; the host says so.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use rollcall_host::approval::{HeldBack, WouldLeave};
use rollcall_host::egress::Reach;
use rollcall_host::history::{Run, RunKind, RunState};
use rollcall_host::host::Host;
use rollcall_host::source::Source;
use rollcall_host::{Approving, Identities, Which};

use super::sync::{Import, Imported, quoted};
use crate::args::{Approve, Format};
use crate::exit::Stop;
use crate::messages;
use crate::screen::Screen;

/// What the run that has just ended holds.
pub(super) struct HeldRun {
    pub(super) would_leave: WouldLeave,
    holds_identities: bool,
    holds_scope: bool,
}

impl HeldRun {
    /// None where it holds nothing, or has nothing that could be approved: a dry run, and an undo.
    pub(super) async fn of(imported: &Imported) -> Result<Option<Self>, Stop> {
        let Imported { host, source, run, .. } = imported;
        if run.state != RunState::Held || run.dry_run || run.kind == RunKind::Undo {
            return Ok(None);
        }
        let held_back = host.held_back(source.name(), &run.id, Which::Waiting).await?;
        let holds_identities = host.held_identities(&run.id).await?;
        let (answer, holds_scope) = (Identities::OtherPeople, held_back.holds_scope());
        let would_leave = host.would_leave(source.name(), &held_back, answer).await?;
        Ok(Some(Self { would_leave, holds_identities, holds_scope }))
    }

    pub(super) fn n_removals(&self) -> u64 {
        self.would_leave.n()
    }

    /// Whether one number is the whole answer.
    pub(super) const fn can_be_asked_about(&self) -> bool {
        !self.holds_identities && !self.holds_scope
    }

    /// The commands that approve and decline.
    pub(super) fn how_to_decide(
        &self,
        file: &str,
        import: &Import<'_>,
        run: &Run,
        screen: &Screen,
    ) -> Vec<String> {
        let data = quoted(import.data);
        let confirm = match self.n_removals() {
            0 => String::new(),
            n => format!(" --confirm {n}"),
        };
        let answer = if self.holds_identities { " --as other-people" } else { "" };
        let source = quoted(Path::new(file));
        let reach = match import.reach {
            Reach::Public => "",
            Reach::Private => " --allow-private-addresses",
        };
        let approve =
            format!("rollcall approve {}{confirm}{answer} --source {source} --data {data}{reach}", run.id);
        let why = messages::why_placeholder().to(screen.reader.language).to_owned();
        let decline =
            format!("rollcall decline {} --reason '{why}' --source {} --data {data}", run.id, run.source);
        let told = self.would_leave.told();
        let told = told.localized(screen.reader.language.tag()).message;
        let sentences = [
            messages::held_would_leave(told),
            messages::how_to_approve(approve),
            messages::how_to_decline(decline),
        ];
        let skipped = usize::from(self.n_removals() == 0);
        let told = sentences.iter().skip(skipped);
        told.map(|sentence| sentence.to(screen.reader.language).to_owned()).collect()
    }
}

/// Whether a person sits at both ends.
pub(super) fn is_on_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// What is approved and with which number, once a person was told. On a terminal the number is asked for.
pub(super) async fn approving(
    screen: &Screen,
    host: &Host,
    source: &Source,
    approve: &Approve,
) -> Result<Approving, Stop> {
    let Approve { run, which, identities, confirm } = approve;
    let held_back = host.held_back(source.name(), run, which.clone()).await?;
    tell(screen, &held_back, approve)?;
    let would_leave = host.would_leave(source.name(), &held_back, *identities).await?;
    let can_ask =
        confirm.is_none() && 0 < would_leave.n() && screen.format == Format::Text && is_on_terminal();
    let removals = if can_ask { ask(screen, &would_leave)? } else { *confirm };
    Ok(Approving { removals, which: which.clone(), identities: *identities, by: super::decline::user() })
}

/// Say what is about to be done, before anything is.
fn tell(screen: &Screen, held_back: &HeldBack, Approve { run, .. }: &Approve) -> Result<(), Stop> {
    if screen.format == Format::Json {
        return Ok(());
    }
    let told = held_back.told();
    let told = told.localized(screen.reader.language.tag()).message;
    let told = if held_back.holds_scope() {
        messages::approving_scope(run, told)
    } else {
        messages::approving(run, told)
    };
    screen.lines([told.to(screen.reader.language).to_owned()])
}

/// The number, if a person types it. Everything goes through stderr, so that a result on stdout stays what it is.
pub(super) fn ask(screen: &Screen, would_leave: &WouldLeave) -> Result<Option<u64>, Stop> {
    let mut answer = String::new();
    let told = would_leave.told();
    let told = told.localized(screen.reader.language.tag()).message;
    let question = messages::type_the_number(told, would_leave.n());
    let mut out = io::stderr().lock();
    write!(out, "{} ", question.to(screen.reader.language))?;
    out.flush()?;
    io::stdin().lock().read_line(&mut answer)?;
    let confirmed = is_number(&answer, would_leave.n());
    if !confirmed {
        writeln!(out, "{}", messages::nothing_confirmed().to(screen.reader.language))?;
    }
    Ok(confirmed.then_some(would_leave.n()))
}

/// Whether somebody typed this number, as it was written or without marks between its digits.
fn is_number(answer: &str, n: u64) -> bool {
    let digits: String = answer.trim().chars().filter(|c| *c != ',').collect();
    digits.parse() == Ok(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_number_itself_confirms() {
        for (answer, expected) in [
            ("1796\n", true),
            (" 1,796 \r\n", true),
            ("1795\n", false),
            ("yes\n", false),
            ("\n", false),
            ("", false),
            ("-1796", false),
        ] {
            assert_eq!(is_number(answer, 1796), expected, "{answer:?}");
        }
    }
}
