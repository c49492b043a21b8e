import {addedPaths} from '../../core/added.ts';
import {asString, field} from '../../core/json.ts';
import {movedPaths} from '../../core/moved.ts';
import type {Explanation} from './explanation.ts';
import {metadataOf} from './metadata.ts';

/**
 * An explanation for programs. Stable: fields may be added, none is renamed or removed.
 * `{apiVersion, kind, namespace?, name, source?, line?, column?, verdict, problem, code?, message?, fix?, decidedBy, templates, notes,
 * podsWithout}`; `decidedBy` is `[{level, on, key, value}]`, `templates` `[{name, verdict, code?, message?, native?, added, moved, kept}]`,
 * of an object whose verdict is `missed` as they would be if it were made now; `notes` `[{code, message, fix?}]` and `podsWithout` `[{name, code, message, fix?}]`.
 */
export function jsonOf(explained: Explanation): Readonly<Record<string, unknown>> {
  const {subject, verdict, cause, isProblem, rules, templates, notes, without} = explained;
  const {object, namespace, source, position} = subject;
  const kind = asString(field(object, 'kind'));
  return {
    apiVersion: asString(field(object, 'apiVersion')),
    kind,
    ...(kind === 'Namespace' ? {} : {namespace}),
    name: asString(field(metadataOf(object), 'name')),
    ...(source === undefined ? {} : {source, ...position}),
    verdict,
    problem: isProblem,
    ...cause,
    decidedBy: rules,
    templates: templates.map(({name, kind: became, reason, message, native, added, kept}) => ({
      name,
      verdict: became,
      ...(reason === undefined ? {} : {code: reason}),
      ...(message === undefined ? {} : {message}),
      ...(native === undefined ? {} : {native}),
      added: added === undefined ? [] : addedPaths(added),
      moved: added === undefined ? [] : movedPaths(added),
      kept,
    })),
    notes,
    podsWithout: without.map(({name, cause: why}) => ({name, ...why})),
  };
}
