-- A history as format 2 left it. Never edited: later formats are tested against it.
PRAGMA application_id = 1263684169;
PRAGMA user_version = 2;
BEGIN TRANSACTION;
CREATE TABLE captures (
        blob TEXT PRIMARY KEY, -- SHA-256 of the encoded bytes, which are in the file of that name
        media_type TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        size INTEGER NOT NULL,
        created INTEGER NOT NULL
    ) WITHOUT ROWID
    ;
INSERT INTO "captures" VALUES('92b2fa58028958317e408bd84ecfa70f5ee35b121991dbc232c49d166353708b','image/png',640,480,9,1793523601000000);
CREATE TABLE conversations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        title TEXT NOT NULL,
        created INTEGER NOT NULL, -- this and every other time: microseconds since 1970, UTC
        updated INTEGER NOT NULL,
        head INTEGER REFERENCES messages (id) -- the end of the current path through the tree
    , provider TEXT NOT NULL DEFAULT '', model TEXT NOT NULL DEFAULT '', effort TEXT NOT NULL DEFAULT '', system TEXT);
INSERT INTO "conversations" VALUES(1,'What went wrong?',1793523602000000,1793523606000000,3,'','','',NULL);
INSERT INTO "conversations" VALUES(2,'Grüße',1793523608000000,1793523610000000,5,'','','',NULL);
INSERT INTO "conversations" VALUES(3,'A report',1795348801000000,1795348804000000,9,'openrouter','some/model','high','');
CREATE TABLE ledger (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        time INTEGER NOT NULL,
        provider TEXT NOT NULL,
        host TEXT NOT NULL,
        model TEXT NOT NULL,
        purpose TEXT NOT NULL,
        size INTEGER NOT NULL,
        digest TEXT NOT NULL,
        conversation INTEGER -- no reference: the row stays when the conversation goes
    );
INSERT INTO "ledger" VALUES(1,1793523603000000,'anthropic','api.anthropic.com','claude-haiku-5-5','answer',321,'5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e',1);
CREATE TABLE message_captures (
        message INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
        blob TEXT NOT NULL,
        PRIMARY KEY (message, blob)
    ) WITHOUT ROWID
    ;
INSERT INTO "message_captures" VALUES(1,'92b2fa58028958317e408bd84ecfa70f5ee35b121991dbc232c49d166353708b');
INSERT INTO "message_captures" VALUES(6,'d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0');
INSERT INTO "message_captures" VALUES(8,'e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1');
CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        parent INTEGER CHECK (parent < id), -- a tree without cycles; NULL begins the conversation
        role TEXT NOT NULL,
        parts TEXT NOT NULL, -- JSON list
        raw BLOB, -- the provider's own JSON, replayed byte for byte
        raw_from TEXT NOT NULL,
        provider TEXT NOT NULL,
        model TEXT NOT NULL,
        state TEXT NOT NULL,
        usage TEXT, -- JSON object
        stop TEXT,
        error TEXT NOT NULL,
        origin_pid INTEGER, -- which process writes it while it streams
        origin_started TEXT,
        created INTEGER NOT NULL,
        UNIQUE (conversation, id),
        FOREIGN KEY (conversation, parent) REFERENCES messages (conversation, id) ON DELETE CASCADE
    );
INSERT INTO "messages" VALUES(1,1,NULL,'user','[{"kind":"image","blob":"92b2fa58028958317e408bd84ecfa70f5ee35b121991dbc232c49d166353708b","media_type":"image/png","width":640,"height":480},{"kind":"text","text":"What went wrong?"}]',NULL,'','','','complete',NULL,NULL,'',NULL,NULL,1793523602000000);
INSERT INTO "messages" VALUES(2,1,1,'assistant','[{"kind":"thinking","text":"Hm."},{"kind":"text","text":"The disk is full."}]',X'5B7B2274797065223A2274657874222C2274657874223A22546865206469736B2069732066756C6C2E227D5D','anthropic','anthropic','claude-haiku-5-5','complete','{"input_tokens":1200,"output_tokens":6,"cache_read_tokens":0,"cache_write_tokens":0,"thinking_tokens":0,"cost":0.00123}','end_turn','',4711,'boot:123',1793523604000000);
INSERT INTO "messages" VALUES(3,1,1,'assistant','[{"kind":"text","text":"ENOSPC"}]',NULL,'','device','device','streaming',NULL,NULL,'',4711,'boot:123',1793523606000000);
INSERT INTO "messages" VALUES(4,2,NULL,'user','[{"kind":"text","text":"Grüße an 😀"}]',NULL,'','','','complete',NULL,NULL,'',NULL,NULL,1793523608000000);
INSERT INTO "messages" VALUES(5,2,4,'assistant','[{"kind":"opaque","type":"redacted_thinking"}]',NULL,'','anthropic','claude-haiku-5-5','failed',NULL,NULL,'The service is overloaded.',NULL,NULL,1793523609000000);
INSERT INTO "messages" VALUES(6,3,NULL,'user','[{"kind":"linked_image","url":"https://example.com/a.png"},{"kind":"document","blob":"d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0","media_type":"application/pdf","title":"Report","cited":true},{"kind":"text","text":"What does it say?","citations":[]}]',NULL,'','','','complete',NULL,NULL,'',NULL,NULL,1795348801000000);
INSERT INTO "messages" VALUES(7,3,6,'assistant','[{"kind":"tool_call","call_id":"call_1","name":"look","arguments":"{\"at\":\"page 2\"}"}]',NULL,'','openrouter','some/model','complete',NULL,NULL,'',NULL,NULL,1795348802000000);
INSERT INTO "messages" VALUES(8,3,7,'user','[{"kind":"tool_result","call_id":"call_1","content":[{"kind":"text","text":"A table.","citations":[]},{"kind":"image","blob":"e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1","media_type":"image/png","width":64,"height":48}],"is_error":true}]',NULL,'','','','complete',NULL,NULL,'',NULL,NULL,1795348803000000);
INSERT INTO "messages" VALUES(9,3,8,'assistant','[{"kind":"text","text":"It grew.","citations":[{"text":"grew by 3 %","title":"Report","source":"https://example.com/"}]}]',NULL,'','openrouter','some/model','complete',NULL,NULL,'',NULL,NULL,1795348804000000);
CREATE TABLE model_lists ( -- a cache: rows may be dropped at any time
        provider TEXT NOT NULL,
        base_url TEXT NOT NULL,
        models TEXT NOT NULL, -- JSON list
        asked INTEGER NOT NULL,
        PRIMARY KEY (provider, base_url)
    );
INSERT INTO "model_lists" VALUES('local','http://127.0.0.1:11434/v1','[{"provider":"local","id":"qwen3","name":"Qwen 3","context_tokens":32768,"max_output_tokens":0,"sees_images":false,"efforts":[],"prices":[],"free":true,"lifecycle":"active","ends":"","replacement":"","uses_tools":true,"reads_documents":false,"structured":false,"thinking":[],"address":"","note":""}]',1795348800000000);
CREATE TABLE schema_steps (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied INTEGER NOT NULL);
INSERT INTO "schema_steps" VALUES(1,'conversations, messages, captures and ledger',1793523600000000);
INSERT INTO "schema_steps" VALUES(2,'who answers in a conversation, and lists of models',1793523600000000);
CREATE INDEX conversations_updated ON conversations (updated);
CREATE INDEX messages_parent ON messages (conversation, parent);
CREATE INDEX message_captures_blob ON message_captures (blob);
CREATE INDEX ledger_conversation ON ledger (conversation);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('conversations',3);
INSERT INTO "sqlite_sequence" VALUES('messages',9);
INSERT INTO "sqlite_sequence" VALUES('ledger',1);
COMMIT;
