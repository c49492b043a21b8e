import {createHash} from 'node:crypto';
import {Agent as HttpAgent} from 'node:http';
import {Agent as HttpsAgent, type RequestOptions} from 'node:https';
import type {KubeConfig} from '@kubernetes/client-node';
import {messageOf, type Fault} from '../core/errors.ts';

/** Which cluster, and as whom. */
export type ClusterChoice =
  /** The one that this process runs in, with its service account. */
  | {readonly kind: 'inCluster'}
  /** A kubeconfig: the file named, else `KUBECONFIG`, else the one in the home folder; its current context unless another is named. */
  | {readonly kind: 'kubeconfig'; readonly path?: string; readonly context?: string};

/** The way to one API server. */
export interface Connection {
  /** `https://127.0.0.1:6443`, without a slash at its end. */
  readonly server: string;
  /** The namespace of the service account, or of the kubeconfig's context. */
  readonly namespace: string | undefined;
  /**
   * Headers and agent for the next request: tokens are read anew when they are renewed, and so are certificates. Connections are
   * kept and used again. Rejects with the words of what keeps the credentials away.
   */
  authorize(): Promise<Pick<RequestOptions, 'headers' | 'agent'>>;
  close(): void;
}

/**
 * Finds the cluster; talks to nobody yet.
 * @returns the connection, or why there is none. Codes: `kubeconfigUnreadable`, `contextMissing`. Never rejects.
 */
export async function connect(choice: ClusterChoice): Promise<Connection | Fault> {
  // Lazily: it takes a third of a second, which nobody shall wait for who works on files.
  const {KubeConfig: Loader} = await import('@kubernetes/client-node');
  const kubeconfig = new Loader();
  const named = choice.kind === 'kubeconfig' && choice.path !== undefined ? choice.path : undefined;
  try {
    if (choice.kind === 'inCluster') kubeconfig.loadFromCluster();
    else if (named !== undefined) kubeconfig.loadFromFile(named);
    else kubeconfig.loadFromDefault();
  } catch (error) {
    return {
      code: 'kubeconfigUnreadable',
      message: `the kubeconfig can't be read: ${messageOf(error)}`,
      fix: 'name another with --kubeconfig',
      ...(named === undefined ? {} : {source: named}),
    };
  }
  if (choice.kind === 'kubeconfig' && choice.context !== undefined) kubeconfig.setCurrentContext(choice.context);
  const context = kubeconfig.getContextObject(kubeconfig.getCurrentContext());
  const cluster = kubeconfig.getCurrentCluster();
  // What the client makes up where it finds nothing at all.
  if (context === null || cluster === null || (cluster.name === 'cluster' && cluster.server === 'http://localhost:8080')) {
    return contextFault(kubeconfig, named);
  }
  // The client applies the cluster's CA only where there is a user.
  if (kubeconfig.getCurrentUser() === null) kubeconfig.addUser({name: context.user});
  const agents = agentSource();
  return {
    server: cluster.server.replace(/\/+$/, ''),
    namespace: context.namespace,
    async authorize() {
      const options: RequestOptions = {};
      await kubeconfig.applyToHTTPSOptions(options);
      const proxied = cluster.proxyUrl !== undefined && cluster.proxyUrl !== '';
      const agent = proxied ? options.agent : agents.agentFor(options, cluster.server.startsWith('http:'));
      return {headers: options.headers ?? {}, ...(agent === undefined ? {} : {agent})};
    },
    close: () => agents.close(),
  };
}

function contextFault(kubeconfig: KubeConfig, source: string | undefined): Fault {
  const names = kubeconfig.getContexts().map(({name}) => name);
  const current = kubeconfig.getCurrentContext() as string | undefined;
  const isMadeUp = names.length === 1 && current === 'loaded-context';
  if (names.length === 0 || isMadeUp) {
    return {
      code: 'contextMissing',
      message: 'no kubeconfig names a cluster',
      fix: 'give one with --kubeconfig FILE, or set KUBECONFIG',
      ...(source === undefined ? {} : {source}),
    };
  }
  return {
    code: 'contextMissing',
    message:
      current === undefined || current === ''
        ? 'the kubeconfig has no current context'
        : `the kubeconfig has no context ${JSON.stringify(current)} with a cluster`,
    fix: `give one of these with --context: ${names.join(', ')}`,
    ...(source === undefined ? {} : {source}),
  };
}

type TlsOptions = Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'servername' | 'rejectUnauthorized'>;

/** The client's own agent makes a connection for each request, and keeps the first CA and client certificate for ever. */
function agentSource(): {agentFor(tls: TlsOptions, plain: boolean): HttpAgent; close(): void} {
  let current: {readonly key: string; readonly agent: HttpAgent} | undefined;
  return {
    agentFor({ca, cert, key, pfx, passphrase, servername, rejectUnauthorized}, plain) {
      const options = {ca, cert, key, pfx, passphrase, servername, rejectUnauthorized};
      const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
      const digest = createHash('sha256').update(JSON.stringify(given)).digest('hex');
      if (current?.key !== digest) {
        // Not destroyed: what is under way on the old one ends by itself.
        const keep = {keepAlive: true, keepAliveMsecs: 30_000, maxFreeSockets: 4, timeout: 0};
        current = {key: digest, agent: plain ? new HttpAgent(keep) : new HttpsAgent({...keep, ...given})};
      }
      return current.agent;
    },
    close: () => current?.agent.destroy(),
  };
}
