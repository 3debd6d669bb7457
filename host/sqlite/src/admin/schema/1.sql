-- Times are Unix milliseconds. Whatever is secret is sealed, or only its digest is here.

CREATE TABLE account (
  name       TEXT PRIMARY KEY,
  password   TEXT NOT NULL,                  -- PHC string
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL                -- when the password was set
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  digest     BLOB PRIMARY KEY,               -- SHA-256 of the cookie's value
  account    TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
  csrf       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  address    TEXT NOT NULL,                  -- of the client when it began
  agent      TEXT NOT NULL                   -- what the browser said that it is
) STRICT, WITHOUT ROWID;

CREATE INDEX session_expiry ON session (expires_at);

-- AUTOINCREMENT, so that the audit log's numbers of tokens are never ambiguous.
CREATE TABLE token (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT NOT NULL,
  digest     BLOB NOT NULL UNIQUE,           -- SHA-256
  scope      TEXT NOT NULL,                  -- read, manage
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  used_at    INTEGER,
  revoked_at INTEGER
) STRICT;

CREATE TABLE audit (
  number  INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  who     TEXT NOT NULL,                     -- the name of an account or a token; empty before anyone is known
  way     TEXT NOT NULL,                     -- session, token, setup
  action  TEXT NOT NULL,                     -- kebab-case: source-added, login-failed
  subject TEXT NOT NULL,                     -- what it was done to; empty for nothing in particular
  detail  TEXT NOT NULL,                     -- JSON object without secrets
  address TEXT NOT NULL                      -- of the client
) STRICT;

CREATE INDEX audit_age ON audit (at);
CREATE INDEX audit_action ON audit (action);
CREATE INDEX audit_who ON audit (who);

-- One row: a text sealed with the key, which tells whether a key is the one that the secrets were sealed with.
CREATE TABLE sealing (
  one   INTEGER PRIMARY KEY CHECK (one = 1),
  probe BLOB NOT NULL
) STRICT;

-- What was configured in the console. A connector is named by the digest of its file in the folder `connectors`.
CREATE TABLE source (
  name       TEXT PRIMARY KEY,
  connector  TEXT NOT NULL,
  settings   TEXT NOT NULL,                  -- JSON object without the secrets
  egress     TEXT NOT NULL,                  -- JSON: proxy URL without password, certificates, granted origins
  secrets    BLOB NOT NULL,                  -- sealed JSON: secret settings, proxy password
  schedule   TEXT,                           -- JSON: cron, time zone, jitter
  departed   TEXT NOT NULL,                  -- deactivate, delete
  is_followed INTEGER NOT NULL,              -- whether an administrator said that it be followed
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  url        TEXT NOT NULL,
  proxy      TEXT,                           -- URL without a password
  secret     BLOB NOT NULL,                  -- sealed
  occasions  TEXT NOT NULL,                  -- JSON list
  created_at INTEGER NOT NULL,
  paused_at  INTEGER                         -- set when a person paused it
) STRICT;

-- What a webhook is still to be told, and what it was told lately.
CREATE TABLE delivery (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook    INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
  id         TEXT NOT NULL,                  -- the same in every attempt
  body       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  n_attempts INTEGER NOT NULL,
  due_at     INTEGER,                        -- of one that waits
  settled_at INTEGER,
  outcome    TEXT                            -- of the last attempt, in words
) STRICT;

CREATE INDEX delivery_due ON delivery (webhook, due_at, number) WHERE due_at IS NOT NULL;

-- Tells nobody the same thing twice.
CREATE UNIQUE INDEX delivery_id ON delivery (webhook, id);

-- Up to which run everything was told.
CREATE TABLE told (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  run INTEGER NOT NULL
) STRICT;

-- Starts that a program asked for with a key of its own, so that asking twice starts once.
CREATE TABLE idempotency (
  who        TEXT NOT NULL,
  key        TEXT NOT NULL,
  request    BLOB NOT NULL,                  -- SHA-256 of method, path and body
  status     INTEGER,                        -- none while it is under way
  answer     TEXT,                           -- JSON
  created_at INTEGER NOT NULL,
  PRIMARY KEY (who, key)
) STRICT, WITHOUT ROWID;

-- That a source was asked about one object by itself, for "why is it not here?": a run does not say which it was for.
CREATE TABLE question (
  number        INTEGER PRIMARY KEY AUTOINCREMENT,
  source        TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  external_id   TEXT NOT NULL,
  run           TEXT NOT NULL,
  who           TEXT NOT NULL,
  at            INTEGER NOT NULL             -- when it had answered
) STRICT;

CREATE INDEX question_object ON question (external_id, source, resource_type);
