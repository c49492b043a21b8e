import {describe, expect, test} from 'vitest';
import {cli, type Result} from '../helpers/cli.ts';
import {agent, broken, deploymentText, podText, service, templates} from './manifest-files.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** `preview` of what is in `files`, whose manifests are named by `-f`. */
async function preview(files: Files, filenames: readonly string[], ...flags: readonly string[]): Promise<Result> {
  return await cli(['preview', ...filenames.flatMap((name) => ['-f', name]), '-t', 't', ...flags], {
    files: {...templates, ...files},
  });
}

describe('files', () => {
  test('several files, folders and standard input are one stream, in the order they are named', async () => {
    const files = {
      'a.yaml': podText('setup', 'a'),
      '-': podText('setup', 'b'),
      'k/2.yml': podText('setup', 'd'),
      'k/1.yaml': podText('setup', 'c'),
      'k/.x.yaml': 'x',
      'k/notes.txt': 'x',
    };
    const {code, out, err} = await preview(files, ['a.yaml', '-', 'k']);
    expect([...out.matchAll(/^ {2}name: (.)$/gm)].map(([, name]) => name)).toEqual(['a', 'b', 'c', 'd']);
    expect(out.match(/^---$/gm)).toHaveLength(3);
    expect(err).toBe('4 objects: 4 injected\n');
    expect(code).toBe(0);
  });

  test('a file that is named twice, or once more by its folder, is one file', async () => {
    const {err} = await preview({'k/1.yaml': podText('setup')}, ['k', 'k/1.yaml', './k/1.yaml']);
    expect(err).toBe('1 object: 1 injected\n');
  });

  test('a Namespace in one file is the default of a Deployment in another, and -n names the namespace of objects without one', async () => {
    const namespace =
      'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  labels: {pod-injector.dev/injection: enabled}\n  annotations: {pod-injector.dev/inject: agent}\n';
    const plain = podText('x').replace(/ {2}annotations:\n.*\n/, '');
    const files = {'plain.yaml': plain, 'z.yaml': namespace};
    expect((await preview(files, ['plain.yaml', 'z.yaml'], '-n', 'shop')).err).toBe('2 objects: 1 injected, 1 not asked\n');
    expect((await preview(files, ['plain.yaml', 'z.yaml'])).err).toBe('2 objects: 2 not asked\n');
  });

  test.each<[string, Files, string, string]>([
    ['a missing file', {}, 'no.yaml', 'no.yaml: pathMissing: there is no such file or folder; check the path\n'],
    [
      'a folder without manifests',
      {'k/x.txt': ''},
      'k',
      'k: emptyFolder: the folder holds no .yaml, .yml or .json file; folders are not read recursively; name the one that holds them\n',
    ],
    [
      'bytes that are no text',
      {'x.yaml': Uint8Array.of(0xff, 0xfe, 0)},
      'x.yaml',
      'x.yaml: notUtf8: the file is not UTF-8 text; save it as UTF-8\n',
    ],
  ])('%s ends with 2, and nothing of the others is printed', async (_, files, name, message) => {
    const result = await preview({...files, 'good.yaml': podText('agent')}, ['good.yaml', name]);
    expect(result).toEqual({code: 2, out: '', err: message});
  });

  test('missing templates end with 2', async () => {
    const {code, out, err} = await cli(['preview', '-f', 'p.yaml', '-t', 'nope'], {files: {'p.yaml': podText('agent')}});
    expect({code, out, err}).toEqual({
      code: 2,
      out: '',
      err: 'nope: pathMissing: there is no such file or folder; check the path\n',
    });
  });
});

describe('all or nothing', () => {
  test('one refusal, and nothing is printed; the message has file, line and column, and the way out', async () => {
    const {code, out, err} = await preview({'all.yaml': `${podText('agent', 'a')}---\n# next\n${podText('agnt', 'b')}`}, [
      'all.yaml',
    ]);
    expect(out).toBe('');
    expect(err).toBe(
      'all.yaml:13:1: Pod default/b: refused: templateMissing: there is no template "agnt"; did you mean agent?\n' +
        '2 objects: 1 injected, 1 refused; nothing was printed\n',
    );
    expect(code).toBe(1);
  });

  test('broken YAML in a document that may concern us has its place, and nothing is printed', async () => {
    const {code, out, err} = await preview({'p.yaml': `${service}---\n${podText('agent', 'a: b')}`}, ['p.yaml']);
    expect(out).toBe('');
    expect(err).toMatch(/^p\.yaml:9:9: yamlSyntax: .+\n/);
    expect(err).toMatch(/\n1 object: 1 unreadable; nothing was printed \(and 1 without any of our keys\)\n$/);
    expect(code).toBe(1);
  });

  test('a template that is missing is no reason when it is optional', async () => {
    const {code, out, err} = await preview({'p.yaml': podText('agent,nope?')}, ['p.yaml']);
    expect(out).toContain('image: agent:1');
    expect(err).toMatch(/^p\.yaml:1:1: Pod default\/web: templateSkipped: .*nope.*\n1 object: 1 injected\n$/);
    expect(code).toBe(0);
  });

  test('a broken template stops only those who ask for it, and is told in any case', async () => {
    const files = {'t/broken.yaml': broken, 'a.yaml': podText('agent'), 'b.yaml': podText('broken')};
    const fine = await preview(files, ['a.yaml']);
    expect(fine.err).toMatch(/^t\/broken\.yaml:13:1: unknownKey: `contaners`/);
    expect(fine.out).toContain('agent:1');
    expect(fine.code).toBe(0);
    const refused = await preview(files, ['b.yaml']);
    expect(refused.err).toMatch(/b\.yaml:1:1: Pod default\/web: refused: templateBroken: .*contaners.*t\/broken\.yaml:13/);
    expect(refused.out).toBe('');
    expect(refused.code).toBe(1);
  });

  test('--quiet leaves only errors', async () => {
    const files = {'t/broken.yaml': broken, 'a.yaml': podText('agent,nope?'), 'b.yaml': podText('nope')};
    expect((await preview(files, ['a.yaml'], '-q')).err).toBe('');
    expect((await preview(files, ['a.yaml', 'b.yaml'], '--quiet')).err).toMatch(/^b\.yaml:1:1: [^\n]*templateMissing[^\n]*\n$/);
  });
});

describe('what is told', () => {
  test('an opt-out, a key that nothing reads, a value that was kept', async () => {
    const customised = `${podText('agent')}  - name: agent\n    image: mine:2\n`;
    const files = {
      'a.yaml': podText('"false"'),
      'b.yaml': podText('agent').replace('    pod-injector', '    pod-injector.dev/injct: x\n    pod-injector'),
      'c.yaml': customised,
    };
    const {code, err} = await preview(files, ['a.yaml', 'b.yaml', 'c.yaml']);
    expect(err).toMatch(/^a\.yaml:1:1: Pod default\/web: skipped: optedOut: an annotation opts out of injection$/m);
    expect(err).toMatch(/^b\.yaml:1:1: Pod default\/web: unknownAnnotation: .*injct; did you mean pod-injector\.dev\/inject\?$/m);
    expect(err).toMatch(
      /^c\.yaml:1:1: Pod default\/web: kept: template agent: containers\/agent\/image was there already and stays as it is$/m,
    );
    expect(err).toMatch(/\n3 objects: 2 injected, 1 skipped\n$/);
    expect(code).toBe(0);
  });

  test.each([
    ['apps/v1beta1', 'Deployment', 'apps/v1'],
    ['extensions/v1beta1', 'DaemonSet', 'apps/v1'],
    ['batch/v1beta1', 'CronJob', 'batch/v1'],
  ])('%s %s is read by its kind, with a warning', async (version, kind, served) => {
    const text = deploymentText('agent').replace('apps/v1', version).replace('Deployment', kind);
    const cron = text
      .replace(/ {2}selector:\n.*\n/, '  jobTemplate:\n   spec:\n')
      .replace(/ {2}template:[^]*/, (all) => all.replaceAll(/^/gm, '   '));
    const {code, err} = await preview({'d.yaml': kind === 'CronJob' ? cron.trimEnd() : text}, ['d.yaml']);
    expect(err).toContain(
      `d.yaml:1:1: ${kind} default/web: oldApiGroup: ${version}: this API version is no longer served; it is read by its kind; write ${served}\n`,
    );
    expect(err).toContain('1 object: 1 injected\n');
    expect(code).toBe(0);
  });

  test('--as-stored leaves a workload whose pods are injected later, and tells what they will get', async () => {
    const text = deploymentText('agent');
    const {code, out, err} = await preview({'d.yaml': text}, ['d.yaml'], '--as-stored');
    expect(out).toBe(text);
    expect(err).toContain('its pods get agent when they are created\n');
    const refused = await preview({'d.yaml': deploymentText('nope')}, ['d.yaml'], '--as-stored');
    expect(refused.err).toContain('d.yaml:1:1: Deployment default/web: its pods will be refused: templateMissing: ');
    expect([code, refused.code]).toEqual([0, 0]);
  });

  test('--as-stored changes a workload that is annotated itself', async () => {
    const {out} = await preview({'d.yaml': deploymentText('agent', 'workload')}, ['d.yaml'], '--as-stored');
    expect(out).toContain('image: agent:1');
  });
});

describe('uninject', () => {
  test('takes out what preview put in, whatever the templates are today', async () => {
    const text = `${service}---\n${deploymentText('agent,setup', 'workload')}---\n${podText('setup')}`;
    const injected = await preview({'all.yaml': text}, ['all.yaml']);
    expect(injected.out).toContain('setup:1');
    const {code, out, err} = await cli(['uninject', '-f', '-'], {files: {'-': injected.out}});
    expect(out).toBe(text);
    expect(err).toBe('2 objects: 2 taken out (and 1 without any of our keys)\n');
    expect(code).toBe(0);
  });

  test('leaves what carries no record', async () => {
    const {code, out, err} = await cli(['uninject', '-f', 'p.yaml'], {files: {'p.yaml': podText('agent')}});
    expect({code, out, err}).toEqual({code: 0, out: podText('agent'), err: '1 object: 1 not asked\n'});
  });
});

test('templates come from standard input too', async () => {
  const configMap = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: agent\n  labels: {pod-injector.dev/template: "true"}\ndata:\n  template: |\n${agent.replaceAll(/^(?=.)/gm, '    ')}`;
  const {code, out} = await cli(['preview', '-f', 'p.yaml', '-t', '-'], {files: {'p.yaml': podText('agent'), '-': configMap}});
  expect(out).toContain('image: agent:1');
  expect(code).toBe(0);
});

test('--server-version decides about native sidecars; without it the newest version is assumed, with a warning', async () => {
  const native = {'t/agent.yaml': `${agent}native: auto\n`};
  const {out, err} = await preview({...native, 'p.yaml': podText('agent')}, ['p.yaml'], '--server-version', '1.31');
  expect(out).not.toContain('initContainers:');
  expect(err).toBe('1 object: 1 injected\n');
  const assumed = await preview({...native, 'p.yaml': podText('agent')}, ['p.yaml']);
  expect(assumed.out).toContain('initContainers:');
  expect(assumed.err).toContain('nativeAssumed: ');
});
