/** What `navigator.storage.estimate()` tells. Browsers round it on purpose. */
export interface SpaceEstimate {
  readonly usedBytes: number;
  readonly quotaBytes: number;
}

/** Absent in old browsers and outside of secure contexts. */
function storageManager(): StorageManager | undefined {
  return (globalThis.navigator as Partial<Navigator> | undefined)?.storage;
}

export async function requestPersistence(): Promise<boolean> {
  return (await storageManager()?.persist()) ?? false;
}

export async function estimateSpace(): Promise<SpaceEstimate | undefined> {
  const estimate = await storageManager()?.estimate();
  if (estimate?.usage === undefined || estimate.quota === undefined) return undefined;
  return { usedBytes: estimate.usage, quotaBytes: estimate.quota };
}
