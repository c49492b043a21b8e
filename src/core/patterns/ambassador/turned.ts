import {segment, unsegment, type Added} from '../../added.ts';
import {readAddress} from '../../address.ts';
import {asList, asObject, asString, field, type Json, type JsonObject} from '../../json.ts';
import {lastVariable, localhost} from '../../redirected.ts';
import type {Ambassador, Template} from '../../template.ts';

/**
 * Whether a record of that very template names every variable that its ambassadors redirect, and the pod has it turned to
 * localhost: a forged record that leaves one out would switch the redirect off in silence. What the template computes is not
 * known here: any port, and any variable of those that the record names.
 */
export function isTurned(pod: JsonObject, added: Added | undefined, template: Template): boolean {
  if (template.ambassador.length === 0) return true;
  const environments = environmentsOf(pod, added);
  return template.ambassador.every((ambassador) =>
    turnedIn(ambassador).every(({variable, isLocal}) =>
      environments.some(({node, env}) => {
        const names = isComputed(variable, template) ? Object.keys(node).map(unsegment) : [variable];
        return names.some((name) => Object.hasOwn(node, segment(name)) && isLocal(lastVariable(env, name)?.item['value']));
      }),
    ),
  );
}

interface Turned {
  readonly variable: string;
  readonly isLocal: (value: Json | undefined) => boolean;
}

/** The variables of an ambassador, and what they must hold. */
function turnedIn({redirect, listen}: Ambassador): readonly Turned[] {
  const isHost = (value: Json | undefined): boolean => value === localhost;
  const isPort = (value: Json | undefined): boolean => (listen === 0 ? /^\d+$/.test(String(value)) : value === String(listen));
  const isAddress = (value: Json | undefined): boolean => {
    const address = readAddress(asString(value) ?? '');
    return isHost(address?.host) && isPort(address?.port);
  };
  if ('url' in redirect) return [{variable: redirect.url, isLocal: isAddress}];
  const host = {variable: redirect.host, isLocal: isHost};
  return redirect.port === undefined ? [host] : [host, {variable: redirect.port, isLocal: isPort}];
}

/** A name that an expression gives; a port is 0 until then. */
function isComputed(name: string, template: Template): boolean {
  return template.program !== undefined && name.includes('${');
}

/** The environments that the record says were changed: its own tree, and what the pod has there. */
function environmentsOf(
  pod: JsonObject,
  added: Added | undefined,
): readonly {readonly node: JsonObject; readonly env: readonly Json[]}[] {
  const trees = asObject(asObject(added)?.['spec']);
  const spec = asObject(pod['spec']);
  return (['containers', 'initContainers'] as const).flatMap((list) =>
    asList(spec?.[list]).flatMap((item) => {
      const container = asObject(item);
      const name = asString(container?.['name']) ?? '';
      const node = asObject(asObject(field(asObject(trees?.[list]), segment(name)))?.['env']);
      return node === undefined ? [] : [{node, env: asList(container?.['env'])}];
    }),
  );
}
