import {field, isList, isObject, type Json, type JsonObject} from '../json.ts';
import {defaultTolerations, tokenVolume} from './defaults.generated.ts';

/** Tells whether two values of a type are the same to the API; handed in, because it needs what is here. */
export type Equals = (type: string, a: Json | undefined, b: Json | undefined) => boolean;

/**
 * The value of `owner[key]` less what in-tree admission adds to what is there: default tolerations, the service account's token
 * volume and its mounts, the numbers behind a priority class's name. The very same value where there is nothing of it.
 * Source: Kubernetes' plugin/pkg/admission (defaulttolerationseconds, serviceaccount, priority).
 */
export function withoutAdmission(type: string, owner: JsonObject, key: string, equals: Equals): Json | undefined {
  const value = field(owner, key);
  switch (`${type}.${key}`) {
    case 'PodSpec.tolerations':
      return without(value, (item) => defaultTolerations.some((toleration) => equals('Toleration', item, toleration)));
    case 'PodSpec.volumes':
      return without(
        value,
        (item) => isTokenName(field(item, 'name')) && equals('Volume', item, {...tokenVolume, name: item['name'] as Json}),
      );
    case 'Container.volumeMounts':
      return without(value, (item) => isTokenName(field(item, 'name')) && field(item, 'mountPath') === tokenMountPath);
    case 'PodSpec.priority':
    case 'PodSpec.preemptionPolicy':
      return field(owner, 'priorityClassName') ? undefined : value;
  }
  return value;
}

// Where the ServiceAccount plugin mounts a pod's token. Source: DefaultAPITokenMountPath in plugin/pkg/admission/serviceaccount.
const tokenMountPath = '/var/run/secrets/kubernetes.io/serviceaccount';

// The name's end is random. Source: ServiceAccountVolumeName and its GenerateName in plugin/pkg/admission/serviceaccount.
function isTokenName(name: Json | undefined): boolean {
  return typeof name === 'string' && /^kube-api-access-[a-z0-9]{5}$/.test(name);
}

function without(value: Json | undefined, added: (item: JsonObject) => boolean): Json | undefined {
  if (!isList(value)) return value;
  const kept = value.filter((item) => !isObject(item) || !added(item));
  return kept.length === value.length ? value : kept;
}
