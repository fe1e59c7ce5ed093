-- What an installation needs to be kept up for years, and to be trusted after a restore. The same as in SQLite's migration 4.

-- What a sync has to find again before it writes: a JSON document, there until it is found.
CREATE TABLE verifications (
    sync_id  text COLLATE "C" PRIMARY KEY REFERENCES syncs (id) ON DELETE CASCADE,
    document text COLLATE "C" NOT NULL
);

-- What a run did, batch by batch; the newest ones of each run.
CREATE TABLE timelines (
    run_id            text COLLATE "C" NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    number            bigint NOT NULL,
    at                bigint NOT NULL,
    rows              bigint NOT NULL,
    calls             bigint NOT NULL,
    took_milliseconds bigint NOT NULL,
    result            text COLLATE "C" NOT NULL,
    PRIMARY KEY (run_id, number)
);

-- For finding the oldest ones.
CREATE INDEX runs_ended ON runs (finished_at) WHERE finished_at IS NOT NULL;
