-- Which process does what, where several could. A token is never used twice under one name; a lease that was given back has no holder.

CREATE TABLE leases (
    name   text COLLATE "C" PRIMARY KEY,
    token  bigint NOT NULL,
    holder text COLLATE "C",
    until  bigint NOT NULL
);

-- Intents of the time before leases were recorded by a process that is gone.
ALTER TABLE journal ADD COLUMN lease bigint NOT NULL DEFAULT 0;
