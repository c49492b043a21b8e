import * as fc from 'fast-check';
import {afterAll, expect, test} from 'vitest';
import {parameterKey} from '../../src/core/annotations.ts';
import {inject} from '../../src/core/inject.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {parseYaml} from '../../src/core/yaml.ts';
import {patternCases, type PatternCase} from '../core/generators-patterns.ts';
import {hostileText} from '../core/generators-values.ts';
import {cli, type Result} from '../helpers/cli.ts';
import {pod} from '../helpers/objects.ts';
import {propertyRuns} from '../helpers/property-runs.ts';
import {snapshot} from '../helpers/templates.ts';
import {hands, written} from './written.ts';

const runs = propertyRuns({numRuns: 60, seed: 20_275});
const mix = new Map<string, number>();
const count = (what: string): void => void mix.set(what, (mix.get(what) ?? 0) + 1);

/** The containers of a native sidecar move as a whole. */
const moved = ['agent', 'redis-proxy', 'db-proxy', 'exporter'];
const isQuiet = (path: readonly string[]): boolean => path.some((name) => moved.includes(name));
const isQuieter = (path: readonly string[]): boolean => isQuiet(path) || path.includes('valueFrom');

/**
 * Whether references lose their writing when they move: two variables have the same one, and nobody knows whose writing it was,
 * or it is a resource of the container, whose name is added to it.
 */
function forgetsWriting(object: JsonObject): boolean {
  const references = JSON.stringify(object).match(/"valueFrom":\{"\w+":\{[^}]*\}\}/g) ?? [];
  return new Set(references).size < references.length || references.some((text) => text.includes('resourceFieldRef'));
}

/** Runs a command on a manifest, with the templates that it names. */
async function on(command: 'preview' | 'uninject', text: string, one: PatternCase): Promise<Result> {
  const templates = Object.entries(one.texts).filter(([name]) => text.includes(name));
  const files = Object.fromEntries(templates.map(([name, document]) => [`t/${name}.yaml`, JSON.stringify(document)]));
  const flags = command === 'preview' ? ['-t', 't', '--server-version', `1.${one.input.serverMinor}`] : [];
  return await cli([command, '-f', '-', ...flags], {files: {...files, '-': text}});
}

const value = (text: string): JsonObject => parseYaml(text)[0]?.value as JsonObject;

test('a manifest of any hand comes through preview and uninject byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(patternCases(), hands, async (one, hand) => {
      const input = {...one.input, namespace: {name: 'default'}};
      const isForgotten = forgetsWriting(input.object);
      const text = written(input.object, hand, isForgotten ? isQuieter : isQuiet);
      expect(value(text)).toEqual(input.object);
      const outcome = inject(input);
      const injected = await on('preview', text, one);
      count(outcome.verdict.kind);
      expect(injected.code).toBe(outcome.verdict.kind === 'refused' ? 1 : 0);
      if (outcome.verdict.kind !== 'injected') return;
      expect(value(injected.out)).toEqual(outcome.object);
      expect((await on('preview', injected.out, one)).out).toBe(injected.out);
      const back = await on('uninject', injected.out, one);
      expect(back.out).toBe(text);
      if (/"<":\[/.test(injected.out) && !isForgotten && text.includes('valueFrom')) count('of them with a reference that moved');
    }),
    runs,
  );
});

test('whatever an annotation says, the YAML that preview prints reads as what the engine made', async () => {
  const template = `pattern: sidecar
parameters: {text: {type: string}}
containers:
- name: agent
  image: agent:1
  args: ["\${params.text}", "a \${params.text}"]
  env: [{name: TEXT, value: "\${params.text}"}]
spec: {nodeSelector: {text: "\${params.text}"}}
`;
  const templates = snapshot({agent: template});
  await fc.assert(
    fc.asyncProperty(hostileText, hands, fc.boolean(), async (text, hand, isJson) => {
      const object = pod('agent', {nodeSelector: {}}, {annotations: {[parameterKey('agent', 'text')]: text}});
      const outcome = inject({operation: 'CREATE', object, namespace: {name: 'default'}, templates, view: 'pods'});
      expect(outcome.verdict.kind).toBe('injected');
      const manifest = isJson ? JSON.stringify(object) : written(object, hand, isQuiet);
      const files = {'-': manifest, 't/agent.yaml': template};
      const {out} = await cli(['preview', '-f', '-', '-t', 't'], {files});
      expect(value(out)).toEqual(outcome.object);
      if (!isJson) expect((await cli(['uninject', '-f', '-'], {files: {'-': out}})).out).toBe(manifest);
    }),
    runs,
  );
});

afterAll(() => {
  console.log(`manifests: ${[...mix].map(([what, times]) => `${what} ${times}`).join(', ')}`);
});
