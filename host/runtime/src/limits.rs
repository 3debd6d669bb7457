//! Every bound of the host, with its unit and its reason.
//!
//! Not here: what an embedder may choose, which starts from these (`EngineOptions`).

use std::time::Duration;

use rollcall_rules::bounds;

/// What the contract states.
pub use rollcall_rules::bounds::{
    MAX_CHANGES, MAX_CHANNEL_MESSAGE_BYTES, MAX_CHANNEL_STATE_BYTES, MAX_CHECKPOINT_BYTES,
    MAX_CHECKPOINT_KEYS, MAX_CODE_BYTES, MAX_CONTAINERS, MAX_CURSOR_BYTES, MAX_DELIVERY_BYTES,
    MAX_DELIVERY_QUERY_BYTES, MAX_DOCUMENT_BYTES, MAX_ENTRIES_PER_CALL, MAX_ENTRIES_PER_RUN,
    MAX_EVENT_ID_BYTES, MAX_EVENT_KIND_BYTES, MAX_EVENT_PAYLOAD_BYTES, MAX_EVENT_SUBJECTS, MAX_EXCLUSIVE,
    MAX_EXCLUSIVE_BYTES, MAX_EXTERNAL_ID_BYTES, MAX_FACTS, MAX_FINDINGS, MAX_LOG_LINE_BYTES,
    MAX_MEMORY_AREA_BYTES, MAX_OUTSTANDING, MAX_RANDOM_BYTES, MAX_REPLIES, MAX_REPLY_BYTES,
    MAX_REQUEST_BODY_BYTES, MAX_REQUEST_HEADERS, MAX_RESOURCE_TYPE_BYTES, MAX_RESOURCE_TYPES,
    MAX_RESPONSE_BODY_BYTES, MAX_SCOPE_PARTS, MAX_SETTINGS_SCHEMA_BYTES, MAX_STORAGE_ENTRIES,
    MAX_STORAGE_KEY_BYTES, MAX_STORAGE_VALUE_BYTES, MAX_SUBPROTOCOLS, MAX_TEXT_BYTES, MAX_UNTAKEN,
    MAX_UNTAKEN_BYTES, MAX_URL_BYTES, MAX_VERSION_BYTES, MAX_WAIT,
};

/// Time between two signs of life of a run.
///
/// 5 s. Why: short enough that a dead run is known as such within 15 s, long enough to cost a store nothing.
pub const RUN_BEAT_INTERVAL: Duration = Duration::from_secs(5);

/// Least time between two reports of progress and counters that reach the history or an observer, and the most until a change
/// does.
///
/// 1 s. Why: whoever watches a page takes it for live, nobody reads faster, and each is a write to disk. Observers are told as
/// seldom, so that a connector that reports all the time fills nobody's log.
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
pub const CANCEL_GRACE: Duration = Duration::from_millis(bounds::CANCEL_GRACE_MS);

/// How often a busy guest lets others run, and the unit in which its time is counted.
///
/// 10 ms. Source: measured; shorter ticks cost without being noticed, longer ones are.
pub const EPOCH_TICK: Duration = Duration::from_millis(10);

/// Time a guest may compute without asking anything of the host.
///
/// 60 s. Why: compiled code reads and maps 100,000 people in less than a second, but an interpreter inside of a component needs
/// tens of seconds for one answer with 50,000, and cannot ask anything meanwhile. Beyond that it is an endless loop.
pub const CPU_LIMIT: Duration = Duration::from_secs(60);

/// Time a guest may compute in one call, however often it asks.
///
/// 10 min. Why: three orders of magnitude above the largest import measured.
pub const CPU_LIMIT_PER_CALL: Duration = Duration::from_secs(600);

/// Most memory of one call.
///
/// 512 MiB. Source: measured; a connector that keeps all of 100,000 people needs 140 MB, a streaming one far less.
pub const MEMORY_LIMIT_BYTES: usize = 512 << 20;

/// Most memory of all calls together, where the machine has twice that or more.
///
/// 4 GiB. Why: eight calls at the limit of one, or dozens as connectors are; of a small machine it is half, so that the other
/// half is left to the store and to the rest of the system.
pub const MEMORY_BUDGET_BYTES: usize = 4 << 30;

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
pub const CROSSING_BYTES: usize = bounds::MAX_CROSSING_BYTES;

/// Most of a guest's last words that is kept, their end.
///
/// 16 KiB. Why: an uncaught error's message and what led to it, in any language.
pub const LAST_WORDS_BYTES: usize = 16 << 10;

/// Most bytes of documents that may wait to be applied, each call.
///
/// 128 MiB. Why: a hundred batches of usual size, far more than a store that keeps up ever has waiting. They count towards the
/// memory of all calls, too.
pub const MAX_UNAPPLIED_BYTES: usize = 128 << 20;

/// Documents that are parsed at once.
///
/// 4 MiB. Why: some thousands of usual ones; parsed, those of a connector that means harm are sixteen times as large.
pub const MAX_PARSED_BYTES: usize = 4 << 20;

/// Bytes that any run may write, whatever it is about: documents before and after each of its changes.
///
/// 256 MiB. Why: what an import of some 100,000 people writes, and what a disk has, although `SqliteStore`, which records each
/// change and what it is found by, takes up to two and a half times as much.
pub const RUN_BYTES: u64 = 256 << 20;

/// What a run may write beside, for each of the objects that it puts.
///
/// 32 KiB. Why: a person's document has 1 to 4 KiB, in a company with many fields of its own 20 KiB.
pub const RUN_BYTES_PER_OBJECT: u64 = 32 << 10;

/// Most that a run may write however many objects it puts.
///
/// 8 GiB. Why: 200,000 people of 20 KiB are half of it, and 5,000,000 objects of usual size are not much more. A source that is
/// larger comes in with the next import, which begins where this one ended.
pub const MAX_RUN_BYTES: u64 = 8 << 30;

/// For how long what the runs of a source write is counted together.
///
/// 7 days. Why: long enough that a little too much each night adds up, and short enough that a source which really changed so
/// much goes on by itself within a week.
pub const SOURCE_BYTES_WITHIN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Bytes that the runs of any source may write within [`SOURCE_BYTES_WITHIN`], entries included.
///
/// 1 GiB. Why: four runs that each write as much as any run may, [`RUN_BYTES`]; small sources write some MiB.
pub const SOURCE_BYTES: u64 = 1 << 30;

/// What they may write beside, for each object that the source holds.
///
/// 128 KiB. Why: everybody's document of the usual 4 KiB, before and after, changed twice a day.
pub const SOURCE_BYTES_PER_OBJECT: u64 = 128 << 10;

/// Most that the runs of a source may write within [`SOURCE_BYTES_WITHIN`], however many objects it holds.
///
/// 32 GiB. Why: four runs of [`MAX_RUN_BYTES`].
pub const MAX_SOURCE_BYTES: u64 = 32 << 30;

/// What a change of an object counts beside its documents when the run has changed it before.
///
/// 4 KiB. Source: measured; what the history keeps of a small change.
pub const REWRITE_BYTES: u64 = 4 << 10;

/// Most changes of one object in one run.
///
/// 100 changes. Why: a connector puts an object once or twice in a run, and once for each event of a batch at most.
pub const MAX_CHANGES_PER_OBJECT: u32 = 100;

/// New objects that any run may bring.
///
/// 300,000 objects. Why: three times the largest known organisation, which a first import brings all at once.
pub const NEW_OBJECTS: u64 = 300_000;

/// New objects that a run may bring beside, for each object that was held before it.
///
/// 10 objects. Why: a source that is authorised for the whole company instead of one branch grows like that; one that never
/// ends goes on beyond.
pub const NEW_OBJECTS_PER_HELD: u64 = 10;

/// Bytes of entries that are kept of a run; the rest is counted.
///
/// 32 MiB. Why: [`MAX_ENTRIES_PER_RUN`] of 3 KiB each, three times the usual; one alone may have hundreds of KiB.
pub const MAX_ENTRY_BYTES_PER_RUN: usize = 32 << 20;

/// Longest timer.
///
/// 1 h. Source: the contract, `tasks.begin-timer`.
pub const MAX_TIMER: Duration = Duration::from_millis(bounds::MAX_TIMER_MS);

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

/// Time that a name behind a proxy may take to resolve here, where it is only looked at.
///
/// 1 s. Why: a name server that knows it answers within milliseconds. In many networks that have a proxy nobody here knows the
/// names of the internet, and the first connection waits for that in vain.
pub const PROXIED_NAME_TIMEOUT: Duration = Duration::from_secs(1);

/// Time until a name behind a proxy is looked at again.
///
/// 60 s. Why: a name server that never answers costs a second a minute and not one a connection.
pub const PROXIED_NAME_KNOWN: Duration = Duration::from_secs(60);

/// Time for which a proxy's login counts as right after it was accepted. Later, one connection tries it alone before others.
///
/// 60 s. Why: passwords change seldom, and a run that opens connections all the time never waits; a burst after a night's
/// rest does not send a password that was changed meanwhile thirty times.
pub const PROXY_LOGIN_PROVEN: Duration = Duration::from_secs(60);

/// Most that this host's clock may be off from a source's before a check warns of it.
///
/// 60 s. Why: twenty times what answers take, and above what a clock gains in months without NTP is set right.
pub const MAX_CLOCK_SKEW: Duration = Duration::from_secs(60);

/// Most that this host's clock may be off where a source pushes to a callback address: then deliveries are refused.
///
/// 15 min. Source: the contract, `events.receive`.
pub const MAX_DELIVERY_SKEW: Duration = Duration::from_millis(bounds::DELIVERY_FRESH_MS);

/// Answers of a source whose `Date` is remembered.
///
/// 32 answers. Why: more than a check needs; one of them that agrees is enough.
pub const MAX_DATES: usize = 32;

/// First bytes of a connection that are remembered to tell what the other side speaks.
///
/// 8 bytes. Why: enough for "HTTP/", the record of TLS and the replies of SOCKS, and nothing that is anybody's secret.
pub const TAPPED_BYTES: usize = 8;

/// Schemes of a proxy's login that are named.
///
/// 4. Why: proxies offer two or three.
pub const MAX_CHALLENGES: usize = 4;

/// Bytes of the name of a scheme.
///
/// 32 bytes. Why: the longest that IANA has registered has 19.
pub const MAX_SCHEME_BYTES: usize = 32;

/// Time for a whole exchange, from its turn to the last byte, unless the request asks for less.
///
/// 60 s. Why: above the 30 s after which gateways usually answer for an upstream that does not.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a bucket is held at most because its source asked for fewer requests.
///
/// 1 h. Source: the contract, `http.throttled`; as long as the longest window of a rate limit.
pub const MAX_THROTTLE: Duration = Duration::from_millis(bounds::MAX_THROTTLE_MS);

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

/// Most writes that a run hands to the directory at once; all departures of a full run are the exception.
///
/// 200 writes. Why: a store keeps its writer for the whole of one call, and a delivery that must be answered waits for
/// it; 200 take some 10 ms, and cost one flush more for each 200 objects.
pub const MAX_STORED_AT_ONCE: usize = 200;

/// Most holdings of one page.
///
/// 10,000 holdings. Source: the contract, `directory.holdings`.
pub const MAX_HOLDINGS: u32 = bounds::MAX_INVENTORY_PAGE;

/// Most removals of one `remove-missing`.
///
/// 100,000 departures. Why: they are applied all or none, so they are in memory at once, with a document each.
pub const MAX_DEPARTURES: usize = bounds::MAX_REMOVALS;

/// How far back departures count together.
///
/// 1 h. Why: a department moved by mistake is noticed within the hour, and so is what follows from it.
pub const DEPARTURE_WINDOW: Duration = Duration::from_secs(3600);

/// How much of what is known of a resource type may leave while nobody looks.
///
/// 5 %. Why: more than that in an hour, or between two scheduled imports, is a reorganisation or a mistake.
pub const MAX_UNATTENDED_DEPARTURES_PERCENT: u64 = 5;

/// How many objects of a resource type may always leave while nobody looks.
///
/// 5 objects, but no more than half of what is known (rounded up). Why: in a company of forty people, two who leave on one day
/// are nothing to be asked about; in one of six, five are nearly everybody.
pub const UNATTENDED_DEPARTURES: u64 = 5;

/// Most objects of a resource type that may leave while nobody looks, however many are known.
///
/// 50 objects. Why: what a person can still put right by hand.
pub const MAX_UNATTENDED_DEPARTURES: u64 = 50;

/// Most departments that a full run removes while nobody looks.
///
/// 10 departments, but no more than half of those known (rounded up). Why: departments go one at a time, and everyone in them is
/// affected.
pub const MAX_UNATTENDED_DEPARTMENTS: u64 = 10;

/// Most held departures of a full run that are recorded one by one, and most held clearings of any run.
///
/// 1000 of each. Why: a person looks at the first of them, and each keeps two documents.
pub const MAX_HELD_RECORDS: usize = 1000;

/// Most parts of the last scope that a source is asked about because they are missing from this one.
///
/// 100 objects a run. Why: whoever was authorised by name and resigned is one of a few; that hundreds are missing at once is a
/// smaller scope, which costs no request for each.
pub const MAX_LOST_PARTS_ASKED: usize = 100;

/// Lists that were not read to their end, and parts of a scope, that the proof of a run names.
///
/// 20 of each. Why: a person looks at some of them; the proof has how many there are.
pub const MAX_NAMED_IN_PROOF: usize = 20;

/// How long what a run held may be approved.
///
/// 30 days. Why: the number that a person confirms is of that reading. After a month the company is another one, and an
/// import says anew what would leave.
pub const APPROVAL_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);

/// How long what a person declined stays declined.
///
/// 90 days. Why: longer than a leave or a quarter's reorganisation takes; an account that the source has not had for longer is
/// asked about again, and not kept for good by a word that nobody remembers.
pub const DECLINED_FOR: Duration = Duration::from_secs(90 * 24 * 3600);

/// Longest reason of a person who declines.
///
/// 500 characters. Why: some sentences, which stand in the log of each run that they hold in.
pub const MAX_REASON_CHARS: usize = 500;

/// Longest name of whoever decides.
///
/// 200 characters. Why: longer than the name of any account or token.
pub const MAX_DECIDER_CHARS: usize = 200;

/// Most attributes whose clearings may wait in one run.
///
/// 100 attributes. Why: a schema has some tens of optional ones, and each that waits is an entry of its own.
pub const MAX_HELD_ATTRIBUTES: usize = bounds::MAX_CLEARING_ATTRIBUTES;

/// Largest document of a clearing.
///
/// 1 KiB. Why: it names one attribute and has no value; it is recorded beside everybody who may have lost that.
pub const MAX_CLEARING_DOCUMENT_BYTES: usize = bounds::MAX_CLEARING_DOCUMENT_BYTES;

/// Longest name of an attribute that objects may have lost.
///
/// 64 bytes. Source: the contract, `directory.clearing`.
pub const MAX_CLEARING_ATTRIBUTE_BYTES: usize = bounds::MAX_ATTRIBUTE_NAME_BYTES;

/// Different objects that one run may put.
///
/// 5,000,000 objects. Why: fifty times the largest known organisation; the run remembers 17 bytes of each.
pub const MAX_OBJECTS_PER_RUN: usize = bounds::MAX_OBJECTS;

/// Longest witness.
///
/// 1 KiB. Source: the contract, `types.departure`.
pub const MAX_WITNESS_BYTES: usize = bounds::MAX_EVIDENCE_BYTES;

/// Largest bucket.
///
/// 16 MiB. Source: the contract, `storage`.
pub const MAX_STORAGE_BUCKET_BYTES: u64 = bounds::MAX_DURABLE_AREA_BYTES;

/// Longest name of a subject, of a phase, of a check.
///
/// 256 bytes. Source: the contract, `history.entry`.
pub const MAX_NAME_BYTES: usize = bounds::MAX_SUBJECT_NAME_BYTES;

/// Most origins and most limits of a plan.
///
/// 64 items. Why: an administrator reads them.
pub const MAX_PLAN_ITEMS: usize = bounds::MAX_ORIGINS;

/// Least time between two questions what has changed, where a plan wants them.
///
/// 1 s. Source: the contract, `identity-source.plan`.
pub const MIN_POLL_INTERVAL: Duration = Duration::from_millis(bounds::MIN_POLL_INTERVAL_MS);

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

/// Deliveries of one source that are understood at once; more are answered 503.
///
/// 64 deliveries. Why: each takes some milliseconds, so these are thousands a second.
pub const MAX_CONCURRENT_DELIVERIES: usize = 64;

/// Events of one batch.
///
/// 1000 events. Source: the contract, `events.handle`.
pub const MAX_EVENTS_PER_BATCH: u32 = bounds::MAX_EVENTS;

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

/// How long the first import of a source is left to whoever is about to ask for it.
///
/// 2 s. Why: a person who has a source followed asks for its import with the same click. Were it begun by itself a moment
/// before, everything would be read twice, and the person be shown the second run, in which nothing changes.
pub const FIRST_IMPORT_PATIENCE: Duration = Duration::from_secs(2);

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

/// Shortest time between two heartbeats that a channel may ask for.
///
/// 1 s. Source: the contract, `events.channel`.
pub const MIN_HEARTBEAT: Duration = Duration::from_millis(bounds::MIN_HEARTBEAT_MS);

/// Shortest and longest time between two pings of a channel, whatever its connector says.
///
/// 1 s and 5 min. Why: a shorter one is noise; with a longer one a dead channel goes unnoticed.
pub const HEARTBEATS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));

/// Pings that may go unanswered before a channel is taken for dead.
///
/// 2 pings. Source: the contract, `events.channel`.
pub const MAX_UNANSWERED_PINGS: u32 = bounds::MAX_UNANSWERED_HEARTBEATS;

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

/// How long what a source had for itself alone is kept for it after it is not followed any more.
///
/// 5 s. Why: a source whose settings were changed is followed again within a moment, and must not lose its channel to
/// another one meanwhile; nor does another one open a channel while the whole program ends.
pub const EXCLUSIVE_GRACE: Duration = Duration::from_secs(5);

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
/// 5 s. Why: a host that dies is missed for that much longer than it was gone, well below `CHANNEL_GAP`.
pub const HEARD_INTERVAL: Duration = Duration::from_secs(5);

/// Time without a listener after which a full run is owed.
///
/// 10 s. Why: a source may push again what nobody took, for the first time after some 10 s, and none promises more. Whoever is
/// back by then hears it; of whatever came in a longer time it is not known whether it comes again.
pub const CHANNEL_GAP: Duration = Duration::from_secs(10);

/// Least time between two full runs that are owed because nobody listened for a while.
///
/// 5 min. Why: one makes up for all such times before it, and a proxy that cuts each minute must not have everything read all
/// day.
pub const GAP_RUN_INTERVAL: Duration = Duration::from_secs(300);

/// Least time between two writes of what is known about following a source.
///
/// 1 s. Why: a flood of refused deliveries, or a channel that flaps, is one write a second.
pub const NOTE_INTERVAL: Duration = Duration::from_secs(1);

/// Most people of a run whose identity changed that are told one by one.
///
/// 20 people. Why: more is a move of the whole company, which one sentence tells better.
pub const MAX_TOLD_IDENTITIES: usize = 20;

/// How much of an identity is shown.
///
/// 128 characters. Why: longer than that of any known source, and two of them fit into evidence.
pub const MAX_IDENTITY_CHARS: usize = 128;
