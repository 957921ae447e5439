const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** A stretch of time for people: its two largest units. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return 'unknown';
  if (Math.abs(ms) < 1000) return `${Math.round(ms)} ms`;
  const first = UNITS.findIndex(([, length]) => Math.abs(ms) >= length);
  const parts: string[] = [];
  let rest = Math.abs(ms);
  for (const [name, length] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return `${ms < 0 ? '-' : ''}${parts.join(' ')}`;
}

/** A moment for people and programs alike; what no calendar holds is given as it is. */
export function moment(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
}

/** A count with its thousands apart. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A count of things: "1 operation", "1,200 operations". */
export function amount(value: number, thing: string): string {
  return `${count(value)} ${thing}${value === 1 ? '' : 's'}`;
}
