-- What this schema has beside those before it.
INSERT INTO services (id, name, caption, description, provider, sign_in_host, consumer_key, scopes, created_at, updated_at) VALUES
    ('svc_00000000000000000000000000000001', 'shared', 'Our "app" ☁', 'For ' || char(0) || ' all', 'salesforce', 'https://test.salesforce.com', '3MVG9 ' || char(1),
        '["api","refresh_token"]', 1767600030123456, 1767600031123456);
INSERT INTO service_data_keys (service_id, wrapped) VALUES ('svc_00000000000000000000000000000001', X'00737663');
INSERT INTO service_secrets (service_id, field, sealed) VALUES ('svc_00000000000000000000000000000001', 'consumer_secret', X'00fd');
UPDATE connections SET service_id = 'svc_00000000000000000000000000000001', description = 'What "we" sell ' || char(0) || ' ☁',
    tags = '["sales","Größe \u0001"]',
    health = '{"state":"ailing","checked_at":"2026-01-05T08:00:20.123456Z","since":"2026-01-05T08:00:19.123456Z","code":"oauth.invalid_client","message":"No","remedy":"Mend it"}'
    WHERE name = 'acme';
UPDATE sessions SET refreshing_by = 'process 1', refreshing_until = 1767600060123456;
INSERT INTO sign_in_attempts (id, connection_id, kind, state_hash, wrapped, sealed, redirect_uri, started_by, browser_hash, created_at,
    expires_at, state, failure, finished_at) VALUES
    ('sgn_00000000000000000000000000000001', 'conn_00000000000000000000000000000001', 'paste', X'00ff01', X'006b6579', X'00fe', 'https://hub.example.com/oauth/callback', 'per_1', X'0700',
        1767600040123456, 1767600940123456, 'failed', '{"code":"oauth.access_denied","message":"They said \"no\"","remedy":"Ask again"}', 1767600041123456);
INSERT INTO people (id, name, full_name, role, reach, password_hash, disabled_at, created_at, updated_at, last_signed_in_at) VALUES
    ('per_00000000000000000000000000000001', 'ann', 'Ann O''Brien ' || char(0) || ' Ünal', 'editor', 'granted', '$argon2id$v=19$', 1767600052123456, 1767600050123456, 1767600051123456, 1767600053123456);
INSERT INTO person_grants (person_id, connection_id, abilities) VALUES ('per_00000000000000000000000000000001', 'conn_00000000000000000000000000000001', '["see","raw"]');
INSERT INTO person_sessions (id, person_id, token_hash, created_at, last_seen_at, expires_at, address, user_agent) VALUES
    ('ses_00000000000000000000000000000001', 'per_00000000000000000000000000000001', X'0001', 1767600060123456, 1767600061123456, 1767600062123456, '2001:db8::1', 'Browser "1" ' || char(0));
INSERT INTO api_keys (id, person_id, name, prefix, hash, scopes, created_at, expires_at, last_used_at, revoked_at) VALUES
    ('key_00000000000000000000000000000001', 'per_00000000000000000000000000000001', 'Night "job"', 'sbk_0001', X'0002', '["see","run"]', 1767600070123456, 1767600071123456, 1767600072123456, 1767600073123456);
INSERT INTO invitations (token_hash, person_id, role, purpose, created_at, expires_at, used_at) VALUES
    (X'0003', 'per_00000000000000000000000000000001', 'operator', 'password', 1767600080123456, 1767600081123456, 1767600082123456);
INSERT INTO sign_in_throttles (key, failures, window_began_at, blocked_until) VALUES ('digest', 3, 1767600001123456, 1767600002123456);
INSERT INTO audit (sequence, at, actor_kind, actor_id, actor_name, address, action, noun, target_id, target_name, connection_id, before, after,
    request_id) VALUES
    (7, 1767600091123456, 'person', 'per_1', 'ann', '192.0.2.7', 'connection.edit', 'connection', 'conn_1', 'acme ' || char(0), 'conn_00000000000000000000000000000001',
        '{"caption":"Größe","enabled":true}', '{"caption":"\"Acme\" \u0000","consumer_secret":"changed"}', 'req-1');
INSERT INTO idempotent_answers (actor, key, request_hash, status, content_type, body, created_at) VALUES
    ('per_1', 'k', X'0004', 201, 'application/json', X'7b7d', 1767600000123456);
