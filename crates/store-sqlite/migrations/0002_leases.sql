-- Which process does what, where several could. A token is never used twice under one name; a lease that was given back has no holder.

CREATE TABLE leases (
    name   TEXT PRIMARY KEY NOT NULL,
    token  INTEGER NOT NULL,
    holder TEXT,
    until  INTEGER NOT NULL
) STRICT;

-- Intents of the time before leases were recorded by a process that is gone.
ALTER TABLE journal ADD COLUMN lease INTEGER NOT NULL DEFAULT 0;
