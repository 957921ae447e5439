import { create } from '@bufbuild/protobuf';
import {
  PreferencesChangeSchema,
  PreferencesSchema,
  Theme as ThemeMessage,
  type Preferences as PreferencesMessage,
  type PreferencesChange as PreferencesChangeMessage,
} from '../gen/cpc/preferences/v1/preferences_pb.js';
import type { Preferences, PreferencesChange, Theme } from '../preferences.js';

const THEMES: Readonly<Record<Theme, ThemeMessage>> = {
  system: ThemeMessage.SYSTEM,
  light: ThemeMessage.LIGHT,
  dark: ThemeMessage.DARK,
};

export function toMessage({ theme, ...value }: Preferences): PreferencesMessage {
  return create(PreferencesSchema, { ...value, theme: THEMES[theme] });
}

/** `undefined` where the message is not one that a server of this service gives. */
export function fromMessage(message: PreferencesMessage): Preferences | undefined {
  const { currency, language, theme, notifications } = message;
  if (currency === '' || language === '' || notifications === undefined) return undefined;
  const { email, push, sms } = notifications;
  // A theme of a newer server counts as the device's.
  return { currency, language, theme: themeOf(theme) ?? 'system', notifications: { email, push, sms } };
}

export function toChangeMessage({ theme, ...change }: PreferencesChange): PreferencesChangeMessage {
  return create(PreferencesChangeSchema, { ...change, ...(theme !== undefined && { theme: THEMES[theme] }) });
}

/** The change as JSON, without the messages' own members; a theme that nobody knows is left for the check. */
export function fromChangeMessage(message: PreferencesChangeMessage): Readonly<Record<string, unknown>> {
  const { currency, language, theme, notifications } = message;
  return {
    ...(currency !== undefined && { currency }),
    ...(language !== undefined && { language }),
    ...(theme !== undefined && { theme: themeOf(theme) ?? null }),
    ...(notifications !== undefined && {
      notifications: Object.fromEntries(
        (['email', 'push', 'sms'] as const)
          .map((name) => [name, notifications[name]])
          .filter(([, on]) => on !== undefined),
      ),
    }),
  };
}

function themeOf(message: ThemeMessage): Theme | undefined {
  return (Object.keys(THEMES) as Theme[]).find((theme) => THEMES[theme] === message);
}
