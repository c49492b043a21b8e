import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {formatAddress, isLoopback, readAddress} from '../../src/core/address.ts';
import {referencesIn} from '../../src/core/references.ts';

describe('an address', () => {
  test.each([
    ['redis', '', 'redis', undefined, ''],
    ['redis:6379', '', 'redis', '6379', ''],
    ['[::1]:6379', '', '[::1]', '6379', ''],
    ['[fd00::1]', '', '[fd00::1]', undefined, ''],
    ['redis://redis.shop:6379/0?x=a@b:1#f', 'redis://', 'redis.shop', '6379', '/0?x=a@b:1#f'],
    ['rediss://user:p@ss,w:rd@redis/1', 'rediss://user:p@ss,w:rd@', 'redis', undefined, '/1'],
    ['redis://:$(A/B@C:D)@$(HOST).$(NS):$(PORT)/$(DB)', 'redis://:$(A/B@C:D)@', '$(HOST).$(NS)', '$(PORT)', '/$(DB)'],
    ['$(SCHEME)://h:1', '$(SCHEME)://', 'h', '1', ''],
    ['jdbc:postgresql://db:5432/shop?ssl=true', 'jdbc:postgresql://', 'db', '5432', '/shop?ssl=true'],
    ['jdbc:sqlserver://db:1433;databaseName=shop', 'jdbc:sqlserver://', 'db', '1433', ';databaseName=shop'],
    ['jdbc:sqlserver://db:1433;user=sa@db;a=b', 'jdbc:sqlserver://', 'db', '1433', ';user=sa@db;a=b'],
    ['https://h/x?host=y', 'https://', 'h', undefined, '/x?host=y'],
    ['redis:6379/0?next=http://other:1', '', 'redis', '6379', '/0?next=http://other:1'],
    ['user@host:1', 'user@', 'host', '1', ''],
    ['größe.example:80', '', 'größe.example', '80', ''],
  ])('%s is taken apart and put together byte for byte', (text, before, host, port, after) => {
    const address = readAddress(text);
    expect(address).toEqual({before, host, ...(port === undefined ? {} : {port}), after});
    expect(address === undefined ? '' : formatAddress(address)).toBe(text);
  });

  test.each([
    '',
    ':6379',
    '::1',
    'a:1,b:2',
    'redis://a:1,b:2/0',
    'redis:port',
    'redis:0',
    'redis:65536',
    'redis:6379:7',
    'host=db port=5432',
    'user:pw@tcp(db:3306)/shop',
    'unix:///var/run/redis.sock',
    '/var/run/redis.sock',
    'mongodb+srv://cluster.example/db',
    'redis://[::1/0',
    'http://',
    'postgres://%2Fvar%2Frun/db',
    'postgresql://db/shop?host=/var/run',
    'postgres://db/shop?sslmode=disable&port=5433',
    'jdbc:sqlserver://db;portNumber=1434',
    String.raw`jdbc:sqlserver://db\instance`,
    'a b',
  ])('%j is none of one host', (text) => {
    expect(readAddress(text)).toBeUndefined();
  });

  test('is the same text again, whatever it is, and is read in linear time', () => {
    const pieces = fc.constantFrom(
      'redis://',
      'a',
      ':',
      '@',
      '/',
      '6379',
      '$(',
      ')',
      '$',
      '[',
      ']',
      ',',
      ';',
      '://',
      '\uE000',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(pieces, {maxLength: 12}), (parts) => {
        const text = parts.join('');
        const address = readAddress(text);
        if (address !== undefined) expect(formatAddress(address)).toBe(text);
      }),
      {numRuns: 3000, seed: 7},
    );
    for (const piece of ['a://', '$(', 'a@', ':', '$$', '[', 'a', '\uE000', '1;']) readAddress(piece.repeat(300_000));
  });
});

test.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.1.2.3', '::1', '[::1]', 'localhost.', '0.0.0.0', '[::]'])(
  '%s is the pod itself',
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);
test.each(['localhost.example', '10.0.0.1', '0.0.0.1', '128.0.0.1', '$(HOST)', ''])('%s is not', (host) => {
  expect(isLoopback(host)).toBe(false);
});

describe('references', () => {
  test.each([
    ['', []],
    ['$(A)', ['A']],
    ['$$(A)', []],
    ['$$$(A)', ['A']],
    ['$$$$(A)', []],
    ['$(A', []],
    ['$A$(B)$', ['B']],
    ['$(A$(B)', ['A$(B']],
    ['$()', ['']],
    ['${A}', []],
  ])('in %j are %j', (text, names) => {
    const references = referencesIn(text);
    expect(references.map(({name}) => name)).toEqual(names);
    for (const {name, start, end} of references) expect(text.slice(start, end)).toBe(`$(${name})`);
  });
});
