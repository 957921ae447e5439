import { copyFileSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { isSame } from './alterations.mjs';

/** What the schema says of values; a disk does not ask. */
const CONSTRAINTS = [' NOT NULL', ' CHECK (one = 1)'];

/**
 * A queue's file of which altered copies are made, in two ways: `with indexes`, as by an UPDATE, so that they lead to
 * the altered row by its new values, and `row alone`, as when bytes of a table's page change, so that they go on leading
 * to it by the old ones.
 */
export class Template {
  static WAYS = ['with indexes', 'row alone'];
  #file;
  #schema;
  #tables;

  /** @param {string} file a queue that nobody has open */
  constructor(file) {
    this.#file = file;
    const db = open(file);
    this.#schema = db.prepare('SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema').all();
    this.#tables = this.#schema.filter(({ type }) => type === 'table').map(({ name }) => tableOf(db, name));
    db.close();
    for (const way of Template.WAYS) {
      copyFileSync(file, this.#base(way));
      loosen(this.#base(way), way === 'row alone');
    }
  }

  /** The tables with rows, and the names of their columns. */
  get tables() {
    return this.#tables.filter(({ rows }) => rows.length > 0);
  }

  /**
   * Makes a copy with one altered value.
   *
   * @returns {string | undefined} why SQLite itself refuses that value in that place
   */
  copy(to, { way, table, column, row, value }) {
    for (const suffix of ['-wal', '-shm']) rmSync(to + suffix, { force: true });
    copyFileSync(this.#base(way), to);
    const db = open(to);
    try {
      const { changes } = db
        .prepare(`UPDATE ${table.name} SET ${column} = ? WHERE ${whereIs(table, row)}`)
        .run(value, ...row);
      if (changes !== 1) throw new Error(`${changes} rows of ${table.name} were altered`);
      const after = db.prepare(`SELECT ${column} FROM ${table.name}`).pluck().safeIntegers().all();
      if (isUnchanged(table, column, after)) return 'it is what it was';
      this.#tighten(db);
      return undefined;
    } catch (error) {
      if (!String(error.code).startsWith('SQLITE_')) throw error;
      return error.code;
    } finally {
      db.close();
    }
  }

  #base(way) {
    return `${this.#file}-${way.replace(' ', '-')}`;
  }

  /** Puts the schema back as the library wrote it. */
  #tighten(db) {
    editSchema(db, () => {
      db.exec('DELETE FROM sqlite_schema');
      const add = db.prepare('INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)');
      for (const { type, name, tbl_name: of, rootpage, sql } of this.#schema)
        add.run(type, name, of, rootpage, sql);
    });
  }
}

function open(file) {
  return new Database(file).unsafeMode(true);
}

/** Takes the constraints out of the schema, and the indexes where they are to stay as they are. */
function loosen(file, isRowAlone) {
  const db = open(file);
  editSchema(db, () => {
    for (const words of CONSTRAINTS) {
      db.prepare(`UPDATE sqlite_schema SET sql = replace(sql, ?, '') WHERE type = 'table'`).run(words);
    }
    if (isRowAlone) db.exec(`DELETE FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`);
  });
  db.close();
}

function editSchema(db, edit) {
  db.pragma('writable_schema = ON');
  const version = db.pragma('schema_version', { simple: true });
  edit();
  // Whoever has read the schema before reads it again.
  db.pragma(`schema_version = ${version + 1}`);
  db.pragma('writable_schema = OFF');
}

function tableOf(db, name) {
  const columns = db.prepare(`SELECT name FROM pragma_table_info(?)`).pluck().all(name);
  const rows = db
    .prepare(`SELECT ${columns.join(', ')} FROM ${name}`)
    .raw()
    .safeIntegers()
    .all();
  return { name, columns, rows };
}

function whereIs({ columns }) {
  return columns.map((column) => `${column} IS ?`).join(' AND ');
}

function isUnchanged({ columns, rows }, column, after) {
  const before = rows.map((row) => row[columns.indexOf(column)]);
  const key = (value) =>
    value instanceof Uint8Array ? `b${Buffer.from(value).toString('hex')}` : `${typeof value}${value}`;
  return isSame(before.map(key).sort().join('\n'), after.map(key).sort().join('\n'));
}
