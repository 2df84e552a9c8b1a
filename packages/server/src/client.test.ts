import { expect, it } from 'vitest';
import { clientOf, forwardedAddress } from './client.ts';

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::FFFF:cb00:7107', '203.0.113.7'],
  ['0:0:0:0:0:ffff:cb00:7107', '203.0.113.7'],
  ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
  ['2001:0DB8::0001:ffff:0:0:1', '2001:db8:0:1::/64'],
  ['2001:db8:0:2::1', '2001:db8:0:2::/64'],
  ['2001:db8::', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4::/64'],
  ['', undefined],
  ['unknown', undefined],
  ['203.0.113', undefined],
])('clientOf(%s) is %s', (address, client) => {
  expect(clientOf(address)).toBe(client);
});

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:50000', '203.0.113.7'],
  ['9.9.9.9, 203.0.113.7:1', '203.0.113.7'],
  ['2001:db8::1', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['a, [2001:db8::1]:443', '2001:db8::1'],
  ['"[2001:db8::1]:443"', '2001:db8::1'],
  ['unknown', undefined],
  ['_hidden', undefined],
  ['203.0.113.7:50000:1', undefined],
  ['', undefined],
])('forwardedAddress(%s) is %s', (header, address) => {
  expect(forwardedAddress(header)).toBe(address);
});
