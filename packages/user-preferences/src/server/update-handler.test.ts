import { expect, test } from '@jest/globals';
import type { ReceivedOperation } from '@cpc/server';
import Database from 'better-sqlite3';
import { PreferencesTable } from './preferences-table.js';
import { updateHandler } from './update-handler.js';

test('a language is kept in its canonical form, whoever sends it', () => {
  const database = new Database(':memory:');
  const handler = updateHandler(new PreferencesTable(database));
  const change = (value: object): unknown => {
    const payload = { user: 'ann', change: value };
    const operation: ReceivedOperation = {
      key: 'k',
      kind: 'preferences.update',
      principal: 'ann',
      version: 1,
      payload,
    };
    return handler.apply(operation, database, undefined);
  };
  expect(change({ language: 'de-ch' })).toMatchObject({ kind: 'applied', result: { language: 'de-CH' } });
  expect(change({ theme: 'dark' })).toMatchObject({ kind: 'applied', result: { language: 'de-CH' } });
  database.close();
});
