import {
  type DeliveryOutcome,
  defineOperation,
  type Operation,
  processQueue,
  type QueueStorage,
  SyncQueue,
  type Transport,
} from '@cpc/sync-core';
import { ManualClock, SeededRandom } from '@cpc/sync-core/deterministic';
import { assertEqual } from '../assert.js';
import { secondOf } from './sharing-cases.js';
import { listAll, type StorageCase } from './storage-case.js';

const edit = defineOperation<{ text: string }>('note.edit');
const wideEdit = defineOperation<{ text: string }>('note.edit', { version: 2, upcast: { 1: (old) => old } });
const draw = defineOperation('note.draw');

/** No case sends as much. */
const MOST_EFFECTS = 100;

/** What a server heard: who said what. */
interface Heard {
  readonly effects: string[];
  readonly transport: Transport;
}

function serverOf(answer: (operation: Operation) => DeliveryOutcome): Heard {
  const effects: string[] = [];
  const send = (operations: readonly Operation[]): Promise<readonly DeliveryOutcome[]> => {
    // A storage that keeps what was removed would let it go for ever.
    if (effects.length > MOST_EFFECTS) throw new Error('The same is sent over and over.');
    effects.push(...operations.map(({ id, principal = 'a guest' }) => `${id} of ${principal}`));
    return Promise.resolve(operations.map(answer));
  };
  return { effects, transport: { send } };
}

const acknowledge = (): DeliveryOutcome => ({ kind: 'acknowledged' });
const lose = (): DeliveryOutcome => ({
  kind: 'unreachable',
  reason: { code: 'NETWORK_UNREACHABLE', message: 'The answer was lost.' },
});

/** A queue and its way out. */
interface Till {
  readonly queue: SyncQueue;
  readonly deliver: (transport: Transport) => Promise<void>;
}

/** More than any case needs: a storage that hands out again and again what may not go fails, and does not hang. */
const MOST_CLAIMS = 100;

async function tillOn(
  storage: QueueStorage,
  operations: ConstructorParameters<typeof SyncQueue>[1]['operations'] = [edit],
): Promise<Till> {
  let left = 0;
  let enough = new AbortController();
  const claim: QueueStorage['claim'] = (request) => {
    if (left-- === 0) enough.abort();
    return storage.claim(request);
  };
  const bounded = new Proxy(storage, {
    get(target, name) {
      if (name === 'claim') return claim;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const queue = new SyncQueue(
    { storage: bounded, clock: new ManualClock(), random: new SeededRandom(1) },
    { operations },
  );
  await queue.open();
  const deliver = async (transport: Transport): Promise<void> => {
    left = MOST_CLAIMS;
    enough = new AbortController();
    await processQueue(queue, transport, { signal: enough.signal });
    assertEqual(enough.signal.aborted, false, 'whether claims went on for ever');
  };
  return { queue, deliver };
}

/** People and versions of an app that share a device, seen through a queue and its workers. */
export const peopleCases: readonly StorageCase[] = [
  {
    name: 'people: a change waits for nobody who is signed out, though it is of the same entity',
    body: async ({ storage }) => {
      const { queue, deliver } = await tillOn(storage);
      const { effects, transport } = serverOf(acknowledge);
      await queue.signIn('anna');
      await queue.enqueue(edit, { text: '1' }, { id: 'a', entity: 'e' });
      await queue.signOut();
      await queue.signIn('ben');
      await queue.enqueue(edit, { text: '2' }, { id: 'b', entity: 'e' });
      await queue.enqueue(edit, { text: '3' }, { id: 'c', entity: 'f' });
      await deliver(transport);
      assertEqual(effects, ['b of ben', 'c of ben'], 'what arrived');
      assertEqual((await queue.explain('a'))?.waitsFor, 'signIn', 'what the other one waits for');
    },
  },
  {
    name: 'people: a guest whose answer was lost, and who signs in, has one effect',
    body: async ({ storage }) => {
      const { queue, deliver } = await tillOn(storage);
      await queue.enqueue(edit, { text: '1' }, { id: 'tried' });
      const lost = serverOf(lose);
      await deliver(lost.transport);
      await queue.enqueue(edit, { text: '2' }, { id: 'fresh' });
      await queue.signIn('anna');
      const { effects, transport } = serverOf(acknowledge);
      await queue.retry('tried', { principals: 'all' });
      await deliver(transport);
      assertEqual(lost.effects, ['tried of a guest'], 'what the guest did');
      assertEqual(effects, ['fresh of anna'], 'what was never sent goes under the name');
      await queue.signOut();
      await deliver(transport);
      assertEqual(effects.slice(1), ['tried of a guest'], 'the same request, when nobody is signed in');
    },
  },
  {
    name: 'people: old and new code on one queue hinder each other in nothing',
    body: async (context) => {
      const { storage } = context;
      const old = await tillOn(storage.supports.sharing ? await secondOf(context) : storage);
      const young = await tillOn(storage, [wideEdit, draw]);
      const [heardByOld, heardByYoung] = [serverOf(acknowledge), serverOf(acknowledge)];
      const parked: string[] = [];
      old.queue.allEvents$.subscribe((event) =>
        event.type === 'parked' ? parked.push(event.id) : undefined,
      );
      const expected: string[] = [];
      for (let n = 0; n < 10; n++) {
        await young.queue.enqueue(wideEdit, { text: `${n}` }, { id: `edit${n}`, entity: 'e' });
        await young.queue.enqueue(draw, n, { id: `draw${n}` });
        await old.deliver(heardByOld.transport);
        await young.deliver(heardByYoung.transport);
        expected.push(`edit${n} of a guest`, `draw${n} of a guest`);
      }
      assertEqual(heardByOld.effects, [], 'what the old one sent');
      assertEqual(parked, [], 'what the old one parked');
      assertEqual([...heardByYoung.effects].sort(), expected.sort(), 'what arrived');
      assertEqual(await listAll(storage), [], 'the queue');
    },
  },
];
