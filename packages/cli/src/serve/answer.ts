import type { InspectorSource } from '@cpc/devtools/source';

/** What the inspector's page asks for, by path. Those that change something are asked with POST. */
export type Call = (source: InspectorSource, given: URLSearchParams) => Promise<unknown>;

const idOf = (given: URLSearchParams): string => given.get('id') ?? '';

export const READS: Readonly<Record<string, Call>> = {
  abilities: (source) => Promise.resolve(source.abilities),
  stats: (source) => source.stats(),
  list: (source, given) =>
    source.list({ after: numberOf(given, 'after', 0), limit: Math.min(1000, numberOf(given, 'limit', 100)) }),
  get: (source, given) => source.get(idOf(given)),
  explain: (source, given) => source.explain(idOf(given)),
};

export const CHANGES: Readonly<Record<string, Call>> = {
  retry: (source, given) => source.retry(idOf(given)),
  discard: (source, given) => source.discard(idOf(given)),
  edit: (source, given) => source.edit(idOf(given), null),
};

function numberOf(given: URLSearchParams, name: string, fallback: number): number {
  const value = Number(given.get(name) ?? fallback);
  return Number.isSafeInteger(value) && value >= 0 ? value : fallback;
}
