-- Clients that are archived, and what stands for those that were erased.

ALTER TABLE clients ADD COLUMN archived_at bigint;
CREATE INDEX clients_archived ON clients (key) WHERE archived_at IS NOT NULL;

-- A digest of the key, never the key: nothing here says who it was.
CREATE TABLE erased_clients (
    digest    text COLLATE "C" PRIMARY KEY,
    erased_at bigint NOT NULL
);
