-- Calls that connections may make: those granted on a day (UTC, its beginning), and what the org said last of its own count.
CREATE TABLE allowances (
    connection_id text COLLATE "C" PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE,
    day           bigint NOT NULL,
    calls         bigint NOT NULL,
    org_used      bigint,
    org_allowed   bigint,
    org_told_at   bigint
);
