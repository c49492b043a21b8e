/**
 * A container's command: a script of bash. `$own` is an empty folder of its own that it may write with a read-only root, too: it is in
 * /dev/shm, which all containers of the pod share. Nothing in the text may look like `$(NAME)`, which is Kubernetes'.
 */
export function script(text: string): readonly string[] {
  return ['bash', '-c', `own=\`mktemp -d -p /dev/shm\`\n${text}`];
}

/**
 * A script that writes a program's settings to the file `$own/settings` and becomes the program.
 * @param settings variables of the shell in it are replaced
 */
export function configured(settings: string, program: string): readonly string[] {
  return script(`cat > $own/settings <<END\n${settings}\nEND\nexec ${program}`);
}

/** Words of the shell that print all files of a pattern, from their beginnings and as they grow; the first may yet have to come. */
export function followed(files: string): string {
  return `until compgen -G "${files}" > /dev/null; do sleep 0.1; done; tail -q -n +1 -F ${files}`;
}

/** https://nginx.org/en/docs/: for any user, and with a root that cannot be written. `$` of its own must be `\$`. */
export function nginx(servers: string): readonly string[] {
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path $own/${name};`);
  const settings = `daemon off; pid $own/pid; error_log stderr; events {}
http { access_log off; ${folders.join(' ')}
${servers}
}`;
  return configured(settings, `nginx -c $own/settings`);
}

/** https://redis.io/docs/latest/operate/oss_and_stack/management/config/: keeps nothing, and lets in everybody who reaches it. */
export function redis(port: number): readonly string[] {
  return ['redis-server', '--port', String(port), '--save', '', '--protected-mode', 'no', '--dir', '/tmp'];
}

/**
 * What the entry point of PostgreSQL's own image does (https://hub.docker.com/_/postgres): makes the database that POSTGRES_DB names
 * where PGDATA is empty, for the user POSTGRES_USER with POSTGRES_PASSWORD, and runs the server.
 * @param first what the shell does before
 */
export function postgres(first = ''): readonly string[] {
  return script(`set -e; ${first}
umask 077
if [ ! -e "$PGDATA/PG_VERSION" ]; then
  initdb --no-sync --locale=C -U "\${POSTGRES_USER:-postgres}" -A scram-sha-256 --pwfile=<(echo "$POSTGRES_PASSWORD") >&2
  echo "create database $POSTGRES_DB" | postgres --single postgres >&2
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
fi
exec postgres -c fsync=off -c listen_addresses='*' -c unix_socket_directories=/tmp`);
}

/** Serves the files of a folder, in which the shell makes them first. */
export function serving(port: number, first: string): readonly string[] {
  return script(`cd $own && ${first}\nexec busybox httpd -f -p ${port} -h $own`);
}
