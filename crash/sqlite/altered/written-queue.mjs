import { SqliteQueueStorage } from '@cpc/storage-sqlite';

/** What the wall clock says when the file has been written. */
export const NOW = 1_700_000_000_000;

/** Who is signed in. */
export const PERSON = 'ada';

/** Whose operations the worker sends: the person's, and what is nobody's. */
export const SENT_FOR = [PERSON, undefined];

/** How long what is scheduled or leased waits at the most. */
export const LONGEST_WAIT_MS = 4000;

const FAILURE = { code: 'SERVER_SAID_NO', message: 'No.' };

/**
 * The operations of a lane, numbered from 1.
 *
 * @param {string} lane
 * @param {readonly object[]} members what each of them has besides
 */
const lane = (lane, members) =>
  members.map((fields, at) => operation(`${lane}-${at + 1}`, { entity: lane, n: at + 1, ...fields }));
const free = (id, fields) => operation(id, { n: 1, ...fields });
const plain = (count, fields = {}) => Array.from({ length: count }, () => fields);

/** What comes to stand in the queue in another way than by being enqueued, one at a time and in this order. */
const STAGED = [
  ...['past-1', 'past-2', 'past-3'].map((id) => [free(id), { kind: 'remove', outcome: acknowledged() }]),
  [
    free('temporary-0', { kind: 'ledger.create' }),
    { kind: 'remove', assign: { from: 'temporary-0', to: 'thing-0' } },
  ],
  [lane('parked', plain(1))[0], { kind: 'hold', state: 'parked', failure: FAILURE, counts: false }],
  [lane('dead', plain(1))[0], { kind: 'hold', state: 'deadLetter', failure: FAILURE, counts: true }],
  [
    free('aside', { entity: 'aside' }),
    { kind: 'hold', state: 'deadLetter', failure: FAILURE, counts: true, afterFailure: 'skip' },
  ],
  [lane('tried', plain(1))[0], { kind: 'reschedule', dueAt: NOW + 2500, delayMs: 2500, counts: true }],
  [free('tried-alone'), { kind: 'reschedule', dueAt: NOW + 1500, delayMs: 1500, counts: true }],
];

/** What a holder has that came to its end. */
const LEASED = [lane('leased', plain(1))[0], free('leased-alone')];

const mention = (id, entity, fields) =>
  operation(id, { kind: 'ledger.mention', entity, n: 1, mentions: 'temporary-1', ...fields });

const ENQUEUED = [
  ...lane('north', plain(4)),
  ...lane('east', [{ rank: 90 }, {}, { rank: 95 }, { expiresAt: NOW + 9_000_000 }]),
  ...lane('south', [{ baseVersion: 'v1' }, { baseVersion: 'v1', base: '{"of":1}' }, { coalesces: true }]),
  ...lane('open', plain(3, { principal: undefined })),
  ...lane('north', plain(2)).map((one) => ({ ...one, id: `bob-${one.id}`, principal: 'bob' })),
  free('bob-alone', { principal: 'bob' }),
  free('free-1'),
  free('free-2', { principal: undefined }),
  ...lane('parked', plain(2)).slice(1),
  ...lane('dead', plain(2)).slice(1),
  ...lane('tried', plain(3)).slice(1),
  ...lane('leased', plain(2)).slice(1),
  ...lane('later', [{ scheduledAt: NOW + 3000 }, {}]),
  free('later-alone', { scheduledAt: NOW + 2000 }),
  ...lane('waiting', [{ dependsOn: ['north-4'] }, {}]),
  free('waits-for-two', { dependsOn: ['east-2', 'open-3'] }),
  free('create', { kind: 'ledger.create', id: 'temporary-1' }),
  mention('mention-1', 'mention-1'),
  mention('mention-2', 'mention-2', { rank: 80 }),
];

/** All that is in the queue, as it was enqueued. */
export const OPERATIONS = [
  ...STAGED.filter(([, { kind }]) => kind !== 'remove').map(([one]) => one),
  ...LEASED,
  ...ENQUEUED,
];

/** What the client enqueues behind all that. */
export const LATER = {
  fresh: free('fresh'),
  mentions: mention('mentions-what-was-made', 'made', { mentions: 'temporary-0', dependsOn: [] }),
  repeat: free('past-2'),
};

/**
 * Writes a queue in which an operation stands in each way there is: in lanes of one and of several people, first and
 * behind others, waiting for others, scheduled, tried, leased, parked, dead, put aside, referring to what another one
 * creates; with outcomes, an id that was assigned, and a record in quarantine.
 *
 * @param {string} file
 * @param {import('@cpc/storage-sqlite').SqliteBinding} binding
 */
export async function writeQueue(file, binding) {
  const storage = new SqliteQueueStorage({ file, binding, durability: 'normal' });
  await storage.open();
  await storage.signIn(PERSON);
  await spoilOne(storage, file, binding);
  const now = NOW - 1000;
  for (const [one, settlement] of STAGED) {
    await storage.enqueue([[one]]);
    const { token, operations } = await storage.claim({ now, limit: 1, leaseMs: 1000 });
    if (operations[0]?.id !== one.id) throw new Error(`${one.id} was to be claimed`);
    await storage.settle(token, [{ id: one.id, ...settlement }]);
  }
  await storage.enqueue([LEASED]);
  await storage.claim({ now: NOW, limit: 9, leaseMs: LONGEST_WAIT_MS });
  await storage.enqueue([ENQUEUED]);
  await storage.close();
}

/** A record in quarantine, as damage leaves it. */
async function spoilOne(storage, file, binding) {
  await storage.enqueue([[free('spoilt')]]);
  const driver = await binding.open(file);
  driver.exec(`UPDATE cpc_queue_operations SET kind = 'another'`);
  driver.close();
  await storage.list();
}

function operation(id, { n, mentions, ...fields }) {
  const { entity, kind = 'ledger.change' } = fields;
  const of = mentions === undefined ? {} : { of: mentions };
  return {
    id,
    kind,
    principal: PERSON,
    payload: JSON.stringify({ n, text: `change ${n} of ${entity ?? id}`, ...of }),
    priority: 50,
    rank: 50,
    version: 1,
    dependsOn: mentions === undefined ? [] : [mentions],
    references: mentions === undefined ? [] : [{ path: '/of', id: mentions }],
    coalesces: false,
    createdAt: NOW - 5000,
    scheduledAt: NOW - 5000,
    timestamp: `${NOW - 5000}:0:crash`,
    conflictRounds: 0,
    ...fields,
  };
}

function acknowledged() {
  return { outcome: 'acknowledged', kind: 'ledger.change', at: NOW - 1000 };
}
