-- Connected services, health, sign-ins under way; people, what lets them in, and what was done by whom.

CREATE TABLE services (
    id           text COLLATE "C" PRIMARY KEY,
    name         text COLLATE "C" NOT NULL UNIQUE,
    caption      text COLLATE "C" NOT NULL,
    description  text COLLATE "C" NOT NULL,
    provider     text COLLATE "C" NOT NULL,
    sign_in_host text COLLATE "C" NOT NULL,
    consumer_key text COLLATE "C" NOT NULL,
    scopes       text COLLATE "C" NOT NULL,
    created_at   bigint NOT NULL,
    updated_at   bigint NOT NULL
);

-- Sealed as the secrets of connections are: a data key for each service.
CREATE TABLE service_data_keys (
    service_id text COLLATE "C" PRIMARY KEY REFERENCES services (id) ON DELETE CASCADE,
    wrapped    bytea NOT NULL
);

CREATE TABLE service_secrets (
    service_id text COLLATE "C" NOT NULL REFERENCES services (id) ON DELETE CASCADE,
    field      text COLLATE "C" NOT NULL,
    sealed     bytea NOT NULL,
    PRIMARY KEY (service_id, field)
);

ALTER TABLE connections ADD COLUMN service_id text COLLATE "C" REFERENCES services (id);
ALTER TABLE connections ADD COLUMN description text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE connections ADD COLUMN tags text COLLATE "C" NOT NULL DEFAULT '[]';
ALTER TABLE connections ADD COLUMN health text COLLATE "C";
CREATE INDEX connections_of_service ON connections (service_id, name) WHERE service_id IS NOT NULL;

-- Who is getting a new session at the moment, and how long others wait for it. A connection without a session has version 0 then.
ALTER TABLE sessions ADD COLUMN refreshing_by text COLLATE "C";
ALTER TABLE sessions ADD COLUMN refreshing_until bigint;

-- Sign-ins that were begun. `wrapped` is a data key of the attempt's own, under which `sealed` is sealed.
CREATE TABLE sign_in_attempts (
    id            text COLLATE "C" PRIMARY KEY,
    connection_id text COLLATE "C" REFERENCES connections (id) ON DELETE CASCADE,
    kind          text COLLATE "C" NOT NULL,
    state_hash    bytea UNIQUE,
    wrapped       bytea NOT NULL,
    sealed        bytea NOT NULL,
    redirect_uri  text COLLATE "C",
    started_by    text COLLATE "C" NOT NULL,
    browser_hash  bytea,
    created_at    bigint NOT NULL,
    expires_at    bigint NOT NULL,
    state         text COLLATE "C" NOT NULL,
    failure       text COLLATE "C",
    finished_at   bigint
);
CREATE INDEX sign_in_attempts_of_connection ON sign_in_attempts (connection_id);
CREATE INDEX sign_in_attempts_by_age ON sign_in_attempts (created_at);

CREATE TABLE people (
    id                text COLLATE "C" PRIMARY KEY,
    name              text COLLATE "C" NOT NULL UNIQUE,
    full_name         text COLLATE "C" NOT NULL,
    role              text COLLATE "C" NOT NULL,
    reach             text COLLATE "C" NOT NULL,
    password_hash     text COLLATE "C",
    disabled_at       bigint,
    created_at        bigint NOT NULL,
    updated_at        bigint NOT NULL,
    last_signed_in_at bigint
);

CREATE TABLE person_grants (
    person_id     text COLLATE "C" NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    connection_id text COLLATE "C" NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    abilities     text COLLATE "C" NOT NULL,
    PRIMARY KEY (person_id, connection_id)
);
CREATE INDEX person_grants_of_connection ON person_grants (connection_id);

CREATE TABLE person_sessions (
    id           text COLLATE "C" PRIMARY KEY,
    person_id    text COLLATE "C" NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    token_hash   bytea NOT NULL UNIQUE,
    created_at   bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    expires_at   bigint NOT NULL,
    address      text COLLATE "C",
    user_agent   text COLLATE "C"
);
CREATE INDEX person_sessions_of_person ON person_sessions (person_id, id);
CREATE INDEX person_sessions_by_end ON person_sessions (expires_at);

CREATE TABLE api_keys (
    id           text COLLATE "C" PRIMARY KEY,
    person_id    text COLLATE "C" NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    name         text COLLATE "C" NOT NULL,
    prefix       text COLLATE "C" NOT NULL,
    hash         bytea NOT NULL UNIQUE,
    scopes       text COLLATE "C" NOT NULL,
    created_at   bigint NOT NULL,
    expires_at   bigint,
    last_used_at bigint,
    revoked_at   bigint
);
CREATE INDEX api_keys_of_person ON api_keys (person_id, id);

-- One-time links, by the SHA-256 of their token.
CREATE TABLE invitations (
    token_hash bytea PRIMARY KEY,
    person_id  text COLLATE "C" REFERENCES people (id) ON DELETE CASCADE,
    role       text COLLATE "C" NOT NULL,
    purpose    text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at    bigint
);
CREATE INDEX invitations_of_person ON invitations (person_id);

-- Failed sign-ins by a digest of the name or address they were tried with.
CREATE TABLE sign_in_throttles (
    key             text COLLATE "C" PRIMARY KEY,
    failures        bigint NOT NULL,
    window_began_at bigint NOT NULL,
    blocked_until   bigint
);

-- What was done. Nothing refers to it and it refers to nothing, so that it outlives what it tells of. Its newest entry always stays, so that
-- no number is used twice.
CREATE TABLE audit (
    sequence      bigint PRIMARY KEY,
    at            bigint NOT NULL,
    actor_kind    text COLLATE "C" NOT NULL,
    actor_id      text COLLATE "C" NOT NULL,
    actor_name    text COLLATE "C" NOT NULL,
    address       text COLLATE "C",
    action        text COLLATE "C" NOT NULL,
    noun          text COLLATE "C" NOT NULL,
    target_id     text COLLATE "C",
    target_name   text COLLATE "C",
    connection_id text COLLATE "C",
    before        text COLLATE "C",
    after         text COLLATE "C",
    request_id    text COLLATE "C"
);
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_of_actor ON audit (actor_id, sequence);
CREATE INDEX audit_of_target ON audit (noun, target_id, sequence);
CREATE INDEX audit_of_connection ON audit (connection_id, sequence) WHERE connection_id IS NOT NULL;

CREATE FUNCTION audit_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is never changed';
END
$$;

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE OF sequence, at, actor_kind, actor_id, actor_name, address, action, noun,
    connection_id, before, after, request_id ON audit
FOR EACH ROW EXECUTE FUNCTION audit_is_never_changed();

-- Only a client that is erased loses its key here, too.
CREATE TRIGGER audit_keeps_its_targets BEFORE UPDATE OF target_id, target_name ON audit
FOR EACH ROW WHEN (NOT (OLD.noun = 'client' AND NEW.target_id LIKE 'erased %' AND NEW.target_name IS NULL))
EXECUTE FUNCTION audit_is_never_changed();

-- Answers to requests that may be sent twice. Without a status the first is still at work.
CREATE TABLE idempotent_answers (
    actor        text COLLATE "C" NOT NULL,
    key          text COLLATE "C" NOT NULL,
    request_hash bytea NOT NULL,
    status       bigint,
    content_type text COLLATE "C",
    body         bytea,
    created_at   bigint NOT NULL,
    PRIMARY KEY (actor, key)
);
CREATE INDEX idempotent_answers_by_age ON idempotent_answers (created_at);
