-- A history as format 10 left it. Never edited: later formats are tested against it.
PRAGMA application_id = 1263684169;
PRAGMA user_version = 10;
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
    , provider TEXT NOT NULL DEFAULT '', model TEXT NOT NULL DEFAULT '', effort TEXT NOT NULL DEFAULT '', system TEXT, pinned INTEGER NOT NULL DEFAULT 0, archived INTEGER NOT NULL DEFAULT 0, removed INTEGER, named INTEGER NOT NULL DEFAULT 0, origin TEXT, tools TEXT NOT NULL DEFAULT '');
INSERT INTO "conversations" VALUES(1,'No space',1793523602000000,1798804804000000,12,'','','',NULL,1,0,NULL,1,NULL,'0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b');
INSERT INTO "conversations" VALUES(2,'Grüße',1793523608000000,1793523610000000,5,'','','',NULL,0,1,NULL,0,NULL,'');
INSERT INTO "conversations" VALUES(3,'A report',1795348801000000,1795348804000000,9,'openrouter','some/model','high','',0,0,NULL,0,'chatgpt:11111111-2222-3333-4444-555555555555','-');
INSERT INTO "conversations" VALUES(4,'打开窗口',1795867202000000,1795867203000000,11,'','','',NULL,0,0,1795867204000000,0,NULL,'');
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
    , sources TEXT NOT NULL DEFAULT '[]', off TEXT NOT NULL DEFAULT '[]');
INSERT INTO "drafts" VALUES(1,1,'And then','a quote','[{"kind":"image","blob":"92b2fa58028958317e408bd84ecfa70f5ee35b121991dbc232c49d166353708b","media_type":"image/png","width":640,"height":480},{"kind":"document","blob":"d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0","media_type":"text/plain","title":"notes.txt","cited":false}]','["","notes.txt"]',1795867205000000,'[]','[1]');
INSERT INTO "drafts" VALUES(2,NULL,'half a','','[]','[]',1795867206000000,'[{"kind":"folder","place":"/home/someone/kireji","name":"kireji","pinned":true,"pins":["README.md"],"off":["docs/"],"most":20000},{"kind":"page","place":"https://example.com/","name":"Example","pinned":false,"pins":[],"off":[],"most":0}]','[]');
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
    , kind TEXT NOT NULL DEFAULT 'sent', about INTEGER, facts TEXT NOT NULL DEFAULT '{}', previous TEXT NOT NULL DEFAULT '', link TEXT NOT NULL DEFAULT '');
INSERT INTO "ledger" VALUES(0,1793523700000000,'','','','',0,'',NULL,'genesis',NULL,'{"sealed":1,"last":1}','','ab88a4f14e4257e9b7e7fd927cc60004751a77d7a57ebaae0ce69d45e55a1074');
INSERT INTO "ledger" VALUES(1,1793523603000000,'anthropic','api.anthropic.com','claude-haiku-5-5','answer',321,'5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e',1,'sent',NULL,'{}','ab88a4f14e4257e9b7e7fd927cc60004751a77d7a57ebaae0ce69d45e55a1074','015c7f1c94800c827feb3f124e2aedbaebf6b68e22409974a7bd785d4ac8677d');
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
INSERT INTO "messages" VALUES(12,1,1,'assistant','[{"kind":"thinking","text":"Hm.","seconds":0.5},{"kind":"tool_call","call_id":"toolu_1","name":"eyes__look","arguments":"{\"path\": \"/var/log\"}","seconds":0.2,"cut":false,"begun":true},{"kind":"tool_call","call_id":"toolu_2","name":"eyes__look","arguments":"{\"path\": \"/etc\"}","seconds":0.0,"cut":false,"begun":false},{"kind":"tool_result","call_id":"toolu_1","content":[{"kind":"text","text":"41 GB","citations":[]}],"is_error":false,"seconds":1.25,"refused":false},{"kind":"tool_result","call_id":"toolu_2","content":[{"kind":"text","text":"The person said no.","citations":[]}],"is_error":true,"seconds":0.0,"refused":true},{"kind":"text","text":"The logs fill it.","citations":[]}]',X'7B22726F756E6473223A5B5B7B2274797065223A22746F6F6C5F757365222C226964223A22746F6F6C755F31227D5D2C6E756C6C5D7D','anthropic','anthropic','claude-haiku-5-5','complete',NULL,'end_turn','',NULL,NULL,1798804804000000,NULL,17);
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
INSERT INTO "schema_steps" VALUES(4,'tools: what was offered, allowed and decided',1798804800000000);
INSERT INTO "schema_steps" VALUES(5,'what questions cost, and how models count',1798804804000000);
INSERT INTO "schema_steps" VALUES(6,'the ledger as a chain',1793523700000000);
INSERT INTO "schema_steps" VALUES(7,'sources of context in drafts',1795953600000000);
INSERT INTO "schema_steps" VALUES(8,'how long conversations are sent',1795957200000000);
INSERT INTO "schema_steps" VALUES(9,'what is kept free for batches of jobs',1798804864000000);
INSERT INTO "schema_steps" VALUES(10,'results beside answers, checks of policies, and where pictures were cut out',1798805984000000);
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
INSERT INTO search (rowid, words, cjk) VALUES(12,'41 GB
The person said no.
The logs fill it.','');
INSERT INTO title_search (rowid, words, cjk) VALUES(1,'No space','');
INSERT INTO title_search (rowid, words, cjk) VALUES(2,'gruße','');
INSERT INTO title_search (rowid, words, cjk) VALUES(3,'A report','');
INSERT INTO title_search (rowid, words, cjk) VALUES(4,' ','打 打开 开窗 窗口 口 开 打 窗');
CREATE INDEX conversations_updated ON conversations (updated);
CREATE INDEX message_captures_blob ON message_captures (blob);
CREATE INDEX ledger_conversation ON ledger (conversation);
CREATE INDEX ledger_about ON ledger (about) WHERE about IS NOT NULL;
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
CREATE TABLE tool_offers (
        digest TEXT PRIMARY KEY, -- SHA-256 of the list
        tools TEXT NOT NULL, -- JSON list
        kept INTEGER NOT NULL -- when it was last offered anew
    ) WITHOUT ROWID
    ;
INSERT INTO "tool_offers" VALUES('0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b','[{"name":"eyes__look","own_name":"look","source":"plugin:eyes","title":"Look","description":"Looks at a file.","schema":"eyJ0eXBlIjoib2JqZWN0IiwicHJvcGVydGllcyI6eyJwYXRoIjp7InR5cGUiOiJzdHJpbmcifX0sInJlcXVpcmVkIjpbInBhdGgiXX0=","offered":"eyJ0eXBlIjoib2JqZWN0In0=","hints":{"read_only":true,"open_world":false,"pure":false},"places":[{"argument":"path","kind":"path"}],"gives":"tool","asks_always":false,"seconds":60.0}]',1798804800000000);
CREATE TABLE tool_descriptions ( -- a cache: rows may be dropped at any time
        source TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        tools TEXT NOT NULL, -- JSON list
        kept INTEGER NOT NULL
    ) WITHOUT ROWID
    ;
INSERT INTO "tool_descriptions" VALUES('plugin:eyes','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee','[{"name":"eyes__look","own_name":"look","source":"plugin:eyes","title":"Look","description":"Looks at a file.","schema":"eyJ0eXBlIjoib2JqZWN0IiwicHJvcGVydGllcyI6eyJwYXRoIjp7InR5cGUiOiJzdHJpbmcifX0sInJlcXVpcmVkIjpbInBhdGgiXX0=","offered":"eyJ0eXBlIjoib2JqZWN0In0=","hints":{"read_only":true,"open_world":false,"pure":false},"places":[{"argument":"path","kind":"path"}],"gives":"tool","asks_always":false,"seconds":60.0}]',1798804800000000);
CREATE TABLE tool_grants (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        tool TEXT NOT NULL, -- '' is all tools of the source
        source TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        allows INTEGER NOT NULL,
        digest TEXT NOT NULL, -- this and the next two are the pattern of arguments; '' holds for all
        folder TEXT NOT NULL,
        host TEXT NOT NULL,
        conversation INTEGER, -- NULL is everywhere; deleted with it
        until INTEGER,
        given INTEGER NOT NULL
    );
INSERT INTO "tool_grants" VALUES(2,'look','plugin:eyes','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',1,'','/var/log','',1,NULL,1798804801000000);
INSERT INTO "tool_grants" VALUES(3,'','mcp:mail','',0,'','','',NULL,1830340800000000,1798804802000000);
CREATE TABLE trusted_sources (
        source TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        given INTEGER NOT NULL
    ) WITHOUT ROWID
    ;
INSERT INTO "trusted_sources" VALUES('plugin:eyes','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',1798804801000000);
CREATE TABLE tool_decisions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        time INTEGER NOT NULL,
        conversation INTEGER, -- no reference: the row stays when the conversation goes, without the arguments
        call_id TEXT NOT NULL,
        source TEXT NOT NULL,
        tool TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        arguments TEXT NOT NULL,
        allowed INTEGER NOT NULL,
        decided_by TEXT NOT NULL,
        reason TEXT NOT NULL,
        scope TEXT NOT NULL,
        outside TEXT NOT NULL -- JSON list
    );
INSERT INTO "tool_decisions" VALUES(1,1798804803000000,1,'toolu_1','plugin:eyes','look','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee','{"path": "/var/log"}',1,'person','outside','folder','["screen"]');
CREATE INDEX tool_decisions_conversation ON tool_decisions (conversation);
CREATE INDEX tool_decisions_time ON tool_decisions (time);
CREATE TABLE spending (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        time INTEGER NOT NULL,
        provider TEXT NOT NULL,
        model TEXT NOT NULL,
        conversation INTEGER,
        state TEXT NOT NULL, -- 'running' or 'done'
        reserved REAL NOT NULL DEFAULT 0.0, -- US dollars that it may cost at most; counts while it runs
        cost REAL, -- US dollars; NULL is unknown
        input INTEGER NOT NULL DEFAULT 0,
        output INTEGER NOT NULL DEFAULT 0,
        cache_read INTEGER NOT NULL DEFAULT 0,
        cache_write INTEGER NOT NULL DEFAULT 0,
        origin_pid INTEGER, -- which process asks
        origin_started TEXT
    , holder TEXT);
INSERT INTO "spending" VALUES(1,1793523604000000,'anthropic','claude-haiku-5-5',1,'done',0.0,0.00123,1200,6,0,0,NULL,NULL,NULL);
INSERT INTO "spending" VALUES(2,1798804805000000,'openrouter','x/y',2,'done',0.0,NULL,3,4,0,0,NULL,NULL,NULL);
INSERT INTO "spending" VALUES(3,1798804805000000,'anthropic','claude-haiku-5-5',1,'running',0.0125,NULL,0,0,0,0,4711,'since noon',NULL);
INSERT INTO "spending" VALUES(4,1798804924000000,'anthropic','claude-haiku-5-5',NULL,'running',0.5,NULL,0,0,0,0,NULL,NULL,'k3x9w2m7p4qa');
CREATE TABLE token_corrections ( -- a cache: rows may be dropped at any time
        models TEXT PRIMARY KEY, -- that count alike
        correction TEXT NOT NULL, -- JSON object
        saved INTEGER NOT NULL
    ) WITHOUT ROWID
    ;
INSERT INTO "token_corrections" VALUES('claude','{"factors":[1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0],"covariance":[0.2334,0.185,0.185,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0,0.0,0.0,0.185,0.2334,0.185,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0,0.0,0.0,0.185,0.185,0.2334,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0,0.0,0.0,0.0625,0.0625,0.0625,0.2334,0.185,0.185,0.185,0.185,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0,0.0,0.0,0.0625,0.0625,0.0625,0.185,0.2334,0.185,0.185,0.185,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0,0.0,0.0,0.0625,0.0625,0.0625,0.185,0.185,0.2334,0.185,0.185,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0,0.0,0.0,0.0625,0.0625,0.0625,0.185,0.185,0.185,0.2334,0.185,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0,0.0,0.0,0.0625,0.0625,0.0625,0.185,0.185,0.185,0.185,0.2334,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0,0.0,0.0,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.2334,0.185,0.185,0.0625,0.0625,0.0625,0.0,0.0,0.0,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.185,0.2334,0.185,0.0625,0.0625,0.0625,0.0,0.0,0.0,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.185,0.185,0.2334,0.0625,0.0625,0.0625,0.0,0.0,0.0,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.2334,0.185,0.185,0.0,0.0,0.0,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.185,0.2334,0.185,0.0,0.0,0.0,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.0625,0.185,0.185,0.2334,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0225,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.25,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.25],"answers":0}',1798804805000000);
CREATE INDEX spending_time ON spending (time);
CREATE INDEX spending_conversation ON spending (conversation);
CREATE UNIQUE INDEX spending_holder ON spending (holder) WHERE holder IS NOT NULL;
CREATE TABLE sent_forms (
        conversation INTEGER NOT NULL,
        message INTEGER NOT NULL,
        cut TEXT, -- JSON object: from where on the conversation goes along
        prefix TEXT, -- JSON object: what the service's cache depends on
        PRIMARY KEY (conversation, message),
        FOREIGN KEY (conversation, message) REFERENCES messages (conversation, id) ON DELETE CASCADE
    ) WITHOUT ROWID;
INSERT INTO "sent_forms" VALUES(3,8,'{"first":6,"opening":true,"bare":7,"window":8192}',NULL);
CREATE TABLE results (
        message INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
        form TEXT NOT NULL,
        data TEXT NOT NULL -- JSON object
    );
CREATE TABLE asked_forms ( -- what a question asks for besides words
        message INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
        data TEXT NOT NULL -- JSON object
    );
CREATE TABLE policy_checks (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        policy TEXT NOT NULL,
        version INTEGER NOT NULL,
        labelled TEXT NOT NULL, -- digest of the labelled set
        model TEXT NOT NULL,
        checked INTEGER NOT NULL,
        data TEXT NOT NULL -- JSON object
    );
CREATE INDEX policy_checks_of ON policy_checks (policy, labelled, id);
CREATE TABLE capture_places ( -- where on the desktop a picture was cut out; gone with the picture
        blob TEXT PRIMARY KEY REFERENCES captures (blob) ON DELETE CASCADE,
        x INTEGER NOT NULL, -- in the desktop's own pixels
        y INTEGER NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        captured INTEGER NOT NULL
    ) WITHOUT ROWID;
CREATE INDEX capture_places_at ON capture_places (x, y, width, height, captured);
INSERT INTO "results" VALUES(2,'verdict','{"form":"verdict","policy":"workplace","version":1,"action":"allow"}');
INSERT INTO "asked_forms" VALUES(1,'{"form":"verdict","text":"Is this all right?","policy":"workplace"}');
INSERT INTO "policy_checks" VALUES(1,'workplace',1,'5e5e','claude-haiku-5-5',1798805984000000,'{}');
INSERT INTO "capture_places" VALUES('92b2fa58028958317e408bd84ecfa70f5ee35b121991dbc232c49d166353708b',10,20,640,480,1793523600000000);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('conversations',4);
INSERT INTO "sqlite_sequence" VALUES('messages',12);
INSERT INTO "sqlite_sequence" VALUES('ledger',1);
INSERT INTO "sqlite_sequence" VALUES('queued_questions',1);
INSERT INTO "sqlite_sequence" VALUES('tool_grants',3);
INSERT INTO "sqlite_sequence" VALUES('tool_decisions',1);
INSERT INTO "sqlite_sequence" VALUES('spending',4);
INSERT INTO "sqlite_sequence" VALUES('policy_checks',1);
COMMIT;
