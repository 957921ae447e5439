import { expect, test } from '@jest/globals';
import type { NetworkInterfaceInfo } from 'node:os';
import { outwardAddresses } from './network-interfaces.js';

const info = (address: string, internal = false) => ({ address, internal }) as NetworkInterfaceInfo;

test('counts addresses that lead out, and not those that a machine gives itself', () => {
  const interfaces = {
    lo: [info('127.0.0.1', true), info('::1', true)],
    wlan0: [info('fe80::1'), info('FEBF::2'), info('192.168.1.5'), info('fd00::5')],
    eth0: [info('169.254.3.4'), info('10.0.0.2')],
    gone: undefined,
  };
  expect(outwardAddresses(() => interfaces)).toEqual(['eth0 10.0.0.2', 'wlan0 192.168.1.5', 'wlan0 fd00::5']);
});

test('a sandbox that forbids a look may have a network all the same', () => {
  const forbidden = () => {
    throw new Error('EACCES');
  };
  expect(outwardAddresses(forbidden)).toHaveLength(1);
});
