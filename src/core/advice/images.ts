import {asString} from '../json.ts';
import {defaultPullPolicy} from '../kubernetes/image.ts';
import {spoken, type Finding} from '../template/finding.ts';
import {advise, type Part} from './parts.ts';
import {see} from './seen.ts';

/** `imageTag`: an image without tag and digest, or with the tag `latest`. */
export function* adviseImage({container, path}: Part): Generator<Finding> {
  const image = asString(see(container, 'image'));
  if (image === undefined || image === '' || defaultPullPolicy(image) !== 'Always') return;
  const here = [...path, 'image'];
  const what = image.endsWith(':latest') ? 'moves with each push' : 'has neither tag nor digest';
  yield advise('imageTag', here, `${spoken(here)} is ${image}, which ${what}`, 'name a version, or a digest (NAME@sha256:…)');
}
