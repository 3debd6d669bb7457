-- What is held from each source: the platform's truth.
-- `external_id` has the default collation, which is the byte order that `Directory::holdings` promises.
CREATE TABLE object (
  source        TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  external_id   TEXT NOT NULL,
  version       TEXT NOT NULL,
  document      TEXT NOT NULL,               -- canonical JSON
  departed_at   INTEGER,                     -- Unix milliseconds; null while it is at the source
  first_run     INTEGER NOT NULL,            -- the run that created it
  last_run      INTEGER NOT NULL             -- the run that last wrote it
) STRICT;

CREATE UNIQUE INDEX object_key ON object (source, resource_type, external_id);

-- Answers `Directory::holdings` without touching a document.
CREATE INDEX object_held ON object (source, resource_type, external_id, version) WHERE departed_at IS NULL;

CREATE TABLE storage (
  source TEXT NOT NULL,
  key    TEXT NOT NULL,
  value  BLOB NOT NULL,
  PRIMARY KEY (source, key)
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT, so that the number of a run is never given to another one.
CREATE TABLE run (
  id                INTEGER PRIMARY KEY AUTOINCREMENT,
  source            TEXT NOT NULL,
  trigger           TEXT NOT NULL,
  dry_run           INTEGER NOT NULL,
  connector         TEXT NOT NULL,           -- JSON of ConnectorIdentity
  state             TEXT NOT NULL,
  started_at        INTEGER NOT NULL,        -- Unix milliseconds, as every time here
  finished_at       INTEGER,
  progress          TEXT,                    -- JSON of Progress
  counters          TEXT NOT NULL,           -- JSON of Counters
  failure           TEXT,                    -- JSON of Failure
  n_entries_dropped INTEGER NOT NULL
) STRICT;

CREATE INDEX run_of_source ON run (source, id);

-- A source has at most one run at work.
CREATE UNIQUE INDEX run_at_work ON run (source) WHERE state = 'running';

CREATE TABLE entry (
  run           INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  number        INTEGER NOT NULL,            -- from 1 within its run
  severity      INTEGER NOT NULL,            -- 1 info, 2 warning, 3 error
  resource_type TEXT,
  external_id   TEXT,
  subject_name  TEXT,
  diagnosis     TEXT NOT NULL,               -- JSON of Diagnosis
  PRIMARY KEY (run, number)
) STRICT;

CREATE TABLE change (
  run             INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  number          INTEGER NOT NULL,          -- from 1 within its run
  resource_type   TEXT NOT NULL,
  external_id     TEXT NOT NULL,
  action          TEXT NOT NULL,
  document_before TEXT,                      -- canonical JSON, as is the next
  document_after  TEXT,
  witness         TEXT,
  refusal         TEXT,                      -- JSON of Diagnosis
  PRIMARY KEY (run, number)
) STRICT;
