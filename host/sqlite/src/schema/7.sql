-- Whoever holds an id that the source gave to somebody else before: the run in which it became theirs; 0 for whoever had it
-- first. With it, the same id of the source is two ids of the platform.
ALTER TABLE object ADD COLUMN tenure INTEGER NOT NULL DEFAULT 0;

CREATE INDEX object_tenure ON object (source, resource_type, external_id, tenure) WHERE tenure > 0;
