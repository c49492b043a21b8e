import {field, type JsonObject} from '../json.ts';
import type {Finding} from '../template/finding.ts';
import {adviseHostAccess, adviseHostSharing} from './host.ts';
import {adviseImage} from './images.ts';
import {adviseMounts} from './mounts.ts';
import {adviseNative, adviseProbes} from './native.ts';
import {partsOf} from './parts.ts';
import {adviseResources} from './resources.ts';
import {adviseSecrets} from './secrets.ts';
import {adviseSecurityLevel} from './security/level.ts';

/**
 * What a template's right document could do better: warnings with the codes of adviceCodes. What an expression decides for each
 * pod is not judged. Pure; never throws.
 */
export function* adviceOn(document: JsonObject, format: 'template' | 'legacy'): Generator<Finding> {
  yield* adviseSecurityLevel(document);
  // The legacy format can't say it.
  if (format === 'template') yield* adviseNative(document);
  yield* adviseHostSharing(document);
  for (const part of partsOf(document)) {
    yield* adviseImage(part);
    yield* adviseResources(part);
    yield* adviseHostAccess(part);
    yield* adviseProbes(part);
    yield* adviseSecrets(part.container, part.path);
    yield* adviseMounts(part.container, part.path);
  }
  const app = field(document, 'app') ?? null;
  yield* adviseSecrets(app, ['app']);
  yield* adviseMounts(app, ['app']);
}
