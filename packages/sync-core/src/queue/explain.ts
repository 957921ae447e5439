import type { StoredOperation } from '../operation/operation-record.js';
import { REFERENCE_ENDED } from '../rules/ended.js';
import { holderOf } from '../view/held.js';
import type { Explanation, Reason } from './explanation.js';
import type { QueueContext } from './queue-context.js';
import type { Visibility } from './visibility.js';

export async function explain(
  context: QueueContext,
  id: string,
  { principals }: Visibility,
): Promise<Explanation | undefined> {
  const stored = await context.session.read(() => context.storage.get(id));
  if (stored === undefined) return undefined;
  const { state, principal } = stored;
  const isSeen = principals === 'all' || (principals ?? [context.session.principal]).includes(principal);
  // Of somebody else's no more than whom it waits for: a failure, say, tells what they did.
  const reason = isSeen ? await reasonOf(context, stored) : whileSignedOut(stored);
  return { state, ...reason };
}

async function reasonOf(context: QueueContext, stored: StoredOperation): Promise<Reason> {
  const { dueAt, failure } = stored;
  switch (stored.state) {
    case 'waiting':
      return whileWaiting(context, stored);
    case 'scheduled':
      return isOthers(context, stored) ? whileSignedOut(stored) : whileScheduled(stored);
    case 'blocked': {
      const operations = await context.storage.blockersOf(stored.id);
      const holder = await holderOf(context.storage, stored.id, isHeld);
      if (holder !== undefined) return whileHeld(holder);
      return {
        waitsFor: 'operation',
        message: `Waits for ${operations.join(' and ')} to go first.`,
        operations,
      };
    }
    case 'leased':
      return { waitsFor: 'answer', message: 'Is being sent.', until: dueAt };
    case 'parked':
      return { waitsFor: waitsWhileParked(stored), message: failure?.message ?? 'Is parked.' };
    case 'deadLetter':
      return { waitsFor: 'decision', message: `Failed: ${failure?.message ?? 'unknown'}` };
  }
}

function isHeld({ state }: StoredOperation): boolean {
  return state === 'parked' || state === 'deadLetter';
}

function waitsWhileParked({ failure }: StoredOperation): Reason['waitsFor'] {
  const isForPerson = failure?.code === 'CONFLICT_DEFERRED' || failure?.code === REFERENCE_ENDED;
  return isForPerson ? 'decision' : 'newerApp';
}

/** What waits for one that goes no further by itself waits for what that one needs. */
function whileHeld(holder: StoredOperation): Reason {
  const { id, state, failure } = holder;
  const isDead = state === 'deadLetter';
  const why = failure?.message ?? 'unknown';
  return {
    waitsFor: isDead ? 'decision' : waitsWhileParked(holder),
    message: isDead
      ? `Is held by '${id}', which failed: ${why} Retry that one, edit it or discard it.`
      : `Is held by '${id}', which is parked: ${why}`,
    operations: [id],
  };
}

function whileWaiting(context: QueueContext, stored: StoredOperation): Reason {
  const found = [...context.workers].map((worker) => worker.explain(stored));
  if (found.length === 0) {
    if (isOthers(context, stored)) return whileSignedOut(stored);
    return { waitsFor: 'worker', message: 'No worker is running. Call start() on one.' };
  }
  // One worker that would send it is enough; where none would, the first one's reason stands for all.
  const reason = found.includes(undefined) ? undefined : found[0];
  return reason ?? { waitsFor: 'nothing', message: 'Goes next.' };
}

function isOthers({ session }: QueueContext, { principal }: StoredOperation): boolean {
  return principal !== session.principal;
}

/** What an operation waits for while somebody else than its principal is signed in. */
export function whileSignedOut({ principal, attempted }: StoredOperation): Reason {
  if (principal !== undefined) return { waitsFor: 'signIn', message: `Waits until ${principal} signs in.` };
  const message = attempted
    ? 'May have been sent while nobody was signed in, so it waits until nobody is. adopt() gives it to whoever is signed in, at the risk of a second effect.'
    : 'Was made while nobody was signed in, and waits until nobody is. adopt() gives it to whoever is signed in.';
  return { waitsFor: 'signIn', message };
}

/** The receiver's word for it, and the library's. */
const SERVER_KNOWS_NO_KIND: ReadonlySet<string> = new Set(['KIND_UNKNOWN', 'OPERATION_KIND_UNKNOWN']);

function whileScheduled({ dueAt, history, kind }: StoredOperation): Reason {
  const last = history.at(-1);
  const at = new Date(dueAt).toISOString();
  if (last?.code !== undefined && SERVER_KNOWS_NO_KIND.has(last.code)) {
    const message = `The server does not know the kind '${kind}' yet. It is asked again at ${at}.`;
    return { waitsFor: 'newerServer', message, until: dueAt };
  }
  const reason =
    last?.message === undefined ? 'It was scheduled so.' : `The last attempt failed: ${last.message}`;
  return { waitsFor: 'time', message: `Waits until ${at}. ${reason}`, until: dueAt };
}
