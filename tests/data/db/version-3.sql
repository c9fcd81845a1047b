-- A history as format 3 left it. Never edited: later formats are tested against it.
PRAGMA application_id = 1263684169;
PRAGMA user_version = 3;
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
    , provider TEXT NOT NULL DEFAULT '', model TEXT NOT NULL DEFAULT '', effort TEXT NOT NULL DEFAULT '', system TEXT, pinned INTEGER NOT NULL DEFAULT 0, archived INTEGER NOT NULL DEFAULT 0, removed INTEGER, named INTEGER NOT NULL DEFAULT 0, origin TEXT);
INSERT INTO "conversations" VALUES(1,'No space',1793523602000000,1793523606000000,3,'','','',NULL,1,0,NULL,1,NULL);
INSERT INTO "conversations" VALUES(2,'Grüße',1793523608000000,1793523610000000,5,'','','',NULL,0,1,NULL,0,NULL);
INSERT INTO "conversations" VALUES(3,'A report',1795348801000000,1795348804000000,9,'openrouter','some/model','high','',0,0,NULL,0,'chatgpt:11111111-2222-3333-4444-555555555555');
INSERT INTO "conversations" VALUES(4,'打开窗口',1795867202000000,1795867203000000,11,'','','',NULL,0,0,1795867204000000,0,NULL);
CREATE TABLE draft_captures (
        draft INTEGER NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
        blob TEXT NOT NULL,
        PRIMARY KEY (draft, blob)
    ) WITHOUT ROWID
    ;
INSERT INTO "draft_captures" VALUES(1,'92b2fa58028958317e408bd84ecfa70f5ee35b121991dbc232c49d166353708b');
INSERT INTO "draft_captures" VALUES(1,'d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0');
CREATE TABLE drafts (
        id INTEGER PRIMARY KEY,
        conversation INTEGER UNIQUE REFERENCES conversations (id) ON DELETE CASCADE, -- NULL: one that has not begun
        text TEXT NOT NULL,
        quote TEXT NOT NULL,
        attachments TEXT NOT NULL, -- JSON list of parts
        names TEXT NOT NULL, -- JSON list
        saved INTEGER NOT NULL
    );
INSERT INTO "drafts" VALUES(1,1,'And then','a quote','[{"kind":"image","blob":"92b2fa58028958317e408bd84ecfa70f5ee35b121991dbc232c49d166353708b","media_type":"image/png","width":640,"height":480},{"kind":"document","blob":"d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0","media_type":"text/plain","title":"notes.txt","cited":false}]','["","notes.txt"]',1795867205000000);
INSERT INTO "drafts" VALUES(2,NULL,'half a','','[]','[]',1795867206000000);
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
        created INTEGER NOT NULL, origin TEXT, size INTEGER NOT NULL DEFAULT 0,
        UNIQUE (conversation, id),
        FOREIGN KEY (conversation, parent) REFERENCES messages (conversation, id) ON DELETE CASCADE
    );
INSERT INTO "messages" VALUES(1,1,NULL,'user','[{"kind":"image","blob":"92b2fa58028958317e408bd84ecfa70f5ee35b121991dbc232c49d166353708b","media_type":"image/png","width":640,"height":480},{"kind":"text","text":"What went wrong?"}]',NULL,'','','','complete',NULL,NULL,'',NULL,NULL,1793523602000000,NULL,16);
INSERT INTO "messages" VALUES(2,1,1,'assistant','[{"kind":"thinking","text":"Hm."},{"kind":"text","text":"The disk is full."}]',X'5B7B2274797065223A2274657874222C2274657874223A22546865206469736B2069732066756C6C2E227D5D','anthropic','anthropic','claude-haiku-5-5','complete','{"input_tokens":1200,"output_tokens":6,"cache_read_tokens":0,"cache_write_tokens":0,"thinking_tokens":0,"cost":0.00123}','end_turn','',4711,'boot:123',1793523604000000,NULL,17);
INSERT INTO "messages" VALUES(3,1,1,'assistant','[{"kind":"text","text":"ENOSPC"}]',NULL,'','device','device','streaming',NULL,NULL,'',4711,'boot:123',1793523606000000,NULL,6);
INSERT INTO "messages" VALUES(4,2,NULL,'user','[{"kind":"text","text":"Grüße an 😀"}]',NULL,'','','','complete',NULL,NULL,'',NULL,NULL,1793523608000000,NULL,10);
INSERT INTO "messages" VALUES(5,2,4,'assistant','[{"kind":"opaque","type":"redacted_thinking"}]',NULL,'','anthropic','claude-haiku-5-5','failed',NULL,NULL,'The service is overloaded.',NULL,NULL,1793523609000000,NULL,0);
INSERT INTO "messages" VALUES(6,3,NULL,'user','[{"kind":"linked_image","url":"https://example.com/a.png"},{"kind":"document","blob":"d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0","media_type":"application/pdf","title":"Report","cited":true},{"kind":"text","text":"What does it say?","citations":[]}]',NULL,'','','','complete',NULL,NULL,'',NULL,NULL,1795348801000000,'66666666-7777-8888-9999-000000000000',17);
INSERT INTO "messages" VALUES(7,3,6,'assistant','[{"kind":"tool_call","call_id":"call_1","name":"look","arguments":"{\"at\":\"page 2\"}"}]',NULL,'','openrouter','some/model','complete',NULL,NULL,'',NULL,NULL,1795348802000000,NULL,0);
INSERT INTO "messages" VALUES(8,3,7,'user','[{"kind":"tool_result","call_id":"call_1","content":[{"kind":"text","text":"A table.","citations":[]},{"kind":"image","blob":"e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1","media_type":"image/png","width":64,"height":48}],"is_error":true}]',NULL,'','','','complete',NULL,NULL,'',NULL,NULL,1795348803000000,NULL,0);
INSERT INTO "messages" VALUES(9,3,8,'assistant','[{"kind":"text","text":"It grew.","citations":[{"text":"grew by 3 %","title":"Report","source":"https://example.com/"}]}]',NULL,'','openrouter','some/model','complete',NULL,NULL,'',NULL,NULL,1795348804000000,NULL,8);
INSERT INTO "messages" VALUES(10,4,NULL,'user','[{"kind":"text","text":"如何打开窗口?","citations":[]}]',NULL,'','','','complete',NULL,NULL,'',NULL,NULL,1795867202000000,NULL,7);
INSERT INTO "messages" VALUES(11,4,NULL,'assistant','[{"kind":"text","text":"Wie geht es dem Reiher?","citations":[]}]',NULL,'','','','complete',NULL,NULL,'',NULL,NULL,1795867203000000,NULL,23);
CREATE TABLE model_lists ( -- a cache: rows may be dropped at any time
        provider TEXT NOT NULL,
        base_url TEXT NOT NULL,
        models TEXT NOT NULL, -- JSON list
        asked INTEGER NOT NULL,
        PRIMARY KEY (provider, base_url)
    );
INSERT INTO "model_lists" VALUES('local','http://127.0.0.1:11434/v1','[{"provider":"local","id":"qwen3","name":"Qwen 3","context_tokens":32768,"max_output_tokens":0,"sees_images":false,"efforts":[],"prices":[],"free":true,"lifecycle":"active","ends":"","replacement":"","uses_tools":true,"reads_documents":false,"structured":false,"thinking":[],"address":"","note":""}]',1795348800000000);
CREATE TABLE picture_texts (
        blob TEXT PRIMARY KEY,
        text TEXT NOT NULL, -- '' when there is none in it
        noted INTEGER NOT NULL
    ) WITHOUT ROWID
    ;
INSERT INTO "picture_texts" VALUES('92b2fa58028958317e408bd84ecfa70f5ee35b121991dbc232c49d166353708b','没有空间 ENOSPC',1795867201000000);
CREATE TABLE queued_captures (
        queued INTEGER NOT NULL REFERENCES queued_questions (id) ON DELETE CASCADE,
        blob TEXT NOT NULL,
        PRIMARY KEY (queued, blob)
    ) WITHOUT ROWID
    ;
INSERT INTO "queued_captures" VALUES(1,'92b2fa58028958317e408bd84ecfa70f5ee35b121991dbc232c49d166353708b');
CREATE TABLE queued_questions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        parts TEXT NOT NULL, -- JSON list
        created INTEGER NOT NULL
    )
    ;
INSERT INTO "queued_questions" VALUES(1,1,'[{"kind":"image","blob":"92b2fa58028958317e408bd84ecfa70f5ee35b121991dbc232c49d166353708b","media_type":"image/png","width":640,"height":480},{"kind":"text","text":"And this?","citations":[]}]',1795867207000000);
CREATE TABLE schema_steps (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied INTEGER NOT NULL);
INSERT INTO "schema_steps" VALUES(1,'conversations, messages, captures and ledger',1793523600000000);
INSERT INTO "schema_steps" VALUES(2,'who answers in a conversation, and lists of models',1793523600000000);
INSERT INTO "schema_steps" VALUES(3,'search, drafts, texts of pictures, and what the person does with conversations',1795867200000000);
CREATE VIRTUAL TABLE search USING fts5 (
        words, cjk, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2'
    );
CREATE VIRTUAL TABLE title_search USING fts5 (
        words, cjk, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2'
    );
INSERT INTO search (rowid, words, cjk) VALUES(1,'What went wrong?
  enospc','没 没有 有空 空间 有 没 空 间');
INSERT INTO search (rowid, words, cjk) VALUES(2,'The disk is full.','');
INSERT INTO search (rowid, words, cjk) VALUES(4,'gruße an  ','');
INSERT INTO search (rowid, words, cjk) VALUES(6,'Report
What does it say?','');
INSERT INTO search (rowid, words, cjk) VALUES(8,'A table.','');
INSERT INTO search (rowid, words, cjk) VALUES(9,'It grew.','');
INSERT INTO search (rowid, words, cjk) VALUES(10,' ?','如 如何 何打 打开 开窗 窗口 何 口 如 开 打 窗');
INSERT INTO search (rowid, words, cjk) VALUES(11,'Wie geht es dem Reiher?','');
INSERT INTO title_search (rowid, words, cjk) VALUES(1,'No space','');
INSERT INTO title_search (rowid, words, cjk) VALUES(2,'gruße','');
INSERT INTO title_search (rowid, words, cjk) VALUES(3,'A report','');
INSERT INTO title_search (rowid, words, cjk) VALUES(4,' ','打 打开 开窗 窗口 口 开 打 窗');
CREATE INDEX conversations_updated ON conversations (updated);
CREATE INDEX message_captures_blob ON message_captures (blob);
CREATE INDEX ledger_conversation ON ledger (conversation);
CREATE INDEX draft_captures_blob ON draft_captures (blob);
CREATE INDEX queued_questions_conversation ON queued_questions (conversation);
CREATE INDEX queued_captures_blob ON queued_captures (blob);
CREATE UNIQUE INDEX conversations_origin ON conversations (origin) WHERE origin IS NOT NULL;
CREATE UNIQUE INDEX messages_origin ON messages (conversation, origin) WHERE origin IS NOT NULL;
CREATE INDEX conversations_list ON conversations (archived, pinned, updated) WHERE removed IS NULL;
CREATE INDEX conversations_removed ON conversations (removed) WHERE removed IS NOT NULL;
CREATE INDEX messages_streaming ON messages (id) WHERE state = 'streaming';
CREATE INDEX messages_tree ON messages (conversation, parent, role, state, size);
CREATE TABLE deleted_conversations (key TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO "deleted_conversations" VALUES('chatgpt:0f1e2d3c');
CREATE TRIGGER conversation_deleted AFTER DELETE ON conversations BEGIN
        INSERT OR IGNORE INTO deleted_conversations SELECT coalesce(
            old.origin,
            (SELECT 'kireji-' || applied FROM schema_steps WHERE number = 1) || ':' || old.id || ':' || old.created
        );
    END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('conversations',4);
INSERT INTO "sqlite_sequence" VALUES('messages',11);
INSERT INTO "sqlite_sequence" VALUES('ledger',1);
INSERT INTO "sqlite_sequence" VALUES('queued_questions',1);
COMMIT;
