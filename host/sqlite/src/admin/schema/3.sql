-- JSON list of names: the sources that a token may read, by SCIM alone. NULL for all of them, and for the whole API.
ALTER TABLE token ADD COLUMN sources TEXT;

-- JSON: how people of a source are told over SCIM. NULL for the usual way.
ALTER TABLE source ADD COLUMN scim TEXT;
