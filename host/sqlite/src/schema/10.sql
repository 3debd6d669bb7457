-- What a full run can show for itself: a proof as JSON.
ALTER TABLE run ADD COLUMN proof TEXT;
