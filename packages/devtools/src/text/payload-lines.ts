import { MASKED, type Mask } from './mask.js';
import { visibleText } from './visible-text.js';

/** One line of a payload that is shown with indentation. */
export interface PayloadLine {
  readonly depth: number;
  /** The member's name, where the line shows one. */
  readonly key?: string;
  readonly text: string;
  /** Says that `text` is hidden, and under which path it can be asked for. */
  readonly maskedAs?: string;
}

const MAX_LINES = 2000;

/**
 * A payload as lines of visible text, with what the mask names hidden.
 *
 * @param revealed - paths that were asked for
 */
export function payloadLines(
  payload: unknown,
  mask: Mask,
  revealed: ReadonlySet<string>,
): readonly PayloadLine[] {
  const lines: PayloadLine[] = [];
  const add = (line: PayloadLine): boolean => lines.length < MAX_LINES && lines.push(line) > 0;
  const walk = (value: unknown, depth: number, path: string, key: string | undefined): void => {
    const named = key === undefined ? {} : { key: visibleText(key, 200) };
    if (key !== undefined && mask(key) && !revealed.has(path)) {
      add({ depth, ...named, text: MASKED, maskedAs: path });
      return;
    }
    const members = membersOf(value);
    if (members === undefined || members.length === 0) {
      add({ depth, ...named, text: scalar(value) });
      return;
    }
    const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
    if (!add({ depth, ...named, text: open })) return;
    for (const [name, item] of members) {
      // Only members of objects have names; a list's items are told apart by their place.
      walk(item, depth + 1, `${path}/${name}`, Array.isArray(value) ? undefined : name);
    }
    add({ depth, text: close });
  };
  walk(payload, 0, '', undefined);
  if (lines.length === MAX_LINES)
    lines.push({ depth: 0, text: '… more than is shown here; export it to read on.' });
  return lines;
}

function membersOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value);
}

function scalar(value: unknown): string {
  if (typeof value === 'string') return `"${visibleText(value)}"`;
  return JSON.stringify(value);
}
