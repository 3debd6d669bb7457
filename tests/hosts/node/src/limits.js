/** Bounds: those that the contract states (`wit/README.md`, "Bounds"), and those that this host chooses, with the reason. */

const KIB = 1 << 10;
const MIB = 1 << 20;

/** The contract's. Sizes in bytes, times in milliseconds. */
export const MAX = {
  crossing: 64 * MIB,
  settingsSchema: 256 * KIB,
  resourceTypes: 16,
  resourceTypeName: 64,
  planItems: 64,
  rateWindowMs: 3_600_000,
  exclusive: 8,
  exclusiveText: 256,
  problems: 1_000,
  findings: 1_000,
  externalId: 256,
  version: 128,
  document: 256 * KIB,
  documentDepth: 32,
  evidence: KIB,
  objects: 5_000_000,
  inventoryPage: 10_000,
  keys: 1_000,
  changes: 1_000,
  scopeParts: 10_000,
  containers: 100_000,
  removals: 100_000,
  clearingName: 64,
  clearingDocument: KIB,
  clearingAttributes: 100,
  checkpoint: MIB,
  checkpointKeys: 10_000,
  storageKey: 256,
  storageValue: 256 * KIB,
  storageEntries: 1_000,
  memoryArea: MIB,
  durableArea: 16 * MIB,
  url: 8 * KIB,
  headers: 64,
  requestBody: MIB,
  responseBody: 16 * MIB,
  responseDepth: 128,
  outstanding: 256,
  untaken: 4_096,
  untakenBytes: 256 * MIB,
  throttleMs: 3_600_000,
  wait: 1_024,
  timerMs: 3_600_000,
  code: 64,
  text: 4 * KIB,
  facts: 32,
  entriesPerCall: 1_000,
  entriesPerRun: 10_000,
  subjectName: 256,
  logLine: 4 * KIB,
  random: 1_024,
  eventId: 128,
  eventKind: 64,
  eventPayload: 64 * KIB,
  eventSubjects: 100,
  events: 1_000,
  deliveryQuery: 8 * KIB,
  delivery: MIB,
  cursor: 64 * KIB,
  channelMessage: MIB,
  channelState: MIB,
  subprotocols: 16,
  replies: 16,
  reply: 64 * KIB,
};

/** The contract's shortest times, and how many heartbeats may go unanswered. */
export const MIN_POLL_MS = 1_000;
export const MIN_HEARTBEAT_MS = 1_000;
export const MAX_UNANSWERED_HEARTBEATS = 2;
export const CANCEL_GRACE_MS = 5_000;

/** A component's file. Why: what a Python toolchain makes has 20 MB. */
export const MAX_COMPONENT_BYTES = 64 * MIB;

/** Memory of one instance, and the heap of the worker around it. Why: 50,000 people in an interpreter take 200 MiB. */
export const MAX_MEMORY_BYTES = 512 * MIB;
export const WORKER_HEAP_MIB = 512;

/** Core modules with a memory of their own in one component. Why: a sealed one has three, and each may grow. */
export const MAX_MEMORIES = 4;

/** Time that a connector may compute between two calls of its host, and in all; wall time, which others take a part of. */
export const COMPUTE_MS = 60_000;
export const COMPUTE_TOTAL_MS = 600_000;

/** Time of a whole call. Why: an import at the slowest allowed rate takes hours, a source waits 1.5 s for its answer. */
export const CALL_MS = { import: 24 * 3_600_000, check: 600_000, offline: 60_000, delivery: 2_500, frame: 10_000 };

/** What a connector said last as errors, to be quoted when it dies. */
export const LAST_WORDS = 16 * KIB;

/** Requests of one bucket under way. Why: a source that takes more does not answer faster. */
export const MAX_CONCURRENT_REQUESTS = 64;

/** Time for one request, and for each step of a connection. */
export const REQUEST_MS = 60_000;
export const CONNECT_MS = 15_000;

/** How long a proxy's password counts as right without being tried alone again. */
export const LOGIN_PROVEN_MS = 60_000;

/** What may leave while nobody looks: at least the first, at most the last, else so many in a hundred. */
export const UNATTENDED = { floor: 5, percent: 5, most: 50, departments: 10, windowMs: 3_600_000 };

/** Identities told one by one, and their length. Why: a page of a log. */
export const MAX_TOLD_IDENTITIES = 20;

/** Deliveries at a time, and what waits before events are handled together. */
export const MAX_DELIVERIES = 64;
export const COALESCE_MS = 20;

/** Attempts at one event, and the pauses between them. */
export const MAX_EVENT_ATTEMPTS = 12;
export const EVENT_BACKOFF_MS = { first: 1_000, most: 300_000 };

/** Pauses before a channel is opened again, how long one is proven, and how long nobody may have listened without a full run. */
export const CHANNEL_BACKOFF_MS = { first: 1_000, most: 60_000 };
export const CHANNEL_PROVEN_MS = 30_000;
export const CHANNEL_GAP_MS = 10_000;
export const GAP_RUN_MS = 300_000;
export const MAX_HEARTBEAT_MS = 300_000;

/** How often a source is asked for what it could not deliver, where its plan does not say. */
export const MISSED_MS = 3_600_000;
export const MAX_MISSED_BATCHES = 100;
