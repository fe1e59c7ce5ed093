-- Clients that are archived, and what stands for those that were erased.

ALTER TABLE clients ADD COLUMN archived_at INTEGER;
CREATE INDEX clients_archived ON clients (key) WHERE archived_at IS NOT NULL;

-- A digest of the key, never the key: nothing here says who it was.
CREATE TABLE erased_clients (
    digest    TEXT PRIMARY KEY NOT NULL,
    erased_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
