INSERT INTO source
  (name, connector, settings, egress, secrets, schedule, departed, is_followed, trust, scim, created_at, changed_at)
VALUES
  (:name, :connector, :settings, :egress, :secrets, :schedule, :departed, :is_followed, :trust, :scim, :now, :now)
ON CONFLICT (name) DO UPDATE SET
  connector = excluded.connector, settings = excluded.settings, egress = excluded.egress, secrets = excluded.secrets,
  schedule = excluded.schedule, departed = excluded.departed, is_followed = excluded.is_followed, trust = excluded.trust,
  scim = excluded.scim, changed_at = excluded.changed_at
