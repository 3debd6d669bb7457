-- With what view everything of a source was read the last time: a scope as JSON.
CREATE TABLE scope (
  source TEXT PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run (id),
  scope TEXT NOT NULL
) WITHOUT ROWID;
