import {fieldOf, type FieldSchema} from '../kubernetes/schema.ts';
import type {Path} from './finding.ts';

/**
 * Whether the API takes nothing but a string in this place of a template: there an expression that gives an integer, a number or a
 * boolean is written as text, so that `value: ${params.port}` means what it says.
 */
export function isStringPlace(path: Path): boolean {
  const [top, second, third, fourth] = path;
  const schema = schemas.get(String(top));
  if (schema !== undefined) return isString(schema, path.slice(1));
  if (top === 'metadata') return path.length === 3;
  if (top === 'ambassador') return path.length > 3;
  if (top !== 'adapter') return false;
  if (second === 'reads') return path.length > 2;
  return second === 'metrics' && (third === 'podMonitor' ? fourth !== undefined : third !== 'port');
}

/** A name that other parts of the template, its order and the record of an injection hang on, so that it stands there as it is. */
export function isLiteralPlace(path: Path): boolean {
  const [top, second, third] = path;
  const isContainer = top === 'containers' || top === 'initContainers';
  if (path.length === 1) return true;
  if (path.length === 2 && (isContainer || top === 'volumes' || top === 'ambassador' || second === 'metrics')) return true;
  if (path.length === 3 && (isContainer || top === 'volumes') && third === 'name') return true;
  if (top === 'ambassador' && path.length === 3) return third !== 'listen';
  const mounts = path.findIndex((key) => key === 'volumeMounts' || key === 'volumeDevices');
  if (mounts === -1 || !(isContainer ? mounts === 2 : top === 'app' && mounts === 1)) return false;
  return path.length - mounts <= 2 || path[mounts + 2] === 'name';
}

const schemas: ReadonlyMap<string, FieldSchema> = new Map([
  ['containers', {type: 'Container', list: {kind: 'atomic'}}],
  ['initContainers', {type: 'Container', list: {kind: 'atomic'}}],
  ['volumes', {type: 'Volume', list: {kind: 'atomic'}}],
  ['app', {type: 'Container'}],
  ['spec', {type: 'PodSpec'}],
]);

function isString(schema: FieldSchema, path: Path): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return schema.list === undefined && schema.mapOf !== true && ['string', 'time'].includes(schema.type);
  if (schema.list !== undefined || schema.mapOf === true) return isString({type: schema.type}, rest);
  const next = fieldOf(schema.type, String(key));
  return next !== undefined && isString(next, rest);
}
