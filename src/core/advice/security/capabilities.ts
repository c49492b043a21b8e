/**
 * The capabilities that the Pod Security level `baseline` lets containers add: those that container runtimes give anyway.
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
 */
export const defaultCapabilities: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);
