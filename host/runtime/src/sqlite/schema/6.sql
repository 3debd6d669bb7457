-- Where a source is to be asked on for what has changed; null before it was asked.
ALTER TABLE following ADD COLUMN cursor TEXT;
