import type { DamagedRecord, SqliteQueueReader } from '@cpc/storage-sqlite';
import type { Session } from '../session.js';
import { amount, count } from '../terminal/durations.js';
import { Progress } from '../terminal/progress.js';
import { MOST_IDS, type Problem } from './problem.js';

/** What SQLite finds wrong with its own file. */
export async function checkIntegrity(
  session: Session,
  reader: SqliteQueueReader,
): Promise<readonly Problem[]> {
  const lines = await reader.integrity();
  if (lines.length === 0) return [];
  return [
    {
      code: 'FILE_DAMAGED',
      severity: 'error',
      count: lines.length,
      message: `SQLite finds its own structures damaged: ${lines.slice(0, 3).join('; ')}`,
      advice: `Copy the file with its -wal and -shm. Then save what can be read: ${session.command('export')} > saved.ndjson, import that into a new file, and give the app the new file. Check the disk.`,
      ids: [],
    },
  ];
}

/** A part of the file that cannot be read at all. */
export function unreadable(why: string): Problem {
  return {
    code: 'FILE_DAMAGED',
    severity: 'error',
    count: 1,
    message: `A check could not be finished: ${why}`,
    advice: 'Copy the file with its -wal and -shm, and take the newest copy that is whole. Check the disk.',
    ids: [],
  };
}

/** Damage of records, and of what is kept about their order. */
export async function checkRecords(session: Session, reader: SqliteQueueReader): Promise<readonly Problem[]> {
  return [
    ...(await checkRows(session, reader)),
    ...(await checkQuarantine(session, reader)),
    ...(await checkOrder(session, reader)),
    ...(await checkAssignments(session, reader)),
  ];
}

async function checkRows(session: Session, reader: SqliteQueueReader): Promise<readonly Problem[]> {
  const damaged: DamagedRecord[] = [];
  let found = 0;
  const { total } = await reader.overview();
  const progress = new Progress(session.notes, session.io.clock, { label: 'check', total });
  let after: number | undefined = 0;
  while (after !== undefined) {
    await session.nextRound();
    const stretch: Awaited<ReturnType<SqliteQueueReader['checkRows']>> = await reader.checkRows(after);
    found += stretch.damaged.length;
    damaged.push(...stretch.damaged.slice(0, MOST_IDS - damaged.length));
    await progress.advance(stretch.checked);
    after = stretch.next;
  }
  await progress.end({ unlessShort: true });
  if (found === 0) return [];
  const numbers = damaged.map(({ sequence }) => sequence).join(', ');
  return [
    {
      code: 'RECORDS_DAMAGED',
      severity: 'error',
      count: found,
      message: `Altered outside SQLite: ${amount(found, 'record')}, sequence ${numbers}.`,
      advice: `Copy the file first. ${session.command('doctor', '--write')} puts them into quarantine with their bytes, and lets the others of their entities go. Check the disk.`,
      ids: damaged.flatMap(({ id }) => id ?? []),
    },
  ];
}

async function checkQuarantine(session: Session, reader: SqliteQueueReader): Promise<readonly Problem[]> {
  const { quarantined } = await reader.overview();
  if (quarantined === 0) return [];
  const { items } = await reader.quarantined({ limit: MOST_IDS });
  return [
    {
      code: 'RECORDS_QUARANTINED',
      severity: 'error',
      count: quarantined,
      message: `Put aside since they could not be read: ${amount(quarantined, 'record')}, sequence ${items.map(({ sequence }) => sequence).join(', ')}.`,
      advice: `They are not sent. rereadQuarantined() in the app brings back those that can be read now, with the right keys for example. Of the others the table cpc_${session.options.queue}_quarantine holds the bytes; find out from the app or the person what they were, and enqueue that anew.`,
      ids: items.flatMap(({ id }) => id ?? []),
    },
  ];
}

async function checkOrder(session: Session, reader: SqliteQueueReader): Promise<readonly Problem[]> {
  const { stranded, brokenDependencies, damagedLeases, countsAgree } = await reader.checkOrder();
  const found = [
    ...(stranded.length > 0 ? [`${amount(stranded.length, 'operation')} that no worker would find`] : []),
    ...(brokenDependencies > 0 ? [`dependencies that lead nowhere (${count(brokenDependencies)})`] : []),
    ...(damagedLeases > 0 ? [`${amount(damagedLeases, 'lease')} that cannot be read`] : []),
    ...(countsAgree ? [] : ['counts that are not those of the records']),
  ];
  if (found.length === 0) return [];
  return [
    {
      code: 'ORDER_DAMAGED',
      severity: 'error',
      count: stranded.length + brokenDependencies + damagedLeases + (countsAgree ? 0 : 1),
      message: `What is kept about the order disagrees with the records: ${found.join(', ')}.`,
      advice: `Copy the file, ${session.command('export')} > saved.ndjson, import that into a new file, and give the app the new file.`,
      ids: stranded.slice(0, MOST_IDS),
    },
  ];
}

async function checkAssignments(session: Session, reader: SqliteQueueReader): Promise<readonly Problem[]> {
  const { damagedAssignments: damaged } = await reader.checkOrder();
  if (damaged === 0) return [];
  return [
    {
      code: 'ASSIGNMENTS_DAMAGED',
      severity: 'error',
      count: damaged,
      message: `Altered outside SQLite: ${amount(damaged, 'permanent id')} of what was created.`,
      advice: `They are not used: what mentions a thing whose permanent id cannot be told is parked with REFERENCE_ENDED instead of being sent. ${session.command('list', '--state', 'parked')} shows such operations; find out from the app what they are about, and edit or discard them there. Check the disk.`,
      ids: [],
    },
  ];
}
