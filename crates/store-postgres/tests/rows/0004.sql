-- What this schema has beside those before it.
INSERT INTO verifications (sync_id, document) VALUES ('sync_00000000000000000000000000000001',
    '{"since":"2026-01-05T08:00:00.123456Z","until":"2026-01-05T08:00:01.123456Z","state":"guarding"}');
INSERT INTO timelines (run_id, number, at, rows, calls, took_milliseconds, result) VALUES
    ('run_00000000000000000000000000000001', 4, 1767600008123456, 200, 1, 250, 'answered'),
    ('run_00000000000000000000000000000001', 5, 1767600009123456, 3, 2, 30000, 'UNABLE_TO_LOCK_ROW');
