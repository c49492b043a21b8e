import {asObject, asString, field, type JsonObject} from '../core/json.ts';

/** The objects of one collection in memory. */
export interface ObjectCache {
  readonly objects: ReadonlyMap<string, JsonObject>;
  /** Holds exactly these from now on. All three give the keys of what is new, changed or gone. */
  replace(objects: readonly JsonObject[]): readonly string[];
  put(object: JsonObject): readonly string[];
  remove(key: string): readonly string[];
}

/** The object's name: a collection here is of one namespace, or of what has none. */
export function keyOf(object: JsonObject): string {
  const metadata = asObject(field(object, 'metadata'));
  return asString(field(metadata, 'name')) ?? '';
}

/** An empty cache. What was there with the same resource version stays the same reference, so that nothing is derived from it twice. */
export function cacheObjects(keep: (object: JsonObject) => JsonObject): ObjectCache {
  const objects = new Map<string, JsonObject>();
  const put = (object: JsonObject): readonly string[] => {
    const key = keyOf(object);
    const before = objects.get(key);
    if (before !== undefined && isSameVersion(before, object)) return [];
    objects.set(key, keep(object));
    return [key];
  };
  const remove = (key: string): readonly string[] => (objects.delete(key) ? [key] : []);
  return {
    objects,
    put,
    remove,
    replace(next) {
      const keys = new Set(next.map(keyOf));
      const gone = [...objects.keys()].filter((key) => !keys.has(key)).flatMap(remove);
      return [...gone, ...next.flatMap(put)];
    },
  };
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions: equal means the same state of the object. */
function isSameVersion(a: JsonObject, b: JsonObject): boolean {
  const [one, other] = [asObject(field(a, 'metadata')), asObject(field(b, 'metadata'))];
  const version = field(one, 'resourceVersion');
  return version !== undefined && version === field(other, 'resourceVersion') && field(one, 'uid') === field(other, 'uid');
}
