//! Every bound of the host, with its unit and its reason.
//!
//! Not here: what an embedder may choose, which starts from these (`EngineOptions`).

use std::time::Duration;

/// Time between two signs of life of a run.
///
/// 5 s. Why: short enough that a dead run is known as such within 15 s, long enough to cost a store nothing.
pub const RUN_BEAT_INTERVAL: Duration = Duration::from_secs(5);

/// Least time between two reports of progress and counters that reach the history, and the most until a change does.
///
/// 1 s. Why: whoever watches a page takes it for live, nobody reads faster, and each is a write to disk. Observers see
/// every report.
pub const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);

/// Time between two looks whether a busy source is free.
///
/// 50 ms. Why: nobody notices it, and a look is a read of one row.
pub const BUSY_POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Time a call of a connector may take in all: an import, a check, an offline function.
///
/// 24 h, 10 min and 60 s. Why: the largest import at the slowest allowed rate takes hours; a check reads a few
/// responses; what is offline takes milliseconds. Without an end, a guest that only sleeps would hold its source.
pub const CALL_TIMEOUTS: CallTimeouts = CallTimeouts {
    import: Duration::from_secs(24 * 3600),
    check: Duration::from_secs(600),
    offline: Duration::from_secs(60),
};

/// Time limits by kind of call.
#[derive(Debug, Clone, Copy)]
pub struct CallTimeouts {
    /// Reading and applying.
    pub import: Duration,
    /// Checking against the source.
    pub check: Duration,
    /// Describing and validating.
    pub offline: Duration,
}

/// Time a connector has to end after it was cancelled.
///
/// 5 s. Why: everything it waits for is answered at once, so this covers a last batch of changes, no more; and with
/// [`BATCH_GRACE`] before it, a program that is asked to stop still does within 10 s.
pub const CANCEL_GRACE: Duration = Duration::from_secs(5);

/// How often a busy guest lets others run, and the unit in which its time is counted.
///
/// 10 ms. Source: measured; shorter ticks cost without being noticed, longer ones are.
pub const EPOCH_TICK: Duration = Duration::from_millis(10);

/// Time a guest may compute without asking anything of the host.
///
/// 10 s. Why: reading and mapping 100,000 people takes less than a second in all, so this is an endless loop.
pub const CPU_LIMIT: Duration = Duration::from_secs(10);

/// Time a guest may compute in one call, however often it asks.
///
/// 10 min. Why: three orders of magnitude above the largest import measured.
pub const CPU_LIMIT_PER_CALL: Duration = Duration::from_secs(600);

/// Most memory of one call.
///
/// 512 MiB. Source: measured; a connector that keeps all of 100,000 people needs 140 MB, a streaming one far less.
pub const MEMORY_LIMIT_BYTES: usize = 512 << 20;

/// Most core instances, tables and memories of one call.
///
/// 64 of each. Why: a component from Rust has fewer than ten of each.
pub const MAX_INSTANCES: usize = 64;

/// Most elements of one table.
///
/// 100,000 elements. Why: a table holds functions, and a connector of a few hundred KiB has some thousands.
pub const MAX_TABLE_ELEMENTS: usize = 100_000;

/// Stack of the guest's own calls.
///
/// 1 MiB. Why: twice wasmtime's default, because recursive JSON is this host's daily bread.
pub const GUEST_STACK_BYTES: usize = 1 << 20;

/// Stack of a call: the guest's and what the host functions it calls need.
///
/// 2 MiB. Why: wasmtime's default, which leaves the host functions the 1 MiB they have elsewhere.
pub const CALL_STACK_BYTES: usize = 2 << 20;

/// Most data that one crossing between guest and host may copy.
///
/// 64 MiB. Why: 1000 changes, or three whole responses taken at once, in any mixture that a connector needs.
pub const CROSSING_BYTES: usize = 64 << 20;

/// Most of a guest's standard error that is kept, its end.
///
/// 16 KiB. Why: a panic message and what led to it. Nothing else belongs there.
pub const GUEST_STDERR_BYTES: usize = 16 << 10;

/// Most requests that a call may have outstanding, and begin at once.
///
/// 256 requests. Source: the contract, `http-client.begin`.
pub const MAX_OUTSTANDING: usize = 256;

/// Most results that may wait to be taken.
///
/// 4096 results. Why: far above `MAX_OUTSTANDING`, so only a guest that never takes anything meets it.
pub const MAX_UNTAKEN: usize = 4096;

/// Most bytes of responses that may wait to be taken, each call.
///
/// 256 MiB. Why: sixteen of the largest; only a guest that begins and never takes meets it.
pub const MAX_UNTAKEN_BYTES: usize = 256 << 20;

/// Most bytes of documents that may wait to be applied, each call.
///
/// 128 MiB. Why: a hundred batches of usual size, far more than a store that keeps up ever has waiting.
pub const MAX_UNAPPLIED_BYTES: usize = 128 << 20;

/// Longest timer.
///
/// 1 h. Source: the contract, `tasks.begin-timer`.
pub const MAX_TIMER: Duration = Duration::from_secs(3600);

/// Most tickets that one wait names.
///
/// 1024 tickets. Source: the contract, `tasks.wait`.
pub const MAX_WAIT: u32 = 1024;

/// Requests of one bucket that may be under way at once.
///
/// 64 requests. Source: measured; with 64 in flight a source that answers in 30 ms yields 2000 responses a second, far
/// above what sources permit, and a proxy still has file handles for others.
pub const MAX_CONCURRENT_REQUESTS: usize = 64;

/// How late a timer may be without slowing a bucket down.
///
/// 2 ms. Why: tokio's timers have a grain of 1 ms and fire after it.
pub const RATE_TIMER_SLACK: Duration = Duration::from_millis(2);

/// Time until a connection is there: proxy, tunnel and TLS together.
///
/// 15 s. Why: three lost first packets. A request that got no further was not sent and can be retried safely.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Time for a whole exchange, from its turn to the last byte, unless the request asks for less.
///
/// 60 s. Why: above the 30 s after which gateways usually answer for an upstream that does not.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a bucket is held at most because its source asked for fewer requests.
///
/// 1 h. Source: the contract, `http-client.throttled`; as long as the longest window of a rate limit.
pub const MAX_THROTTLE: Duration = Duration::from_secs(3600);

/// How long an idle connection is kept.
///
/// 30 s. Why: below the 60 s after which common proxies drop one without a word.
pub const IDLE_CONNECTION_TIMEOUT: Duration = Duration::from_secs(30);

/// Time until a channel is open, once there is a connection.
///
/// 15 s. Why: as for a connection; a source answers in one round trip.
pub const CHANNEL_HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(15);

/// Time to hand one message over to the other end of a channel, and to say good-bye.
///
/// 10 s. Why: what does not leave in that time meets a full buffer, hence a dead connection.
pub const CHANNEL_SEND_TIMEOUT: Duration = Duration::from_secs(10);

/// Largest message that is taken from a channel, in one frame or in many.
///
/// 1 MiB. Source: the contract, `events.channel`.
pub const MAX_CHANNEL_MESSAGE_BYTES: usize = 1 << 20;

/// Longest URL of a request.
///
/// 8 KiB. Source: the contract, `http.request`.
pub const MAX_URL_BYTES: usize = 8 << 10;

/// Most headers of a request.
///
/// 64 headers. Source: the contract, `http.request`.
pub const MAX_REQUEST_HEADERS: usize = 64;

/// Largest body of a request.
///
/// 1 MiB. Source: the contract, `http.request`.
pub const MAX_REQUEST_BODY_BYTES: usize = 1 << 20;

/// Largest body of a response, decompressed.
///
/// 16 MiB. Source: the contract, `http.response`.
pub const MAX_RESPONSE_BODY_BYTES: usize = 16 << 20;

/// Most changes of one `begin-apply` and keys of one `find`.
///
/// 1000 changes. Source: the contract, `directory`.
pub const MAX_CHANGES: usize = 1000;

/// Most writes that a run hands to the directory at once; all departures of a full run are the exception.
///
/// 200 writes. Why: a store keeps its writer for the whole of one call, and a delivery that must be answered waits for
/// it; 200 take some 10 ms, and cost one flush more for each 200 objects.
pub const MAX_STORED_AT_ONCE: usize = 200;

/// Most holdings of one page.
///
/// 10,000 holdings. Source: the contract, `directory.list-inventory`.
pub const MAX_HOLDINGS: u32 = 10_000;

/// Most removals of one `remove-missing`.
///
/// 100,000 removals. Source: the contract, `directory.remove-missing`; they are applied all or none, so they are in
/// memory at once, with a document each.
pub const MAX_DEPARTURES: usize = 100_000;

/// How far back departures by events count together.
///
/// 1 h. Why: a department moved by mistake is noticed within the hour, and so is what follows from it.
pub const DEPARTURE_WINDOW: Duration = Duration::from_secs(3600);

/// How much of what is known of a resource type may leave while nobody looks.
///
/// 5 %. Why: more than that in an hour, or between two scheduled imports, is a reorganisation or a mistake.
pub const MAX_UNATTENDED_DEPARTURES_PERCENT: u64 = 5;

/// How many objects of a resource type may always leave while nobody looks.
///
/// 5 objects. Why: in a company of forty people, two who leave on one day are nothing to be asked about.
pub const UNATTENDED_DEPARTURES: u64 = 5;

/// Most objects of a resource type that may leave while nobody looks, however many are known.
///
/// 50 objects. Why: what a person can still put right by hand.
pub const MAX_UNATTENDED_DEPARTURES: u64 = 50;

/// Most departments that a full run removes while nobody looks.
///
/// 10 departments. Why: departments go one at a time, and everyone in them is affected.
pub const MAX_UNATTENDED_DEPARTMENTS: u64 = 10;

/// Most held departures of a full run that are recorded one by one.
///
/// 1000 departures. Why: a person looks at the first of them, and each keeps two documents.
pub const MAX_HELD_RECORDS: usize = 1000;

/// Most roots and single objects of the view that a source is read with.
///
/// 10,000 keys. Source: the contract, `directory.scope`.
pub const MAX_SCOPE_PARTS: usize = 10_000;

/// Most lists that a full reading covers.
///
/// 100,000 lists. Source: the contract, `directory.coverage`.
pub const MAX_CONTAINERS: usize = 100_000;

/// Longest name of an attribute that objects may have lost.
///
/// 64 bytes. Source: the contract, `directory.clearing`.
pub const MAX_CLEARING_ATTRIBUTE_BYTES: usize = 64;

/// Largest state of a checkpoint.
///
/// 1 MiB. Source: the contract, `directory.save-checkpoint`.
pub const MAX_CHECKPOINT_BYTES: usize = 1 << 20;

/// Most objects that one checkpoint says were read and not put.
///
/// 10,000 keys. Source: the contract, `directory.save-checkpoint`.
pub const MAX_CHECKPOINT_KEYS: usize = 10_000;

/// Different objects that one run may put.
///
/// 5,000,000 objects. Why: fifty times the largest known organisation; the run remembers 17 bytes of each.
pub const MAX_OBJECTS_PER_RUN: usize = 5_000_000;

/// Longest name of a resource type.
///
/// 64 bytes. Source: the contract, `model.key`.
pub const MAX_RESOURCE_TYPE_BYTES: usize = 64;

/// Longest external id.
///
/// 256 bytes. Source: the contract, `model.key`.
pub const MAX_EXTERNAL_ID_BYTES: usize = 256;

/// Longest version of an object.
///
/// 128 bytes. Source: the contract, `model.directory-object`.
pub const MAX_VERSION_BYTES: usize = 128;

/// Largest document.
///
/// 256 KiB. Source: the contract, `model.directory-object`.
pub const MAX_DOCUMENT_BYTES: usize = 256 << 10;

/// Deepest nesting of a document, the document itself counted.
///
/// 32 levels. Source: the contract, `model.directory-object`.
pub const MAX_DOCUMENT_DEPTH: usize = 32;

/// Longest witness.
///
/// 1 KiB. Source: the contract, `model.removal`.
pub const MAX_WITNESS_BYTES: usize = 1 << 10;

/// Longest key of a storage entry.
///
/// 256 bytes. Source: the contract, `storage`.
pub const MAX_STORAGE_KEY_BYTES: usize = 256;

/// Largest value of a storage entry.
///
/// 256 KiB. Source: the contract, `storage`.
pub const MAX_STORAGE_VALUE_BYTES: usize = 256 << 10;

/// Most entries of one storage call.
///
/// 1000 entries. Source: the contract, `storage`.
pub const MAX_STORAGE_ENTRIES: usize = 1000;

/// Largest bucket.
///
/// 16 MiB. Source: the contract, `storage`.
pub const MAX_STORAGE_BUCKET_BYTES: u64 = 16 << 20;

/// Largest memory area of a source, keys and values.
///
/// 1 MiB. Source: the contract, `storage.area`.
pub const MAX_MEMORY_BYTES: u64 = 1 << 20;

/// Most random bytes that one call gives.
///
/// 1024 bytes. Source: the contract, `host.random`.
pub const MAX_RANDOM_BYTES: usize = 1024;

/// Longest line of a connector's log; the rest is cut.
///
/// 4 KiB. Source: the contract, `host.log`.
pub const MAX_LOG_LINE_BYTES: usize = 4 << 10;

/// Most entries of one `record-entries`.
///
/// 1000 entries. Source: the contract, `history`.
pub const MAX_ENTRIES_PER_CALL: usize = 1000;

/// Entries of a run that are kept; the rest is counted.
///
/// 10,000 entries. Source: the contract, `history`.
pub const MAX_ENTRIES_PER_RUN: usize = 10_000;

/// Longest code of a diagnosis.
///
/// 64 bytes. Source: the contract, `model.diagnosis`.
pub const MAX_CODE_BYTES: usize = 64;

/// Longest sentence of a diagnosis, and longest value of a fact.
///
/// 4 KiB. Source: the contract, `model.diagnosis`.
pub const MAX_TEXT_BYTES: usize = 4 << 10;

/// Most facts, and most translations, of a diagnosis.
///
/// 32 facts. Source: the contract, `model.diagnosis`.
pub const MAX_FACTS: usize = 32;

/// Longest name of a subject, of a phase, of a check.
///
/// 256 bytes. Source: the contract, `history.log-entry`.
pub const MAX_NAME_BYTES: usize = 256;

/// Most findings of a check, and most problems of a validation.
///
/// 1000 findings. Why: a person reads them.
pub const MAX_FINDINGS: usize = 1000;

/// Most origins and most limits of a plan.
///
/// 64 items. Why: an administrator reads them.
pub const MAX_PLAN_ITEMS: usize = 64;

/// Most texts of a plan that no two sources may share.
///
/// 8 texts. Source: the contract, `identity-source.plan`.
pub const MAX_EXCLUSIVE: usize = 8;

/// Longest text of a plan that no two sources may share.
///
/// 256 bytes. Source: the contract, `identity-source.plan`.
pub const MAX_EXCLUSIVE_BYTES: usize = 256;

/// Least time between two questions what has changed, where a plan wants them.
///
/// 1 s. Source: the contract, `identity-source.plan`.
pub const MIN_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Most resource types of a connector.
///
/// 16 types. Source: the contract, `identity-source.descriptor`.
pub const MAX_RESOURCE_TYPES: usize = 16;

/// Largest schema of a connector's settings.
///
/// 256 KiB. Source: the contract, `identity-source.descriptor`.
pub const MAX_SETTINGS_SCHEMA_BYTES: usize = 256 << 10;

/// Largest component file.
///
/// 64 MiB. Why: a connector is a few hundred KiB; an engine in JavaScript or Python inside one is some tens of MiB.
pub const MAX_COMPONENT_BYTES: u64 = 64 << 20;

/// Time a connector may take to understand a delivery or the frames of a channel.
///
/// 2 s. Why: it is offline and takes milliseconds; a source waits 2.5 s at least for the whole answer.
pub const EVENT_CALL_TIMEOUT: Duration = Duration::from_secs(2);

/// Time in which a delivery is answered, whatever happens.
///
/// 2.5 s. Source: the strictest source known, which counts a later answer as none.
pub const DELIVERY_TIMEOUT: Duration = Duration::from_millis(2500);

/// Largest body of a delivery, and of its receipt.
///
/// 1 MiB. Source: the contract, `events.delivery`.
pub const MAX_DELIVERY_BYTES: usize = 1 << 20;

/// Longest query of a delivery.
///
/// 8 KiB. Source: the contract, `events.delivery`.
pub const MAX_DELIVERY_QUERY_BYTES: usize = 8 << 10;

/// Deliveries of one source that are understood at once; more are answered 503.
///
/// 64 deliveries. Why: each takes some milliseconds, so these are thousands a second.
pub const MAX_CONCURRENT_DELIVERIES: usize = 64;

/// Longest id of an event.
///
/// 128 bytes. Source: the contract, `events.source-event`.
pub const MAX_EVENT_ID_BYTES: usize = 128;

/// Longest kind of an event.
///
/// 64 bytes. Source: the contract, `events.source-event`.
pub const MAX_EVENT_KIND_BYTES: usize = 64;

/// Largest payload of an event.
///
/// 64 KiB. Source: the contract, `events.source-event`.
pub const MAX_EVENT_PAYLOAD_BYTES: usize = 64 << 10;

/// Most subjects of an event.
///
/// 100 subjects. Source: the contract, `events.source-event`.
pub const MAX_EVENT_SUBJECTS: usize = 100;

/// Most frames that answer one frame.
///
/// 16 frames. Source: the contract, `events.reaction`.
pub const MAX_REPLIES: usize = 16;

/// Largest frame that answers one.
///
/// 64 KiB. Source: the contract, `events.reaction`.
pub const MAX_REPLY_BYTES: usize = 64 << 10;

/// Most subprotocols of a channel.
///
/// 16 subprotocols. Source: the contract, `events.channel`.
pub const MAX_SUBPROTOCOLS: usize = 16;

/// Largest state of a connection that one frame leaves for the next.
///
/// 1 MiB. Source: the contract, `events.channel`.
pub const MAX_FRAME_STATE_BYTES: usize = 1 << 20;

/// Least time between two heartbeats that a connector may ask for.
///
/// 1 s. Source: the contract, `events.channel`.
pub const MIN_HEARTBEAT: Duration = Duration::from_secs(1);

/// Longest place in a source's list of changes.
///
/// 64 KiB. Source: the contract, `events.fetched-events`.
pub const MAX_CURSOR_BYTES: usize = 64 << 10;

/// Events of one batch.
///
/// 1000 events. Source: the contract, `events.handle`.
pub const MAX_EVENTS_PER_BATCH: u32 = 1000;

/// Least time between the beginnings of two batches of events of one source.
///
/// 250 ms. Why: each batch signs in at the source anew, and sources bound how often one may. An event on its own is not
/// held up, and what comes in a burst is acted on together.
pub const BATCH_SPACING: Duration = Duration::from_millis(250);

/// How long an event waits for others, unless an embedder chooses otherwise.
///
/// 20 ms. Why: a change at a source comes as two or three notices at once; nobody notices the delay.
pub const COALESCE: Duration = Duration::from_millis(20);

/// How often an event is tried before it is given up.
///
/// 12 attempts. Why: with their pauses about 20 min; what lasts longer is an outage, which a full run heals.
pub const MAX_EVENT_ATTEMPTS: u32 = 12;

/// Pause after the first failed attempt of an event; it doubles.
///
/// 1 s. Why: most failures are a source that is busy for a moment.
pub const EVENT_BACKOFF: Duration = Duration::from_secs(1);

/// Longest pause between two attempts of an event.
///
/// 5 min. Why: a source that is back is used soon, and one that is down is not bothered.
pub const MAX_EVENT_BACKOFF: Duration = Duration::from_secs(300);

/// Longest time that a source may ask to be left alone.
///
/// 1 h. Why: more is a mistake, and would silence a source for good.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// Most jitter of a schedule.
///
/// 24 h. Why: more than the day between two nightly runs would mix them up.
pub const MAX_JITTER: Duration = Duration::from_secs(24 * 3600);

/// Most runs that people asked of a followed source and that have not begun.
///
/// 256 runs. Why: full runs join one another, so these are refreshes, of up to 1000 objects each.
pub const MAX_ASKS: usize = 256;

/// How often a follower looks whether someone else changed something: let events be tried again, paused the schedule.
///
/// 1 s. Why: a person waits that long without wondering, and it is two small reads.
pub const FOLLOW_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Pause of a follower that finds its source busy with a run of someone else.
///
/// 500 ms. Why: such a run takes seconds at least, and each attempt is a write to the history.
pub const FOLLOW_BUSY_PAUSE: Duration = Duration::from_millis(500);

/// Least time between two full runs that are owed because a batch of events could not do everything.
///
/// 1 min. Why: one full run makes up for all such batches before it.
pub const OWED_RUN_INTERVAL: Duration = Duration::from_secs(60);

/// Pause after the first failure of a full run that is owed; it doubles.
///
/// 1 min. Why: a full run is work for the source, which has just failed.
pub const OWED_RUN_BACKOFF: Duration = Duration::from_secs(60);

/// Longest pause between two attempts of a full run that is owed.
///
/// 1 h. Why: something was missed, and nobody else makes up for it.
pub const MAX_OWED_RUN_BACKOFF: Duration = Duration::from_secs(3600);

/// How long the first full run of a follower waits for the channel, so that nothing falls between the two and no second
/// run has to find it.
///
/// 10 s. Why: a channel opens in less than one; without it the import goes on.
pub const FULL_RUN_PATIENCE: Duration = Duration::from_secs(10);

/// Batches of events that go before a full run of the schedule, if so many are due.
///
/// 32 batches, 32,000 events. Why: what the full run then changes is what no event told. More would hold it up.
pub const BATCHES_BEFORE_SCHEDULED_RUN: u32 = 32;

/// Time until what a person stopped is tried again: a full run that is owed.
///
/// 1 h. Why: whoever stopped it did not want it now, and what was missed is to be found all the same.
pub const CANCELLED_RUN_PAUSE: Duration = Duration::from_secs(3600);

/// Time until what a person stopped is tried again: a batch of events.
///
/// 5 min. Why: time to look, and to pause the source at its own side; the events are few objects each.
pub const CANCELLED_EVENTS_PAUSE: Duration = Duration::from_secs(300);

/// Pause of a follower whose store failed; it doubles.
///
/// 1 s. Why: a database that is restarted is back in a few.
pub const STORE_BACKOFF: Duration = Duration::from_secs(1);

/// Longest pause of a follower whose store fails.
///
/// 30 s. Why: whoever mends a disk looks whether it worked.
pub const MAX_STORE_BACKOFF: Duration = Duration::from_secs(30);

/// Time that a batch of events has to end by itself when its source is not followed any more.
///
/// 2 s. Why: most take less, and a row that reads `succeeded` is better than one that reads `cancelled`.
pub const BATCH_GRACE: Duration = Duration::from_secs(2);

/// How long a settled event is kept.
///
/// 30 days. Why: long enough to be asked about in the next month, and repeats come within hours.
pub const KEEP_SETTLED_EVENTS: Duration = Duration::from_secs(30 * 24 * 3600);

/// How often settled events are forgotten.
///
/// 24 h. Why: a day more or less does not matter.
pub const FORGET_INTERVAL: Duration = Duration::from_secs(24 * 3600);

/// Most rows of the history that are read to find whether a source was ever imported.
///
/// 10,000 rows. Why: with more and no import among them, another import does no harm.
pub const MAX_RUNS_SEARCHED: u32 = 10_000;

/// When, after a follower began, a source is asked a second time for what it could not deliver.
///
/// 5 min. Source: sources offer it some minutes after the last attempt.
pub const MISSED_SECOND_FETCH: Duration = Duration::from_secs(300);

/// How often a source is asked for what it could not deliver.
///
/// 1 h. Why: it is one request, and finds what a short trouble of the network lost.
pub const MISSED_INTERVAL: Duration = Duration::from_secs(3600);

/// Most batches of missed events at a time.
///
/// 100 batches. Why: sources give some hundred a batch; whoever missed more is better read in full.
pub const MAX_MISSED_BATCHES: usize = 100;

/// Time to keep the events of a frame before they are refused instead.
///
/// 2 s. Source: the strictest source known waits 3 s for an acknowledgement.
pub const FRAME_STORE_TIMEOUT: Duration = Duration::from_secs(2);

/// Most frames of a channel that are understood and kept together.
///
/// 256 frames. Why: one write to disk for all of them; more would delay the first acknowledgement.
pub const MAX_FRAMES_AT_ONCE: usize = 256;

/// Shortest and longest time between two pings of a channel, whatever its connector says.
///
/// 1 s and 5 min. Why: a shorter one is noise; with a longer one a dead channel goes unnoticed.
pub const HEARTBEATS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));

/// Pings that may go unanswered before a channel is taken for dead.
///
/// 2 pings. Source: the contract, `events.channel`.
pub const MAX_UNANSWERED_PINGS: u32 = 2;

/// Pause after the first failure of a channel; it doubles.
///
/// 1 s. Source: what the sources' own clients do.
pub const CHANNEL_BACKOFF: Duration = Duration::from_secs(1);

/// Longest pause between two attempts to open a channel.
///
/// 60 s. Source: what the sources' own clients do.
pub const MAX_CHANNEL_BACKOFF: Duration = Duration::from_secs(60);

/// How long a channel must have been open for its next failure to count as the first.
///
/// 30 s. Why: one that is closed as soon as it is open is no success.
pub const CHANNEL_PROVEN: Duration = Duration::from_secs(30);

/// How often a channel that a person must mend is tried all the same.
///
/// 10 min. Why: they may have mended it at the source, where the host does not see it.
pub const CHANNEL_PROBE_INTERVAL: Duration = Duration::from_secs(600);

/// How long an old channel is listened to after its source asked for a new one.
///
/// 10 s. Source: the sources close it by themselves about then.
pub const CHANNEL_DRAIN: Duration = Duration::from_secs(10);

/// Time that the connections of a channel have to end when the source is not followed any more.
///
/// 5 s. Why: what they are keeping at that moment takes 2 s at most, and its acknowledgement is a few bytes.
pub const CHANNEL_FINISH_TIMEOUT: Duration = Duration::from_secs(5);

/// How often it is written down that a channel is listened to.
///
/// 10 s. Why: a host that dies is missed for that much longer than it was gone, below `CHANNEL_GAP`.
pub const HEARD_INTERVAL: Duration = Duration::from_secs(10);

/// Time without a listener after which a full run is owed.
///
/// 60 s. Source: sources push again for some minutes at least what was not acknowledged.
pub const CHANNEL_GAP: Duration = Duration::from_secs(60);

/// Least time between two writes of what is known about following a source.
///
/// 1 s. Why: a flood of refused deliveries, or a channel that flaps, is one write a second.
pub const NOTE_INTERVAL: Duration = Duration::from_secs(1);
