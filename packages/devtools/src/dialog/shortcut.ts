/** A key with the modifiers that must be down with it. */
export interface Shortcut {
  /** As in `KeyboardEvent.code`, so that it is the same key on every layout. */
  readonly code: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  readonly meta: boolean;
}

const MODIFIERS: ReadonlySet<string> = new Set(['ctrl', 'alt', 'shift', 'meta']);

/**
 * Reads `Alt+Shift+KeyQ`: modifiers `Ctrl`, `Alt`, `Shift`, `Meta`, then a `KeyboardEvent.code`.
 *
 * @throws RangeError where it has no key, or a modifier that there is not
 */
export function parseShortcut(text: string): Shortcut {
  const parts = text.split('+');
  const code = parts.pop() ?? '';
  const names = parts.map((part) => part.toLowerCase());
  if (code === '' || MODIFIERS.has(code.toLowerCase()) || names.some((name) => !MODIFIERS.has(name))) {
    throw new RangeError(`shortcut must be modifiers and a key, such as 'Alt+Shift+KeyQ', but got '${text}'`);
  }
  const has = (name: string): boolean => names.includes(name);
  return { code, ctrl: has('ctrl'), alt: has('alt'), shift: has('shift'), meta: has('meta') };
}

/** Whether this press is the shortcut, with no other modifier down. */
export function isShortcut(shortcut: Shortcut, event: KeyboardEvent): boolean {
  return (
    event.code === shortcut.code &&
    event.ctrlKey === shortcut.ctrl &&
    event.altKey === shortcut.alt &&
    event.shiftKey === shortcut.shift &&
    event.metaKey === shortcut.meta
  );
}
