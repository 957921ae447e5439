export { reactNativePreset, type ReactNativePresetOptions } from '@cpc/outbox/react-native';
