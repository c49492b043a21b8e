import {expect, test} from 'vitest';
import {isLoopback, readServeConfig, serveFlags, variableOf} from '../src/config.ts';

const templates = ['examples/templates'];

function faultsOf(result: ReturnType<typeof readServeConfig>): string[] {
  return 'faults' in result ? result.faults.map((fault) => `${fault.message}; ${fault.fix ?? ''}`) : [];
}

test('with templates alone everything else has the documented default', () => {
  expect(readServeConfig({templates}, {})).toEqual({
    config: {
      templates,
      host: '127.0.0.1',
      port: 8443,
      healthPort: 8081,
      certDir: 'certs',
      logLevel: 'info',
      logFormat: 'auto',
      gracePeriodMs: 0,
      drainTimeoutMs: 10_000,
    },
  });
});

test('without templates the fault says how to name some', () => {
  expect(faultsOf(readServeConfig({}, {}))).toEqual([
    'no templates are named, and this process runs in no cluster that could have some; name a cluster (--kubeconfig FILE or --context NAME), or give a file or folder: --templates PATH, or POD_INJECTOR_TEMPLATES',
  ]);
});

test('every flag can come from the environment', () => {
  const environment = {
    POD_INJECTOR_TEMPLATES: 'a, b.yaml',
    POD_INJECTOR_HOST: '0.0.0.0',
    POD_INJECTOR_PORT: '0',
    POD_INJECTOR_HEALTH_PORT: '9000',
    POD_INJECTOR_CERT_DIR: '/tls',
    POD_INJECTOR_LOG_LEVEL: 'debug',
    POD_INJECTOR_LOG_FORMAT: 'json',
    POD_INJECTOR_GRACE_PERIOD: '250ms',
    POD_INJECTOR_DRAIN_TIMEOUT: '1m',
    POD_INJECTOR_KUBECONFIG: '/home/me/.kube/config',
    POD_INJECTOR_CONTEXT: 'staging',
    POD_INJECTOR_NAMESPACE: 'injection',
    POD_INJECTOR_REGISTER_URL: 'https://10.0.0.1:8443',
    POD_INJECTOR_SERVICE_NAME: 'service',
    POD_INJECTOR_SECRET_NAME: 'secret',
    POD_INJECTOR_LEASE_NAME: 'lease',
    POD_INJECTOR_WEBHOOK_CONFIGURATION: 'webhooks',
    POD_INJECTOR_SERVER_VERSION: '1.31',
  };
  expect(serveFlags.map((flag) => variableOf(flag.name)).toSorted()).toEqual(Object.keys(environment).toSorted());
  expect(readServeConfig({}, environment)).toEqual({
    config: {
      templates: ['a', 'b.yaml'],
      cluster: {
        choice: {kind: 'kubeconfig', path: '/home/me/.kube/config', context: 'staging'},
        namespace: 'injection',
        serviceName: 'service',
        secretName: 'secret',
        leaseName: 'lease',
        webhookConfiguration: 'webhooks',
        registerUrl: 'https://10.0.0.1:8443',
      },
      host: '0.0.0.0',
      port: 0,
      healthPort: 9000,
      certDir: '/tls',
      logLevel: 'debug',
      logFormat: 'json',
      gracePeriodMs: 250,
      drainTimeoutMs: 60_000,
      serverMinor: 31,
    },
  });
});

const inPod = {KUBERNETES_SERVICE_HOST: '10.96.0.1', POD_NAMESPACE: 'injection', POD_NAME: 'injector-0'};

test('in a cluster its ConfigMaps are the templates, its Secret holds the certificates, and every address is listened on', () => {
  expect(readServeConfig({}, inPod)).toMatchObject({
    config: {
      templates: [],
      cluster: {choice: {kind: 'inCluster'}, namespace: 'injection', podName: 'injector-0', secretName: 'pod-injector-certs'},
      host: '::',
      gracePeriodMs: 5000,
    },
  });
  expect(readServeConfig({}, inPod)).not.toHaveProperty('config.certDir');
  expect(readServeConfig({'cert-dir': '/tls'}, inPod)).toMatchObject({config: {certDir: '/tls'}});
});

test('template files in a cluster are served without it', () => {
  expect(readServeConfig({templates}, inPod)).not.toHaveProperty('config.cluster');
  expect(readServeConfig({templates}, inPod)).toMatchObject({config: {host: '127.0.0.1', certDir: 'certs'}});
});

test('a cluster that is named wins over the one around, and its Secret is left alone unless it is named too', () => {
  expect(readServeConfig({context: 'staging'}, inPod)).toMatchObject({
    config: {cluster: {choice: {kind: 'kubeconfig', context: 'staging'}}, host: '127.0.0.1', certDir: 'certs'},
  });
  expect(readServeConfig({context: 'staging', 'secret-name': 'mine'}, inPod)).not.toHaveProperty('config.certDir');
});

test('names that no object can have and an address that no webhook can have are refused', () => {
  const flags = {context: 'staging', 'service-name': 'No', 'register-url': 'http://10.0.0.1', namespace: 'a/b'};
  expect(faultsOf(readServeConfig(flags, {})).map((text) => text.split(',', 1)[0])).toEqual([
    '--register-url is "http://10.0.0.1"',
    '--namespace is "a/b"',
    '--service-name is "No"',
  ]);
});

test('a flag wins over its environment variable, under either spelling of its name', () => {
  const environment = {POD_INJECTOR_HEALTH_PORT: '1', POD_INJECTOR_PORT: 'nonsense', POD_INJECTOR_TEMPLATES: 'old'};
  expect(readServeConfig({templates, 'health-port': '2', port: '3'}, environment)).toMatchObject({
    config: {templates, healthPort: 2, port: 3},
  });
  expect(readServeConfig({templates, healthPort: '2', port: ['4', '5']}, environment)).toMatchObject({
    config: {healthPort: 2, port: 5},
  });
});

test('the grace period is zero on loopback only', () => {
  expect(readServeConfig({templates, host: '0.0.0.0'}, {})).toMatchObject({config: {gracePeriodMs: 5000}});
  expect(readServeConfig({templates, host: '::1'}, {})).toMatchObject({config: {gracePeriodMs: 0}});
  expect(['localhost', '127.0.0.1', '127.8.8.8', '::1'].every(isLoopback)).toBe(true);
  expect(['0.0.0.0', '::', '10.0.0.1', '127.example.org'].some(isLoopback)).toBe(false);
});

test('all bad values are named at once, each with what is allowed', () => {
  const flags = {
    templates,
    port: '65536',
    'health-port': 'x',
    'log-level': 'loud',
    'grace-period': '5',
    host: 'a b',
    'drain-timeout': '2h',
  };
  expect(faultsOf(readServeConfig(flags, {POD_INJECTOR_LOG_FORMAT: 'xml'}))).toEqual([
    '--host is "a b", but must be an IP address or a host name; ',
    '--port is "65536", but must be a port: a whole number from 0 to 65535; ',
    '--health-port is "x", but must be a port: a whole number from 0 to 65535; ',
    '--log-level is "loud", but must be one of trace, debug, info, warn, error, fatal, silent; ',
    'POD_INJECTOR_LOG_FORMAT is "xml", but must be one of auto, json, pretty; ',
    '--grace-period is "5", but must be a duration of at most 1h: 0, or a number with ms, s or m, such as 500ms or 15s; ',
    '--drain-timeout is "2h", but must be a duration of at most 1h: 0, or a number with ms, s or m, such as 500ms or 15s; ',
  ]);
});

test('one port for both listeners is refused, two free ones are not', () => {
  expect(faultsOf(readServeConfig({templates, port: '8081'}, {}))).toEqual([
    '--port and --health-port are both 8081; give each a port of its own',
  ]);
  expect(readServeConfig({templates, port: '0', 'health-port': '0'}, {})).toMatchObject({config: {port: 0, healthPort: 0}});
});

test('variables that service links make are ignored, unless one takes the name of a flag', () => {
  const links = {
    POD_INJECTOR_WEBHOOK_PORT: 'tcp://10.96.0.9:443',
    POD_INJECTOR_SERVICE_HOST: '10.96.0.9',
    POD_INJECTOR_LOG_LEVEL: '',
  };
  expect(readServeConfig({templates}, links)).toMatchObject({config: {port: 8443, logLevel: 'info'}});
  expect(faultsOf(readServeConfig({templates}, {POD_INJECTOR_PORT: 'tcp://10.96.0.9:443'}))).toEqual([
    'POD_INJECTOR_PORT is "tcp://10.96.0.9:443", but must be a port: a whole number from 0 to 65535; ' +
      'this is a service link of Kubernetes: set enableServiceLinks: false on the pod',
  ]);
});
