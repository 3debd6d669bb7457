//! What happens while sources are followed, told line by line as it happens: for people, or one JSON value a line.
//!
//! Deliberately not here: what is kept of it; the history has everything.

use std::io::{self, Write};
use std::sync::Arc;

use rollcall_host::clock::{Clock, SystemClock};
use rollcall_host::error::StoreError;
use rollcall_host::follow::{FollowObserver, RunEnded};
use rollcall_host::history::{ChangeRecord, History, Run};
use rollcall_host::inbox::{ChannelNote, ChannelState, EventFilter, Inbox, InboxEvent, Refused, Stopped};
use rollcall_host::model::{SourceName, Timestamp};
use rollcall_sqlite::SqliteStore;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::args::Format;
use crate::messages;
use crate::screen::Screen;
use crate::view::{changes, diagnosis, following, runs};

/// Changes that are shown of one run.
///
/// Why: a screen has some fifty lines, and the history has all of them.
const MAX_CHANGES_SHOWN: u32 = 20;

/// Events that are shown of one run, for the same reason.
const MAX_EVENTS_SHOWN: u32 = 20;

/// Tells what happens, until it ends.
pub(crate) struct Reporter {
    news: UnboundedSender<(SourceName, ServeNews)>,
    writer: JoinHandle<()>,
}

/// What one source's follower is told to tell.
struct Reports {
    source: SourceName,
    news: UnboundedSender<(SourceName, ServeNews)>,
}

enum ServeNews {
    Run(Box<RunEnded>),
    Channel(ChannelNote),
    Stopped(Option<Stopped>),
    Refused(u64, Refused),
}

impl Reporter {
    /// Begin to tell.
    pub(crate) fn begin(screen: Screen, store: Arc<SqliteStore>) -> Self {
        let (news, told) = unbounded_channel();
        let writer = tokio::spawn(Writer { screen, store }.write(told));
        Self { news, writer }
    }

    /// The observer of one source.
    pub(crate) fn of(&self, source: &SourceName) -> Arc<dyn FollowObserver> {
        Arc::new(Reports { source: source.clone(), news: self.news.clone() })
    }

    /// Tell what there still is, once all observers are gone and nobody else has the reporter.
    pub(crate) async fn end(reporter: Arc<Self>) {
        if let Some(Self { news, writer }) = Arc::into_inner(reporter) {
            drop(news);
            // A writer that died has told so itself, and takes nothing with it.
            let _ended = writer.await;
        }
    }
}

impl Reports {
    fn tell(&self, news: ServeNews) {
        // Without a writer there is nobody to tell.
        let _told = self.news.send((self.source.clone(), news));
    }
}

impl FollowObserver for Reports {
    fn run_ended(&self, ended: &RunEnded) {
        self.tell(ServeNews::Run(Box::new(ended.clone())));
    }

    fn channel(&self, note: &ChannelNote) {
        self.tell(ServeNews::Channel(note.clone()));
    }

    fn stopped(&self, stopped: Option<&Stopped>) {
        self.tell(ServeNews::Stopped(stopped.cloned()));
    }

    fn refused(&self, n: u64, last: &Refused) {
        self.tell(ServeNews::Refused(n, last.clone()));
    }
}

struct Writer {
    screen: Screen,
    store: Arc<SqliteStore>,
}

impl Writer {
    async fn write(self, mut told: UnboundedReceiver<(SourceName, ServeNews)>) {
        while let Some((source, news)) = told.recv().await {
            let lines = match self.screen.format {
                Format::Text => self.text(&source, news).await,
                Format::Json => vec![self.json(&source, news).await.to_string()],
            };
            if write(&lines).is_err() {
                // Nobody reads any more. The sources are followed all the same.
                return told.close();
            }
        }
    }

    async fn text(&self, source: &SourceName, news: ServeNews) -> Vec<String> {
        let reader = &self.screen.reader;
        let to = |sentence: rollcall_words::Sentence| sentence.to(reader.language).to_owned();
        let mut lines = match news {
            ServeNews::Run(ended) => return self.run_text(source, &ended).await,
            // A moment on the way, or nothing at all.
            ServeNews::Channel(ChannelNote {
                state: ChannelState::Connecting | ChannelState::Off, ..
            }) => {
                return Vec::new();
            }
            ServeNews::Channel(note) => {
                let mut lines = vec![to(messages::channel_now(source, following::channel_state(note.state)))];
                lines.extend(note.diagnosis.iter().flat_map(|why| below(diagnosis::lines(why, reader))));
                lines
            }
            ServeNews::Stopped(None) => vec![to(messages::followed_again(source))],
            ServeNews::Stopped(Some(Stopped { failure, .. })) => {
                let mut lines = vec![to(messages::not_followed(source))];
                lines.extend(below(diagnosis::lines(&failure.diagnosis, reader)));
                lines
            }
            ServeNews::Refused(n, last) => {
                let mut lines = vec![to(messages::deliveries_refused(source, n))];
                lines.extend(below(diagnosis::lines(&last.diagnosis, reader)));
                lines
            }
        };
        if let Some(first) = lines.first_mut() {
            *first = format!("{} {first}", following::clock(now(), reader));
        }
        lines
    }

    async fn run_text(&self, source: &SourceName, ended: &RunEnded) -> Vec<String> {
        let reader = &self.screen.reader;
        let RunRecord { run, events, changed } = match self.kept(ended).await {
            Ok(kept) => kept,
            Err(error) => {
                tracing::warn!(%source, run = %ended.report.run, %error, "a run cannot be told");
                return Vec::new();
            }
        };
        let mut lines = vec![format!(
            "{} {}",
            following::clock(ended.report.finished_at, reader),
            runs::summary(&run, reader)
        )];
        lines.extend(below(following::events(&events, reader)));
        lines.extend(run.failure.iter().flat_map(|why| below(diagnosis::lines(&why.diagnosis, reader))));
        lines.extend(changed.iter().flat_map(|change| below(changes::change(change, reader))));
        lines
    }

    async fn json(&self, source: &SourceName, news: ServeNews) -> Value {
        match news {
            ServeNews::Run(ended) => match self.kept(&ended).await {
                Ok(RunRecord { run, events, changed }) => json!({
                    "what": "run",
                    "source": source,
                    "run": run,
                    "events": events.iter().map(following::event_json).collect::<Vec<_>>(),
                    "changes": changed.iter().map(changes::json).collect::<Vec<_>>(),
                }),
                Err(error) => {
                    json!({"what": "run", "source": source, "run": {"id": ended.report.run}, "error": error.to_string()})
                }
            },
            ServeNews::Channel(note) => json!({"what": "channel", "source": source, "channel": note}),
            ServeNews::Stopped(stopped) => json!({"what": "stopped", "source": source, "stopped": stopped}),
            ServeNews::Refused(n, last) => json!({"what": "refused", "source": source, "n": n, "last": last}),
        }
    }

    async fn kept(&self, ended: &RunEnded) -> Result<RunRecord, StoreError> {
        let id = &ended.report.run;
        let missing = || StoreError::message(format!("run {id} has no row"));
        let run = self.store.run(id).await?.ok_or_else(missing)?;
        let filter = EventFilter { state: None, run: Some(id.clone()) };
        let mut events = self.store.events(&run.source, &filter, None, MAX_EVENTS_SHOWN).await?;
        events.reverse();
        let changed = self.store.changes(id, None, MAX_CHANGES_SHOWN).await?;
        Ok(RunRecord { run, events, changed: changed.into_iter().map(|change| change.item).collect() })
    }
}

/// What the history has of a run: its row, and the first of its events and changes.
struct RunRecord {
    run: Run,
    events: Vec<InboxEvent>,
    changed: Vec<ChangeRecord>,
}

/// Lines below another one.
fn below(lines: Vec<String>) -> impl Iterator<Item = String> {
    lines.into_iter().map(|line| format!("    {line}"))
}

fn write(lines: &[String]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    out.flush()
}

fn now() -> Timestamp {
    SystemClock.now()
}
