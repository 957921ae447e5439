// #region wiring
import { createSyncContainer } from '@cpc/container';
import { reactNativePreset } from '@cpc/container/react-native';
import { sqliteStorage } from '@cpc/storage-sqlite';
import { sell } from '../operations.mjs';
import { expoBinding } from './expo-driver.mjs';

export async function startSync({ openDatabaseSync, netInfo, appState, endpoint }) {
  const storage = sqliteStorage({ file: 'queue.db', binding: expoBinding(openDatabaseSync) });
  const sync = createSyncContainer({
    plugins: reactNativePreset({ storage, endpoint, netInfo, appState }),
    operations: [sell],
  });
  await sync.start();
  return sync;
}

/** For expo-background-task, or a headless task of Android: what can go in twenty seconds goes. */
export async function deliverInBackground({ worker }) {
  const { failed } = await worker.drain({ deadline: Date.now() + 20_000 });
  return failed.length;
}
// #endregion
