import type {JsonObject} from '../json.ts';
import {spoken, type Finding} from '../template/finding.ts';
import {advise, type Part} from './parts.ts';
import {see, seeList} from './seen.ts';

/**
 * `noStartupProbe`: the kubelet starts what follows a native sidecar when its startup probe has succeeded, and without one as soon
 * as its process runs and its postStart hook has returned. Source: KEP-753, "Starting sidecar containers".
 */
export function* adviseProbes({container, path, kind}: Part): Generator<Finding> {
  if (kind !== 'native') return;
  if (see(container, 'startupProbe') !== undefined || see(container, 'lifecycle', 'postStart') !== undefined) return;
  const message = `${spoken(path)} is a native sidecar without a \`startupProbe\`, so the application starts before it is ready`;
  yield advise('noStartupProbe', path, message, 'add a `startupProbe`');
}

/** `classicSidecar`: what lives beside the application and does not say whether it is native. The key must be written to decide. */
export function* adviseNative(document: JsonObject): Generator<Finding> {
  if (see(document, 'native') !== undefined || seeList(document, 'containers').length === 0) return;
  const message =
    'a classic sidecar is not ready before the application starts, may end before it does, and keeps a Job from completing';
  yield advise('classicSidecar', ['containers'], message, 'write `native: auto`, or `native: never` where it must stay classic');
}
