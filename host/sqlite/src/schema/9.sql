-- When a person last let a source go on: what waits for a pause to pass is tried at once.
ALTER TABLE following ADD COLUMN resumed_at INTEGER;
