import type {Fields} from './example.ts';
import {configured, followed, nginx, script} from './programs.ts';

/**
 * What the injected containers of the examples run here. Their images are on registries that tests must do without; Debian has some
 * of their programs, and others that do the same work. All else of the templates stays: ports, volumes, users, capabilities, limits.
 */
export const standIns: Readonly<Record<string, Fields>> = {
  // The same program under Debian's name; the template's arguments are its own.
  'nginx-exporter': {command: ['prometheus-nginx-exporter']},
  // rsyslog for fluentd: it is given its configuration by the same variable, and the file by the same ConfigMap.
  'logging-agent': {command: script('exec rsyslogd -n -i NONE -f "${FLUENTD_ARGS#-c }"')},
  // tail for Fluent Bit: the same files to the same place, but as they are.
  'log-shipper': {command: script(followed('/var/log/app/*.log')), args: []},
  // Twemproxy for Envoy: another proxy for Redis on the same port, for the same variables. It answers on the health port, but not
  // in HTTP.
  'redis-ambassador': {
    command: configured(
      // It reads no braces and no brackets.
      'redis:\n  listen: 127.0.0.1:6379\n  redis: true\n  servers:\n  - $UPSTREAM_HOST:$UPSTREAM_PORT:1',
      'nutcracker -c $own/settings -s 9902 -i 100 -o /dev/stderr -p $own/pid',
    ),
    args: [],
    startupProbe: {tcpSocket: {port: 9902}, periodSeconds: 1, failureThreshold: 30},
    livenessProbe: {tcpSocket: {port: 9902}},
  },
  // nginx for the collector: it takes whatever is posted to it on the same address, and logs where it came from.
  'otel-collector': {
    command: nginx(`server { listen 127.0.0.1:4318; location / { access_log /dev/stdout; return 200; } }
server { listen 13133; location / { return 200; } }`),
    args: [],
  },
  // nginx for the proxy: there is no such cloud here. It says which instance it would lead to.
  'cloud-sql-proxy': {
    command: nginx(`server { listen 127.0.0.1:5432; location / { return 200 "$CSQL_PROXY_INSTANCE_CONNECTION_NAME"; } }
server { listen 9801; location / { return 200; } }`),
    args: [],
  },
  // The same program, started as its image's entry point does: with a file of settings made from the variables. Debian's is older
  // than MAX_PREPARED_STATEMENTS.
  pgbouncer: {
    command: script(`url=\${DATABASE_URL#*://}; login=\${url%@*}; rest=\${url##*@}; address=\${rest%%/*}
echo "\\"\${login%%:*}\\" \\"\${login#*:}\\"" > /etc/pgbouncer/userlist.txt
cat > /etc/pgbouncer/pgbouncer.ini <<END
[databases]
\${rest#*/} = host=\${address%:*} port=\${address#*:}
[pgbouncer]
listen_addr = $LISTEN_ADDR
listen_port = $LISTEN_PORT
unix_socket_dir =
auth_file = /etc/pgbouncer/userlist.txt
auth_type = $AUTH_TYPE
pool_mode = $POOL_MODE
default_pool_size = $DEFAULT_POOL_SIZE
max_client_conn = $MAX_CLIENT_CONN
server_tls_sslmode = $SERVER_TLS_SSLMODE
admin_users = \${login%%:*}
END
exec pgbouncer /etc/pgbouncer/pgbouncer.ini`),
  },
  // The same program under Debian's name.
  'redis-exporter': {command: ['prometheus-redis-exporter']},
  // The same program under Debian's name.
  'postgres-exporter': {command: ['prometheus-postgres-exporter']},
  // bash for its shell: Debian's busybox takes its own nc, which has no -z.
  'wait-for-database': {command: ['bash', '-c']},
  // psql for Flyway: the same scripts, in the same order, into the same database.
  'run-migrations': {
    command: script(`export PGUSER=$FLYWAY_USER PGPASSWORD=$FLYWAY_PASSWORD
for file in /flyway/sql/V*.sql; do psql -v ON_ERROR_STOP=1 "\${FLYWAY_URL#jdbc:}" -f "$file" || exit; done`),
    args: [],
  },
  // A loop of bash for Fluent Bit: the same files, and lines of the same names, but of one form of log only.
  'log-normaliser': {
    command: [
      ...script(`for word; do case $word in
  --prop=path=*) files=\${word#*path=};;
  --prop=parser=*) format=\${word#*parser=};;
  --prop=Add=*) added="$added, \\"\${word#*Add=}\\""; added=\${added/service /service\\": \\"}; added=\${added/pod /pod\\": \\"};;
esac; done
mkdir -p $own/www/api/v1; echo > $own/www/api/v1/uptime
busybox httpd -p 2020 -h $own/www
[ "$format" = apache2 ] || exit 1
{ ${followed('$files')}; } | while read -r client _ _ _ _ method path _ status _; do
  echo "{\\"client\\": \\"$client\\", \\"method\\": \\"\${method#?}\\", \\"path\\": \\"$path\\", \\"status\\": \\"$status\\"$added}"
done`),
      'log-normaliser',
    ],
  },
  // rsyslog for the exporter: counters that come by StatsD's protocol on the port that the arguments say stand in a file in Prometheus'
  // form, which busybox serves.
  'statsd-exporter': {
    command: [
      ...script(`port=\${1##*:}; mkdir -p $own/www/-; echo > $own/www/-/healthy
busybox httpd -p 9102 -h $own/www
cat > $own/settings <<END
global(workDirectory="$own")
module(load="imudp")
template(name="metric" type="string" string="%rawmsg:R,ERE,1,DFLT:^([a-z_]+):--end% %rawmsg:R,ERE,1,DFLT::([0-9]+)[|]--end%\\n")
ruleset(name="metrics") { action(type="omfile" file="$own/www/metrics" template="metric") }
input(type="imudp" address="127.0.0.1" port="$port" ruleset="metrics")
END
exec rsyslogd -n -i NONE -f $own/settings`),
      'statsd-exporter',
    ],
  },
};
