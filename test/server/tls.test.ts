import {X509Certificate} from 'node:crypto';
import {mkdir, readFile, readdir, rename, rm, stat, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {Fault} from '../../src/core/errors.ts';
import type {Certificate} from '../../src/server/certificate.ts';
import {issueCertificates, servingNames} from '../../src/server/issue.ts';
import {
  openCertificate,
  renewBeforeMs,
  watchCertificate,
  type CertificateSource,
  type Certificates,
} from '../../src/server/tls.ts';
import {newCertificate, temporaryFolder} from './harness.ts';

interface Opened extends Certificates {
  readonly changes: Certificate[];
  readonly faults: Fault[];
}

async function open(folder: string, options: Partial<CertificateSource> & {pollMs?: number} = {}): Promise<Opened> {
  const changes: Certificate[] = [];
  const faults: Fault[] = [];
  const source = {folder, now: () => Date.now(), ...options};
  const first = await openCertificate(source);
  if ('code' in first) throw new Error(`${first.code}: ${first.message}`);
  const opened = watchCertificate(first, source, {
    onChange: (certificate) => changes.push(certificate),
    onFault: (fault) => faults.push(fault),
    ...(options.pollMs === undefined ? {} : {pollMs: options.pollMs}),
  });
  onTestFinished(() => opened.close());
  return {...opened, changes, faults};
}

async function faultOf(folder: string): Promise<Fault> {
  const opened = await openCertificate({folder, now: () => Date.now()});
  if ('code' in opened) return opened;
  throw new Error('the folder was opened');
}

async function put(folder: string, certificate: {pair: {cert: string; key: string}}): Promise<void> {
  await writeFile(path.join(folder, 'tls.key'), certificate.pair.key);
  await writeFile(path.join(folder, 'tls.crt'), certificate.pair.cert);
}

test('an absent folder is filled with an authority and a certificate that it signed, the key for its owner only', async () => {
  const folder = path.join(await temporaryFolder(), 'deep', 'certs');
  await open(folder, {names: ['injector.example', '192.0.2.7', 'localhost']});
  expect((await readdir(folder)).toSorted()).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
  expect((await stat(path.join(folder, 'tls.key'))).mode & 0o777).toBe(0o600);
  const authority = new X509Certificate(await readFile(path.join(folder, 'ca.crt')));
  const serving = new X509Certificate(await readFile(path.join(folder, 'tls.crt')));
  expect(authority.ca).toBe(true);
  expect(serving.checkIssued(authority) && serving.verify(authority.publicKey)).toBe(true);
  expect(serving.publicKey.asymmetricKeyDetails).toEqual({namedCurve: 'prime256v1'});
  for (const name of [...servingNames, 'injector.example', '192.0.2.7']) {
    expect(serving.checkHost(name) ?? serving.checkIP(name), name).toBe(name);
  }
  expect(serving.checkHost('example.org')).toBeUndefined();
  const now = Date.now();
  expect(Date.parse(serving.validFrom)).toBeLessThan(now - 3_500_000);
  expect(Date.parse(serving.validTo)).toBeGreaterThan(now + renewBeforeMs);
});

test('a pair is only read: opening it again changes no file', async () => {
  const folder = await temporaryFolder();
  await open(folder);
  const before = await readFile(path.join(folder, 'tls.crt'), 'utf8');
  const again = await open(folder);
  expect(again.current().pair.cert).toBe(before);
  expect(await readFile(path.join(folder, 'tls.crt'), 'utf8')).toBe(before);
});

test('other files in the folder do not count', async () => {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, 'README.md'), 'certificates come here\n');
  await open(folder);
  expect((await readdir(folder)).toSorted()).toEqual(['README.md', 'ca.crt', 'tls.crt', 'tls.key']);
});

test('half a pair is a fault that names the missing file and touches nothing', async () => {
  for (const [present, missing] of [
    ['tls.crt', 'tls.key'],
    ['tls.key', 'tls.crt'],
    ['ca.crt', 'tls.crt and tls.key'],
  ] as const) {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, present), 'x');
    expect(await faultOf(folder)).toEqual({
      code: 'certificateHalf',
      source: folder,
      message: `${missing} ${missing.includes(' and ') ? 'are' : 'is'} missing beside ${present}`,
      fix: `put ${missing} there, or delete ${present} to have a pair made`,
    });
    expect(await readdir(folder)).toEqual([present]);
  }
});

test('a mismatched, a garbled and an expired pair are each refused by name', async () => {
  const folder = await temporaryFolder();
  const [one, other] = [await newCertificate(), await newCertificate()];
  await put(folder, {pair: {cert: one.pair.cert, key: other.pair.key}});
  expect(await faultOf(folder)).toMatchObject({
    code: 'keyMismatch',
    source: folder,
    message: 'tls.key is not the key of tls.crt',
  });
  await put(folder, {pair: {cert: 'nonsense', key: other.pair.key}});
  expect(await faultOf(folder)).toMatchObject({code: 'certificateUnreadable', source: `${folder}/tls.crt`});
  await put(folder, {pair: {cert: one.pair.cert, key: 'nonsense'}});
  expect(await faultOf(folder)).toMatchObject({code: 'keyUnreadable', source: `${folder}/tls.key`});
  await put(folder, await foreign('expired'));
  expect(await faultOf(folder)).toMatchObject({code: 'certificateExpired', message: expect.stringMatching(/expired at 2\d{3}-/)});
  await put(folder, await foreign('early'));
  expect(await faultOf(folder)).toMatchObject({code: 'certificateNotYetValid'});
});

test('a folder that cannot be made or read says so and names the flag', async () => {
  const folder = path.join(await temporaryFolder(), 'file');
  await writeFile(folder, '');
  expect(await faultOf(folder)).toMatchObject({code: 'certificateFolderUnreadable', fix: expect.stringContaining('--cert-dir')});
  const inside = await temporaryFolder();
  await mkdir(path.join(inside, 'tls.crt'));
  expect(await faultOf(inside)).toMatchObject({code: 'certificateFolderUnreadable', message: expect.stringContaining('EISDIR')});
});

test('a self-made pair that is about to expire is made anew at the start, with an authority of another name', async () => {
  const folder = await temporaryFolder();
  const old = await issueCertificates(Date.now(), [], renewBeforeMs - 60_000);
  for (const [name, text] of [
    ['tls.crt', old.cert],
    ['tls.key', old.key],
    ['ca.crt', old.ca],
  ] as const) {
    await writeFile(path.join(folder, name), text);
  }
  const opened = await open(folder);
  expect(opened.current().pair.cert).not.toBe(old.cert);
  const [before, after] = [new X509Certificate(old.ca), new X509Certificate(await readFile(path.join(folder, 'ca.crt')))];
  expect(after.subject).not.toBe(before.subject);
  expect(new X509Certificate(opened.current().pair.cert).verify(after.publicKey)).toBe(true);
});

test('a self-made pair is made anew while running, once the time has come', async () => {
  const folder = await temporaryFolder();
  let nowMs = Date.now();
  const opened = await open(folder, {now: () => nowMs});
  const first = opened.current();
  await opened.reload();
  expect(opened.changes).toEqual([]);
  nowMs = first.notAfterMs - renewBeforeMs + 1000;
  await opened.reload();
  expect(opened.changes).toEqual([opened.current()]);
  expect(opened.current().notAfterMs).toBeGreaterThan(first.notAfterMs);
});

test('a new pair beside the old one is seen without being asked', async () => {
  const folder = await temporaryFolder();
  const opened = await open(folder);
  const next = await newCertificate();
  await put(folder, next);
  await expect.poll(() => opened.current().serialNumber, {timeout: 10_000}).toBe(next.serialNumber);
  expect(opened.changes.at(-1)?.serialNumber).toBe(next.serialNumber);
});

test('a mounted Secret, where a link is swapped and no file written, is seen too', async () => {
  const folder = await temporaryFolder();
  const [one, two] = [await newCertificate(), await newCertificate()];
  for (const [name, certificate] of [
    ['..1', one],
    ['..2', two],
  ] as const) {
    await mkdir(path.join(folder, name));
    await put(path.join(folder, name), certificate);
  }
  await symlink('..1', path.join(folder, '..data'));
  await symlink('..data/tls.crt', path.join(folder, 'tls.crt'));
  await symlink('..data/tls.key', path.join(folder, 'tls.key'));
  const opened = await open(folder);
  expect(opened.current().serialNumber).toBe(one.serialNumber);
  await symlink('..2', path.join(folder, '..data_tmp'));
  await rename(path.join(folder, '..data_tmp'), path.join(folder, '..data'));
  await expect.poll(() => opened.current().serialNumber, {timeout: 10_000}).toBe(two.serialNumber);
});

test('a bad pair while running is reported once, and the old one stays; so it is when the files are gone', async () => {
  const folder = await temporaryFolder();
  const opened = await open(folder);
  const first = opened.current();
  await writeFile(path.join(folder, 'tls.crt'), (await newCertificate()).pair.cert);
  await opened.reload();
  await opened.reload();
  expect(opened.faults.map((fault) => fault.code)).toEqual(['keyMismatch']);
  for (const name of ['tls.crt', 'tls.key', 'ca.crt']) await rm(path.join(folder, name));
  await opened.reload();
  expect(opened.faults.map((fault) => fault.code)).toEqual(['keyMismatch', 'certificateMissing']);
  expect(await readdir(folder)).toEqual([]);
  expect(opened.current()).toBe(first);
  expect(opened.changes).toEqual([]);
  await put(folder, first);
  await opened.reload();
  expect([opened.faults.length, opened.changes.length]).toEqual([2, 0]);
});

test('a folder that is deleted and made again is looked at by the poll', async () => {
  const folder = await temporaryFolder();
  const opened = await open(folder, {pollMs: 100});
  const next = await newCertificate();
  await rm(folder, {recursive: true});
  await mkdir(folder);
  await put(folder, next);
  await expect.poll(() => opened.current().serialNumber, {timeout: 10_000}).toBe(next.serialNumber);
});

test('a certificate that expires while running makes a fault that readiness can show', async () => {
  const folder = await temporaryFolder();
  let nowMs = Date.now();
  const opened = await open(folder, {now: () => nowMs});
  expect(opened.fault()).toBeUndefined();
  nowMs = opened.current().notAfterMs + 1;
  expect(opened.fault()).toMatchObject({code: 'certificateExpired'});
});

test('a self-made pair that cannot be renewed is served to its end', async () => {
  const folder = await temporaryFolder();
  const old = await issueCertificates(Date.now(), [], renewBeforeMs - 60_000);
  await put(folder, {pair: old});
  // What stands in the way stops root too, which a read-only folder would not.
  await mkdir(path.join(folder, `.tls.key.${process.pid}`));
  let nowMs = Date.now();
  const opened = await open(folder, {now: () => nowMs});
  expect(opened.current().pair.cert).toBe(old.cert);
  nowMs = opened.current().notAfterMs + 1;
  await opened.reload();
  expect(opened.faults).toMatchObject([{code: 'certificateFolderReadOnly', fix: expect.stringContaining('--cert-dir')}]);
  expect(opened.fault()).toMatchObject({code: 'certificateExpired'});
});

/** A pair of another authority, outside its time: made by the library that makes ours, under another name. */
async function foreign(state: 'expired' | 'early'): Promise<{pair: {cert: string; key: string}}> {
  const {generate} = await import('selfsigned');
  const shiftMs = state === 'early' ? 3_600_000 : -7_200_000;
  const made = await generate([{name: 'commonName', value: 'corporate'}], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() + shiftMs),
    notAfterDate: new Date(Date.now() + shiftMs + 3_600_000),
  });
  return {pair: {cert: made.cert, key: made.private}};
}
