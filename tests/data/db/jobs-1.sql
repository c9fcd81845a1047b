BEGIN TRANSACTION;
CREATE TABLE batches (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        key TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL,
        rows INTEGER NOT NULL,
        ready INTEGER NOT NULL DEFAULT 0, -- rows that can leave, while it is 'submitting'
        first INTEGER NOT NULL, -- ids of its first and its last row; between them may be rows of others
        last INTEGER NOT NULL,
        remote TEXT NOT NULL DEFAULT '',
        created INTEGER NOT NULL,
        submitted INTEGER,
        expires INTEGER,
        next_poll INTEGER, -- NULL is now
        polls INTEGER NOT NULL DEFAULT 0,
        owner_pid INTEGER,
        owner_started TEXT,
        lease INTEGER,
        candidates TEXT NOT NULL DEFAULT '[]', -- JSON list
        proven INTEGER NOT NULL DEFAULT 1,
        sentence TEXT NOT NULL DEFAULT '',
        ended INTEGER NOT NULL DEFAULT 0
    );
INSERT INTO "batches" VALUES(1,1,'key1','collecting',3,0,4294967297,4294967299,'remote-key1',1772366400000000,1772366400000000,NULL,NULL,0,NULL,NULL,NULL,'[]',1,'',0);
CREATE TABLE counts (
        job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        state INTEGER NOT NULL,
        rows INTEGER NOT NULL,
        PRIMARY KEY (job, state)
    ) WITHOUT ROWID
    ;
INSERT INTO "counts" VALUES(1,2,0);
INSERT INTO "counts" VALUES(1,3,1);
INSERT INTO "counts" VALUES(1,5,1);
INSERT INTO "counts" VALUES(1,7,1);
CREATE TABLE deliveries (
        id TEXT PRIMARY KEY,
        job INTEGER NOT NULL, -- no reference: what happened is told although the job is gone
        address TEXT NOT NULL,
        body BLOB NOT NULL,
        created INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        next_try INTEGER -- NULL is now
    ) WITHOUT ROWID
    ;
CREATE TABLE hidden (
        id INTEGER PRIMARY KEY, -- rows.id
        placeholders TEXT NOT NULL -- JSON object: what they stand for
    );
CREATE TABLE inputs (
        id INTEGER PRIMARY KEY, -- rows.id; lines that were refused have none
        kind INTEGER NOT NULL, -- KIND_CODES
        label TEXT, -- what people see of it; NULL is the beginning of its prompt
        columns TEXT, -- JSON object: the cells of a CSV row
        content BLOB NOT NULL -- last, because it may be long
    );
INSERT INTO "inputs" VALUES(4294967297,2,NULL,NULL,X'7B2270726F6D7074223A225175657374696F6E2031227D');
INSERT INTO "inputs" VALUES(4294967298,2,NULL,NULL,X'7B2270726F6D7074223A225175657374696F6E2032227D');
INSERT INTO "inputs" VALUES(4294967299,2,NULL,NULL,X'7B2270726F6D7074223A225175657374696F6E2033227D');
CREATE TABLE jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given a second time
        state TEXT NOT NULL,
        plan TEXT NOT NULL, -- JSON of core.jobs.values.JobPlan
        source TEXT NOT NULL, -- JSON of core.jobs.values.JobSource
        sentence TEXT NOT NULL DEFAULT '',
        estimate TEXT, -- JSON of core.jobs.values.Estimate
        cost REAL NOT NULL DEFAULT 0.0, -- US dollars so far
        reused INTEGER NOT NULL DEFAULT 0, -- rows that have an earlier job's result
        created INTEGER NOT NULL, -- this and every other time: microseconds since 1970, UTC
        started INTEGER,
        ended INTEGER,
        importer_pid INTEGER, -- which process reads its rows, and has it in its hands until it is offered
        importer_started TEXT,
        offered INTEGER NOT NULL DEFAULT 0, -- the person has it in the list: another process may start it, if told so
        removed INTEGER NOT NULL DEFAULT 0 -- it is gone for the person, and its rows are being deleted
    );
INSERT INTO "jobs" VALUES(1,'running','{"name":"A job","provider":"anthropic","model":"claude-haiku-5-5","mode":"batch","system":"","prompt":"","max_tokens":1024,"effort":null,"schema":"","rows_per_batch":1000,"reuse":false,"unpriced":false,"drop":[],"form":"text","policy":""}','{"kind":"jsonl","paths":["/somewhere/rows.jsonl"],"most":0,"label":"rows.jsonl"}','',NULL,0.25,0,1772366400000000,1772366400000000,NULL,100,'us',0,0);
CREATE TABLE pictures (
        row INTEGER NOT NULL, -- rows.id
        position INTEGER NOT NULL,
        blob TEXT NOT NULL, -- SHA-256 of the bytes, which are in the file of that name
        media_type TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        PRIMARY KEY (row, position)
    ) WITHOUT ROWID
    ;
CREATE TABLE results (
        id INTEGER PRIMARY KEY, -- in the order in which they came, so that each is written behind the last
        input INTEGER NOT NULL, -- this and the next six: core.messages.Usage
        output INTEGER NOT NULL,
        cache_read INTEGER NOT NULL,
        cache_write INTEGER NOT NULL,
        thinking INTEGER NOT NULL,
        cost REAL, -- US dollars; NULL is unknown
        in_window INTEGER NOT NULL,
        payload BLOB NOT NULL
    );
INSERT INTO "results" VALUES(1,10,5,0,0,0,0.25,0,X'7B22616E73776572223A317D');
INSERT INTO "results" VALUES(2,0,0,0,0,0,NULL,0,X'');
CREATE TABLE rows (
        id INTEGER PRIMARY KEY, -- row_id(job, number)
        state INTEGER NOT NULL, -- Code
        batch INTEGER, -- the last that took it; NULL when it waits
        result INTEGER, -- results.id
        sent INTEGER NOT NULL DEFAULT 0, -- of a batch that is asked row by row: it is about to leave, or has left
        cached INTEGER NOT NULL DEFAULT 0, -- its result is an earlier job's
        line INTEGER NOT NULL,
        size INTEGER NOT NULL DEFAULT 0, -- bytes of inputs.content
        same INTEGER, -- number of the row whose result it shares
        print BLOB, -- fingerprint, 16 bytes; NULL when it is not sent
        own TEXT NOT NULL DEFAULT '', -- the person's id
        sentence TEXT NOT NULL DEFAULT ''
    );
INSERT INTO "rows" VALUES(4294967297,5,1,1,0,0,1,23,NULL,X'00000000000000000000000000000001','id-1','');
INSERT INTO "rows" VALUES(4294967298,7,1,2,0,0,2,23,NULL,X'00000000000000000000000000000002','id-2','It is errored.');
INSERT INTO "rows" VALUES(4294967299,3,1,NULL,0,0,3,23,NULL,X'00000000000000000000000000000003','id-3','');
CREATE TABLE schema_steps (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied INTEGER NOT NULL);
INSERT INTO "schema_steps" VALUES(1,'jobs, batches, rows, results and deliveries',1795993470537545);
CREATE INDEX batches_job ON batches (job);
CREATE INDEX batches_open ON batches (next_poll) WHERE ended = 0;
CREATE INDEX batches_remote ON batches (remote) WHERE remote <> '';
CREATE INDEX rows_pending ON rows (state) WHERE state = 2;
CREATE INDEX rows_failed ON rows (state) WHERE state > 6;
CREATE INDEX pictures_blob ON pictures (blob);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('jobs',1);
INSERT INTO "sqlite_sequence" VALUES('batches',1);
COMMIT;
PRAGMA application_id = 1263684177;
PRAGMA user_version = 1;
