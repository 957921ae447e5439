/** Calls back again and again until it is stopped. The default of options: the package has no clock port of its own. */
export function platformEvery(intervalMs: number, callback: () => void): () => void {
  const timer = setInterval(callback, intervalMs);
  return () => clearInterval(timer);
}
