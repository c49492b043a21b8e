import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {Fault} from '../../src/core/errors.ts';
import {awaitFolder} from '../../src/server/certificate-supply.ts';
import type {Certificate} from '../../src/server/certificate.ts';
import {newCertificate, temporaryFolder} from './harness.ts';

test('an empty folder is waited for, with a reason, and a pair that arrives is served', async () => {
  const folder = await temporaryFolder();
  const certificates: Certificate[] = [];
  const faults: Fault[] = [];
  const events = {
    onChange: (next: Certificate) => void certificates.push(next),
    onFault: (fault: Fault) => void faults.push(fault),
  };
  const supply = awaitFolder({folder, now: Date.now}, events, 10);
  onTestFinished(() => supply.close());
  await expect.poll(() => faults.length).toBe(1);
  const [check] = supply.checks;
  expect(check?.problem()).toBe(
    `${folder}: certificateMissing: tls.crt and tls.key are not there yet; mount a Secret of type kubernetes.io/tls there`,
  );
  expect(supply.current()).toBeUndefined();
  const {pair} = await newCertificate();
  await writeFile(path.join(folder, 'tls.key'), pair.key);
  // Half a pair is another reason.
  await expect.poll(() => faults.map(({code}) => code)).toEqual(['certificateMissing', 'certificateHalf']);
  await writeFile(path.join(folder, 'tls.crt'), pair.cert);
  await expect.poll(() => supply.current()?.pair.cert).toBe(pair.cert);
  expect(certificates.map((one) => one.pair.cert)).toEqual([pair.cert]);
  expect(check?.problem()).toBeUndefined();
});
