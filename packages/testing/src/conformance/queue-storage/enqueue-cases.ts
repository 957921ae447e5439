import { assert, assertEqual } from '../assert.js';
import { add, drain, idsOf, listAll, mustGet, operation, type StorageCase, T0 } from './storage-case.js';

/** Payload texts that a storage may be tempted to parse, normalise, cut or run into an object's prototype. */
const AWKWARD_PAYLOADS = [
  'null',
  '0.1',
  '-0',
  '"plain"',
  '{"b":1,"a":2,"10":3,"9":4}',
  '{ "spaces" :  [ 1 , 2 ] }',
  '{"number":1.0,"big":12345678901234567890,"exp":1e2}',
  '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  '{"text":"naïve Zürich 東京 😀 \u2028\u2029 \\u0000 \\" \\\\"}',
  '"\u007f\u0080\ufffd"',
  JSON.stringify({ long: 'é'.repeat(50_000) }),
];

export const enqueueCases: readonly StorageCase[] = [
  {
    name: 'enqueue adds each operation once, with growing sequences',
    body: async ({ storage }) => {
      const receipts = await add(storage, operation('a'), operation('b'), operation('c'));
      const sequences = receipts.map((receipt) => {
        assert(receipt.kind === 'enqueued', `expected an enqueued receipt, got ${receipt.kind}`);
        return receipt.sequence;
      });
      assertEqual(
        [...sequences].sort((a, b) => a - b),
        sequences,
        'sequences must grow',
      );
      assertEqual(new Set(sequences).size, 3, 'distinct sequences');
      const stored = await listAll(storage);
      assertEqual(idsOf(stored), ['a', 'b', 'c'], 'the queue');
      assertEqual(
        stored.map(({ sequence }) => sequence),
        sequences,
        'listed sequences',
      );
    },
  },
  {
    name: 'enqueue repeats of the same operation are duplicates that change nothing',
    body: async ({ storage }) => {
      await add(storage, operation('a', { entity: 'e' }), operation('b'));
      const before = await listAll(storage);
      const repeats = await add(storage, operation('a', { entity: 'e', priority: 90, rank: 90 }));
      assertEqual(repeats, [{ kind: 'duplicate' }], 'the receipt of a repeat');
      assertEqual(await listAll(storage), before, 'the queue after the repeat');
      const [result] = await storage.enqueue([[operation('c'), operation('c')]]);
      assert(result?.ok === true, 'a batch that names an operation twice must be taken');
      assertEqual(result.receipts[1], { kind: 'duplicate' }, 'the second receipt within one batch');
      assertEqual(idsOf(await listAll(storage)), ['a', 'b', 'c'], 'the queue after both');
    },
  },
  {
    name: 'enqueue refuses an id that is in the queue with another payload or kind',
    body: async ({ storage }) => {
      await add(storage, operation('a', { payload: '{"n":1}' }));
      const results = await storage.enqueue([
        [operation('a', { payload: '{"n":2}' })],
        [operation('b'), operation('a', { payload: '{"n":1}', kind: 'other.kind' })],
        [operation('c')],
      ]);
      assertEqual(results[0], { ok: false, code: 'OPERATION_ID_REUSED', index: 0 }, 'another payload');
      assertEqual(results[1], { ok: false, code: 'OPERATION_ID_REUSED', index: 1 }, 'another kind');
      assertEqual(results[2]?.ok, true, 'a batch beside the refused ones');
      assertEqual(idsOf(await listAll(storage)), ['a', 'c'], 'the queue');
      assertEqual((await mustGet(storage, 'a')).payload, '{"n":1}', 'the first payload stays');
    },
  },
  {
    name: 'enqueue refuses an id that came earlier in the same batch with another payload',
    body: async ({ storage }) => {
      const [result] = await storage.enqueue([
        [operation('a', { payload: '1' }), operation('a', { payload: '2' })],
      ]);
      assertEqual(result, { ok: false, code: 'OPERATION_ID_REUSED', index: 1 }, 'the result');
      assertEqual(await listAll(storage), [], 'the queue');
    },
  },
  {
    name: 'enqueue adds a batch whole or not at all',
    body: async ({ storage }) => {
      await add(storage, operation('taken', { payload: '1' }));
      const [refused, taken] = await storage.enqueue([
        [operation('x', { entity: 'e' }), operation('y'), operation('taken', { payload: '2' })],
        [operation('z', { entity: 'e' })],
      ]);
      assertEqual(refused, { ok: false, code: 'OPERATION_ID_REUSED', index: 2 }, 'the refused batch');
      assertEqual(taken?.ok, true, 'the other batch');
      assertEqual(idsOf(await listAll(storage)), ['taken', 'z'], 'the queue');
      assertEqual((await mustGet(storage, 'z')).state, 'waiting', 'nothing invisible stands in front of z');
      await add(storage, operation('x', { payload: '"again"' }));
      assertEqual((await mustGet(storage, 'x')).payload, '"again"', 'ids of a refused batch stay free');
    },
  },
  {
    name: 'enqueue keeps the order within and across batches',
    body: async ({ storage }) => {
      const batch = (name: string) => [0, 1, 2].map((n) => operation(`${name}${n}`, { entity: 'e' }));
      await storage.enqueue([batch('a'), batch('b')]);
      await storage.enqueue([batch('c')]);
      const expected = ['a0', 'a1', 'a2', 'b0', 'b1', 'b2', 'c0', 'c1', 'c2'];
      assertEqual(idsOf(await listAll(storage)), expected, 'the queue');
      assertEqual(await drain(storage), expected, 'the order of delivery');
    },
  },
  {
    name: 'enqueue refuses a batch that would grow the queue beyond maxPending',
    body: async ({ storage }) => {
      await add(storage, operation('a'), operation('b'));
      const results = await storage.enqueue(
        [[operation('c'), operation('d')], [operation('e')], [operation('f')], [operation('a')]],
        { maxPending: 3 },
      );
      assertEqual(
        results.map((result) => (result.ok ? 'ok' : result.code)),
        ['QUEUE_FULL', 'ok', 'QUEUE_FULL', 'ok'],
        'two do not fit, one does, then it is full; a duplicate adds nothing',
      );
      assertEqual(idsOf(await listAll(storage)), ['a', 'b', 'e'], 'the queue');
      await add(storage, operation('g'));
      assertEqual((await storage.stats()).total, 4, 'without maxPending there is no bound');
    },
  },
  {
    name: 'enqueue keeps every field, and the exact text of every payload',
    body: async ({ storage }) => {
      const full = operation('full', {
        kind: 'preferences.setCurrency',
        entity: 'user:Zoë/__proto__',
        principal: 'constructor',
        priority: 75,
        rank: 1_234_567,
        version: 7,
        dependsOn: ['gone'],
        references: [{ path: '/nowhere', id: 'tmp-unassigned' }],
        createdAt: T0 - 5,
        scheduledAt: T0 - 5,
        expiresAt: T0 + 10,
        timestamp: '0001:é',
        baseVersion: '"etag"',
        base: '{ "a": 1.0 }',
        conflictRounds: 2,
      });
      const awkward = AWKWARD_PAYLOADS.map((payload, n) => operation(`awkward${n}`, { payload }));
      await add(storage, full, ...awkward);
      for (const given of [full, ...awkward]) {
        const { sequence, state, attempts, attempted, history, dueAt, delayMs, ...kept } = await mustGet(
          storage,
          given.id,
        );
        assertEqual(kept, given, `the fields of ${given.id}`);
        assert(sequence > 0, 'a sequence is a positive number');
        assertEqual(
          { state, attempts, attempted, history, dueAt, delayMs },
          { state: 'waiting', attempts: 0, attempted: false, history: [], dueAt: 0, delayMs: 0 },
          'what the storage keeps about a new operation',
        );
      }
    },
  },
  {
    name: 'enqueue treats names of object members as plain ids and entities',
    body: async ({ storage }) => {
      const names = [
        '__proto__',
        'constructor',
        'toString',
        'hasOwnProperty',
        ' ',
        "'; --",
        '%',
        '\u{1f600}',
      ];
      assertEqual(await storage.get('__proto__'), undefined, 'get before anything was added');
      await add(storage, ...names.map((name) => operation(name, { entity: name, principal: name })));
      assertEqual(idsOf(await listAll(storage)), names, 'the queue');
      for (const name of names) {
        assertEqual(idsOf(await listAll(storage, { entity: name })), [name], `list by entity ${name}`);
        const { operations } = await storage.claim({
          now: T0,
          limit: 10,
          leaseMs: 1,
          principals: [name],
        });
        assert(
          !storage.supports.concurrentClaims || idsOf(operations).join() === name,
          `claim by principal ${name} received ${idsOf(operations).join()}`,
        );
      }
    },
  },
  {
    name: 'enqueue takes large batches in one step',
    body: async ({ storage }) => {
      const ids = Array.from({ length: 1_200 }, (_, n) => `op-${String(n).padStart(4, '0')}`);
      const [result] = await storage.enqueue([
        ids.map((id) => operation(id, { entity: `e${id.slice(-1)}` })),
      ]);
      assertEqual(result?.ok === true && result.receipts.length, ids.length, 'receipts');
      assertEqual((await storage.stats()).total, ids.length, 'total');
      assertEqual(idsOf(await listAll(storage, { limit: 500 })), ids, 'the queue');
    },
  },
  {
    name: 'enqueue never reuses a sequence',
    body: async ({ storage, harness }) => {
      await add(storage, operation('a'), operation('b'));
      const { sequence } = await mustGet(storage, 'b');
      await storage.discard(['a', 'b']);
      let again = storage;
      if (storage.supports.durable) {
        again = await harness.reopen();
        await again.open();
      }
      const [receipt] = await add(again, operation('c'));
      assert(receipt?.kind === 'enqueued', 'c must be enqueued');
      assert(receipt.sequence > sequence, `sequence ${receipt.sequence} must be above ${sequence}`);
    },
  },
];
