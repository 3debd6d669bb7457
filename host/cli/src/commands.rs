//! Each command: get from the host, form what to show, show it.

mod check;
mod confirm;
mod connector;
mod decline;
mod directory;
mod following;
mod history;
mod refresh;
mod serve;
mod source;
mod sync;

use rollcall_host::Removals;
use rollcall_host::egress::Reach;

use self::sync::{Import, What};
use crate::args::{HiArgs, Task};
use crate::exit::{Exit, Stop};
use crate::screen::Screen;

/// Do what the command line asks.
///
/// # Errors
///
/// When it cannot be done; what was found to be wrong with a source is no error of a check.
pub(crate) async fn run(args: HiArgs) -> Result<Exit, Stop> {
    let screen = Screen { format: args.format, reader: args.reader };
    match args.task {
        Task::Inspect { file } => connector::inspect(&screen, &file).await,
        Task::Seal { file, output } => connector::seal(&screen, &file, &output),
        Task::Check { source, beside, reach } => check::check(&screen, source, beside, reach).await,
        Task::Sync { source, data, reach, dry_run, removals } => {
            let what = What::Everything;
            let import = Import { data: &data, reach, dry_run, removals, what, logs: args.verbose };
            sync::sync(&screen, source, &import).await
        }
        Task::Refresh { source, data, reach, keys, removals } => {
            let what = What::Objects(&keys);
            let import = Import { data: &data, reach, dry_run: false, removals, what, logs: args.verbose };
            refresh::refresh(&screen, source, &import).await
        }
        Task::Approve { approve, source, data, reach } => {
            let (what, removals) = (What::Approve(&approve), Removals::Weigh);
            let import = Import { data: &data, reach, dry_run: false, removals, what, logs: args.verbose };
            sync::sync(&screen, source, &import).await
        }
        Task::Decline { run, which, reason, held } => {
            decline::decline(&screen, &run, which, &reason, &held).await
        }
        Task::Undo { run, source, data, dry_run, removals } => {
            let what = What::Undo(&run);
            // It asks nobody for anything.
            let reach = Reach::Public;
            let import = Import { data: &data, reach, dry_run, removals, what, logs: args.verbose };
            sync::sync(&screen, source, &import).await
        }
        Task::Serve(serving) => serve::serve(screen, *serving).await,
        Task::Status { held } => following::status(&screen, &held).await,
        Task::ListEvents { held, state, all } => following::list(&screen, &held, state, all).await,
        Task::RetryEvents { held, numbers } => following::retry(&screen, &held, &numbers).await,
        Task::Pause { held } => following::pause(&screen, &held).await,
        Task::Resume { held } => following::resume(&screen, &held).await,
        Task::ListRuns { held, all } => history::list(&screen, &held, all).await,
        Task::ShowRun { run, held, all } => history::show(&screen, &run, &held, all).await,
        Task::Tree { held, departed } => directory::show_tree(&screen, &held, departed).await,
        Task::Export { held, departed } => directory::export(&screen, &held, departed).await,
    }
}
