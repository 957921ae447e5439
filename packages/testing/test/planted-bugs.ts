import {
  ConstantBackoff,
  type DeliveryOutcome,
  type NewOperation,
  type Operation,
  type QueueStorage,
  type Settlement,
  type StoredOperation,
  type Transport,
} from '@cpc/sync-core';
import type { SimulationParts } from '../src/simulation.js';
import { delegateTo } from './mutants/mutant.js';

/** A fault of the library itself, planted between its parts, and the promises that it breaks. */
export interface PlantedBug extends SimulationParts {
  readonly name: string;
  readonly breaks: readonly string[];
}

const onStorage = (
  name: string,
  breaks: readonly string[],
  change: (real: QueueStorage) => Partial<QueueStorage>,
): PlantedBug => ({
  name,
  breaks,
  wrapStorage: (storage) => ({ ...delegateTo(storage), ...change(storage) }),
});

const onSettle = (
  name: string,
  breaks: readonly string[],
  change: (settlement: Settlement) => Settlement,
): PlantedBug =>
  onStorage(name, breaks, (real) => ({
    settle: (token, settlements) => real.settle(token, settlements.map(change)),
  }));

const onSend = (
  name: string,
  breaks: readonly string[],
  change: (operation: Operation, sends: number) => Operation,
): PlantedBug => ({
  name,
  breaks,
  wrapTransport: (transport) => {
    const sends = new Map<string, number>();
    return {
      maxBatchSize: transport.maxBatchSize ?? 1,
      keepsOrder: transport.keepsOrder ?? false,
      send: (operations, context) =>
        transport.send(
          operations.map((operation) => {
            const count = (sends.get(operation.id) ?? 0) + 1;
            sends.set(operation.id, count);
            return change(operation, count);
          }),
          context,
        ),
    };
  },
});

/** The transport, with another way to send. */
const like = (transport: Transport, send: Transport['send']): Transport => ({
  maxBatchSize: transport.maxBatchSize ?? 1,
  keepsOrder: transport.keepsOrder ?? false,
  send,
});

const onAnswer = (
  name: string,
  breaks: readonly string[],
  change: (outcome: DeliveryOutcome) => DeliveryOutcome,
): PlantedBug => ({
  name,
  breaks,
  wrapTransport: (transport) =>
    like(transport, async (operations, context) =>
      (await transport.send(operations, context)).map((outcome) => change(outcome)),
    ),
});

const STORAGE_FIELDS = [
  'sequence',
  'state',
  'attempts',
  'attempted',
  'history',
  'dueAt',
  'delayMs',
  'failure',
];

/** The operation as it was enqueued. */
function withoutStorageFields(stored: StoredOperation): NewOperation {
  const copy: Partial<StoredOperation> = { ...stored };
  for (const field of STORAGE_FIELDS) Reflect.deleteProperty(copy, field);
  return copy as NewOperation;
}

const never = new Promise<never>(() => undefined);

export const plantedBugs: readonly PlantedBug[] = [
  onSettle('removes what met no answer', ['no loss'], (one) =>
    one.kind === 'reschedule' ? { id: one.id, kind: 'remove' } : one,
  ),
  onSettle('drops dead letters', ['no loss'], (one) =>
    one.kind === 'hold' ? { id: one.id, kind: 'remove' } : one,
  ),
  onSend('takes a new key for a retry', ['one effect'], (operation, sends) =>
    sends > 1 ? { ...operation, id: `${operation.id}-again` } : operation,
  ),
  onSend('sends other bytes on a retry', ['identical repeats'], (operation, sends) =>
    sends > 1 ? { ...operation, payloadJson: `${operation.payloadJson} ` } : operation,
  ),
  onSend('sends a retry on another version', ['identical repeats'], (operation, sends) =>
    sends > 1 ? { ...operation, baseVersion: '4711' } : operation,
  ),
  {
    name: 'turns a batch round',
    breaks: ['entity order'],
    wrapTransport: (transport) => ({
      maxBatchSize: transport.maxBatchSize ?? 1,
      keepsOrder: transport.keepsOrder ?? false,
      send: async (operations, context) =>
        (await transport.send(operations.toReversed(), context)).toReversed(),
    }),
  },
  onStorage('forgets the entity', ['entity order'], (real) => ({
    enqueue: (batches, rules) =>
      real.enqueue(
        batches.map((batch) =>
          batch.map(({ entity, ...rest }) => ({ ...rest, ...(entity && { entity: `${entity}${rest.id}` }) })),
        ),
        rules,
      ),
  })),
  onSettle('counts an outage as attempts', ['attempts'], (one) =>
    one.kind === 'reschedule' ? { ...one, counts: true } : one,
  ),
  onSettle('ignores Retry-After', ['Retry-After'], (one) =>
    one.kind === 'reschedule' ? { ...one, delayMs: 100, dueAt: one.dueAt - one.delayMs + 100 } : one,
  ),
  onStorage('gives a new key after an outage', ['one key for life'], (real) => ({
    settle: async (token, settlements) => {
      const changed = settlements.map(async (one): Promise<Settlement> => {
        const stored = one.kind === 'reschedule' ? await real.get(one.id) : undefined;
        return stored === undefined
          ? one
          : { id: one.id, kind: 'replace', operation: { ...withoutStorageFields(stored), id: `${one.id}+` } };
      });
      return real.settle(token, await Promise.all(changed));
    },
  })),
  onStorage('resolves before anything is stored', ['no loss'], (real) => ({
    enqueue: (batches, rules) => {
      void real.enqueue(batches, rules).catch(() => undefined);
      return Promise.resolve(
        batches.map((batch) => ({
          ok: true,
          receipts: batch.map(() => ({ kind: 'enqueued', sequence: 1 }) as const),
        })),
      );
    },
  })),
  onStorage('stores only the first of a batch', ['no loss'], (real) => ({
    enqueue: async (batches, rules) => {
      const results = await real.enqueue(
        batches.map((batch) => batch.slice(0, 1)),
        rules,
      );
      return results.map((result, at) =>
        result.ok
          ? { ok: true, receipts: batches[at]?.map(() => result.receipts[0] ?? { kind: 'duplicate' }) ?? [] }
          : result,
      );
    },
  })),
  onStorage('leases for a moment', ['one sender'], (real) => ({
    claim: async (request) => {
      const claim = await real.claim({ ...request, leaseMs: 50 });
      return { ...claim, leaseUntil: request.now + request.leaseMs };
    },
    renew: (_token, ids) => Promise.resolve(ids),
  })),
  onStorage('never lets a lease end', ['liveness', 'isolation'], (real) => ({
    claim: (request) => real.claim({ ...request, leaseMs: 1e12 }),
  })),
  onStorage(
    'keeps what was acknowledged',
    ['liveness', 'isolation', 'bounded work', 'entity order', 'bounded requests'],
    (real) => ({
      settle: async (token, settlements) => {
        await real.settle(
          token,
          settlements.map(({ id }) => ({ id, kind: 'release', sent: true })),
        );
        return settlements.map(() => 'settled');
      },
    }),
  ),
  onStorage('lets a dead letter block the others', ['isolation', 'liveness', 'bounded work'], (real) => ({
    claim: async (request) => {
      const { byState } = await real.stats();
      const limit = byState.deadLetter > 0 ? 0 : request.limit;
      return limit === 0
        ? { token: 0, leaseUntil: request.now, operations: [] }
        : real.claim({ ...request, limit });
    },
  })),
  {
    ...onStorage('', [], (real) => ({ nextDue: () => real.stats().then(() => undefined) })),
    name: 'loses wake-ups',
    breaks: ['isolation', 'liveness'],
    worker: { pollMs: 2 ** 40 },
  },
  onStorage('hangs on the first fault of the storage', ['isolation', 'liveness'], (real) => ({
    claim: (request) => real.claim(request).catch(() => never),
  })),
  onStorage('claims for everybody', ['principals', 'bounded work'], (real) => ({
    claim: (request) => real.claim({ ...request, principals: [undefined, 'anna', 'ben'] }),
  })),
  onStorage('turns priorities round', ['priority'], (real) => ({
    enqueue: (batches, rules) =>
      real.enqueue(
        batches.map((batch) => batch.map((one) => ({ ...one, rank: -one.rank }))),
        rules,
      ),
  })),
  onStorage('ignores dependencies', ['dependencies'], (real) => ({
    enqueue: async (batches, rules) =>
      real.enqueue(
        batches.map((batch) =>
          batch.map((one) => ({ ...one, dependsOn: one.dependsOn.map((id) => `${id}?`) })),
        ),
        rules,
      ),
  })),
  {
    ...onSettle('', [], (one) => (one.kind === 'reschedule' ? { ...one, delayMs: 60_000, dueAt: 0 } : one)),
    name: 'retries without a wait',
    breaks: ['bounded requests', 'bounded work', 'Retry-After'],
    worker: { outageBackoff: new ConstantBackoff(0) },
  },
  onStorage('coalesces with what is being sent', ['identical repeats'], (real) => {
    const sent = new Map<string, string>();
    return {
      claim: async (request) => {
        const claim = await real.claim(request);
        return {
          ...claim,
          operations: claim.operations.map((one) => {
            const text = sent.get(one.id);
            if (text === undefined) sent.set(one.id, one.payload);
            return text === undefined || one.kind !== 'draft' ? one : { ...one, payload: `${text} ` };
          }),
        };
      },
    };
  }),
  onAnswer('takes a "not now" of the server for one about the operation', ['attempts'], (outcome) =>
    outcome.kind === 'retry' ? { ...outcome, scope: 'operation' } : outcome,
  ),
  onAnswer('refuses for good what the server does not know yet', ['attempts', 'burial'], (outcome) =>
    outcome.kind === 'retry' && outcome.scope === 'request'
      ? { kind: 'rejected', reason: outcome.reason }
      : outcome,
  ),
  {
    name: "lets one change's trouble speak for all",
    breaks: ['isolation', 'liveness'],
    wrapTransport: (transport) => {
      let culprit: string | undefined;
      return like(transport, async (operations, context) => {
        const reason = { code: 'NETWORK_UNREACHABLE', message: 'Shut.' };
        if (culprit !== undefined && !operations.some(({ id }) => id === culprit))
          return operations.map(() => ({ kind: 'unreachable', reason }));
        const outcomes = await transport.send(operations, context);
        const at = outcomes.findIndex(({ kind }) => kind === 'unreachable');
        culprit = at < 0 ? undefined : operations[at]?.id;
        return outcomes;
      });
    },
  },
  onStorage('lets one person wait for another in a lane', ['isolation', 'bounded work'], (real) => ({
    claim: async (request) => {
      const claim = await real.claim(request);
      const { items } = await real.list({ limit: 10_000 });
      const isBehind = ({ entity, principal, sequence }: StoredOperation): boolean =>
        entity !== undefined &&
        items.some((one) => one.entity === entity && one.principal !== principal && one.sequence < sequence);
      const behind = claim.operations.filter(isBehind);
      const back = behind.map(({ id }) => ({ id, kind: 'release', sent: false }) as const);
      await real.settle(claim.token, back);
      return { ...claim, operations: claim.operations.filter((one) => !behind.includes(one)) };
    },
  })),
  onStorage('adopts what was sent as nobody’s', ['principals'], (real) => ({
    signIn: async (principal, rules) => {
      const { items } = await real.list({ limit: 10_000 });
      const unowned = items.filter((one) => one.principal === undefined && one.state !== 'leased');
      return real.signIn(principal, { ...rules, adopt: unowned.map(({ id }) => id) });
    },
  })),
  onStorage('claims what this code does not know', ['two versions'], (real) => ({
    claim: ({ knows: _, ...request }) => real.claim(request),
  })),
  {
    name: 'sends under whatever name the device has',
    breaks: ['principals'],
    wrapTransport: (transport, { device }) =>
      like(transport, (operations, context) =>
        transport.send(
          operations.map((operation) => ({ ...operation, principal: device.principal })),
          context,
        ),
      ),
  },
  {
    name: 'takes a failure of what renews a sign-in for a no',
    breaks: ['isolation', 'liveness'],
    wrapCredentials: (credentials) => ({
      refresh: (principal, context) => credentials.refresh(principal, context).catch(() => false),
    }),
  },
  {
    name: 'asks nobody while the monitor says that there is no network',
    breaks: ['isolation', 'liveness'],
    wrapTransport: (transport, { device }) => {
      const reason = { code: 'NETWORK_UNREACHABLE', message: 'The monitor says so.' };
      return like(transport, (operations, context) =>
        device.monitor?.status.state === 'offline'
          ? Promise.resolve(operations.map(() => ({ kind: 'unreachable', reason })))
          : transport.send(operations, context),
      );
    },
  },
  onStorage('lets a better value wait behind a refused one', ['supersession'], (real) => ({
    enqueue: (batches, { supersede: _, ...rules } = {}) => real.enqueue(batches, rules),
    settle: (token, settlements) =>
      real.settle(
        token,
        settlements.map((one) => (one.kind === 'hold' ? { ...one, afterFailure: 'hold' } : one)),
      ),
  })),
  onStorage('forgets what a change mentions', ['ended things'], (real) => ({
    enqueue: (batches, rules) =>
      real.enqueue(
        batches.map((batch) => batch.map((one) => ({ ...one, references: [] }))),
        rules,
      ),
  })),
  onStorage('cancels no more than the last change to a thing', ['thrown away'], (real) => ({
    enqueue: (batches, { coalesce, ...rules } = {}) =>
      real.enqueue(batches, {
        ...rules,
        ...(coalesce && {
          coalesce: (...meeting) => {
            const joined = coalesce(...meeting);
            return joined.kind === 'cancelled' ? { ...joined, count: 1 } : joined;
          },
        }),
      }),
  })),
  onSettle('leaves those behind a change on the version before it', ['own changes'], (one) => {
    if (one.kind !== 'remove') return one;
    const { version: _, ...rest } = one;
    return rest;
  }),
  {
    name: 'believes the clock of the device, whatever the server says',
    breaks: ['time'],
    wrapTransport: (transport) =>
      like(transport, (operations, { heardTime: _, ...context }) => transport.send(operations, context)),
  },
  onStorage('shows everything to everybody', ['privacy'], (real) => ({
    list: ({ principals: _, ...query } = {}) => real.list(query),
  })),
];
