import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {goFields} from './go-fields.ts';
import {goModule} from './go-module.ts';
import type {Sources} from './openapi.ts';

/** The version that the checked-in tables are made from; the newest that users can be expected to run. */
export const defaultVersion = '1.36.3';

/**
 * What Kubernetes publishes about a pod's types, for one version such as `1.36.3`, out of its Go modules.
 * The staging modules of version 1.X.Y are published as 0.X.Y.
 */
export async function loadSources(version: string): Promise<Sources> {
  const staging = `v0${version.slice(version.indexOf('.'))}`;
  const [kubernetes, api, machinery] = await Promise.all([
    goModule('k8s.io/kubernetes', `v${version}`),
    goModule('k8s.io/api', staging),
    goModule('k8s.io/apimachinery', staging),
  ]);
  const [swagger, core, coreTypes, metaTypes] = await Promise.all([
    readFile(path.join(kubernetes, 'api/openapi-spec/swagger.json'), 'utf8'),
    readFile(path.join(kubernetes, 'api/openapi-spec/v3/api__v1_openapi.json'), 'utf8'),
    readFile(path.join(api, 'core/v1/types.go'), 'utf8'),
    readFile(path.join(machinery, 'pkg/apis/meta/v1/types.go'), 'utf8'),
  ]);
  return {swagger: JSON.parse(swagger), core: JSON.parse(core), go: new Map([...goFields(metaTypes), ...goFields(coreTypes)])};
}
