import { firstValueFrom, filter } from 'rxjs';
import type { NetworkMonitor, NetworkState, NetworkStatus } from '../src/index.js';

/** Waits until the monitor says so. The runner's own time limit ends a wait that is in vain. */
export function reaches(monitor: NetworkMonitor, state: NetworkState): Promise<NetworkStatus> {
  return firstValueFrom(monitor.status$.pipe(filter((status) => status.state === state)));
}
