-- With what view everything of a source was read the last time: a scope as JSON.
CREATE TABLE view (
  source TEXT PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run (id),
  scope TEXT NOT NULL
) WITHOUT ROWID;
