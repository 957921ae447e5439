import type { OperationState, QueuedOperation, RemoteRecord } from '@cpc/sync-core';
import type { MarketCopy, OrderRecord } from '../../shared/api.js';
import type { Currency } from '../../shared/goods.js';
import {
  changeOrder,
  type CurrencyChoice,
  type Order,
  type Payment,
  placeOrder,
  setCurrency,
  takePayment,
} from '../../shared/operations.js';
import type { PersonId } from '../../shared/people.js';

/** What a device's queue holds of what the page shows. */
export type Held = Pick<
  QueuedOperation,
  'id' | 'kind' | 'payload' | 'state' | 'failure' | 'base' | 'principal'
>;

/** Where the newest word on something is. */
export type Place = 'device' | 'sending' | 'server' | 'refused' | 'decide';

/** A conflict that a person must decide. */
export interface Clash {
  readonly operation: string;
  readonly mine: Order;
  readonly theirs: Order;
  readonly base: Order | undefined;
}

/** What the server refused, and why. */
export interface Refusal {
  readonly operation: string;
  readonly code: string;
  readonly message: string;
}

export interface OrderView extends OrderRecord {
  readonly place: Place;
  readonly clash?: Clash;
  readonly refusal?: Refusal;
}

export interface DeviceView {
  readonly orders: readonly OrderView[];
  readonly currency: { readonly value: Currency; readonly place: Place };
  /** Changes of this person that only this device has. */
  readonly waiting: number;
  /** Changes that need the person's word. */
  readonly open: number;
}

/**
 * What a person sees: the server's copy as it was last known, and on top of it what this device holds of the
 * person's own, in order.
 */
export function viewOf(copy: MarketCopy, held: readonly Held[], person: PersonId): DeviceView {
  const mine = held.filter(({ principal }) => principal === person);
  const orders = new Map<string, OrderView>(
    [...copy.orders].reverse().map((order) => [order.order, { ...order, place: 'server' }]),
  );
  let currency: DeviceView['currency'] = { value: copy.currency, place: 'server' };
  for (const operation of mine) {
    if (operation.kind === setCurrency.kind) {
      const value = (operation.payload as CurrencyChoice).currency;
      currency = { value, place: placeOf(operation) };
    } else {
      const { order } = operation.payload as Order | Payment;
      const shown = withOperation(orders.get(order), operation, person);
      if (shown !== undefined) orders.set(order, shown);
    }
  }
  const waiting = mine.filter((operation) => ['device', 'sending'].includes(placeOf(operation))).length;
  const open = mine.length - waiting;
  return { orders: [...orders.values()].reverse(), currency, waiting, open };
}

/** An order as it is after an operation: while the operation waits, and once it is acknowledged. */
export function withOperation(
  before: OrderView | undefined,
  operation: Held,
  person: PersonId,
): OrderView | undefined {
  const place = worse(before?.place ?? 'server', placeOf(operation));
  const refusal = refusalOf(operation);
  const said = { place, ...(refusal !== undefined && { refusal }) };
  switch (operation.kind) {
    case placeOrder.kind: {
      const fresh = { paid: false, placedBy: person, changedBy: person, version: '' };
      return { ...fresh, ...before, ...(operation.payload as Order), ...said };
    }
    case changeOrder.kind: {
      if (before === undefined) return undefined;
      const clash = clashOf(operation);
      const shown = refusal === undefined ? { ...(operation.payload as Order), changedBy: person } : {};
      return { ...before, ...shown, ...said, ...(clash !== undefined && { clash }) };
    }
    case takePayment.kind:
      return before && { ...before, paid: refusal === undefined || before.paid, ...said };
    default:
      return undefined;
  }
}

const SEVERITY: readonly Place[] = ['server', 'sending', 'device', 'decide', 'refused'];

const worse = (a: Place, b: Place): Place => (SEVERITY.indexOf(a) > SEVERITY.indexOf(b) ? a : b);

const PLACES: Readonly<Record<OperationState, Place>> = {
  waiting: 'device',
  scheduled: 'device',
  blocked: 'device',
  leased: 'sending',
  parked: 'decide',
  deadLetter: 'refused',
};

const placeOf = ({ state }: Held): Place => PLACES[state];

function clashOf({ id, payload, base, failure }: Held): Clash | undefined {
  if (failure?.code !== 'CONFLICT_DEFERRED') return undefined;
  const theirs = (failure.details as RemoteRecord).value as Order;
  return { operation: id, mine: payload as Order, theirs, base: base as Order | undefined };
}

function refusalOf({ id, state, failure }: Held): Refusal | undefined {
  if (state !== 'deadLetter' || failure === undefined) return undefined;
  return { operation: id, code: failure.code, message: failure.message };
}
