/** How long keys are kept where nothing else is said: 90 days. */
export const KEEP_KEYS_FOR_MS = 90 * 24 * 3_600_000;

// The default of an option: the package has no clock port of its own.
// eslint-disable-next-line no-restricted-properties
export const platformNow = (): number => Date.now();
