import {spawnSync} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {expect, test} from 'vitest';
import {goFields} from '../../../scripts/generate/go-fields.ts';
import {buildTables} from '../../../scripts/generate/openapi.ts';
import {renderTypes} from '../../../scripts/generate/render.ts';
import {loadSources} from '../../../scripts/generate/sources.ts';
import {defaultsVersion} from '../../../src/core/kubernetes/defaults.generated.ts';
import {kubernetesVersion} from '../../../src/core/kubernetes/types.generated.ts';

const hasGo = spawnSync('go', ['version']).status === 0;
const mustRun = hasGo || process.env['CI'] !== undefined;
if (!mustRun) console.warn('The tables are not regenerated: there is no `go` on the PATH.');

test.runIf(mustRun)('the checked-in types are what the published OpenAPI and Go types give', {timeout: 300_000}, async () => {
  const checkedIn = await readFile(new URL('../../../src/core/kubernetes/types.generated.ts', import.meta.url), 'utf8');
  expect(renderTypes(kubernetesVersion, buildTables(await loadSources(kubernetesVersion)))).toBe(checkedIn);
});

test('types and defaults are of the same Kubernetes version', () => {
  expect(defaultsVersion).toBe(kubernetesVersion);
});

test('Go fields of embedded structs belong to the struct around them, and pointers are told from values', () => {
  const source =
    'type Inner struct {\n\tFlag *bool `json:"flag,omitempty"`\n}\ntype Outer struct {\n\tName string `json:"name"`\n\tInner `json:",inline"`\n}\n';
  expect([...(goFields(source).get('Outer') ?? [])]).toEqual([
    ['name', {pointer: false}],
    ['flag', {pointer: true}],
  ]);
});
