import {describe, expect, test} from 'vitest';
import type {JsonObject} from '../../src/core/json.ts';
import {cli, type Result} from '../helpers/cli.ts';
import {at} from '../helpers/objects.ts';
import {deploymentText, explained, explainFiles, podText, templateText} from './explain-files.ts';

const asks = (names: string): string => `annotations: {pod-injector.dev/inject: "${names}"}`;
const enabled = (list: string): string =>
  `apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {pod-injector.dev/injection: enabled}, ${asks(list)}}\n`;

describe('what is injected', () => {
  test('is told with what was added and kept, who decided, and where it stands', async () => {
    const template = templateText(
      'agent',
      '    app: {containers: [web], env: [{name: LEVEL, value: info}, {name: MORE, value: "1"}]}\n',
    );
    const pod = podText(asks('agent'), '[{name: web, image: "web:1", env: [{name: LEVEL, value: debug}]}]');
    const {code, out, err} = await explainFiles([pod], {templates: [template]});
    expect(out).toBe(
      [
        'Pod shop/web: injected: agent',
        '  decided by the pod: Pod shop/web: pod-injector.dev/inject: "agent"',
        '  template agent: injected',
        '    added: containers/agent, containers/web/env/MORE',
        '    kept: containers/web/env/LEVEL',
        '  in: -:1:1',
        '',
      ].join('\n'),
    );
    expect(err).toBe('1 object: 1 injected\n');
    expect(code).toBe(0);
  });

  test.each<[string, readonly string[], unknown]>([
    ['a pod', [podText(asks('agent'))], [{level: 'pod', on: 'Pod shop/web', value: 'agent'}]],
    [
      'a pod template',
      [deploymentText({pod: asks('agent')})],
      [{level: 'podTemplate', on: 'Deployment shop/web', value: 'agent'}],
    ],
    ['a workload', [deploymentText({own: asks('agent')})], [{level: 'workload', on: 'Deployment shop/web', value: 'agent'}]],
    ['a namespace', [deploymentText(), enabled('agent')], [{level: 'namespace', on: 'namespace shop', value: 'agent'}]],
    [
      'a pod template that means the list of its namespace',
      [deploymentText({pod: asks('true')}), enabled('agent')],
      [
        {level: 'podTemplate', on: 'Deployment shop/web', value: 'true'},
        {level: 'namespace', on: 'namespace shop', value: 'agent'},
      ],
    ],
  ])('is told to be decided by %s', async (_, documents, rules) => {
    const [one] = await explained(documents);
    expect(one).toMatchObject({verdict: 'injected', problem: false, decidedBy: rules});
  });

  test('by the old annotation is decided by that', async () => {
    const [one] = await explained([podText('annotations: {initializer.kubernetes.io/agent: "true"}')]);
    expect(one?.decidedBy).toEqual([{level: 'pod', on: 'Pod shop/web', key: 'initializer.kubernetes.io/agent', value: 'true'}]);
  });

  test('without an optional template says which is left out, and is no finding', async () => {
    const {code, out} = await explainFiles([podText(asks('agent,gone?'))]);
    expect(out.split('\n').slice(0, 2)).toEqual([
      'Pod shop/web: injected: agent: templateMissing: template gone was left out: there is no template "gone"',
      '  fix: make the template gone, or take it off the list',
    ]);
    expect(code).toBe(0);
  });

  test('without an optional template that could not be injected says what mends that', async () => {
    const {out} = await explainFiles([
      podText(`annotations: {pod-injector.dev/inject: "agent?", pod-injector.dev/agent.x: "1"}`),
    ]);
    expect(out.split('\n').slice(0, 2)).toEqual([
      expect.stringContaining('unknownParameter: template agent was left out: '),
      '  fix: remove the annotation',
    ]);
  });

  test('moved variables of an ambassador are told with both their places', async () => {
    const ambassador = templateText('redis')
      .replace('sidecar', 'ambassador')
      .concat(
        '    ambassador: [{listen: 6379, redirect: {host: REDIS_HOST, port: REDIS_PORT}, upstream: {host: UP_HOST, port: UP_PORT}}]\n',
      );
    const env = '[{name: REDIS_HOST, value: redis.example}, {name: REDIS_PORT, value: "6379"}]';
    const [one] = await explained([podText(asks('redis'), `[{name: web, image: "web:1", env: ${env}}]`)], {
      templates: [ambassador],
    });
    expect(one?.templates[0]?.moved).toEqual([
      'containers/web/env/REDIS_HOST → containers/redis/env/UP_HOST',
      'containers/web/env/REDIS_PORT → containers/redis/env/UP_PORT',
    ]);
  });
});

describe('what is injected already', () => {
  const made = async (text: string): Promise<string> => {
    const files = {'-': text, 't.yaml': templateText('agent')};
    return (await cli(['preview', '-f', '-', '-t', 't.yaml', '--as-stored'], {files})).out;
  };

  test('into a workload is told with what was added', async () => {
    const [one] = await explained([await made(deploymentText({own: asks('agent')}))]);
    expect(one).toMatchObject({verdict: 'alreadyInjected', templates: [{name: 'agent', added: ['containers/agent']}]});
  });

  test('into an object of a controller, too', async () => {
    const text = await made(deploymentText({own: asks('agent')}));
    const owner = 'ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: x, controller: true}]';
    const owned = text.replace('kind: Deployment', 'kind: ReplicaSet').replace('{name: web,', `{name: web-1, ${owner},`);
    expect(owned).toContain(owner);
    const [one] = await explained([owned]);
    expect(one).toMatchObject({verdict: 'alreadyInjected', templates: [{name: 'agent', added: ['containers/agent']}]});
  });
});

describe('a template whose ConfigMap lacks its label', () => {
  const unlabelled = templateText('agent').replace('labels: {pod-injector.dev/template: "true"}', 'labels: {a: b}');
  const templates = [templateText('other'), unlabelled];
  const command =
    'its ConfigMap lacks the label: kubectl label configmap agent -n pod-injector pod-injector.dev/template=true --overwrite';

  test.each(['agent', 'agent?,other', 'agent?'])('is missing, and what to do is to label it: %s', async (list) => {
    const [one] = await explained([podText(asks(list))], {templates});
    expect(one).toMatchObject({code: 'templateMissing', fix: command});
  });

  test('counts in the namespace of the injector alone', async () => {
    const elsewhere = unlabelled.replace('namespace: pod-injector', 'namespace: shop');
    const [one] = await explained([podText(asks('agent'))], {templates: [templateText('other'), elsewhere]});
    expect(one).toMatchObject({code: 'templateMissing', fix: expect.stringMatching(/^make it/)});
  });
});

describe('a Namespace alone', () => {
  const sized = templateText('agent').replace('    containers', '    parameters: {size: {type: integer}}\n    containers');
  const withSize = (size: string): string =>
    enabled('agent').replace('{pod-injector.dev/inject:', `{pod-injector.dev/${size}, pod-injector.dev/inject:`);

  test.each([
    ['agent.size: "5"', 'injected', undefined],
    ['other.size: x', 'injected', undefined],
    ['agent.size: x', 'refused', 'badParameter'],
    ['agent.sise: "5"', 'refused', 'unknownParameter'],
  ])('is as good as the parameters that it sets: %s', async (size, verdict, code) => {
    const [one] = await explained([withSize(size)], {
      templates: [sized.replace('image: "agent:1"', 'image: "agent:${params.size}"')],
    });
    expect(one).toMatchObject({verdict, problem: verdict === 'refused', ...(code === undefined ? {} : {code})});
    expect(one?.code).toBe(code);
  });

  test('goes on without an optional template that is missing', async () => {
    const [one] = await explained([enabled('agent,gone?')]);
    expect(one).toMatchObject({verdict: 'injected', problem: false, code: 'templateMissing'});
    expect(one?.templates.map(({name, verdict}) => [name, verdict])).toEqual([
      ['agent', 'injected'],
      ['gone', 'skipped'],
    ]);
    const [none] = await explained([enabled('gone?')]);
    expect(none).toMatchObject({verdict: 'skipped', problem: false, code: 'templateMissing'});
  });
});

test('an annotation that is empty is the cause, and templates that are broken are not proposed', async () => {
  const broken = templateText('aaa').replace('sidecar', 'sidecr');
  const {code, out} = await explainFiles([podText(asks(''))], {templates: [broken, templateText('agent')]});
  expect(out.split('\n').slice(0, 2)).toEqual([
    'Pod shop/web: not injected: emptyAnnotation: pod-injector.dev/inject is empty, so it asks for nothing',
    '  fix: write pod-injector.dev/inject: agent under metadata.annotations',
  ]);
  expect(out).not.toContain('note: emptyAnnotation');
  expect(code).toBe(0);
});

describe('for programs', () => {
  test('each object has the same fields, with the reason in code, message and fix', async () => {
    const list = await explained([deploymentText({pod: asks('agnt')})]);
    expect(list).toEqual([
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: 'shop',
        name: 'web',
        source: '-',
        line: 1,
        column: 1,
        verdict: 'refused',
        problem: true,
        code: 'templateMissing',
        message: 'there is no template "agnt"',
        fix: 'did you mean agent?',
        decidedBy: [{level: 'podTemplate', on: 'Deployment shop/web', key: 'pod-injector.dev/inject', value: 'agnt'}],
        templates: [
          {
            name: 'agnt',
            verdict: 'refused',
            code: 'templateMissing',
            message: 'there is no template "agnt"',
            added: [],
            moved: [],
            kept: [],
          },
        ],
        notes: [],
        podsWithout: [],
      },
    ]);
  });

  test('a version of Kubernetes decides about native sidecars, and is told of', async () => {
    const template = templateText('agent', '    native: auto\n');
    const said = async (...flags: readonly string[]): Promise<readonly string[]> => {
      const {out} = await explainFiles([podText(asks('agent'))], {templates: [template], flags});
      return out.split('\n').filter((line) => /template|added|note: native/.test(line));
    };
    expect(await said('--server-version', '1.31')).toEqual([
      '  template agent: injected, as a classic sidecar',
      '    added: containers/agent',
    ]);
    const native = ['  template agent: injected, as a native sidecar', '    added: initContainers/agent'];
    expect(await said('--server-version', 'v1.32.4')).toEqual(native);
    // Without one the newest is assumed, and that is told.
    const assumed = await said();
    expect(assumed.slice(0, 2)).toEqual(native);
    expect(assumed.slice(2)).toEqual([expect.stringMatching(/^ {2}note: nativeAssumed: /)]);
  });
});

describe('beside a template that is refused', () => {
  test('no other one is called injected', async () => {
    const [pod] = await explained([podText(asks('agent,gone'))]);
    expect(pod).toMatchObject({
      verdict: 'refused',
      templates: [
        {name: 'agent', verdict: 'skipped', added: []},
        {name: 'gone', verdict: 'refused'},
      ],
    });
  });
});

describe('the order', () => {
  test('what is wrong comes first, and one finding makes the exit code 1', async () => {
    const good = podText(asks('agent')).replace('name: web,', 'name: good,');
    const bad = podText(asks('gone')).replace('name: web,', 'name: bad,');
    const {code, out, err} = await explainFiles([good, bad]);
    expect(out.split('\n').filter((line) => /^\S/.test(line))).toEqual([
      'Pod shop/bad: refused: templateMissing: there is no template "gone"',
      'Pod shop/good: injected: agent',
    ]);
    expect(err).toBe('2 objects: 1 injected, 1 refused\n');
    expect(code).toBe(1);
  });

  test('a document that cannot be read is a finding, and the others are explained all the same', async () => {
    const {code, out, err} = await explainFiles([podText(asks('agent')), 'kind: [\n']);
    expect(out).toMatch(/^Pod shop\/web: injected: agent\n/);
    expect(err).toMatch(/^-:\d+:\d+: /);
    expect(code).toBe(1);
  });
});

describe('what carries an injection', () => {
  test('is injected already, whether its template is still the same is told', async () => {
    const {out: injected} = await cliPreview(podText(asks('agent')));
    const [same] = await explained([injected]);
    expect(same).toMatchObject({verdict: 'alreadyInjected', problem: false, notes: []});
    const [changed] = await explained([injected], {templates: [templateText('agent').replace(':1', ':2')]});
    expect(changed).toMatchObject({verdict: 'alreadyInjected', problem: false, notes: [{code: 'templateChanged'}]});
  });

  test('that nothing asks for any more is no finding, and its first line says so', async () => {
    const {out: injected} = await cliPreview(podText(asks('agent')));
    const {code, out} = await explainFiles([injected.replace('pod-injector.dev/inject: "agent"', 'x: y')]);
    expect(out).toMatch(/^Pod shop\/web: injected, and nothing asks for it any more: removed: agent: taken out, because /);
    expect(code).toBe(0);
  });

  test('by its workload, the pod is told to be decided by that', async () => {
    const {out} = await cliPreview(deploymentText({own: asks('agent')}), '-o', 'json');
    const template = at(JSON.parse(out), 'spec', 'template') as JsonObject;
    const ownerReferences = [{apiVersion: 'batch/v1', kind: 'Job', name: 'web', uid: 'u', controller: true}];
    const metadata = {...(template['metadata'] as JsonObject), name: 'web-1', namespace: 'shop', ownerReferences};
    const pod = JSON.stringify({apiVersion: 'v1', kind: 'Pod', ...template, metadata});
    const [one] = await explained([`${pod}\n`]);
    expect(one).toMatchObject({verdict: 'alreadyInjected', decidedBy: [{level: 'workload', on: 'Job shop/web', value: 'agent'}]});
  });
});

async function cliPreview(text: string, ...flags: readonly string[]): Promise<Result> {
  return await cli(['preview', '-f', '-', '-t', 't.yaml', ...flags], {files: {'-': text, 't.yaml': templateText('agent')}});
}
