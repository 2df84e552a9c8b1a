import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { isHostAllowed } from './hosts.ts';

describe('isHostAllowed', () => {
  const allowedOn = (listeningOn: string, hosts: readonly string[], allowed?: readonly string[]) =>
    hosts.filter((host) => isHostAllowed(host, listeningOn, allowed));
  const own = [
    'localhost',
    'LOCALHOST:8888',
    'localhost.:1',
    'a.localhost',
    '127.0.0.1:8888',
    '127.1.2.3',
    '[::1]:8888',
  ];
  const foreign = [
    'evil.example',
    'evil.example:8888',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'notlocalhost',
  ];
  const none = [
    '',
    'a b',
    'localhost:x',
    'localhost@evil.example',
    '[::1',
    'localhost/..',
    'a:1:2',
    'localhost:123456',
  ];

  it('accepts the names of this machine on loopback, with any port', () => {
    for (const listening of ['127.0.0.1', '::1', 'localhost']) {
      expect(allowedOn(listening, [...own, ...foreign, ...none, '192.0.2.7', '[2001:db8::1]'])).toEqual(own);
    }
  });

  it('accepts numeric addresses and the machine’s name when it listens on the network', () => {
    const more = ['192.0.2.7:80', '[2001:db8::1]', hostname()];
    expect(allowedOn('0.0.0.0', [...own, ...more, ...foreign, ...none])).toEqual([...own, ...more]);
    expect(allowedOn('192.0.2.7', [...own, ...more, ...foreign])).toEqual([...own, ...more]);
  });

  it('accepts the name that it listens on, and the allowed names', () => {
    expect(allowedOn('flowers.lan', ['flowers.lan:80', 'x.flowers.lan'])).toEqual(['flowers.lan:80']);
    const names = ['a.example', 'A.example:80', 'b.example', 'x.b.example', 'xb.example', 'c.example'];
    expect(allowedOn('127.0.0.1', names, ['a.example', '.B.example'])).toEqual(names.slice(0, 4));
    expect(allowedOn('127.0.0.1', [...foreign, ...none], ['*'])).toEqual(foreign);
  });
});
