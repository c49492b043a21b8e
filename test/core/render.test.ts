import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {formatFault} from '../../src/core/errors.ts';
import {podBudget} from '../../src/core/expression/budget.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {render, type Rendering, type Surroundings} from '../../src/core/render.ts';
import type {Template} from '../../src/core/template.ts';
import {snapshot} from '../helpers/templates.ts';
import {propertyRuns} from '../helpers/property-runs.ts';

function templateOf(text: string): Template {
  const entry = snapshot({proxy: text}).get('proxy');
  if (entry?.kind !== 'good') throw new Error('broken');
  return entry.template;
}

const pod: JsonObject = {
  metadata: {name: 'web-0', labels: {app: 'web', __proto__x: 'y'}, annotations: {}},
  spec: {containers: [{name: 'web', ports: [{containerPort: 8080}]}]},
};

function around(annotations: JsonObject = {}, more: Partial<Surroundings> = {}): Surroundings {
  return {
    pod,
    namespaceObject: {metadata: {name: 'shop', labels: {team: 'a'}, annotations: {}}},
    workload: {kind: 'Deployment', name: 'web'},
    sources: [
      {
        level: 'pod',
        annotations: Object.fromEntries(
          Object.entries(annotations).map(([key, value]) => [`pod-injector.dev/proxy.${key}`, value]),
        ),
      },
    ],
    budget: podBudget(),
    ...more,
  };
}

function rendered(rendering: Rendering): Template {
  if (rendering.kind !== 'rendered') throw new Error(JSON.stringify(rendering));
  return rendering.template;
}

function faultsOf(rendering: Rendering): string[] {
  return rendering.kind === 'refused' ? rendering.faults.map(formatFault) : [];
}

const tuned = `pattern: sidecar
parameters:
  port: {type: integer, default: 24224, minimum: 1, maximum: 65535}
  level: {type: string, default: info}
  resources: {type: object, default: {}}
  args: {type: array, default: []}
  workers: {type: number, default: 1.5}
when: params.level != "off"
containers:
- name: agent
  image: agent:1
  args: \${params.args}
  command: [run, "--level=\${params.level}", "--app=\${pod.spec.containers[0].name}", "\${workload.kind}/\${workload.name}"]
  env:
  - {name: PORT, value: "\${params.port}"}
  - {name: NEXT, value: "\${pod.spec.containers[0].ports[0].containerPort * 2}"}
  - {name: TEAM, value: "\${namespaceObject.metadata.labels.team} of \${template.name}"}
  - {name: WORKERS, value: "\${params.workers}"}
  ports: [{containerPort: "\${params.port}"}]
  resources: \${params.resources}
`;

test('parameters, the pod, its namespace, its workload and the template itself are what expressions compute from', () => {
  const template = rendered(
    render(templateOf(tuned), around({port: '99', level: 'debug', args: '[a, b]', resources: '{limits: {cpu: 100m}}'})),
  );
  expect(template.containers).toEqual([
    {
      name: 'agent',
      image: 'agent:1',
      args: ['a', 'b'],
      command: ['run', '--level=debug', '--app=web', 'Deployment/web'],
      env: [
        {name: 'PORT', value: '99'},
        {name: 'NEXT', value: '16160'},
        {name: 'TEAM', value: 'a of proxy'},
        {name: 'WORKERS', value: '1.5'},
      ],
      ports: [{containerPort: 99}],
      resources: {limits: {cpu: '100m'}},
    },
  ]);
});

test('a rendered template computes nothing more, and is the same template to the status', () => {
  const template = templateOf(tuned);
  const once = rendered(render(template, around()));
  expect(once.program).toBeUndefined();
  expect([once.hash, once.name, once.source]).toEqual([template.hash, template.name, template.source]);
  const plain = templateOf('pattern: sidecar\ncontainers: [{name: a, image: b}]\n');
  expect(rendered(render(plain, around()))).toBe(plain);
});

test('pods of one workload share one rendered template, and other values have their own', () => {
  const template = templateOf(tuned);
  const first = rendered(render(template, around({port: '1'})));
  expect(rendered(render(template, around({port: '1'})))).toBe(first);
  expect(rendered(render(template, around({port: '2'}))).containers[0]?.['ports']).toEqual([{containerPort: 2}]);
  expect(rendered(render(template, around({port: '1'})))).toBe(first);
});

test('what is remembered of a template is bounded, and right beyond the bound', () => {
  const template = templateOf(tuned);
  const ports = Array.from({length: 300}, (_, index) => index + 1);
  for (const port of [...ports, ...ports.toReversed()]) {
    const {containers} = rendered(render(template, around({port: String(port)})));
    expect(containers[0]?.['ports']).toEqual([{containerPort: port}]);
  }
});

test('values that look alike are not taken for each other', () => {
  const template = templateOf(
    'pattern: sidecar\nparameters: {a: {type: string}, b: {type: string}}\nmetadata: {annotations: {x: "${params.a}", z: "${params.b}"}}\n',
  );
  const of = (a: string, b: string): JsonObject => rendered(render(template, around({a, b}))).metadata.annotations;
  expect(of('","', 'x')).toEqual({x: '","', z: 'x'});
  expect(of('', '","x')).toEqual({x: '', z: '","x'});
  expect(of('"', ',"x')).toEqual({x: '"', z: ',"x'});
});

describe('a condition', () => {
  test('that is false skips the template', () => {
    expect(render(templateOf(tuned), around({level: 'off'}))).toEqual({kind: 'skipped', reason: 'whenFalse'});
  });

  test('that fails refuses it, and names the expression and what to do', () => {
    const template = templateOf('pattern: sidecar\nwhen: pod.spec.nope\ncontainers: [{name: a, image: b}]\n');
    const [fault] = faultsOf(render(template, around()));
    expect(fault).toMatch(
      /^expressionFailed: template proxy: the expression `pod\.spec\.nope` in `when` failed: .*; correct the expression, .*has\(…\).*orValue/,
    );
  });

  test('that is neither true nor false refuses it', () => {
    const template = templateOf('pattern: sidecar\nwhen: pod.metadata.name\ncontainers: [{name: a, image: b}]\n');
    expect(faultsOf(render(template, around()))[0]).toMatch(/^expressionFailed: .*"web-0", and a condition is true or false/);
  });

  test('on hostNetwork is read as it is written in the documentation', () => {
    const template = templateOf(
      'pattern: sidecar\nwhen: "!has(pod.spec.hostNetwork) || !pod.spec.hostNetwork"\ncontainers: [{name: a, image: b}]\n',
    );
    expect(render(template, around()).kind).toBe('rendered');
    expect(render(template, around({}, {pod: {spec: {hostNetwork: false}}})).kind).toBe('rendered');
    expect(render(template, around({}, {pod: {spec: {hostNetwork: true}}})).kind).toBe('skipped');
  });
});

test('an expression that fails is named with its place, and all that fail come in one run', () => {
  const template = templateOf(
    'pattern: sidecar\ncontainers:\n- {name: a, image: b, workingDir: "/${pod.spec.nope}", args: ["${pod.metadata.labels.x}"]}\n',
  );
  const faults = faultsOf(render(template, around()));
  expect(faults).toHaveLength(2);
  expect(faults.join('\n')).toMatch(
    /`pod\.spec\.nope` in `containers\[0\]\.workingDir`[^]*`pod\.metadata\.labels\.x` in `containers\[0\]\.args\[0\]`/,
  );
});

test('within a string there is no room for a list, a map or nothing', () => {
  const template = templateOf('pattern: sidecar\ncontainers:\n- {name: a, image: b, workingDir: "/${pod.spec.containers}"}\n');
  expect(faultsOf(render(template, around()))[0]).toMatch(/^expressionFailed: .*gives a list/);
});

test.each<[string, string, RegExp]>([
  [
    'a port',
    'ports: [{containerPort: "${pod.metadata.name}"}]',
    /`containers\[0\]\.ports\[0\]\.containerPort` must be an integer, and is "web-0", from `\$\{pod\.metadata\.name\}`/,
  ],
  ['a quantity', 'resources: {limits: {cpu: "${params.x}"}}', /which is no quantity, from `\$\{params\.x\}`/],
  ['a map', 'resources: "${pod.metadata.name}"', /`containers\[0\]\.resources` must be a map/],
  ['a mount path', 'volumeMounts: [{name: v, mountPath: "${params.x}"}]', /a mount path has no `:`, from/],
  [
    'nothing where something is needed',
    'ports: [{containerPort: "${pod.spec.?x.orValue(null)}"}]',
    /`containers\[0\]\.ports\[0\]` has no `containerPort`, from/,
  ],
])('a bad value for %s is refused with the expression that gave it', (_, field, expected) => {
  const template = templateOf(
    `pattern: sidecar\nparameters: {x: {type: string, default: "a:b"}}\nvolumes: [{name: v, emptyDir: {}}]\ncontainers:\n- name: a\n  image: b\n  ${field}\n`,
  );
  const [fault] = faultsOf(render(template, around()));
  expect(fault).toMatch(/^badValue: template proxy: /);
  expect(fault).toMatch(expected);
});

test('a value can be no label, name or key that the template itself could not have', () => {
  const template = templateOf(
    'pattern: sidecar\nparameters: {x: {type: string}, z: {type: object}}\nmetadata: {labels: {a: "${params.x}"}, annotations: "${params.z}"}\n',
  );
  expect(faultsOf(render(template, around({x: 'a b', z: '{}'})))[0]).toMatch(/^badValue: /);
  expect(faultsOf(render(template, around({x: 'a', z: '{pod-injector.dev/inject: other}'})))[0]).toMatch(/^badValue: /);
  expect(faultsOf(render(template, around({x: 'a', z: '{b: 1}'})))[0]).toMatch(/^badValue: /);
});

test('a field whose whole value is null is left out, and so is an item of a list', () => {
  const template = templateOf(
    'pattern: sidecar\ncontainers:\n- name: a\n  image: b\n  workingDir: "${pod.spec.?x.orValue(null)}"\n  args: [a, "${pod.spec.?x.orValue(null)}"]\n',
  );
  expect(rendered(render(template, around())).containers).toEqual([{name: 'a', image: 'b', args: ['a']}]);
});

test('an ambassador and an adapter are computed, too', () => {
  const ambassador = templateOf(`pattern: ambassador
parameters: {port: {type: integer, default: 6379}, variable: {type: string, default: REDIS_HOST}}
containers: [{name: a, image: b}]
ambassador:
- listen: \${params.port}
  redirect: {host: "\${params.variable}", port: REDIS_PORT}
  upstream: {host: UP, port: {name: UPP, default: "\${params.port + 1}"}}
`);
  expect(ambassador.ambassador[0]?.listen).toBe(0);
  expect(rendered(render(ambassador, around({variable: 'CACHE'}))).ambassador).toEqual([
    {
      listen: 6379,
      redirect: {host: 'CACHE', port: 'REDIS_PORT'},
      upstream: {host: {name: 'UP'}, port: {name: 'UPP', default: '6380'}},
    },
  ]);
  expect(faultsOf(render(ambassador, around({port: '70000'})))[0]).toMatch(/^badValue: .*ports are from 1 to 65535/);
  expect(faultsOf(render(ambassador, around({variable: 'REDIS_PORT'})))[0]).toMatch(/^badValue: /);
  const adapter = templateOf(`pattern: adapter
parameters: {logs: {type: string}, port: {type: integer, default: 9}}
containers: [{name: a, image: b}]
adapter: {metrics: {port: "\${params.port}"}, reads: ["\${params.logs}"]}
`);
  expect(rendered(render(adapter, around({logs: '/var/log'}))).adapter).toEqual({
    metrics: {port: 9, path: '/metrics', name: 'metrics', podMonitor: {}},
    reads: [{from: {path: '/var/log'}}],
  });
});

test('a parameter of a template without any is refused', () => {
  const template = templateOf('pattern: sidecar\ncontainers: [{name: a, image: b}]\n');
  expect(faultsOf(render(template, around({port: '1'})))).toEqual([
    'unknownParameter: template proxy has no parameter "port", which pod-injector.dev/proxy.port on the pod sets; it has none; remove the annotation',
  ]);
});

test("an annotation's value never adds, removes or renames a field outside of its own string", () => {
  const template = templateOf(`pattern: sidecar
parameters: {x: {type: string}}
volumes: [{name: v, emptyDir: {}}]
containers:
- name: agent
  image: agent:1
  args: ["--x=\${params.x}", "\${params.x}", "$\${params.x}"]
  env: [{name: A, value: "\${params.x}"}]
metadata: {annotations: {whole: "\${params.x}", part: "a \${params.x} b"}}
`);
  const tricks = fc.constantFrom(
    '100m"\n  - name: x',
    '"}]',
    '!!map {a: b}',
    '*a',
    '<<: *a',
    '${pod.metadata.name}',
    '$${params.x}',
    '__proto__',
    '{"__proto__": {"a": 1}}',
    '\n---\n',
    '\u0000',
    '\uD800',
    'null',
    'true',
    '08',
  );
  fc.assert(
    fc.property(fc.oneof(tricks, fc.string({unit: 'binary'})), (x) => {
      const {containers, metadata, initContainers, volumes, spec} = rendered(render(template, around({x})));
      expect([initContainers, volumes, spec]).toEqual([[], [{name: 'v', emptyDir: {}}], {}]);
      expect(containers).toEqual([
        {name: 'agent', image: 'agent:1', args: [`--x=${x}`, x, '${params.x}'], env: [{name: 'A', value: x}]},
      ]);
      expect(metadata).toEqual({labels: {}, annotations: {whole: x, part: `a ${x} b`}});
    }),
    propertyRuns({numRuns: 100, seed: 20_328}),
  );
});

test('rendering never throws, whatever the pod is and whatever is set', () => {
  const template = templateOf(tuned);
  const value = fc.oneof(fc.constantFrom('1', 'debug', '[a]', '{}', '[1]', '{limits: {cpu: x}}'), fc.string());
  const annotations = fc.dictionary(fc.constantFrom('port', 'level', 'args', 'resources', 'workers', 'nope'), value);
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('metadata', 'spec', '__proto__'), fc.jsonValue()), annotations, (object, set) => {
      const surroundings = around(set, {pod: object, workload: {}, namespaceObject: {}});
      expect(['rendered', 'skipped', 'refused']).toContain(render(template, surroundings).kind);
    }),
    propertyRuns({numRuns: 100, seed: 20_329}),
  );
});
