-- What an installation needs to be kept up for years, and to be trusted after a restore.

-- What a sync has to find again before it writes: a JSON document, there until it is found.
CREATE TABLE verifications (
    sync_id  TEXT PRIMARY KEY NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    document TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What a run did, batch by batch; the newest ones of each run.
CREATE TABLE timelines (
    run_id            TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    number            INTEGER NOT NULL,
    at                INTEGER NOT NULL,
    rows              INTEGER NOT NULL,
    calls             INTEGER NOT NULL,
    took_milliseconds INTEGER NOT NULL,
    result            TEXT NOT NULL,
    PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;

-- For finding the oldest ones.
CREATE INDEX runs_ended ON runs (finished_at) WHERE finished_at IS NOT NULL;
