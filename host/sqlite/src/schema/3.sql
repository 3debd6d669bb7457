-- For whoever browses. An object gets a number that stays the same for as long as it is held, and two times.
ALTER TABLE object RENAME TO object_before;

CREATE TABLE object (
  id            INTEGER PRIMARY KEY,
  source        TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  external_id   TEXT NOT NULL,
  version       TEXT NOT NULL,
  departed_at   INTEGER,                     -- Unix milliseconds, as the next two; null while it is at the source
  created_at    INTEGER NOT NULL,
  changed_at    INTEGER NOT NULL,            -- when the document or being departed last became different
  first_run     INTEGER NOT NULL,            -- the run that created it
  last_run      INTEGER NOT NULL,            -- the run that last wrote it
  document      TEXT NOT NULL                -- canonical JSON
) STRICT;

-- What each change record called its object, and the code of its refusal, as columns, so that an index has them. Not
-- generated ones: with those, SQLite takes no index for covering.
ALTER TABLE change ADD COLUMN name TEXT;
ALTER TABLE change ADD COLUMN refusal_code TEXT;

UPDATE change SET refusal_code = refusal ->> '$.code', name = coalesce(
  CASE json_type(document_after, '$.displayName') WHEN 'text' THEN document_after ->> '$.displayName' END,
  CASE json_type(document_before, '$.displayName') WHEN 'text' THEN document_before ->> '$.displayName' END);

-- Filters the changes of a run without touching a document.
CREATE INDEX change_traits ON change (run, number, resource_type, action, refusal_code, name, external_id);

-- The trail of an object across runs: few rows for each, so that nothing but the id is worth its place.
CREATE INDEX change_of_object ON change (external_id);

-- Counts the changes of a run, however many there are, while it is at work.
CREATE TABLE change_count (
  run           INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  resource_type TEXT NOT NULL,
  action        TEXT NOT NULL,
  is_refused    INTEGER NOT NULL,
  refusal_code  TEXT NOT NULL,               -- empty when it was not refused
  n             INTEGER NOT NULL,
  PRIMARY KEY (run, resource_type, action, is_refused, refusal_code)
) STRICT, WITHOUT ROWID;

INSERT INTO change_count
SELECT run, resource_type, action, refusal IS NOT NULL, ifnull(refusal_code, ''), count(*) FROM change
GROUP BY 1, 2, 3, 4, 5;

-- What left, or never came in: few among all changes.
CREATE INDEX change_missing ON change (run, number, resource_type, external_id, name, action, refusal_code)
  WHERE action = 'deleted' OR refusal_code IS NOT NULL;

ALTER TABLE entry ADD COLUMN code TEXT NOT NULL DEFAULT '';

UPDATE entry SET code = ifnull(diagnosis ->> '$.code', '');

CREATE INDEX entry_traits ON entry (run, severity, code, number);

CREATE INDEX entry_of_object ON entry (external_id, resource_type, run, number) WHERE external_id IS NOT NULL;

CREATE INDEX entry_subject ON entry (run, number, resource_type, external_id, subject_name)
  WHERE external_id IS NOT NULL;

-- Filters runs without touching their counters and progress.
CREATE INDEX run_traits ON run (id, source, kind, state, trigger, dry_run);

INSERT INTO object
  (source, resource_type, external_id, version, departed_at, created_at, changed_at, first_run, last_run, document)
SELECT
  source, resource_type, external_id, version, departed_at,
  coalesce((SELECT started_at FROM run WHERE id = first_run), departed_at, unixepoch() * 1000),
  coalesce(
    (SELECT max(run.started_at)
     FROM change INDEXED BY change_of_object CROSS JOIN run ON run.id = change.run
     WHERE change.external_id = object_before.external_id AND change.resource_type = object_before.resource_type
       AND change.refusal IS NULL AND run.source = object_before.source AND NOT run.dry_run),
    (SELECT started_at FROM run WHERE id = first_run), departed_at, unixepoch() * 1000),
  first_run, last_run, document
FROM object_before ORDER BY source, resource_type, external_id;

DROP TABLE object_before;

CREATE UNIQUE INDEX object_key ON object (source, resource_type, external_id);

-- Answers `Directory::holdings` without touching a document.
CREATE INDEX object_held ON object (source, resource_type, external_id, version) WHERE departed_at IS NULL;

-- What can be told from each object's document, written with it. Narrow, and one source and resource type side by side,
-- because a search for any part of a text reads all of these.
CREATE TABLE listing (
  source        TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  id            INTEGER NOT NULL,            -- of the object
  external_id   TEXT NOT NULL,
  name          TEXT NOT NULL,
  parent        TEXT,                        -- of a department: the id of the one above, whether or not that is held
  position      INTEGER NOT NULL,            -- of a department among its siblings, smaller ones first
  departed      INTEGER NOT NULL,
  unplaced      INTEGER NOT NULL,            -- of a present person: in no department that is held
  active        INTEGER,                     -- as the document says, if it does
  folded        TEXT NOT NULL,               -- what a search looks into; see `sqlite::features`
  PRIMARY KEY (source, resource_type, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX listing_unplaced ON listing (source, resource_type, id) WHERE unplaced;

CREATE INDEX listing_departed ON listing (source, resource_type, id) WHERE departed;

-- Who is in which department: people who have not departed, departments whether or not they are held.
CREATE TABLE membership (
  person     INTEGER NOT NULL,               -- the id of the object
  department TEXT NOT NULL,
  source     TEXT NOT NULL,
  position   INTEGER NOT NULL,               -- of the person within the department, smaller ones first
  name       TEXT NOT NULL,                  -- in lower case, for the order
  is_leader  INTEGER NOT NULL,
  is_primary INTEGER NOT NULL,
  is_only    INTEGER NOT NULL,               -- whether it is the one department of the person
  PRIMARY KEY (person, department)
) STRICT, WITHOUT ROWID;

-- Lists a department in order, and counts all of them, without touching a person.
CREATE INDEX membership_in_order ON membership (source, department, position, name, person, is_only);

CREATE INDEX membership_one_of_several ON membership (source, person, department) WHERE NOT is_only;

-- Grows with every transaction that changes objects of a source, so that what was counted is known to be stale.
CREATE TABLE edition (
  source TEXT PRIMARY KEY,
  number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO edition SELECT DISTINCT source, 1 FROM object;

-- Which events name an object.
CREATE TABLE event_subject (
  event         INTEGER NOT NULL REFERENCES event (number) ON DELETE CASCADE,
  external_id   TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  PRIMARY KEY (event, external_id, resource_type)
) STRICT, WITHOUT ROWID;

CREATE INDEX event_about ON event_subject (external_id, resource_type, event);

INSERT OR IGNORE INTO event_subject
SELECT event.number, subject.value ->> '$.external_id', subject.value ->> '$.resource_type'
FROM event, json_each(event.subjects) AS subject;
