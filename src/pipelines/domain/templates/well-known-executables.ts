// Executables as the kernel names them: what listens for `apache` in a list of processes listens for nobody.

const WEB_SERVERS = ['apache2', 'caddy', 'envoy', 'haproxy', 'httpd', 'nginx', 'traefik'] as const;

const STORES = [
  'beam.smp',
  'clickhouse-server',
  'etcd',
  'mariadbd',
  'memcached',
  'mongod',
  'mysqld',
  'nats-server',
  'postgres',
  'redis-server',
  'valkey-server',
] as const;

const CONTAINER_HOSTS = ['containerd', 'crio', 'dockerd', 'kubelet'] as const;

/** What people look for first when something is wrong. */
export const CRITICAL_EXECUTABLES: readonly string[] = [...WEB_SERVERS, ...STORES, ...CONTAINER_HOSTS].sort();

/** What a node needs to be reached and to keep the time. */
export const IMPORTANT_EXECUTABLES: readonly string[] = ['chronyd', 'init', 'sshd', 'systemd'];

/** What runs programs of any kind: one of them alone says little. Newer versions of Node call themselves MainThread. */
export const RUNTIME_EXECUTABLES: readonly string[] = [
  'MainThread',
  'dotnet',
  'java',
  'node',
  'php-fpm',
  'python3',
  'ruby',
];
