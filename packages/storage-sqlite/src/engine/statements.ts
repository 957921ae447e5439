import type { SqliteDriver, SqliteStatement } from '../drivers/sqlite-driver.js';
import type { QueueTables } from '../schema/tables.js';
import { checkColumns } from './check-columns.js';
import { columnsOf, ROW_COLUMNS } from './columns.js';
import { PLACE_UPDATE_COLUMNS } from './place-row.js';
import { IS_PLAIN, PLAIN, PLAIN_PLACES } from './plain-row.js';
import { PLACED, TAIL, WHOLE } from './selection.js';

/** Every statement that the storage runs on a queue, prepared once for a connection. */
export type Statements = ReturnType<typeof prepareStatements>;

/** @throws SyncError `STORAGE_DAMAGED` where the table of the operations is not as it was made */
export function prepareStatements(driver: SqliteDriver, tables: QueueTables) {
  checkColumns(driver, tables.operations);
  const prepare = (sql: string): SqliteStatement => driver.prepare(sql);
  return {
    ...operationStatements(prepare, tables.operations),
    ...orderStatements(prepare, tables.operations),
    ...dependencyStatements(prepare, tables),
    ...bookStatements(prepare, tables),
    ...indexStatements(prepare, tables.operations),
  };
}

type Prepare = (sql: string) => SqliteStatement;

const RECORD_COLUMNS = columnsOf('record');

/** Of each column its type and its bytes, whatever they are. */
const RAW = ROW_COLUMNS.flatMap((name) => [
  `typeof(${name}) AS type_${name}`,
  `CAST(${name} AS BLOB) AS bytes_${name}`,
]);

/**
 * SQLite plans by the value of a bare `LIMIT ?`, and so prepares the statement anew each time it is bound: ten times
 * the cost of running it.
 */
const LIMIT = 'LIMIT ? + 0';

/** The first row whose sequence is no number that JavaScript holds exactly; only within SQL can it be named. */
const far = (o: string): string =>
  `SELECT sequence FROM ${o} WHERE sequence > ${Number.MAX_SAFE_INTEGER} OR sequence < ${Number.MIN_SAFE_INTEGER} LIMIT 1`;
const ASSIGNMENT = 'number, temporary_id, permanent_id, checksum';

/** Of the indexes of lanes: what was put aside stands in none. */
const IN_LANE = 'hold < 3';

const assignments = (columns: readonly string[]): string => columns.map((name) => `${name} = ?`).join(', ');

function operationStatements(prepare: Prepare, o: string) {
  const places = ROW_COLUMNS.map(() => '?').join(', ');
  return {
    insert: prepare(`INSERT OR IGNORE INTO ${o} (${WHOLE.sql}) VALUES (${places})`),
    insertPlain: prepare(`INSERT OR IGNORE INTO ${o} (${WHOLE.sql}) VALUES (${PLAIN_PLACES.join(', ')})`),
    remove: prepare(`DELETE FROM ${o} WHERE sequence = ?`),
    removeRun: prepare(`DELETE FROM ${o} WHERE sequence BETWEEN ? AND ?`),
    unreachable: prepare(
      `SELECT 1 FROM ${o} AS met NOT INDEXED
       WHERE NOT EXISTS (SELECT 1 FROM ${o} AS found WHERE found.sequence = met.sequence) LIMIT 1`,
    ),
    row: prepare(`SELECT ${WHOLE.sql} FROM ${o} WHERE sequence = ?`),
    plainRun: prepare(
      `SELECT ${PLAIN.sql}, ${IS_PLAIN} AS is_plain FROM ${o} WHERE sequence BETWEEN ? AND ?`,
    ),
    kindOf: prepare(`SELECT kind, version FROM ${o} WHERE sequence = ?`),
    sequenceOf: prepare(`SELECT sequence FROM ${o} WHERE id = ?`),
    laneOf: prepare(`SELECT entity, principal FROM ${o} WHERE sequence = ? AND ${IN_LANE}`),
    placed: prepare(`SELECT ${PLACED.sql} FROM ${o} WHERE sequence = ?`),
    after: prepare(`SELECT ${WHOLE.sql} FROM ${o} WHERE sequence > ? ORDER BY sequence`),
    before: prepare(`SELECT ${WHOLE.sql} FROM ${o} WHERE sequence < ? ORDER BY sequence DESC ${LIMIT}`),
    log: prepare(`SELECT ${RECORD_COLUMNS.join(', ')} FROM ${o} WHERE sequence = ?`),
    updatePlace: prepare(`UPDATE ${o} SET ${assignments(PLACE_UPDATE_COLUMNS)} WHERE sequence = ?`),
    updateProgress: prepare(
      `UPDATE ${o} SET ${assignments([...PLACE_UPDATE_COLUMNS, ...RECORD_COLUMNS])} WHERE sequence = ?`,
    ),
    listAll: prepare(
      `SELECT ${WHOLE.sql} FROM ${o} WHERE sequence > ? AND (? IS NULL OR kind = ?) ORDER BY sequence ${LIMIT}`,
    ),
    listLane: prepare(
      `SELECT ${WHOLE.sql} FROM ${o} INDEXED BY ${o}_lane
       WHERE entity = ? AND principal IS ? AND ${IN_LANE} AND sequence > ? AND (? IS NULL OR kind = ?)
       ORDER BY sequence ${LIMIT}`,
    ),
    listAside: prepare(
      `SELECT ${WHOLE.sql} FROM ${o} INDEXED BY ${o}_aside WHERE entity = ? AND hold = 3 AND sequence > ?
       AND (? IS NULL OR kind = ?) ORDER BY sequence ${LIMIT}`,
    ),
    listHeld: prepare(
      `SELECT ${WHOLE.sql} FROM ${o} INDEXED BY ${o}_held WHERE hold > 0 AND sequence > ? AND (? IS NULL OR kind = ?)
       ORDER BY sequence ${LIMIT}`,
    ),
    oldestCreatedAt: prepare(`SELECT created_at FROM ${o} ORDER BY sequence LIMIT 1`),
  };
}

function orderStatements(prepare: Prepare, o: string) {
  const ready = `FROM ${o} INDEXED BY ${o}_ready WHERE ready IS NOT NULL AND principal IS NULL`;
  const owned = `FROM ${o} INDEXED BY ${o}_ready_owned WHERE ready IS NOT NULL AND principal IS NOT NULL`;
  const ofPrincipal = `FROM ${o} INDEXED BY ${o}_ready_principal WHERE ready IS NOT NULL AND principal = ?`;
  const order = `ORDER BY ready DESC, sequence ${LIMIT}`;
  const lane = `FROM ${o} INDEXED BY ${o}_lane WHERE entity = ? AND principal IS ? AND ${IN_LANE}`;
  return {
    firstPrincipal: prepare(
      `SELECT principal FROM ${o} INDEXED BY ${o}_lane WHERE entity = ? AND ${IN_LANE} LIMIT 1`,
    ),
    nextPrincipal: prepare(
      `SELECT principal FROM ${o} INDEXED BY ${o}_lane
       WHERE entity = ? AND ${IN_LANE} AND principal > ? ORDER BY principal LIMIT 1`,
    ),
    ofPrincipal: prepare(
      `SELECT ${PLACED.sql} FROM ${o} WHERE principal IS ? AND sequence > ? ORDER BY sequence ${LIMIT}`,
    ),
    mixedLanes: prepare(
      `SELECT ${PLACED.sql} FROM ${o} WHERE entity IN
         (SELECT entity FROM ${o} WHERE entity IS NOT NULL GROUP BY entity
          HAVING count(DISTINCT principal) + max(principal IS NULL) > 1)
       ORDER BY sequence`,
    ),
    readyOpen: prepare(`SELECT ready, sequence ${ready} ${order}`),
    readyOwned: prepare(`SELECT ready, sequence ${owned} ${order}`),
    readyOfPrincipal: prepare(`SELECT ready, sequence ${ofPrincipal} ${order}`),
    laneHead: prepare(`SELECT ${PLACED.sql} ${lane} ORDER BY sequence LIMIT 1`),
    laneTail: prepare(`SELECT ${TAIL.sql} ${lane} ORDER BY sequence DESC LIMIT 1`),
    laneBefore: prepare(`SELECT ${PLACED.sql} ${lane} AND sequence < ? ORDER BY sequence DESC LIMIT 1`),
    laneAfter: prepare(`SELECT ${PLACED.sql} ${lane} AND sequence > ? ORDER BY sequence LIMIT 1`),
    highestBoost: prepare(
      `SELECT boost FROM ${o} INDEXED BY ${o}_boost
       WHERE entity = ? AND principal IS ? AND boost IS NOT NULL AND sequence >= ?
       ORDER BY boost DESC LIMIT 1`,
    ),
    gatedUntil: prepare(
      `SELECT ${PLACED.sql} FROM ${o} INDEXED BY ${o}_gated
       WHERE entity = ? AND principal IS ? AND ${IN_LANE} AND waits > 0 AND sequence <= ?
       ORDER BY sequence DESC LIMIT 1`,
    ),
    dueUntil: prepare(
      `SELECT due_at, sequence FROM ${o} INDEXED BY ${o}_timed WHERE due_at > 0 AND due_at <= ? ORDER BY due_at ${LIMIT}`,
    ),
    nextDue: prepare(
      `SELECT due, kind, version, sequence FROM ${o} INDEXED BY ${o}_due WHERE due IS NOT NULL ORDER BY due ${LIMIT}`,
    ),
    nextDueOf: prepare(
      `SELECT due, kind, version, sequence FROM ${o} INDEXED BY ${o}_due_principal WHERE due IS NOT NULL AND principal IS ?
       ORDER BY due ${LIMIT}`,
    ),
    delayedBeyond: prepare(
      `SELECT ${PLACED.sql} FROM ${o} INDEXED BY ${o}_timed WHERE due_at > 0 AND delay_ms > 0 AND due_at - ? > delay_ms`,
    ),
    strandedHeads: prepare(
      `SELECT ${PLACED.sql} FROM ${o} WHERE ready IS NULL AND due IS NULL AND hold = 0 AND waits = 0
       AND (entity IS NULL OR sequence IN
         (SELECT min(sequence) FROM ${o} INDEXED BY ${o}_lane
          WHERE entity IS NOT NULL AND ${IN_LANE} GROUP BY entity, principal))`,
    ),
  };
}

function dependencyStatements(
  prepare: Prepare,
  { dependencies: d, references: r, assignments: a, operations: o }: QueueTables,
) {
  return {
    addDependency: prepare(`INSERT OR IGNORE INTO ${d} (blocker, dependent, rank) VALUES (?, ?, ?)`),
    dependentsOf: prepare(`SELECT dependent FROM ${d} WHERE blocker = ?`),
    dependency: prepare(`SELECT 1 FROM ${d} WHERE blocker = ? AND dependent = ?`),
    highestLent: prepare(
      `SELECT rank FROM ${d} INDEXED BY ${d}_rank WHERE blocker = ? ORDER BY rank DESC LIMIT 1`,
    ),
    lentBy: prepare(`SELECT rank FROM ${d} WHERE dependent = ? LIMIT 1`),
    lend: prepare(`UPDATE ${d} SET rank = ? WHERE dependent = ?`),
    blockersOf: prepare(`SELECT blocker FROM ${d} WHERE dependent = ?`),
    removeDependents: prepare(`DELETE FROM ${d} WHERE blocker = ?`),
    removeBlockers: prepare(`DELETE FROM ${d} WHERE dependent = ?`),
    removeDependency: prepare(`DELETE FROM ${d} WHERE blocker = ? AND dependent = ?`),
    // By the primary key, as from an id to those that mention it.
    mention: prepare(`SELECT 1 FROM ${r} WHERE temporary_id = ? AND sequence = ?`),
    referencesOf: prepare(`SELECT temporary_id FROM ${r} WHERE sequence = ?`),
    removeReference: prepare(`DELETE FROM ${r} WHERE temporary_id = ? AND sequence = ?`),
    linked: prepare(
      `SELECT ${WHOLE.sql} FROM ${o} WHERE sequence > ? AND (depends_on IS NOT NULL OR refs IS NOT NULL OR waits <> 0
       OR sequence IN (SELECT dependent FROM ${d}) OR sequence IN (SELECT sequence FROM ${r}))
       ORDER BY sequence ${LIMIT}`,
    ),
    brokenDependencies: prepare(
      `SELECT dependent, count(*) FROM ${d} WHERE blocker NOT IN (SELECT sequence FROM ${o}) GROUP BY dependent`,
    ),
    removeBrokenDependencies: prepare(
      `DELETE FROM ${d} WHERE blocker NOT IN (SELECT sequence FROM ${o})
       OR dependent NOT IN (SELECT sequence FROM ${o})`,
    ),
    removeBrokenReferences: prepare(`DELETE FROM ${r} WHERE sequence NOT IN (SELECT sequence FROM ${o})`),
    countDependencies: prepare(`SELECT count(*) FROM ${d}`),
    addReference: prepare(`INSERT OR IGNORE INTO ${r} (temporary_id, sequence) VALUES (?, ?)`),
    referring: prepare(`SELECT sequence FROM ${r} WHERE temporary_id = ? ORDER BY sequence`),
    removeReferences: prepare(`DELETE FROM ${r} WHERE sequence = ?`),
    countReferences: prepare(`SELECT count(*) FROM ${r}`),
    assign: prepare(
      `INSERT OR REPLACE INTO ${a} (number, temporary_id, permanent_id, checksum) VALUES (?, ?, ?, ?)`,
    ),
    assigned: prepare(`SELECT ${ASSIGNMENT} FROM ${a} WHERE temporary_id = ?`),
    assignments: prepare(`SELECT ${ASSIGNMENT} FROM ${a}`),
    assignmentAt: prepare(`SELECT 1 FROM ${a} WHERE number = ?`),
    sealAssignment: prepare(`UPDATE ${a} SET checksum = ? WHERE number = ?`),
    forgetAssignments: prepare(`DELETE FROM ${a} WHERE number <= ?`),
  };
}

function bookStatements(
  prepare: Prepare,
  { claims: c, quarantine: q, keys: k, state: s, operations: o }: QueueTables,
) {
  return {
    claims: prepare(`SELECT part, token, lease_until, lease_ms, items, checksum FROM ${c} ORDER BY part`),
    addClaim: prepare(
      `INSERT INTO ${c} (part, token, lease_until, lease_ms, items, checksum) VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    updateClaim: prepare(
      `UPDATE ${c} SET lease_until = ?, lease_ms = ?, items = ?, checksum = ? WHERE part = ?`,
    ),
    removeClaim: prepare(`DELETE FROM ${c} WHERE part = ?`),
    quarantine: prepare(
      `INSERT OR REPLACE INTO ${q} (sequence, id, code, message, raw, leased) VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    quarantined: prepare(
      `SELECT sequence, id, code, message, raw FROM ${q} WHERE sequence > ? ORDER BY sequence ${LIMIT}`,
    ),
    rereadable: prepare(
      `SELECT sequence, raw, leased FROM ${q} WHERE sequence > ? ORDER BY sequence ${LIMIT}`,
    ),
    noteQuarantined: prepare(`UPDATE ${q} SET code = ?, message = ? WHERE sequence = ?`),
    countQuarantined: prepare(`SELECT count(*) FROM ${q}`),
    isQuarantined: prepare(`SELECT 1 FROM ${q} WHERE sequence = ?`),
    removeQuarantined: prepare(`DELETE FROM ${q} WHERE sequence = ?`),
    isIdQuarantined: prepare(`SELECT 1 FROM ${q} WHERE id = ? LIMIT 1`),
    firstQuarantined: prepare(`SELECT min(sequence) FROM ${q}`),
    rawRow: prepare(`SELECT ${RAW.join(', ')} FROM ${o} WHERE sequence = ?`),
    rawFarRow: prepare(`SELECT ${RAW.join(', ')} FROM ${o} WHERE sequence = (${far(o)})`),
    removeFar: prepare(`DELETE FROM ${o} WHERE sequence = (${far(o)})`),
    keyChecks: prepare(`SELECT key, sealed, checksum FROM ${k} ORDER BY key`),
    keepKeyCheck: prepare(`INSERT OR REPLACE INTO ${k} (key, sealed, checksum) VALUES (?, ?, ?)`),
    sealedRows: prepare(
      `SELECT ${WHOLE.sql} FROM ${o}
       WHERE sequence > ? AND (typeof(payload) = 'blob' OR typeof(base) = 'blob') ORDER BY sequence ${LIMIT}`,
    ),
    state: prepare(`SELECT data, checksum FROM ${s} WHERE one = 1`),
    writeState: prepare(`INSERT OR REPLACE INTO ${s} (one, data, checksum) VALUES (1, ?, ?)`),
    countByPlace: prepare(
      `SELECT priority, hold, ready IS NOT NULL AS is_ready, due IS NOT NULL AS is_due, count(*) AS n
       FROM ${o} GROUP BY 1, 2, 3, 4`,
    ),
  };
}

/** Whether an index has the entry that a row must have in it. */
function indexStatements(prepare: Prepare, o: string) {
  const entry = (index: string, condition: string): SqliteStatement =>
    prepare(`SELECT 1 FROM ${o} INDEXED BY ${o}_${index} WHERE ${condition} AND sequence = ?`);
  return {
    inReady: entry('ready', 'ready IS NOT NULL AND principal IS NULL AND ready = ?'),
    inReadyOwned: entry('ready_owned', 'ready IS NOT NULL AND principal IS NOT NULL AND ready = ?'),
    inReadyPrincipal: entry(
      'ready_principal',
      'ready IS NOT NULL AND principal IS NOT NULL AND principal = ? AND ready = ?',
    ),
    inDue: entry('due', 'due IS NOT NULL AND due = ?'),
    inDuePrincipal: entry('due_principal', 'due IS NOT NULL AND principal IS ? AND due = ?'),
    inTimed: entry('timed', 'due_at > 0 AND due_at = ?'),
    inLane: entry('lane', `entity IS NOT NULL AND ${IN_LANE} AND entity = ? AND principal IS ?`),
    inAside: entry('aside', 'hold = 3 AND entity IS ?'),
  };
}
