import {
  applied,
  type HandlerAnswer,
  type OperationHandler,
  type ReceivedOperation,
  rejected,
  type RemoteRecord,
} from '@cpc/server';
import type Database from 'better-sqlite3';
import {
  changeOrder,
  countVisit,
  isCurrencyChoice,
  isOrder,
  isPayment,
  isVisit,
  type Order,
  placeOrder,
  setCurrency,
  takePayment,
} from '../shared/operations.js';
import { isPersonId, type PersonId } from '../shared/people.js';
import type { MarketDatabase } from './market-database.js';

type Handler = OperationHandler<Database.Database>;
type Check<T> = (value: Readonly<Record<string, unknown>>) => value is Readonly<Record<string, unknown>> & T;

/** What the server does with each kind of operation. */
export function marketHandlers(market: MarketDatabase): Readonly<Record<string, Handler>> {
  const handle = <T>(check: Check<T>, effect: Effect<T>): Handler => ({
    apply: (operation) => applyEffect(market, operation, check, effect),
  });
  return {
    [placeOrder.kind]: handle(isOrder, (order, person, { timestamp }) => {
      const forbidden = forbiddenOf(order);
      if (forbidden !== undefined) return forbidden;
      if (market.orderOf(order.order) !== undefined) {
        return rejected('ORDER_EXISTS', 'There is an order with this number. Change that one.');
      }
      market.addOrder(order, person, timestamp ?? '');
      return applied(undefined, '1');
    }),
    [changeOrder.kind]: {
      ...handle(isOrder, (order, person, { timestamp }) => {
        const before = market.orderOf(order.order);
        if (before === undefined) return rejected('ORDER_UNKNOWN', 'There is no such order here.', 404);
        const forbidden = forbiddenOf(order);
        if (forbidden !== undefined) return forbidden;
        market.changeOrder(order, person, timestamp ?? '');
        return applied(undefined, String(Number(before.version) + 1));
      }),
      current: ({ payload }) => currentOf(market, payload),
    },
    [takePayment.kind]: handle(isPayment, ({ order }) => {
      const before = market.orderOf(order);
      if (before === undefined)
        return rejected('ORDER_UNKNOWN', 'Nobody pays for an order that is not here.', 404);
      if (before.paid) return rejected('ALREADY_PAID', 'The order is paid. Give the money back.');
      market.payOrder(order);
      return applied();
    }),
    [setCurrency.kind]: handle(isCurrencyChoice, ({ currency }, person) => {
      market.setCurrency(person, currency);
      return applied();
    }),
    [countVisit.kind]: handle(isVisit, () => applied()),
  };
}

type Effect<T> = (payload: T, person: PersonId, operation: ReceivedOperation) => HandlerAnswer;

/** Checks who and what, makes the effect, and enters it into the ledger. */
function applyEffect<T>(
  market: MarketDatabase,
  operation: ReceivedOperation,
  check: Check<T>,
  effect: Effect<T>,
): HandlerAnswer {
  const { key, kind, principal, payload } = operation;
  if (!isPersonId(principal)) return rejected('PERSON_UNKNOWN', 'Nobody of that name works here.', 403);
  const isObject = typeof payload === 'object' && payload !== null;
  if (!isObject || !check(payload as Readonly<Record<string, unknown>>)) {
    return rejected('PAYLOAD_INVALID', `That is no payload of ${kind}.`);
  }
  const answer = effect(payload as T, principal, operation);
  if (answer.kind === 'applied') market.addEffect(key, kind, principal);
  return answer;
}

function forbiddenOf({ item }: Order): HandlerAnswer | undefined {
  if (item !== 'moonshine') return undefined;
  return rejected('ITEM_FORBIDDEN', 'Moonshine may not be sold on this market. Choose something else.');
}

function currentOf(market: MarketDatabase, payload: unknown): RemoteRecord | undefined {
  const record = isOrder(payload as Readonly<Record<string, unknown>>)
    ? market.orderOf((payload as Order).order)
    : undefined;
  if (record === undefined) return undefined;
  const { order, item, quantity, note, version, changedAt } = record;
  return { value: { order, item, quantity, note }, version, timestamp: changedAt };
}
