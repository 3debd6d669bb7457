-- Before, there were imports and nothing else that a store would tell apart.
ALTER TABLE run ADD COLUMN kind TEXT NOT NULL DEFAULT 'full';

-- What a source pushed. AUTOINCREMENT, so that the number of an event is never given to another one.
CREATE TABLE event (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  source     TEXT NOT NULL,
  id         TEXT NOT NULL,
  kind       TEXT NOT NULL,
  payload    BLOB NOT NULL,
  born_at    INTEGER,                        -- Unix milliseconds, as every time here
  subjects   TEXT NOT NULL,                  -- JSON of a list of Key
  arrived_at INTEGER NOT NULL,
  way        TEXT NOT NULL,
  state      TEXT NOT NULL,
  n_attempts INTEGER NOT NULL,
  due_at     INTEGER,                        -- of a waiting event
  run        TEXT,                           -- no reference: an embedder may keep its runs elsewhere
  settled_at INTEGER,
  failure    TEXT                            -- JSON of Failure
) STRICT;

-- A repeat is known by it, whatever became of the first one.
CREATE UNIQUE INDEX event_id ON event (source, id);

CREATE INDEX event_of_source ON event (source, number);

-- Answers `Inbox::due`, and `Inbox::counts` without touching a row.
CREATE INDEX event_state ON event (source, state, number);

CREATE INDEX event_due ON event (source, due_at) WHERE state = 'waiting';

CREATE INDEX event_run ON event (source, run, number) WHERE run IS NOT NULL;

CREATE INDEX event_settled ON event (source, settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE following (
  source       TEXT PRIMARY KEY,
  is_paused    INTEGER NOT NULL DEFAULT 0,
  stopped      TEXT,                         -- JSON of Stopped
  channel      TEXT,                         -- JSON of ChannelNote
  heard_until  INTEGER,
  next_run_at  INTEGER,
  n_refused    INTEGER NOT NULL DEFAULT 0,
  last_refused TEXT                          -- JSON of Refused
) STRICT, WITHOUT ROWID;
