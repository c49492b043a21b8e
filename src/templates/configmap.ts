import {templateLabel} from '../core/annotations.ts';
import type {Position} from '../core/errors.ts';
import {asObject, asString, field, type JsonObject} from '../core/json.ts';
import {didYouMean} from '../core/nearest.ts';
import {fault, located, pointer, type Finding} from '../core/template/finding.ts';
import {readTemplate, type TemplateReading} from '../core/template/read.ts';
import {wrongType} from '../core/template/kind.ts';

/** What a ConfigMap is to the injector. Paths of findings lead into the ConfigMap. */
export type ConfigMapContent =
  | {readonly kind: 'other'}
  | {
      readonly kind: 'text';
      readonly name: string;
      readonly key: TextKey;
      readonly format: 'template' | 'legacy';
      readonly text: string;
    }
  /** It means to be a template, and its text can't be found. */
  | {readonly kind: 'broken'; readonly name: string; readonly findings: readonly Finding[]};

/** The keys of `data` that may hold a template: `config` is the Initializers'. */
export type TextKey = 'template' | 'config';

/** What Initializers' ConfigMaps were called: `NAME-initializer`, without a label. */
const legacySuffix = '-initializer';

/**
 * Tells whether a ConfigMap is a template: one labelled `pod-injector.dev/template: "true"` with `template` (or the old `config`),
 * or, without that label, one whose name ends in `-initializer` and that has `data.config`. Its name is the template's. Codes:
 * `templateLabel`, `templateKeyMissing`, `templateKeyTwice`, `binaryData`, `missingKey`, `wrongType`. Pure; never throws.
 */
export function contentOf(configMap: JsonObject): ConfigMapContent {
  const metadata = asObject(field(configMap, 'metadata'));
  const name = asString(field(metadata, 'name')) ?? '';
  const data = asObject(field(configMap, 'data'));
  const label = field(asObject(field(metadata, 'labels')), templateLabel) ?? null;
  if (label === 'false') return other;
  if (label === null) {
    return name.endsWith(legacySuffix) && has(data, 'config') ? textOf(name, 'config', data) : other;
  }
  if (label !== 'true') {
    const message = `the label \`${templateLabel}\` is ${JSON.stringify(label)}, and only "true" makes a template`;
    const fix = label === true ? 'put it in quotes: "true"' : 'write "true", or "false" for a ConfigMap that is none';
    return broken(name, fault('templateLabel', ['metadata', 'labels', templateLabel], message, {fix}));
  }
  const findings = [...checkLabelled(configMap, data, name)];
  return findings.length > 0 ? broken(name, ...findings) : textOf(name, has(data, 'template') ? 'template' : 'config', data);
}

/**
 * Reads a ConfigMap as the API gives it; undefined when it is no template. Faults name `configmap/NAMESPACE/NAME[KEY]` and count
 * lines in the text of the key. Pure; never throws.
 *
 * @param read reads its text: `readAdvised` gives advice too.
 */
export function readConfigMap(configMap: JsonObject, read: typeof readTemplate = readTemplate): TemplateReading | undefined {
  const content = contentOf(configMap);
  const namespace = asString(field(asObject(field(configMap, 'metadata')), 'namespace')) ?? 'default';
  switch (content.kind) {
    case 'other':
      return undefined;
    case 'text':
      return read(content.text, {
        name: content.name,
        format: content.format,
        source: `configmap/${namespace}/${content.name}[${content.key}]`,
      });
    case 'broken':
      return readingOf(content.name, content.findings, `configmap/${namespace}/${content.name}`, () => undefined);
  }
}

/** Findings about a ConfigMap itself as a broken template. */
export function readingOf(
  name: string,
  findings: readonly Finding[],
  source: string,
  positionOf: (finding: Finding) => Position | undefined,
): TemplateReading {
  return {
    entry: {kind: 'broken', name, faults: findings.map((finding) => located(finding, source, positionOf(finding)))},
    warnings: [],
  };
}

const other: ConfigMapContent = {kind: 'other'};

function* checkLabelled(configMap: JsonObject, data: JsonObject | undefined, name: string): Generator<Finding> {
  const given = field(asObject(field(configMap, 'metadata')), 'name') ?? '';
  if (given === '')
    yield fault('missingKey', ['metadata'], "the ConfigMap has no name, which is the template's", {fix: 'add `metadata.name`'});
  else if (name === '') yield wrongType('a string', given, ['metadata', 'name']);
  if (Object.keys(asObject(field(configMap, 'binaryData')) ?? {}).length > 0) {
    yield fault('binaryData', ['binaryData'], 'a template is text, and the ConfigMap has `binaryData`', {
      fix: 'put the text under `data.template` as UTF-8',
      at: 'key',
    });
  }
  const keys = Object.keys(data ?? {});
  if (has(data, 'template') && has(data, 'config')) {
    yield fault('templateKeyTwice', ['data', 'config'], 'the ConfigMap has both `template` and `config`', {
      fix: 'remove one of them',
      at: 'key',
    });
  } else if (!has(data, 'template') && !has(data, 'config')) {
    const near = keys
      .map((key) => (didYouMean(key, ['template', 'config']).fix === undefined ? undefined : key))
      .find((key) => key !== undefined);
    const fix = near === undefined ? "put the template's text under `data.template`" : `rename \`data.${near}\``;
    yield fault(
      'templateKeyMissing',
      data === undefined ? [] : ['data'],
      'the ConfigMap is labelled as a template and has no `data.template`',
      {fix},
    );
  }
}

function textOf(name: string, key: TextKey, data: JsonObject | undefined): ConfigMapContent {
  const text = field(data, key);
  if (typeof text === 'string') return {kind: 'text', name, key, format: key === 'config' ? 'legacy' : 'template', text};
  const path = ['data', key];
  return broken(
    name,
    fault('wrongType', path, `\`${pointer(path)}\` must be a string that holds the template's YAML`, {
      fix: `write \`${key}: |\` and indent the text below it`,
    }),
  );
}

function broken(name: string, ...findings: Finding[]): ConfigMapContent {
  return {kind: 'broken', name, findings};
}

function has(data: JsonObject | undefined, key: TextKey): boolean {
  return data !== undefined && Object.hasOwn(data, key);
}
