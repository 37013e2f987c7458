/** Statements that lead from one version of the database to the next; the version is their number. Never changed, only added to. */
export const migrations: readonly (readonly string[])[] = [
  [
    `CREATE TABLE images (
      id TEXT PRIMARY KEY, path TEXT NOT NULL UNIQUE, path_key TEXT NOT NULL UNIQUE, size_bytes INTEGER NOT NULL,
      modified_ms REAL NOT NULL, width INTEGER, height INTEGER, format TEXT, orientation INTEGER, sha256 TEXT, annotated_sha256 TEXT,
      problem TEXT, state INTEGER NOT NULL DEFAULT 0, annotation_count INTEGER NOT NULL DEFAULT 0,
      unreviewed_count INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID`,
    'CREATE INDEX images_by_state ON images (state, path_key, annotation_count)',
    'CREATE INDEX images_by_time ON images (modified_ms, id)',
    'CREATE INDEX images_by_size ON images (size_bytes, id)',
    'CREATE INDEX images_unreviewed ON images (path_key) WHERE unreviewed_count > 0',
    `CREATE TABLE entries (
      image_id TEXT NOT NULL REFERENCES images (id), seq INTEGER NOT NULL, id TEXT NOT NULL, entry TEXT NOT NULL,
      PRIMARY KEY (image_id, seq), UNIQUE (image_id, id)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE decisions (
      number INTEGER PRIMARY KEY, image_id TEXT NOT NULL REFERENCES images (id), entry_id TEXT NOT NULL,
      annotation_id TEXT NOT NULL, kind TEXT NOT NULL, at TEXT NOT NULL, author TEXT NOT NULL, reason TEXT,
      note TEXT NOT NULL, mask_id TEXT, taken_back INTEGER NOT NULL
    ) STRICT`,
    'CREATE INDEX decisions_by_image ON decisions (image_id, number)',
    'CREATE INDEX decisions_by_entry ON decisions (image_id, entry_id)',
    `CREATE TABLE predictions (
      number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, image_id TEXT NOT NULL REFERENCES images (id),
      key TEXT NOT NULL, image_sha256 TEXT NOT NULL, model TEXT NOT NULL, prompt TEXT NOT NULL, candidates TEXT NOT NULL,
      best INTEGER NOT NULL, ran_in TEXT NOT NULL, provider TEXT NOT NULL, cache TEXT NOT NULL, timings_ms TEXT NOT NULL,
      annotation_id TEXT, created_at TEXT NOT NULL
    ) STRICT`,
    'CREATE INDEX predictions_by_key ON predictions (image_id, key, number)',
    `CREATE TABLE masks (
      id TEXT PRIMARY KEY, height INTEGER NOT NULL, width INTEGER NOT NULL, counts TEXT NOT NULL, created_at TEXT NOT NULL
    ) STRICT`,
    'CREATE TABLE labels (id TEXT PRIMARY KEY, name TEXT NOT NULL, color TEXT NOT NULL, place INTEGER NOT NULL) STRICT',
    'CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT',
  ],
  [
    `CREATE TABLE sensitivities (
      number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, image_id TEXT NOT NULL REFERENCES images (id),
      annotation_id TEXT NOT NULL, record TEXT NOT NULL
    ) STRICT`,
    'CREATE INDEX sensitivities_by_image ON sensitivities (image_id, annotation_id, number)',
  ],
  [
    'ALTER TABLE decisions ADD COLUMN score REAL',
    'ALTER TABLE decisions ADD COLUMN stability REAL',
    'ALTER TABLE decisions ADD COLUMN painted INTEGER',
    'CREATE INDEX decisions_judged ON decisions (kind, taken_back) WHERE score IS NOT NULL',
  ],
  [
    `ALTER TABLE images ADD COLUMN tags TEXT NOT NULL DEFAULT '{"set":[],"refused":[]}'`,
    'ALTER TABLE images ADD COLUMN contrast REAL',
    'ALTER TABLE images ADD COLUMN edge_density REAL',
    'ALTER TABLE images ADD COLUMN lowest_score REAL',
    `CREATE TABLE image_tags (
      tag TEXT NOT NULL, image_id TEXT NOT NULL REFERENCES images (id), kind TEXT NOT NULL, PRIMARY KEY (tag, image_id)
    ) STRICT, WITHOUT ROWID`,
    'CREATE INDEX image_tags_by_image ON image_tags (image_id, tag, kind)',
    `CREATE TABLE annotation_facts (
      image_id TEXT NOT NULL REFERENCES images (id), annotation_id TEXT NOT NULL, label_id TEXT, score REAL, area_ratio REAL,
      present INTEGER NOT NULL, PRIMARY KEY (image_id, annotation_id)
    ) STRICT, WITHOUT ROWID`,
    'CREATE INDEX annotation_facts_by_label ON annotation_facts (label_id, image_id) WHERE present = 1',
    'CREATE INDEX images_by_objects ON images (annotation_count, id)',
    'CREATE INDEX images_by_score ON images (coalesce(lowest_score, 9), id)',
    `INSERT INTO annotation_facts (image_id, annotation_id, score, area_ratio, present)
      SELECT p.image_id, p.annotation_id, json_extract(p.candidates, '$[' || p.best || '].score'),
      json_extract(p.candidates, '$[' || p.best || '].areaPx') * 1.0 / nullif(i.width * i.height, 0), 1
      FROM predictions p JOIN images i ON i.id = p.image_id WHERE p.annotation_id IS NOT NULL AND p.number = (
        SELECT max(later.number) FROM predictions later
        WHERE later.image_id = p.image_id AND later.annotation_id = p.annotation_id)`,
    `UPDATE images SET lowest_score = (
      SELECT min(score) FROM annotation_facts f WHERE f.image_id = images.id AND f.present = 1)
      WHERE id IN (SELECT image_id FROM annotation_facts)`,
  ],
  [
    // AUTOINCREMENT: a number that was forgotten is not given again.
    `CREATE TABLE audit (
      number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, person TEXT NOT NULL, request_id TEXT, image_id TEXT NOT NULL,
      path TEXT NOT NULL, annotation_id TEXT NOT NULL, entry_id TEXT NOT NULL, kind TEXT NOT NULL, reason TEXT
    ) STRICT`,
    `CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
      BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END`,
    `CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
      WHEN OLD.at >= coalesce((SELECT json_extract(value, '$') FROM settings WHERE key = 'audit-forgotten-before'), '')
      BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END`,
  ],
];
