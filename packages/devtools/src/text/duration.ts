const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const;

/** A length of time in its largest whole unit: `3 min`; below ten of a unit with one decimal: `1.5 s`. */
export function durationText(ms: number): string {
  const length = Math.max(0, ms);
  for (const [unitMs, name] of UNITS) {
    if (length < unitMs) continue;
    const value = length / unitMs;
    return `${value < 10 ? Math.floor(value * 10) / 10 : Math.floor(value)} ${name}`;
  }
  return `${Math.round(length)} ms`;
}
