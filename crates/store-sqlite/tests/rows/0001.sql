-- What an installation of this schema holds: every table, every column. Of documents that have grown since, the second row has the first form.
INSERT INTO installation (only_row, id, created_at) VALUES (1, 'inst_00000000000000000000000000000001', 1767600000123456);
INSERT INTO connections (id, name, caption, provider, method, settings, enabled, held, org, created_at, updated_at) VALUES
    ('conn_00000000000000000000000000000001', 'acme', 'Our "main" org ☁', 'salesforce', 'client_credentials',
        '{"domain_url":"https://acme.my.salesforce.com"}', TRUE,
        '{"code":"oauth.invalid_client","reason":"No","remedy":"Mend it","since":"2026-01-05T08:00:03.123456Z"}',
        '{"org_id":"00D000000000001AAA","user_id":"005000000000001AAA","name":"Acmé","kind":"sandbox"}',
        1767600004123456, 1767600005123456),
    ('conn_00000000000000000000000000000002', 'other', '', 'salesforce', 'client_credentials', '{}', FALSE, NULL, NULL,
        1767600000123456, 1767600000123456);
INSERT INTO data_keys (connection_id, wrapped) VALUES ('conn_00000000000000000000000000000001', X'006b6579');
INSERT INTO secrets (connection_id, field, sealed) VALUES ('conn_00000000000000000000000000000001', 'consumer_secret', X'00ff');
INSERT INTO clients (key, search, document, created_at, updated_at) VALUES
    ('C-1', 'c-1', '{"key":"C-1","email":"ann@example.com","first_name":"Ann 😀 \u0000","middle_name":"\"Q\" \\ ''q''","last_name":"O''Brien",'
        || '"phones":[{"number":"+49 30 5550100","confirmed":true,"updated_at":"2026-01-05T08:00:01.123456Z"}],'
        || '"addresses":[{"type":"residential","street":"Straße 1\r\nHof \"B\"","city":"Zürich","postal_code":" 08001 ",'
        || '"updated_at":"2026-01-05T08:00:02.123456Z"}],"country":"Schweiz","country_code":"CH",'
        || '"company_names":["株式会社サンプル",""],"status":"Active","client_type":"Corporate","verification_level":4294967295}',
        1767600000123456, 1767600001123456),
    ('C-2', 'c-2 smith', '{"key":"C-2","last_name":"Smith","phones":[],"addresses":[],"company_names":[]}', 1767600000123456, 1767600000123456);
INSERT INTO outbox (sequence, stream, source_key, changed_at) VALUES
    (7, 'clients', 'C-2', 1767600000123456), (8, 'clients', 'C-1', 1767600001123456);
INSERT INTO syncs (id, name, connection_id, stream, object, preset, mapping, options, enabled, held, position, created_at, updated_at) VALUES
    ('sync_00000000000000000000000000000001', 'acme-leads', 'conn_00000000000000000000000000000001', 'clients', 'Lead',
        '{"company":"Acme & Söhne","fields":{"status":"Status__c"},"too_long":"shorten"}',
        '[{"target":"Phone","source":{"from":"pick","column":"phones","prefer":[{"is_true":"confirmed"},{"newest":"updated_at"}],"member":"number"},'
        || '"default":0.1,"when":"on_create_only","when_empty":"clear","too_long":"shorten","required":true}]',
        '{"external_id_field":"Key__c","allow_duplicates":true,"assignment_rules":false}', TRUE,
        '{"code":"oauth.invalid_client","reason":"No","remedy":"Mend it","since":"2026-01-05T08:00:03.123456Z"}',
        7, 1767600006123456, 1767600007123456),
    ('sync_00000000000000000000000000000002', 'first-form', 'conn_00000000000000000000000000000001', 'clients', 'Lead',
        '{"company":"Acme"}', '[{"target":"LastName","source":{"from":"column","column":"last_name"}}]',
        '{"allow_duplicates":false,"assignment_rules":true}', FALSE, NULL, 0, 1767600000123456, 1767600000123456);
INSERT INTO due (sync_id, source_key, revision, state, attempts, not_before, code, message, fields, remedy, updated_at) VALUES
    ('sync_00000000000000000000000000000001', 'C-3', 5, 'refused', 3, 1767600060123456, 'UNABLE_TO_LOCK_ROW',
        'unable to obtain exclusive access', '["Email","Phone"]', 'Wait', 1767600000123456),
    ('sync_00000000000000000000000000000001', 'C-4', 6, 'due', 0, NULL, NULL, NULL, '[]', NULL, 1767600000123456);
INSERT INTO links (sync_id, source_key, record_id, confirmed, state, updated_at) VALUES
    ('sync_00000000000000000000000000000001', 'C-1', '00Q000000000001AAA',
        '{"LastName":"fffffffffffffffffffffffffffffffa","Phone":"00000000000000000000000000000000"}', 'broken', 1767600011123456);
INSERT INTO runs (id, sync_id, cause, state, cursor, counts, api_calls, problem, warnings, created_at, finished_at) VALUES
    ('run_00000000000000000000000000000001', 'sync_00000000000000000000000000000001', 'changes', 'completed_with_refusals', 'C-7',
        '{"created":1,"updated":2,"unchanged":3,"refused":4,"deferred":5,"uncertain":6}', 7,
        '{"code":"a","message":"b","remedy":"c"}', '["Lead has no MiddleName"]', 1767600008123456, 1767600009123456);
INSERT INTO outcomes (run_id, source_key, kind, record_id, code, message, fields, remedy, at) VALUES
    ('run_00000000000000000000000000000001', 'C-3', 'refused', '00Q000000000001AAA', 'REQUIRED_FIELD_MISSING',
        'Required fields are missing: ["Größe"]', '["Groesse__c"]', 'Fill it', 1767600010123456);
INSERT INTO journal (id, sync_id, run_id, connection_id, payload, rows, created_at) VALUES
    ('intent_00000000000000000000000000000001', 'sync_00000000000000000000000000000001', 'run_00000000000000000000000000000001',
        'conn_00000000000000000000000000000001', X'00ff7b00',
        '[{"source_key":"C-1","revision":3,"record_id":"00Q000000000001AAA",'
        || '"confirms":{"LastName":"fffffffffffffffffffffffffffffffa","Phone":"00000000000000000000000000000000"}},'
        || '{"source_key":"C-0","revision":3,"record_id":null,'
        || '"confirms":{"LastName":"fffffffffffffffffffffffffffffffa","Phone":"00000000000000000000000000000000"}}]', 1767600012123456);
