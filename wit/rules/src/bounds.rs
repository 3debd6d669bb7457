//! The bounds that the contract states, each with its unit and the item that states it.
//!
//! Not here: what a host or the kit bounds for reasons of its own.

/// Longest name of a resource type.
///
/// 64 bytes. Source: the contract, `model.key`.
pub const MAX_RESOURCE_TYPE_BYTES: usize = 64;

/// Most resource types of a connector.
///
/// 16 types. Source: the contract, `identity-source.descriptor`.
pub const MAX_RESOURCE_TYPES: usize = 16;

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

/// How deep a document may be nested, itself counted.
///
/// 32 levels. Source: the contract, `model.directory-object`.
pub const MAX_DOCUMENT_DEPTH: usize = 32;

/// Largest number of a document, in amount.
///
/// 2^53 - 1. Source: the contract, `model.directory-object`; what every language's numbers hold exactly.
pub const MAX_NUMBER: u64 = (1 << 53) - 1;

/// Longest evidence of a removal.
///
/// 1 KiB. Source: the contract, `model.removal`.
pub const MAX_EVIDENCE_BYTES: usize = 1 << 10;

/// Longest code of a diagnosis.
///
/// 64 bytes. Source: the contract, `model.diagnosis`.
pub const MAX_CODE_BYTES: usize = 64;

/// Longest sentence of a diagnosis.
///
/// 4 KiB. Source: the contract, `model.diagnosis`.
pub const MAX_TEXT_BYTES: usize = 4 << 10;

/// Most facts of a diagnosis.
///
/// 32 facts. Source: the contract, `model.diagnosis`.
pub const MAX_FACTS: usize = 32;

/// Largest schema of a connector's settings.
///
/// 256 KiB. Source: the contract, `identity-source.descriptor`.
pub const MAX_SETTINGS_SCHEMA_BYTES: usize = 256 << 10;

/// Most origins of a plan.
///
/// 64 origins. Source: the contract, `identity-source.plan`.
pub const MAX_ORIGINS: usize = 64;

/// Most rate limits of a plan.
///
/// 64 limits. Source: the contract, `identity-source.plan`.
pub const MAX_RATE_LIMITS: usize = 64;

/// Longest window of a rate limit.
///
/// 1 h, in milliseconds. Source: the contract, `identity-source.rate-limit`.
pub const MAX_RATE_WINDOW_MS: u64 = 3_600_000;

/// Most texts that a plan claims for itself alone.
///
/// 8 texts. Source: the contract, `identity-source.plan`.
pub const MAX_EXCLUSIVE: usize = 8;

/// Longest text that a plan claims for itself alone.
///
/// 256 bytes. Source: the contract, `identity-source.plan`.
pub const MAX_EXCLUSIVE_BYTES: usize = 256;

/// Shortest time between two questions for what has changed.
///
/// 1 s, in milliseconds. Source: the contract, `identity-source.plan`.
pub const MIN_POLL_INTERVAL_MS: u64 = 1000;

/// Most problems of one set of settings.
///
/// 1000 problems. Source: the contract, `identity-source.invalid-settings`.
pub const MAX_PROBLEMS: usize = 1000;

/// Most findings of a check.
///
/// 1000 findings. Source: the contract, `identity-source.check`.
pub const MAX_FINDINGS: usize = 1000;

/// Most objects of one refresh.
///
/// 1000 keys. Source: the contract, `identity-source.refresh`.
pub const MAX_REFRESH_KEYS: usize = 1000;

/// Most objects that a platform holds of one source, and that one run puts.
///
/// 5,000,000 objects. Source: the contract, `directory.list-inventory`.
pub const MAX_OBJECTS: usize = 5_000_000;

/// Most items of one page of the inventory.
///
/// 10,000 items. Source: the contract, `directory.list-inventory`.
pub const MAX_INVENTORY_PAGE: u32 = 10_000;

/// Most keys that are looked up in the inventory at once.
///
/// 1000 keys. Source: the contract, `directory.find-inventory`.
pub const MAX_FIND_KEYS: usize = 1000;

/// Most changes applied at once.
///
/// 1000 changes. Source: the contract, `directory.begin-apply`.
pub const MAX_CHANGES: usize = 1000;

/// Most bytes of changes applied at once, and of any other crossing between connector and host.
///
/// 64 MiB. Source: the contract, `directory.begin-apply`.
pub const MAX_CROSSING_BYTES: usize = 64 << 20;

/// Most parts of a view that is not whole.
///
/// 10,000 keys. Source: the contract, `directory.scope`.
pub const MAX_SCOPE_PARTS: usize = 10_000;

/// Most lists of a reading, of all resource types.
///
/// 100,000 lists. Source: the contract, `directory.coverage`.
pub const MAX_CONTAINERS: usize = 100_000;

/// Most objects removed because a reading no longer found them.
///
/// 100,000 objects. Source: the contract, `directory.remove-missing`.
pub const MAX_REMOVALS: usize = 100_000;

/// Longest name of an attribute that a clearing is about.
///
/// 64 bytes. Source: the contract, `directory.clearing`.
pub const MAX_ATTRIBUTE_NAME_BYTES: usize = 64;

/// Largest document of a clearing.
///
/// 1 KiB. Source: the contract, `directory.clearing`.
pub const MAX_CLEARING_DOCUMENT_BYTES: usize = 1 << 10;

/// Most attributes whose clearings may wait in one run.
///
/// 100 attributes. Source: the contract, `directory.clearing`.
pub const MAX_CLEARING_ATTRIBUTES: usize = 100;

/// Most objects of one proposal of clearings.
///
/// 1000 keys. Source: the contract, `directory.clearing`.
pub const MAX_CLEARING_KEYS: usize = 1000;

/// Largest state of a checkpoint.
///
/// 1 MiB. Source: the contract, `directory.save-checkpoint`.
pub const MAX_CHECKPOINT_BYTES: usize = 1 << 20;

/// Most unchanged objects of one checkpoint.
///
/// 10,000 keys. Source: the contract, `directory.save-checkpoint`.
pub const MAX_CHECKPOINT_KEYS: usize = 10_000;

/// Longest key of an entry of storage.
///
/// 256 bytes. Source: the contract, `storage`.
pub const MAX_STORAGE_KEY_BYTES: usize = 256;

/// Largest value of an entry of storage.
///
/// 256 KiB. Source: the contract, `storage`.
pub const MAX_STORAGE_VALUE_BYTES: usize = 256 << 10;

/// Most keys read, and most entries written or scanned, in one call of storage.
///
/// 1000 entries. Source: the contract, `storage`.
pub const MAX_STORAGE_ENTRIES: usize = 1000;

/// Most bytes of a source's area `memory`.
///
/// 1 MiB. Source: the contract, `storage.area`.
pub const MAX_MEMORY_AREA_BYTES: u64 = 1 << 20;

/// Most bytes of a source's area `durable`.
///
/// 16 MiB. Source: the contract, `storage.area`.
pub const MAX_DURABLE_AREA_BYTES: u64 = 16 << 20;

/// Most random bytes of one call.
///
/// 1024 bytes. Source: the contract, `host.random`.
pub const MAX_RANDOM_BYTES: u32 = 1024;

/// Longest line for whoever runs the host.
///
/// 4 KiB. Source: the contract, `host.log`.
pub const MAX_LOG_LINE_BYTES: usize = 4 << 10;

/// Longest URL of a request.
///
/// 8 KiB. Source: the contract, `http-client.http-request`.
pub const MAX_URL_BYTES: usize = 8 << 10;

/// Most headers of a request.
///
/// 64 headers. Source: the contract, `http-client.http-request`.
pub const MAX_REQUEST_HEADERS: usize = 64;

/// Largest body of a request.
///
/// 1 MiB. Source: the contract, `http-client.http-request`.
pub const MAX_REQUEST_BODY_BYTES: usize = 1 << 20;

/// Largest body of a response in the reference host, decompressed.
///
/// 16 MiB. Source: the contract, `http-client.http-response`.
pub const MAX_RESPONSE_BODY_BYTES: usize = 16 << 20;

/// How deep a response may be nested, where it is JSON: arrays and objects that are in each other.
///
/// 128 levels. Source: the contract, `http-client.http-response`. Why: about what parsers take without being told more, while a few
/// thousand levels end the stack of an interpreter, and with it the call.
pub const MAX_BODY_DEPTH: usize = 128;

/// Most requests begun at once, and most outstanding.
///
/// 256 requests. Source: the contract, `http-client.begin`.
pub const MAX_OUTSTANDING: usize = 256;

/// Most results left untaken.
///
/// 4096 results. Source: the contract, `http-client.take`.
pub const MAX_UNTAKEN: usize = 4096;

/// Most bytes of results left untaken.
///
/// 256 MiB. Source: the contract, `http-client.take`.
pub const MAX_UNTAKEN_BYTES: usize = 256 << 20;

/// Longest time for which a source may ask for no request.
///
/// 1 h, in milliseconds. Source: the contract, `http-client.throttled`.
pub const MAX_THROTTLE_MS: u64 = 3_600_000;

/// Most tickets that one wait names.
///
/// 1024 tickets. Source: the contract, `tasks.wait`.
pub const MAX_WAIT: u32 = 1024;

/// Longest timer.
///
/// 1 h, in milliseconds. Source: the contract, `tasks.begin-timer`.
pub const MAX_TIMER_MS: u64 = 3_600_000;

/// Time that a connector has to end after it was cancelled.
///
/// 5 s, in milliseconds. Source: the contract, `tasks.wait`.
pub const CANCEL_GRACE_MS: u64 = 5000;

/// Most entries recorded at once.
///
/// 1000 entries. Source: the contract, `history.record-entries`.
pub const MAX_ENTRIES_PER_CALL: usize = 1000;

/// Entries of a run that the reference host keeps; the rest is counted.
///
/// 10,000 entries. Source: the contract, `history.record-entries`.
pub const MAX_ENTRIES_PER_RUN: usize = 10_000;

/// Longest name of an object in the log.
///
/// 256 bytes. Source: the contract, `history.log-entry`.
pub const MAX_SUBJECT_NAME_BYTES: usize = 256;

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
/// 100 keys. Source: the contract, `events.source-event`.
pub const MAX_EVENT_SUBJECTS: usize = 100;

/// Longest query of a delivery.
///
/// 8 KiB. Source: the contract, `events.delivery`.
pub const MAX_DELIVERY_QUERY_BYTES: usize = 8 << 10;

/// Largest body of a delivery.
///
/// 1 MiB. Source: the contract, `events.delivery`.
pub const MAX_DELIVERY_BYTES: usize = 1 << 20;

/// Largest body of a receipt.
///
/// 1 MiB. Source: the contract, `events.receipt`.
pub const MAX_RECEIPT_BYTES: usize = 1 << 20;

/// Most events of one receipt, of one reaction, of one batch to handle and of one fetch.
///
/// 1000 events. Source: the contract, `events.handle`.
pub const MAX_EVENTS: u32 = 1000;

/// Largest cursor of a source's list of changes.
///
/// 64 KiB. Source: the contract, `events.fetched-events`.
pub const MAX_CURSOR_BYTES: usize = 64 << 10;

/// Time for which a delivery counts that says when it was signed, either way.
///
/// 15 min, in milliseconds. Source: the contract, `events.receive`.
pub const DELIVERY_FRESH_MS: u64 = 900_000;

/// Largest message of a channel.
///
/// 1 MiB. Source: the contract, `events.channel`.
pub const MAX_CHANNEL_MESSAGE_BYTES: usize = 1 << 20;

/// Most subprotocols of a channel.
///
/// 16 subprotocols. Source: the contract, `events.channel`.
pub const MAX_SUBPROTOCOLS: usize = 16;

/// Shortest time between two heartbeats of a channel.
///
/// 1 s, in milliseconds. Source: the contract, `events.channel`.
pub const MIN_HEARTBEAT_MS: u64 = 1000;

/// Heartbeats that may go unanswered before a channel is taken for dead.
///
/// 2 heartbeats. Source: the contract, `events.channel`.
pub const MAX_UNANSWERED_HEARTBEATS: u32 = 2;

/// Largest state of a channel.
///
/// 1 MiB. Source: the contract, `events.channel`.
pub const MAX_CHANNEL_STATE_BYTES: usize = 1 << 20;

/// Most messages that answer one message.
///
/// 16 messages. Source: the contract, `events.reaction`.
pub const MAX_REPLIES: usize = 16;

/// Largest message that answers one.
///
/// 64 KiB. Source: the contract, `events.reaction`.
pub const MAX_REPLY_BYTES: usize = 64 << 10;
