-- Calls that connections may make: those granted on a day (UTC, its beginning), and what the org said last of its own count.
CREATE TABLE allowances (
    connection_id TEXT PRIMARY KEY NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    day           INTEGER NOT NULL,
    calls         INTEGER NOT NULL,
    org_used      INTEGER,
    org_allowed   INTEGER,
    org_told_at   INTEGER
) STRICT;
