import {field, isObject, type Json} from '../json.ts';
import {didYouMean} from '../nearest.ts';
import {fault, spoken, type Finding} from './finding.ts';
import {labelNameComplaint} from './names.ts';
import {wrongType} from './kind.ts';

/** Checks `position`: `badPosition`, `unknownKey`, `wrongType`, `badName`. */
export function* checkPosition(position: Json): Generator<Finding> {
  const path = ['position'];
  const fix = 'write first, last, {before: NAME} or {after: NAME}';
  if (position === null || position === 'first' || position === 'last') return;
  if (!isObject(position)) {
    yield fault('badPosition', path, `\`position\` is ${JSON.stringify(position).slice(0, 60)}`, {fix});
    return;
  }
  const sides = Object.keys(position);
  for (const key of sides) {
    const here = [...path, key];
    const name = field(position, key) ?? null;
    if (key !== 'before' && key !== 'after')
      yield fault('unknownKey', here, `${spoken(here)} is no key of a template`, {
        ...didYouMean(key, ['before', 'after']),
        at: 'key',
      });
    else if (typeof name !== 'string') yield wrongType('a string', name, here);
    else if (labelNameComplaint(name) !== undefined)
      yield fault('badName', here, `the name "${name}" of a container ${labelNameComplaint(name)}`);
  }
  if (sides.filter((key) => key === 'before' || key === 'after').length !== 1) {
    yield fault('badPosition', path, '`position` names not exactly one of `before` and `after`', {fix});
  }
}
