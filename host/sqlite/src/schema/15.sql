-- The moment of the last transaction that wrote objects: the next one has a later one, also where the clock of the machine was
-- set back meanwhile, and where the latest object was deleted.
CREATE TABLE clock (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  at  INTEGER NOT NULL                       -- Unix milliseconds
) STRICT;

INSERT INTO clock SELECT 1, max(
  ifnull((SELECT max(modified_at) FROM listing), 0),
  ifnull((SELECT max(changed_at) FROM object), 0));
