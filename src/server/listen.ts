import type {AddressInfo, Server} from 'node:net';
import {messageOf, type Fault} from '../core/errors.ts';

/** Where a server shall listen, and the flag that says so. */
export interface Listener {
  readonly server: Server;
  readonly host: string;
  readonly port: number;
  readonly portFlag: string;
}

/**
 * Listens, on a free port where `port` is 0.
 * @returns the port, or why not. Codes: `addressInUse`, `addressRefused`. Never rejects.
 */
export async function listen({server, host, port, portFlag}: Listener): Promise<number | Fault> {
  try {
    await listenOn(server, host, port);
  } catch (error) {
    // As Node itself does without a host: all addresses of a machine without IPv6.
    if (host === '::' && isWithoutIpv6(error)) return listen({server, host: '0.0.0.0', port, portFlag});

    const where = `${bracketed(host)}:${port}`;
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      const fix = `end that process, or give another port with ${portFlag}`;
      return {code: 'addressInUse', message: `another process is listening on ${where}`, fix};
    }
    const fix = `check --host and ${portFlag}`;
    return {code: 'addressRefused', message: `this process cannot listen on ${where} (${messageOf(error)})`, fix};
  }
  return (server.address() as AddressInfo).port;
}

function listenOn(server: Server, host: string, port: number): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

function isWithoutIpv6(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL');
}

/** The host as a client on this machine writes it in a URL: `localhost` for loopback and for all addresses. */
export function urlHost(host: string): string {
  return /^(?:127\.0\.0\.1|::1|0\.0\.0\.0|::|localhost)$/.test(host) ? 'localhost' : bracketed(host);
}

/** RFC 3986, section 3.2.2: an IPv6 address stands in brackets. */
function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
