import {isObject, type JsonObject} from '../json.ts';
import {spoken, type Finding} from '../template/finding.ts';
import {advise, listed, type Part} from './parts.ts';
import {see, seeList, seeObjects} from './seen.ts';
import {defaultCapabilities} from './security/capabilities.ts';

/** What a container takes of its node: `privileged`, `addedCapability`, `hostPort`. */
export function* adviseHostAccess({container, path}: Part): Generator<Finding> {
  for (const keys of [['privileged'], ['windowsOptions', 'hostProcess']]) {
    if (see(container, 'securityContext', ...keys) !== true) continue;
    const here = [...path, 'securityContext', ...keys];
    yield advise(
      'privileged',
      here,
      `${spoken(path)} runs as root of the node`,
      'leave it out, and add the capabilities it needs',
    );
  }
  const added = seeList(container, 'securityContext', 'capabilities', 'add').filter(
    (name) => typeof see(name) === 'string' && !defaultCapabilities.has(name as string),
  );
  if (added.length > 0) {
    const here = [...path, 'securityContext', 'capabilities', 'add'];
    const message = `${spoken(path)} gets ${listed(added.map(String))}, which container runtimes do not give`;
    yield advise('addedCapability', here, message, 'leave out what it can do without');
  }
  for (const [index, port] of seeObjects(container, 'ports')) {
    const number = see(port, 'hostPort');
    if (typeof number !== 'number' || number === 0) continue;
    const here = [...path, 'ports', index, 'hostPort'];
    const message = `${spoken(path)} takes the port ${number} of the node, so only one such pod fits on each`;
    yield advise('hostPort', here, message, 'leave out `hostPort`; a Service reaches the pod without it');
  }
}

/** What the pod takes of its node: `hostNamespace`, `hostPath`. */
export function* adviseHostSharing(document: JsonObject): Generator<Finding> {
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) {
    if (see(document, 'spec', key) !== true) continue;
    const message = `\`spec.${key}\` lets every container of the pod into the node's namespace`;
    yield advise('hostNamespace', ['spec', key], message, 'leave it out');
  }
  for (const [index, volume] of seeObjects(document, 'volumes')) {
    const hostPath = see(volume, 'hostPath');
    if (!isObject(hostPath)) continue;
    const path = see(hostPath, 'path');
    const here = ['volumes', index, 'hostPath'];
    const message = `${spoken(here)} is ${typeof path === 'string' ? path : 'a folder'} of the node, where every pod that mounts it meets`;
    yield advise('hostPath', here, message, 'use `emptyDir`, or a volume of its own');
  }
}
