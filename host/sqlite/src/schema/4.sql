-- Why the source could not be asked for what it could not deliver, and when: JSON of Unfetched.
ALTER TABLE following ADD COLUMN unfetched TEXT;
