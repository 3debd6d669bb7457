-- Where a source is to be asked on for what has changed; null before it was asked.
ALTER TABLE following ADD COLUMN cursor TEXT;

-- How a source tells of its changes, as it was last followed; null before.
ALTER TABLE following ADD COLUMN event_delivery TEXT;
