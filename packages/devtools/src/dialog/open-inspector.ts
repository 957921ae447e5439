import { defineInspector } from '../element/define-inspector.js';
import type { InspectorSource } from '../source/inspector-source.js';
import type { Mask } from '../text/mask.js';
import { InspectorDialog } from './inspector-dialog.js';
import { isShortcut, parseShortcut } from './shortcut.js';

const NAME = 'cpc-inspector-dialog';

export interface OpenInspectorOptions {
  /** Whose values are hidden until somebody asks for them. @defaultValue `sensitiveKeys` */
  readonly mask?: Mask;
}

export interface ShortcutOptions extends OpenInspectorOptions {
  /** Modifiers and a `KeyboardEvent.code`. @defaultValue 'Alt+Shift+KeyQ' */
  readonly shortcut?: string;
}

/**
 * Opens the inspector in a dialog over the page.
 *
 * @returns the way to close it; it leaves the page when it is closed, by whomever
 */
export async function openInspector(
  source: InspectorSource,
  options: OpenInspectorOptions = {},
): Promise<() => void> {
  defineInspector();
  if (customElements.get(NAME) === undefined) customElements.define(NAME, InspectorDialog);
  const dialog = new InspectorDialog();
  dialog.source = source;
  dialog.mask = options.mask;
  document.body.append(dialog);
  await dialog.open();
  dialog.renderRoot.querySelector('dialog')?.addEventListener('close', () => dialog.remove());
  return () => dialog.close();
}

/**
 * Opens the inspector whenever the keys are pressed, and closes it when they are pressed again.
 *
 * @param sourceOf - asked each time, so that it may look at what is there then
 * @returns the way to end that
 * @throws RangeError where the shortcut is none
 */
export function inspectorShortcut(
  sourceOf: () => InspectorSource,
  options: ShortcutOptions = {},
): () => void {
  const shortcut = parseShortcut(options.shortcut ?? 'Alt+Shift+KeyQ');
  const open = document.getElementsByTagName(NAME);
  const onKey = (event: KeyboardEvent): void => {
    if (!isShortcut(shortcut, event)) return;
    event.preventDefault();
    const [dialog] = open;
    if (dialog instanceof InspectorDialog) dialog.close();
    else void openInspector(sourceOf(), options);
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}
