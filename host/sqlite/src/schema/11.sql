-- How much each source keeps in its storage: the bytes of its keys and values, so that the most it may keep can be held to
-- without a look at all of them.
CREATE TABLE storage_total (
  source TEXT PRIMARY KEY,
  n_bytes INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO storage_total
  SELECT source, sum(octet_length(key) + octet_length(value)) FROM storage GROUP BY source;
CREATE TRIGGER storage_added AFTER INSERT ON storage BEGIN
  INSERT INTO storage_total VALUES (new.source, octet_length(new.key) + octet_length(new.value))
    ON CONFLICT DO UPDATE SET n_bytes = n_bytes + excluded.n_bytes;
END;
CREATE TRIGGER storage_changed AFTER UPDATE OF value ON storage BEGIN
  UPDATE storage_total SET n_bytes = n_bytes + octet_length(new.value) - octet_length(old.value) WHERE source = new.source;
END;
CREATE TRIGGER storage_removed AFTER DELETE ON storage BEGIN
  UPDATE storage_total SET n_bytes = n_bytes - octet_length(old.key) - octet_length(old.value) WHERE source = old.source;
END;
