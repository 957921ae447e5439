const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec';
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const DAY_LONG = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day';
const MONTH = `(?<month>${MONTHS.replaceAll(' ', '|')})`;
const TIME = '(?<hours>[01]\\d|2[0-3]):(?<minutes>[0-5]\\d):(?<seconds>[0-6]\\d)';

/** The three forms of RFC 9110, section 5.6.7: of today, of RFC 850, and of `asctime`. All of them mean GMT. */
const FORMS: readonly RegExp[] = [
  new RegExp(`^${DAY}, (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  new RegExp(`^${DAY_LONG}, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT$`),
  new RegExp(`^${DAY} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`),
];

/**
 * Reads an HTTP date. Not by `Date.parse`, which takes the third form for local time and finds dates in any text.
 *
 * @param nowMs - decides which century two digits of a year mean: none that is more than 50 years ahead
 * @returns milliseconds since the epoch, `undefined` where the text is no HTTP date
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  const parts = FORMS.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) return undefined;
  const month = MONTHS.split(' ').indexOf(parts['month'] ?? '');
  const [day, hours, minutes, seconds] = ['day', 'hours', 'minutes', 'seconds'].map((name) =>
    Number(parts[name]),
  ) as [number, number, number, number];
  const midnight = Date.UTC(fullYear(parts['year'] ?? '', nowMs), month, day);
  // The 31st of a month that has none is no date.
  if (new Date(midnight).getUTCDate() !== day) return undefined;
  return midnight + ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

function fullYear(digits: string, nowMs: number): number {
  if (digits.length === 4) return Number(digits);
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + Number(digits);
  return year > thisYear + 50 ? year - 100 : year;
}
