import { create } from '@bufbuild/protobuf';
import {
  PreferencesChangeSchema,
  Theme as ThemeMessage,
  type Preferences as PreferencesMessage,
  type PreferencesChange as PreferencesChangeMessage,
} from './gen/cpc/preferences/v1/preferences_pb.js';
import type { Preferences, PreferencesChange, Theme } from './preferences.js';

const THEMES: Readonly<Record<Theme, ThemeMessage>> = {
  system: ThemeMessage.SYSTEM,
  light: ThemeMessage.LIGHT,
  dark: ThemeMessage.DARK,
};

export function toChangeMessage({ theme, ...change }: PreferencesChange): PreferencesChangeMessage {
  return create(PreferencesChangeSchema, { ...change, ...(theme !== undefined && { theme: THEMES[theme] }) });
}

/** `undefined` where the message is not one that a server of this service gives. */
export function fromMessage(message: PreferencesMessage): Preferences | undefined {
  const { currency, language, theme, notifications } = message;
  if (currency === '' || language === '' || notifications === undefined) return undefined;
  const { email, push, sms } = notifications;
  return { currency, language, theme: themeOf(theme), notifications: { email, push, sms } };
}

/** A theme of a newer server counts as the device's. */
function themeOf(message: ThemeMessage): Theme {
  const known = (Object.keys(THEMES) as Theme[]).find((theme) => THEMES[theme] === message);
  return known ?? 'system';
}
