-- Connected services, health, sign-ins under way; people, what lets them in, and what was done by whom.

CREATE TABLE services (
    id           TEXT PRIMARY KEY NOT NULL,
    name         TEXT NOT NULL UNIQUE,
    caption      TEXT NOT NULL,
    description  TEXT NOT NULL,
    provider     TEXT NOT NULL,
    sign_in_host TEXT NOT NULL,
    consumer_key TEXT NOT NULL,
    scopes       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT;

-- Sealed as the secrets of connections are: a data key for each service.
CREATE TABLE service_data_keys (
    service_id TEXT PRIMARY KEY NOT NULL REFERENCES services (id) ON DELETE CASCADE,
    wrapped    BLOB NOT NULL
) STRICT;

CREATE TABLE service_secrets (
    service_id TEXT NOT NULL REFERENCES services (id) ON DELETE CASCADE,
    field      TEXT NOT NULL,
    sealed     BLOB NOT NULL,
    PRIMARY KEY (service_id, field)
) STRICT, WITHOUT ROWID;

ALTER TABLE connections ADD COLUMN service_id TEXT REFERENCES services (id);
ALTER TABLE connections ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE connections ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE connections ADD COLUMN health TEXT;
CREATE INDEX connections_of_service ON connections (service_id, name) WHERE service_id IS NOT NULL;

-- Who is getting a new session at the moment, and how long others wait for it. A connection without a session has version 0 then.
ALTER TABLE sessions ADD COLUMN refreshing_by TEXT;
ALTER TABLE sessions ADD COLUMN refreshing_until INTEGER;

-- Sign-ins that were begun. `wrapped` is a data key of the attempt's own, under which `sealed` is sealed.
CREATE TABLE sign_in_attempts (
    id            TEXT PRIMARY KEY NOT NULL,
    connection_id TEXT REFERENCES connections (id) ON DELETE CASCADE,
    kind          TEXT NOT NULL,
    state_hash    BLOB UNIQUE,
    wrapped       BLOB NOT NULL,
    sealed        BLOB NOT NULL,
    redirect_uri  TEXT,
    started_by    TEXT NOT NULL,
    browser_hash  BLOB,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    state         TEXT NOT NULL,
    failure       TEXT,
    finished_at   INTEGER
) STRICT;
CREATE INDEX sign_in_attempts_of_connection ON sign_in_attempts (connection_id);
CREATE INDEX sign_in_attempts_by_age ON sign_in_attempts (created_at);

CREATE TABLE people (
    id                TEXT PRIMARY KEY NOT NULL,
    name              TEXT NOT NULL UNIQUE,
    full_name         TEXT NOT NULL,
    role              TEXT NOT NULL,
    reach             TEXT NOT NULL,
    password_hash     TEXT,
    disabled_at       INTEGER,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    last_signed_in_at INTEGER
) STRICT;

CREATE TABLE person_grants (
    person_id     TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    abilities     TEXT NOT NULL,
    PRIMARY KEY (person_id, connection_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_grants_of_connection ON person_grants (connection_id);

CREATE TABLE person_sessions (
    id           TEXT PRIMARY KEY NOT NULL,
    person_id    TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    token_hash   BLOB NOT NULL UNIQUE,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    address      TEXT,
    user_agent   TEXT
) STRICT;
CREATE INDEX person_sessions_of_person ON person_sessions (person_id, id);
CREATE INDEX person_sessions_by_end ON person_sessions (expires_at);

CREATE TABLE api_keys (
    id           TEXT PRIMARY KEY NOT NULL,
    person_id    TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    prefix       TEXT NOT NULL,
    hash         BLOB NOT NULL UNIQUE,
    scopes       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER,
    revoked_at   INTEGER
) STRICT;
CREATE INDEX api_keys_of_person ON api_keys (person_id, id);

-- One-time links, by the SHA-256 of their token.
CREATE TABLE invitations (
    token_hash BLOB PRIMARY KEY NOT NULL,
    person_id  TEXT REFERENCES people (id) ON DELETE CASCADE,
    role       TEXT NOT NULL,
    purpose    TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT;
CREATE INDEX invitations_of_person ON invitations (person_id);

-- Failed sign-ins by a digest of the name or address they were tried with.
CREATE TABLE sign_in_throttles (
    key             TEXT PRIMARY KEY NOT NULL,
    failures        INTEGER NOT NULL,
    window_began_at INTEGER NOT NULL,
    blocked_until   INTEGER
) STRICT, WITHOUT ROWID;

-- What was done. Nothing refers to it and it refers to nothing, so that it outlives what it tells of. Its newest entry always stays, so that
-- no number is used twice.
CREATE TABLE audit (
    sequence      INTEGER PRIMARY KEY,
    at            INTEGER NOT NULL,
    actor_kind    TEXT NOT NULL,
    actor_id      TEXT NOT NULL,
    actor_name    TEXT NOT NULL,
    address       TEXT,
    action        TEXT NOT NULL,
    noun          TEXT NOT NULL,
    target_id     TEXT,
    target_name   TEXT,
    connection_id TEXT,
    before        TEXT,
    after         TEXT,
    request_id    TEXT
) STRICT;
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_of_actor ON audit (actor_id, sequence);
CREATE INDEX audit_of_target ON audit (noun, target_id, sequence);
CREATE INDEX audit_of_connection ON audit (connection_id, sequence) WHERE connection_id IS NOT NULL;

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE OF sequence, at, actor_kind, actor_id, actor_name, address, action, noun,
    connection_id, before, after, request_id ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is never changed');
END;

-- Only a client that is erased loses its key here, too.
CREATE TRIGGER audit_keeps_its_targets BEFORE UPDATE OF target_id, target_name ON audit
WHEN NOT (OLD.noun = 'client' AND NEW.target_id LIKE 'erased %' AND NEW.target_name IS NULL)
BEGIN
    SELECT RAISE(ABORT, 'the audit log is never changed');
END;

-- Answers to requests that may be sent twice. Without a status the first is still at work.
CREATE TABLE idempotent_answers (
    actor        TEXT NOT NULL,
    key          TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    status       INTEGER,
    content_type TEXT,
    body         BLOB,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (actor, key)
) STRICT;
CREATE INDEX idempotent_answers_by_age ON idempotent_answers (created_at);
