-- Everything the hub remembers. Instants are microseconds since 1970-01-01T00:00:00Z; lists and structures are JSON text.
-- Texts compare by their bytes (BINARY, SQLite's default).

CREATE TABLE installation (
    only_row   INTEGER PRIMARY KEY CHECK (only_row = 1),
    id         TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE connections (
    id         TEXT PRIMARY KEY NOT NULL,
    name       TEXT NOT NULL UNIQUE,
    caption    TEXT NOT NULL,
    provider   TEXT NOT NULL,
    method     TEXT NOT NULL,
    settings   TEXT NOT NULL,
    enabled    INTEGER NOT NULL,
    held       TEXT,
    org        TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE data_keys (
    connection_id TEXT PRIMARY KEY NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    wrapped       BLOB NOT NULL
) STRICT;

CREATE TABLE secrets (
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    field         TEXT NOT NULL,
    sealed        BLOB NOT NULL,
    PRIMARY KEY (connection_id, field)
) STRICT, WITHOUT ROWID;

-- One document per client: a client is always read whole, and 10,000 of them are one scan. `search` holds the lower-case texts
-- that a search looks at.
CREATE TABLE clients (
    key        TEXT PRIMARY KEY NOT NULL,
    search     TEXT NOT NULL,
    document   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- AUTOINCREMENT: a sequence is never used twice, even after trimming.
CREATE TABLE outbox (
    sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
    stream     TEXT NOT NULL,
    source_key TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE syncs (
    id            TEXT PRIMARY KEY NOT NULL,
    name          TEXT NOT NULL UNIQUE,
    connection_id TEXT NOT NULL REFERENCES connections (id),
    stream        TEXT NOT NULL,
    object        TEXT NOT NULL,
    preset        TEXT,
    mapping       TEXT NOT NULL,
    options       TEXT NOT NULL,
    enabled       INTEGER NOT NULL,
    held          TEXT,
    position      INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX syncs_of_connection ON syncs (connection_id, name);

CREATE TABLE due (
    sync_id    TEXT NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    source_key TEXT NOT NULL,
    revision   INTEGER NOT NULL,
    state      TEXT NOT NULL,
    attempts   INTEGER NOT NULL,
    not_before INTEGER,
    code       TEXT,
    message    TEXT,
    fields     TEXT NOT NULL,
    remedy     TEXT,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (sync_id, source_key)
) STRICT;
CREATE INDEX due_in_order ON due (sync_id, state, revision, source_key);
CREATE INDEX due_later ON due (sync_id, not_before) WHERE state = 'due' AND not_before IS NOT NULL;

CREATE TABLE links (
    sync_id    TEXT NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    source_key TEXT NOT NULL,
    record_id  TEXT NOT NULL,
    confirmed  TEXT NOT NULL,
    state      TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (sync_id, source_key),
    UNIQUE (record_id, sync_id)
) STRICT;

CREATE TABLE runs (
    id          TEXT PRIMARY KEY NOT NULL,
    sync_id     TEXT NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    cause       TEXT NOT NULL,
    state       TEXT NOT NULL,
    cursor      TEXT,
    counts      TEXT NOT NULL,
    api_calls   INTEGER NOT NULL,
    problem     TEXT,
    warnings    TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE INDEX runs_of_sync ON runs (sync_id, id);
CREATE INDEX runs_open ON runs (sync_id, id) WHERE state IN ('queued', 'running');

CREATE TABLE outcomes (
    run_id     TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    source_key TEXT NOT NULL,
    kind       TEXT NOT NULL,
    record_id  TEXT,
    code       TEXT,
    message    TEXT,
    fields     TEXT NOT NULL,
    remedy     TEXT,
    at         INTEGER NOT NULL,
    PRIMARY KEY (run_id, source_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX outcomes_of_kind ON outcomes (run_id, kind, source_key);

CREATE TABLE journal (
    id            TEXT PRIMARY KEY NOT NULL,
    sync_id       TEXT NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    run_id        TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    connection_id TEXT NOT NULL REFERENCES connections (id),
    payload       BLOB NOT NULL,
    rows          TEXT NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX journal_of_sync ON journal (sync_id, id);
CREATE INDEX journal_of_run ON journal (run_id);
CREATE INDEX journal_of_connection ON journal (connection_id);
