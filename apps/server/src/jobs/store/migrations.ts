import type Libsql from "libsql";

/** What brings the tables from one version to the next; a database says in `user_version` how many were carried out. */
export const migrations: readonly string[] = [
  `CREATE TABLE jobs (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     kind TEXT NOT NULL,
     state TEXT NOT NULL,
     model TEXT NOT NULL,
     data TEXT,
     options TEXT NOT NULL,
     created INTEGER NOT NULL,
     started INTEGER,
     ended INTEGER,
     run TEXT,
     progress TEXT,
     result TEXT,
     error TEXT,
     starts INTEGER NOT NULL DEFAULT 0,
     fruitless INTEGER NOT NULL DEFAULT 0,
     canceling INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE INDEX jobs_by_state ON jobs (state, id);
   CREATE TABLE events (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     job INTEGER NOT NULL REFERENCES jobs (id),
     type TEXT NOT NULL,
     data TEXT NOT NULL
   ) STRICT;
   CREATE INDEX events_by_job ON events (job, id);`,
  `ALTER TABLE jobs ADD COLUMN priority TEXT NOT NULL DEFAULT 'normal';
   ALTER TABLE jobs ADD COLUMN trace TEXT;
   ALTER TABLE jobs ADD COLUMN worker TEXT;
   ALTER TABLE jobs ADD COLUMN ticket TEXT;
   ALTER TABLE jobs ADD COLUMN heard TEXT;
   CREATE INDEX jobs_by_ticket ON jobs (ticket);`,
];

/** Brings the tables up to date, each step whole or not at all; throws for a database of a later version of the service. */
export function migrate(database: Libsql.Database): void {
  const [row] = database.pragma("user_version") as { user_version: number }[];
  const version = row?.user_version ?? 0;
  if (version > migrations.length) {
    throw new Error(`it is of a later version of the service (${version}; this one knows ${migrations.length})`);
  }
  for (const [i, statements] of migrations.entries()) {
    if (i < version) continue;
    database.transaction(() => database.exec(`${statements} PRAGMA user_version = ${i + 1};`))();
  }
}
