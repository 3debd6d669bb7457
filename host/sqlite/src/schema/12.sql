-- What people decided about what runs held. Rows are only ever added; the later one of two about the same holds.
CREATE TABLE decision (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  run INTEGER NOT NULL REFERENCES run (id),
  at INTEGER NOT NULL, -- milliseconds since 1970
  decided_by TEXT NOT NULL,
  verdict TEXT NOT NULL,
  about TEXT, -- matters as JSON; null for all of a run that held more than is recorded one by one
  reason TEXT
);
CREATE INDEX decision_of_source ON decision (source, at);
