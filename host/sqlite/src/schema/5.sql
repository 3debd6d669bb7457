-- What a search among the changes of a run looks into; with it the index needs no names.
CREATE TABLE change_text (
  run           INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  number        INTEGER NOT NULL,
  resource_type TEXT NOT NULL,
  action        TEXT NOT NULL,
  refusal_code  TEXT,
  folded        TEXT NOT NULL,               -- name, id, and the values that came or went
  PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

DROP INDEX change_traits;

-- Filters the changes of a run without touching a document.
CREATE INDEX change_traits ON change (run, number, resource_type, action, refusal_code);
