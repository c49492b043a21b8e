import type {Json} from '../json.ts';
import {cleanPath} from '../kubernetes/schema.ts';
import {spoken, type Finding, type Path} from '../template/finding.ts';
import {advise} from './parts.ts';
import {see, seeObjects} from './seen.ts';

/** `systemPath`: mounts that hide what the image, the container runtime or the kubelet puts there; folders of their own below are fine. */
export function* adviseMounts(owner: Json | undefined, path: Path): Generator<Finding> {
  for (const [index, mount] of seeObjects(owner, 'volumeMounts')) {
    const mountPath = see(mount, 'mountPath');
    if (typeof mountPath !== 'string') continue;
    const place = cleanPath(mountPath);
    if (!folders.has(place) && !trees.some((tree) => place === tree || place.startsWith(`${tree}/`))) continue;
    if (allowed.has(place)) continue;
    const here = [...path, 'volumeMounts', index, 'mountPath'];
    const message = `${spoken(here)} is ${mountPath}, which hides what the system has there`;
    yield advise('systemPath', here, message, 'mount it at a folder of its own');
  }
}

/** What a container's image is made of (Filesystem Hierarchy Standard 3.0), and the files that the kubelet writes. */
const folders: ReadonlySet<string> = new Set([
  '/',
  '/bin',
  '/boot',
  '/etc',
  '/etc/hostname',
  '/etc/hosts',
  '/etc/resolv.conf',
  '/etc/ssl',
  '/etc/ssl/certs',
  '/lib',
  '/lib64',
  '/root',
  '/sbin',
  '/usr',
  '/usr/bin',
  '/usr/lib',
  '/usr/lib64',
  '/usr/local',
  '/usr/local/bin',
  '/usr/local/lib',
  '/usr/sbin',
  '/var',
  '/var/lib',
  '/var/run/secrets',
  '/run/secrets',
]);

/** What the runtime mounts (OCI runtime specification, config-linux, "Default Filesystems"), and the service account's token. */
const trees = ['/dev', '/proc', '/sys', '/var/run/secrets/kubernetes.io', '/run/secrets/kubernetes.io'];

/** Shared memory is made larger by a mount there. */
const allowed: ReadonlySet<string> = new Set(['/dev/shm']);
