-- What a program asks for most has an index, and what is told of an object has a moment of its own, which moves as well
-- when somebody moves whom it tells of. The table is made anew, and filled from the documents.
DROP TABLE listing;

-- What can be told from each object's document, written with it. Narrow, and one source and resource type side by side,
-- because a search for any part of a text reads all of these.
CREATE TABLE listing (
  source        TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  id            INTEGER NOT NULL,            -- of the object
  external_id   TEXT NOT NULL,
  name          TEXT NOT NULL,
  login         TEXT,                        -- of a person: the user name, or else the external id, folded
  parent        TEXT,                        -- of a department: the id of the one above, whether or not that is held
  position      INTEGER NOT NULL,            -- of a department among its siblings, smaller ones first
  departed      INTEGER NOT NULL,
  unplaced      INTEGER NOT NULL,            -- of a present person: in no department that is held
  active        INTEGER,                     -- as the document says, if it does
  created_at    INTEGER NOT NULL,            -- Unix milliseconds, as the next
  modified_at   INTEGER NOT NULL,            -- when what is told of the object last became different
  folded        TEXT NOT NULL,               -- what a search looks into; see `sqlite::features`
  PRIMARY KEY (source, resource_type, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX listing_unplaced ON listing (source, resource_type, id) WHERE unplaced;

CREATE INDEX listing_departed ON listing (source, resource_type, id) WHERE departed;

-- Counts and pages everything of a resource type, and what changed since a moment, without touching a text.
CREATE INDEX listing_in_order ON listing (resource_type, source, id, modified_at, created_at, active, departed);

CREATE INDEX listing_external_id ON listing (resource_type, external_id);

CREATE INDEX listing_login ON listing (resource_type, login) WHERE login IS NOT NULL;

-- Which objects tell of which other ones, whether or not those are held: a person of their manager and departments, a
-- department of the one above and of its managers.
CREATE TABLE mention (
  source        TEXT NOT NULL,
  resource_type TEXT NOT NULL,               -- of what is told of, as is the next
  external_id   TEXT NOT NULL,
  object        INTEGER NOT NULL,            -- the id of the object that tells of it
  PRIMARY KEY (source, resource_type, external_id, object)
) STRICT, WITHOUT ROWID;

CREATE INDEX mention_of ON mention (object);
