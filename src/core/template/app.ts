import {asList, field, isList, isObject, type Json, type JsonObject} from '../json.ts';
import {fieldOf} from '../kubernetes/schema.ts';
import {didYouMean} from '../nearest.ts';
import {checkMounts} from './containers.ts';
import {fault, spoken, type Finding} from './finding.ts';
import {holeOf} from './hole.ts';
import {appGains, appKeys, appTargets} from './keys.ts';
import {labelNameComplaint, variableNameComplaint} from './names.ts';
import {checkType, wrongType} from './kind.ts';
import {checkShape} from './shape.ts';

/** Checks `app`, what the application's containers gain: `unknownKey`, `badName`, `duplicateName`, `addsNothing`, and those of mounts and shape. */
export function* checkApp(app: Json, template: JsonObject): Generator<Finding> {
  if (!isObject(app)) {
    yield wrongType('a map', app, ['app']);
    return;
  }
  for (const [key, value] of Object.entries(app)) {
    const path = ['app', key];
    if (!appKeys.includes(key as never)) {
      const fix =
        fieldOf('Container', key) === undefined
          ? didYouMean(key, appKeys)
          : {fix: `only ${appGains.join(', ')} can be added to the application's containers`};
      yield fault('unknownKey', path, `${spoken(path)} is no key of a template`, {...fix, at: 'key'});
    } else if (value === null || value === undefined) continue;
    else if (isTarget(key)) yield* checkTargets(value, key, app);
    else {
      const schema = fieldOf('Container', key);
      if (schema !== undefined) yield* checkShape(schema, value, path);
    }
  }
  yield* checkVariables(field(app, 'env'));
  yield* checkMounts(field(app, 'volumeMounts'), ['app', 'volumeMounts'], template);
}

function isTarget(key: string): key is (typeof appTargets)[number] {
  return appTargets.includes(key as never);
}

function* checkTargets(value: Json, key: (typeof appTargets)[number], app: JsonObject): Generator<Finding> {
  const path = ['app', key];
  if (holeOf(value) !== undefined) {
    yield* checkType('a list', value, path);
    return;
  }
  if (!isList(value)) {
    yield wrongType('a list of names', value, path);
    return;
  }
  const gains = appGains.some((gain) => asList(field(app, gain)).length > 0);
  // Init containers gain only where they are named, so that an empty list of them says nothing new.
  if (key === 'containers' && value.length === 0 && asList(field(app, 'initContainers')).length === 0 && gains)
    yield fault('addsNothing', path, '`app.containers` is empty, so no container gains anything', {
      fix: 'name containers, or leave it out for all: ["*"]',
    });
  const seen = new Set<string>();
  for (const [index, name] of value.entries()) {
    const here = [...path, index];
    yield* checkType('a string', name, here);
    if (typeof name !== 'string') continue;
    const complaint = name === '*' ? undefined : labelNameComplaint(name);
    if (complaint !== undefined) yield fault('badName', here, `the name "${name}" of a container ${complaint}`);
    else if (seen.has(name))
      yield fault('duplicateName', here, `${spoken(here)} is "${name}" a second time`, {fix: 'remove one of them'});
    seen.add(name);
  }
}

function* checkVariables(env: Json | undefined): Generator<Finding> {
  const seen = new Set<string>();
  for (const [index, variable] of asList(env).entries()) {
    const name = isObject(variable) ? field(variable, 'name') : undefined;
    if (typeof name !== 'string') continue;
    const here = ['app', 'env', index, 'name'];
    const complaint = variableNameComplaint(name);
    if (complaint !== undefined) yield fault('badName', here, `the name "${name}" of a variable ${complaint}`);
    else if (seen.has(name))
      yield fault('duplicateName', here, `${spoken(here)} is "${name}" a second time`, {fix: 'keep one of them'});
    seen.add(name);
  }
}
