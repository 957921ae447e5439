import { isSyncError, type PayloadCodec, type QueueStorage, SyncError } from '@cpc/sync-core';
import { AesGcmCodec } from '@cpc/sync-core/aes-gcm';
import { assert, assertEqual } from '../assert.js';
import {
  add,
  claim,
  claimOne,
  drain,
  idsOf,
  listAll,
  mustGet,
  operation,
  type StorageCase,
  T0,
} from './storage-case.js';

const IDS = ['a', 'b', 'c', 'd', 'e'];

function newKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** Writes with the last of the keys. */
function codecWith(...keys: readonly (readonly [number, CryptoKey])[]): PayloadCodec {
  return new AesGcmCodec({ keys: new Map(keys), writeWith: keys.at(-1)?.[0] ?? 0 });
}

/** A codec that takes some payloads for damaged, as long as it is told to. */
class DoubtfulCodec implements PayloadCodec {
  readonly #codec: PayloadCodec;
  /** A text in the payloads that it refuses. */
  refuses: string | undefined;

  constructor(codec: PayloadCodec) {
    this.#codec = codec;
  }

  encode(payload: string): ReturnType<PayloadCodec['encode']> {
    return this.#codec.encode(payload);
  }

  async decode(bytes: Parameters<PayloadCodec['decode']>[0]): Promise<string> {
    const text = await this.#codec.decode(bytes);
    if (this.refuses !== undefined && text.includes(this.refuses))
      throw new SyncError('STORAGE_DAMAGED', 'The payload was refused by the test.');
    return text;
  }
}

/** The code with which a call was refused; `undefined` where it was not. */
async function refusal(call: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return isSyncError(error) ? error.code : String(error);
  }
}

/** What people do with a queue that they look at: each must be refused, whichever of them opens it. */
const LOOKS: Readonly<Record<string, (storage: QueueStorage) => Promise<unknown>>> = {
  list: (storage) => storage.list(),
  claim: (storage) => claim(storage),
  enqueue: (storage) => storage.enqueue([[operation('new')]]),
};

async function opened(storage: QueueStorage): Promise<QueueStorage> {
  await storage.open();
  return storage;
}

/** What a storage makes of payloads that a codec wrote, where it takes one. */
export const codecCases: readonly StorageCase[] = [
  {
    name: 'a payload codec with another key under the same number is refused, and with the right one all arrive',
    body: async ({ harness }) => {
      if (harness.reopenWith === undefined) return;
      const [right, wrong, later] = [await newKey(), await newKey(), await newKey()];
      const before = await opened(await harness.reopenWith(codecWith([1, right])));
      await add(before, ...IDS.map((id, at) => operation(id, { entity: `lane${at % 2}`, base: '"base"' })));
      for (const [name, look] of Object.entries(LOOKS)) {
        const other = await harness.reopenWith(codecWith([1, wrong]));
        const code = await refusal(async () => look(await opened(other)));
        assertEqual(code, 'STORAGE_KEY_WRONG', `${name} with another key`);
      }
      const turned = await harness.reopenWith(codecWith([1, wrong], [2, later]));
      const code = await refusal(async () => LOOKS['list']?.(await opened(turned)));
      assertEqual(code, 'STORAGE_KEY_WRONG', 'with another key beside a new one');
      const again = await opened(await harness.reopenWith(codecWith([1, right], [2, later])));
      assertEqual((await again.stats()).quarantined, 0, 'records in quarantine');
      await add(again, operation('f', { entity: 'lane0' }));
      const last = await opened(await harness.reopenWith(codecWith([2, later], [1, right])));
      assertEqual(await drain(last), [...IDS, 'f'], 'what arrives');
    },
  },
  {
    name: 'a payload codec without the key fails the call and puts nothing aside, and so does no codec',
    body: async ({ harness }) => {
      if (harness.reopenWith === undefined) return;
      const [right, other] = [await newKey(), await newKey()];
      const before = await opened(await harness.reopenWith(codecWith([1, right])));
      await add(before, ...IDS.map((id) => operation(id)));
      for (const keyless of [() => harness.reopenWith?.(codecWith([2, other])), () => harness.reopen()]) {
        const storage = await keyless();
        assert(storage !== undefined, 'a storage');
        const code = await refusal(async () => (await opened(storage)).list());
        assertEqual(code, 'STORAGE_FAILED', 'a look without the key');
      }
      const again = await opened(await harness.reopenWith(codecWith([1, right])));
      assertEqual(await drain(again), IDS, 'what arrives');
    },
  },
  {
    name: 'a payload codec may have another key under a number with which nothing is kept',
    body: async ({ harness }) => {
      if (harness.reopenWith === undefined) return;
      const [mistyped, right] = [await newKey(), await newKey()];
      const first = await opened(await harness.reopenWith(codecWith([1, mistyped])));
      await add(first, operation('sent'));
      assertEqual(await drain(first), ['sent'], 'with the first key');
      const second = await opened(await harness.reopenWith(codecWith([1, right])));
      await add(second, operation('a'));
      const third = await harness.reopenWith(codecWith([1, mistyped]));
      const code = await refusal(async () => (await opened(third)).list());
      assertEqual(code, 'STORAGE_KEY_WRONG', 'with the first key once more');
      const last = await opened(await harness.reopenWith(codecWith([1, right])));
      assertEqual(await drain(last), ['a'], 'what arrives');
    },
  },
  {
    name: 'rereadQuarantined brings back what can be read again, in its place, and holds what stands behind it',
    body: async ({ harness }) => {
      if (harness.reopenWith === undefined) return;
      const codec = new DoubtfulCodec(codecWith([1, await newKey()]));
      const before = await opened(await harness.reopenWith(codec));
      await add(
        before,
        operation('a1', { entity: 'e' }),
        operation('a2', { entity: 'e' }),
        operation('a3', { entity: 'e' }),
        operation('waits', { dependsOn: ['a1'], rank: 90 }),
      );
      const whole = await listAll(before);
      codec.refuses = '"a1"';
      const doubting = await opened(await harness.reopenWith(codec));
      assertEqual(idsOf(await listAll(doubting)), ['a2', 'a3', 'waits'], 'while it is refused');
      assertEqual(
        (await doubting.quarantined()).items.map(({ id }) => id),
        ['a1'],
        'what is put aside',
      );
      const { left: stillLeft, restored: none } = await doubting.rereadQuarantined();
      assertEqual([none, stillLeft], [[], 1], 'read again while it is refused');
      codec.refuses = undefined;
      const { restored, left } = await doubting.rereadQuarantined();
      assertEqual([restored, left], [[whole[0]], 0], 'read again');
      assertEqual(await listAll(doubting), whole, 'the queue');
      assertEqual(await doubting.blockersOf('a2'), ['a1'], 'what the next of its lane waits for');
      const { total, byState, quarantined } = await doubting.stats();
      assertEqual([total, byState.waiting, byState.blocked, quarantined], [4, 1, 3, 0], 'the stats');
      assertEqual(await doubting.rereadQuarantined(), { restored: [], left: 0 }, 'once more');
      const again = await opened(await harness.reopenWith(codec));
      assertEqual(await drain(again), ['a1', 'waits', 'a2', 'a3'], 'the order');
    },
  },
  {
    name: 'rereadQuarantined lets what comes back wait for the one of its lane that is being sent',
    body: async ({ harness }) => {
      if (harness.reopenWith === undefined) return;
      const codec = new DoubtfulCodec(codecWith([1, await newKey()]));
      const before = await opened(await harness.reopenWith(codec));
      await add(before, operation('a1', { entity: 'e' }), operation('a2', { entity: 'e' }));
      codec.refuses = '"a1"';
      const doubting = await opened(await harness.reopenWith(codec));
      const { token, id } = await claimOne(doubting);
      assertEqual(id, 'a2', 'what is being sent');
      codec.refuses = undefined;
      await doubting.rereadQuarantined();
      assertEqual((await mustGet(doubting, 'a1')).state, 'blocked', 'what came back');
      assertEqual(await doubting.blockersOf('a1'), ['a2'], 'what it waits for');
      assertEqual(idsOf((await claim(doubting)).operations), [], 'beside it');
      await doubting.settle(token, [{ id, kind: 'release', sent: true }]);
      const again = await opened(await harness.reopenWith(codec));
      assertEqual(await drain(again), ['a1', 'a2'], 'the order');
    },
  },
  {
    name: 'rereadQuarantined knows that an operation was being sent when it was put aside',
    body: async ({ harness }) => {
      if (harness.reopenWith === undefined) return;
      const codec = new DoubtfulCodec(codecWith([1, await newKey()]));
      const before = await opened(await harness.reopenWith(codec));
      await add(before, operation('sent'), operation('unsent'));
      await claimOne(before);
      codec.refuses = 'sent"';
      const doubting = await opened(await harness.reopenWith(codec));
      assertEqual(await listAll(doubting), [], 'while they are refused');
      // Whatever is written now must not make it forget.
      await doubting.enqueue([[operation('other')]]);
      assertEqual(idsOf((await claim(doubting)).operations), ['other'], 'what is sent meanwhile');
      codec.refuses = undefined;
      const { restored } = await doubting.rereadQuarantined();
      assertEqual(
        restored.map(({ id, attempted, state }) => [id, attempted, state]),
        [
          ['sent', true, 'waiting'],
          ['unsent', false, 'waiting'],
        ],
        'read again',
      );
    },
  },
  {
    name: 'rereadQuarantined gives what comes back the permanent ids that became known meanwhile',
    body: async ({ harness }) => {
      if (harness.reopenWith === undefined) return;
      const codec = new DoubtfulCodec(codecWith([1, await newKey()]));
      const before = await opened(await harness.reopenWith(codec));
      const references = [{ path: '/of', id: 'temporary' }];
      await add(
        before,
        operation('create'),
        operation('refused', { payload: '{"of":"temporary","no":1}', references }),
      );
      codec.refuses = '"no"';
      const doubting = await opened(await harness.reopenWith(codec));
      const { token, id } = await claimOne(doubting);
      await doubting.settle(token, [{ id, kind: 'remove', assign: { from: 'temporary', to: 'permanent' } }]);
      codec.refuses = undefined;
      await doubting.rereadQuarantined();
      const again = await opened(await harness.reopenWith(codec));
      assertEqual((await mustGet(again, 'refused')).payload, '{"of":"permanent","no":1}', 'the payload');
    },
  },
  {
    name: 'rereadQuarantined leaves aside what was enqueued anew under its id',
    body: async ({ harness }) => {
      if (harness.reopenWith === undefined) return;
      const codec = new DoubtfulCodec(codecWith([1, await newKey()]));
      const before = await opened(await harness.reopenWith(codec));
      await add(before, operation('a', { payload: '"refused"' }), operation('b'));
      codec.refuses = 'refused';
      const doubting = await opened(await harness.reopenWith(codec));
      assertEqual(idsOf(await listAll(doubting)), ['b'], 'while it is refused');
      await add(doubting, operation('a', { payload: '"anew"' }));
      codec.refuses = undefined;
      assertEqual(await doubting.rereadQuarantined(), { restored: [], left: 1 }, 'read again');
      assertEqual((await mustGet(doubting, 'a')).payload, '"anew"', 'the one in the queue');
      assertEqual(await doubting.nextDue({ now: T0 }), T0, 'the queue goes on');
      assertEqual(await drain(doubting), ['b', 'a'], 'what arrives');
    },
  },
];
