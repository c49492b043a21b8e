import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {parseAllDocuments} from 'yaml';
import {webhookConfiguration} from '../../src/cluster/registration.ts';
import {templateWebhookConfiguration} from '../../src/cluster/template-registration.ts';
import {readServeConfig, serveFlags, variableOf} from '../../src/config.ts';

const folder = path.resolve('manifests');

interface Manifest {
  readonly kind: string;
  readonly metadata: {readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>>};
  readonly [key: string]: unknown;
}

function documents(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(path.join(folder, file), 'utf8')).map((document) => document.toJS() as Manifest);
}

const base = readdirSync(path.join(folder, 'base'))
  .filter((file) => file !== 'kustomization.yaml')
  .flatMap((file) => documents(path.join('base', file)));
const only = (kind: string): Manifest => {
  const [one, ...more] = base.filter((manifest) => manifest.kind === kind);
  expect(more).toEqual([]);
  return one as Manifest;
};

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

describe('the manifests', () => {
  test.each([
    ['MutatingWebhookConfiguration', '/mutate', webhookConfiguration],
    ['ValidatingWebhookConfiguration', '/validate', templateWebhookConfiguration],
  ])('hold the %s exactly as --register-url does, but for the address', (kind, route, make) => {
    const service = {namespace: 'pod-injector', name: 'pod-injector-webhook', path: route, port: 443};
    expect(only(kind)).toEqual(make({name: 'pod-injector', ownNamespace: 'pod-injector', clientConfig: {service}}));
  });

  test('name in the base every file that is there', () => {
    const [kustomization] = documents('base/kustomization.yaml') as unknown as {resources: string[]}[];
    const files = readdirSync(path.join(folder, 'base')).filter((file) => file !== 'kustomization.yaml');
    expect(kustomization?.resources.toSorted()).toEqual(files.toSorted());
  });

  test('ask for nothing beyond what is needed, and for objects by their names', () => {
    const rules = base
      .filter(({kind}) => kind === 'Role' || kind === 'ClusterRole')
      .flatMap(({kind, rules: list}) => (list as Rule[]).map((rule) => ({kind, ...rule})))
      .flatMap(({kind, resources, resourceNames, verbs}) =>
        resources.map((resource) => `${kind} ${resource} ${resourceNames?.join() ?? '*'}: ${verbs.join()}`),
      );
    expect(rules.toSorted()).toEqual([
      'ClusterRole mutatingwebhookconfigurations pod-injector: get,list,watch,patch',
      'ClusterRole namespaces *: get,list,watch',
      'ClusterRole validatingwebhookconfigurations pod-injector: get,list,watch,patch',
      'Role configmaps *: get,list,watch',
      'Role events *: create,patch',
      'Role leases *: create',
      'Role leases pod-injector: get,update',
      'Role secrets *: create',
      'Role secrets pod-injector-certs: get,list,watch,update,patch',
    ]);
  });

  test('give the process only variables that it reads, with values that it takes', () => {
    const {spec} = only('Deployment') as unknown as {
      spec: {
        template: {
          spec: {
            containers: {env: {name: string; value?: string}[]; ports: {containerPort: number}[]}[];
            terminationGracePeriodSeconds: number;
          };
        };
      };
    };
    const [container] = spec.template.spec.containers;
    const own = (container?.env ?? []).filter(({name}) => name.startsWith('POD_INJECTOR_'));
    const known = serveFlags.map(({name}) => variableOf(name));
    expect(own.map(({name}) => name).filter((name) => !known.includes(name))).toEqual([]);
    const environment = Object.fromEntries(own.map(({name, value}) => [name, value]));
    const read = readServeConfig({templates: ['x']}, environment);
    if ('faults' in read) throw new Error(JSON.stringify(read.faults));
    expect([read.config.port, read.config.healthPort]).toEqual(container?.ports.map(({containerPort}) => containerPort));
    // Seconds for its own margins are left.
    const drainMs = read.config.gracePeriodMs + read.config.drainTimeoutMs;
    expect(spec.template.spec.terminationGracePeriodSeconds * 1000).toBeGreaterThanOrEqual(drainMs + 10_000);
  });

  test('bring as examples the templates of examples/templates', () => {
    const examples = readdirSync('examples/templates')
      .toSorted()
      .map((file) => readFileSync(path.join('examples/templates', file), 'utf8'));
    expect(readFileSync(path.join(folder, 'components/example-templates/templates.yaml'), 'utf8')).toBe(examples.join('---\n'));
  });
});
