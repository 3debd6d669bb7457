-- How much each run recorded, so that the runs of a source together have a bound, and from which run on that is counted.
ALTER TABLE run ADD COLUMN attended INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN written_bytes INTEGER NOT NULL DEFAULT 0;   -- of its entries and changes, as of now

CREATE INDEX run_written ON run (source, id, started_at, written_bytes);

CREATE INDEX run_attended ON run (source, id) WHERE attended;
