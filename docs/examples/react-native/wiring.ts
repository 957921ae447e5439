// #region wiring
import type { AppStateLike, NetInfoLike } from '@cpc/network';
import { openOutbox, type Outbox } from '@cpc/outbox/react-native';
import { sell } from '../operations.js';
import { expoBinding, type ExpoDatabase } from './expo-driver.js';

interface Platform {
  readonly openDatabaseSync: (file: string) => ExpoDatabase;
  readonly netInfo: NetInfoLike;
  readonly appState: AppStateLike;
  readonly endpoint: string;
}

export function startSync({ openDatabaseSync, netInfo, appState, endpoint }: Platform): Promise<Outbox> {
  const binding = expoBinding(openDatabaseSync);
  return openOutbox({ database: 'queue.db', binding, netInfo, appState, endpoint, operations: [sell] });
}

/** For expo-background-task, or a headless task of Android: what can go in twenty seconds goes. */
export async function deliverInBackground({ worker }: Pick<Outbox, 'worker'>): Promise<number> {
  const { failed } = await worker.drain({ deadline: Date.now() + 20_000 });
  return failed.length;
}
// #endregion
