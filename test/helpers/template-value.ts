import type {Template, TemplateSnapshot} from '../../src/core/template.ts';

/** A template by its parts, as the loader makes it of a text; what is not given is empty. */
export function templateValue(
  name: string,
  parts: Partial<Omit<Template, 'app'>> & {readonly app?: Partial<Template['app']>},
): Template {
  return {
    name,
    pattern: 'sidecar',
    required: true,
    position: 'last',
    native: 'never',
    parameters: new Map(),
    ambassador: [],
    containers: [],
    initContainers: [],
    volumes: [],
    metadata: {labels: {}, annotations: {}},
    spec: {},
    hash: '0123456789ab',
    source: `${name}.yaml`,
    ...parts,
    app: {containers: ['*'], initContainers: [], env: [], envFrom: [], volumeMounts: [], ...parts.app},
  };
}

/** A snapshot of good templates. */
export function snapshotOf(...templates: readonly Template[]): TemplateSnapshot {
  return new Map(templates.map((template) => [template.name, {kind: 'good', template}]));
}
