import type {Json} from '../json.ts';

/**
 * The pull policy that the API server gives to an image: `Always` for the tag `latest` and where there is neither tag nor
 * digest, else `IfNotPresent`; the latter also for a name that is no image reference. Never throws.
 * Source: SetDefaults_Container in Kubernetes' pkg/apis/core/v1/defaults.go and ParseImageName in pkg/util/parsers.
 */
export function defaultPullPolicy(image: Json | undefined): 'Always' | 'IfNotPresent' {
  const reference = typeof image === 'string' ? parseReference(image) : undefined;
  if (reference === undefined) return 'IfNotPresent';
  const tag = reference.tag ?? (reference.digest === undefined ? 'latest' : undefined);
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

interface Reference {
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Source: the grammar in github.com/distribution/reference, with ParseNormalizedNamed's rule for what is a domain. */
function parseReference(image: string): Reference | undefined {
  const at = image.indexOf('@');
  const digest = at === -1 ? undefined : image.slice(at + 1);
  const rest = at === -1 ? image : image.slice(0, at);
  const colon = rest.lastIndexOf(':');
  const tagged = colon > rest.lastIndexOf('/');
  const tag = tagged ? rest.slice(colon + 1) : undefined;
  const name = tagged ? rest.slice(0, colon) : rest;
  if (name.length > maxNameLength || /^[a-f0-9]{64}$/.test(image)) return undefined;
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag)) return undefined;
  if (digest !== undefined && !/^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/.test(digest))
    return undefined;
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const isDomain =
    (/[.:A-Z]/.test(first) || first === 'localhost') && /^(?:[a-zA-Z0-9.-]+|\[[a-fA-F0-9:]+\])(?::\d+)?$/.test(first);
  // What looks like a domain and is none may still be a path's first part: `bad_host.example/app`.
  const path = isDomain ? name.slice(slash + 1) : name;
  return path.split('/').every((part) => /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/.test(part)) ? {tag, digest} : undefined;
}

const maxNameLength = 255;
