import { create } from '@bufbuild/protobuf';
import {
  PreferencesSchema,
  Theme,
  type Preferences,
  type PreferencesChange,
} from './gen/cpc/preferences/v1/preferences_pb.js';
import type { PreferencesValue } from './preferences-value.js';

const NAMES: ReadonlyMap<Theme, string> = new Map([
  [Theme.SYSTEM, 'system'],
  [Theme.LIGHT, 'light'],
  [Theme.DARK, 'dark'],
]);

export function toMessage({ theme, ...value }: PreferencesValue): Preferences {
  const message = [...NAMES].find(([, name]) => name === theme)?.[0] ?? Theme.UNSPECIFIED;
  return create(PreferencesSchema, { ...value, theme: message });
}

/** The change as JSON, without the messages' own members; a theme that nobody knows is left for the check. */
export function changeOf(message: PreferencesChange): Readonly<Record<string, unknown>> {
  const { currency, language, theme, notifications } = message;
  return {
    ...(currency !== undefined && { currency }),
    ...(language !== undefined && { language }),
    ...(theme !== undefined && { theme: NAMES.get(theme) ?? null }),
    ...(notifications !== undefined && {
      notifications: Object.fromEntries(
        (['email', 'push', 'sms'] as const)
          .map((name) => [name, notifications[name]])
          .filter(([, on]) => on !== undefined),
      ),
    }),
  };
}
