import {
  applied,
  rejected,
  type HandlerAnswer,
  type OperationHandler,
  type ReceivedOperation,
} from '@cpc/server';
import { systemClock } from '@cpc/sync-core';
import type Database from 'better-sqlite3';
import { KINDS } from '../shared/operations.js';
import { isPersonId } from '../shared/people.js';
import { isChoice, type Field } from '../shared/preferences.js';
import type { MarketDatabase } from './market-database.js';

type Handler = OperationHandler<Database.Database>;

/** What the server does with each kind of operation. */
export function preferenceHandlers(market: MarketDatabase): Readonly<Record<string, Handler>> {
  return Object.fromEntries(
    Object.entries(KINDS).map(([kind, field]): [string, Handler] => [
      kind,
      { apply: (operation) => setPreference(market, field, operation) },
    ]),
  );
}

function setPreference(market: MarketDatabase, field: Field, operation: ReceivedOperation): HandlerAnswer {
  const { key, principal: person, payload } = operation;
  if (!isPersonId(person))
    return rejected('PERSON_UNKNOWN', 'Nobody of that name has preferences here.', 403);
  const value = (payload as Readonly<Record<string, unknown>> | null)?.[field];
  if (!isChoice(field, value)) return rejected('VALUE_UNKNOWN', `That is not a ${field} that can be chosen.`);
  const change = { id: key, person, field, value, recordedAt: systemClock.now() };
  market.record(change);
  return applied(change);
}
