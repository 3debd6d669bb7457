-- JSON: where each secret went when it was entered, and which must be entered again. NULL where no version that knows of it
-- has looked at the source yet.
ALTER TABLE source ADD COLUMN trust TEXT;
