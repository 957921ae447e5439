// #region wiring
import { openOutbox } from '@cpc/outbox/react-native';
import { sell } from '../operations.mjs';
import { expoBinding } from './expo-driver.mjs';

export async function startSync({ openDatabaseSync, netInfo, appState, endpoint }) {
  const binding = expoBinding(openDatabaseSync);
  return openOutbox({ database: 'queue.db', binding, netInfo, appState, endpoint, operations: [sell] });
}

/** For expo-background-task, or a headless task of Android: what can go in twenty seconds goes. */
export async function deliverInBackground({ worker }) {
  const { failed } = await worker.drain({ deadline: Date.now() + 20_000 });
  return failed.length;
}
// #endregion
