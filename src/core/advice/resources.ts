import {isObject} from '../json.ts';
import {spoken, type Finding} from '../template/finding.ts';
import {advise, listed, type Part} from './parts.ts';
import {see} from './seen.ts';

/**
 * `noRequests` and `noLimits` of what runs beside the application; an init container is gone before anything is measured.
 * Requests that are absent become the limits. An HPA can't tell the utilization of a pod with a container that requests nothing:
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#how-does-a-horizontalpodautoscaler-work
 */
export function* adviseResources({container, path, kind}: Part): Generator<Finding> {
  if (kind === 'init') return;
  const states = (part: 'requests' | 'limits', resource: string): boolean =>
    see(container, 'resources', part, resource) !== undefined;
  const unrequested = measured.filter((resource) => !states('requests', resource) && !states('limits', resource));
  const unlimited = measured.filter((resource) => states('requests', resource) && !states('limits', resource));
  const here = isObject(see(container, 'resources')) ? [...path, 'resources'] : path;
  if (unrequested.length > 0) {
    const message = `${spoken(path)} requests ${unrequested.length === 2 ? 'neither cpu nor memory' : `no ${listed(unrequested)}`}, so an HPA on it stops working for the whole pod`;
    yield advise('noRequests', here, message, 'add `resources.requests`');
  }
  if (unlimited.length > 0) {
    const message = `${spoken(path)} requests ${listed(unlimited)} without a limit, so a Guaranteed pod becomes Burstable`;
    yield advise('noLimits', here, message, 'add `resources.limits`');
  }
}

const measured = ['cpu', 'memory'] as const;
