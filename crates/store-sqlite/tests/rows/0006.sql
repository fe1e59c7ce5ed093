-- What this schema has beside those before it.
INSERT INTO allowances (connection_id, day, calls, org_used, org_allowed, org_told_at) VALUES
    ('conn_00000000000000000000000000000001', 1767571200000000, 7, 18, 15000, 1767600001123456);
