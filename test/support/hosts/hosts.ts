import type { SimulatedHost, SimulatedProcess } from './simulated-host.ts';

// Three hosts that differ in what saves on them. Nothing is left to chance: numbers follow from the place in a list.

const several = (count: number, make: (index: number) => SimulatedProcess): readonly SimulatedProcess[] =>
  Array.from({ length: count }, (_, index) => make(index));

const KERNEL: readonly SimulatedProcess[] = [
  { pid: 2, parent: 0, name: 'kthreadd' },
  ...['rcu_preempt', 'ksoftirqd/0', 'kswapd0', 'kworker/0:1-events', 'jbd2/sda1-8', 'oom_reaper'].map(
    (name, index) => ({
      pid: 3 + index,
      parent: 2,
      name,
      systemTicks: index / 100,
    }),
  ),
];

const SYSTEM: readonly SimulatedProcess[] = [
  {
    pid: 1,
    parent: 0,
    name: 'systemd',
    path: '/usr/lib/systemd/systemd',
    residentMiB: 12,
    userTicks: 0.02,
    openFiles: 40,
  },
  // longer than the 15 bytes that the kernel keeps
  {
    pid: 210,
    name: 'systemd-journald',
    path: '/usr/lib/systemd/systemd-journald',
    residentMiB: 30,
    userTicks: 0.05,
    writtenBytes: 900,
    openFiles: 30,
  },
  { pid: 230, name: 'systemd-logind', path: '/usr/lib/systemd/systemd-logind', residentMiB: 8, openFiles: 20 },
  {
    pid: 240,
    name: 'dbus-daemon',
    path: '/usr/bin/dbus-daemon',
    user: 1,
    residentMiB: 5,
    userTicks: 0.01,
    openFiles: 15,
  },
  { pid: 250, name: 'cron', path: '/usr/sbin/cron', residentMiB: 3, openFiles: 5 },
  { pid: 260, name: 'chronyd', path: '/usr/sbin/chronyd', user: 2, residentMiB: 4, userTicks: 0.01, openFiles: 8 },
  { pid: 270, name: 'sshd', path: '/usr/sbin/sshd', residentMiB: 9, openFiles: 9 },
  { pid: 271, parent: 270, name: 'sshd', path: '/usr/sbin/sshd', residentMiB: 10, userTicks: 0.1, openFiles: 9 },
  { pid: 280, name: 'agetty', path: '/usr/sbin/agetty', residentMiB: 2, openFiles: 4 },
  { pid: 290, parent: 271, name: 'bash', path: '/usr/bin/bash', user: 1, residentMiB: 5, openFiles: 4 },
];

/** A host where little happens. */
export const QUIET: SimulatedHost = { name: 'quiet', processes: [...KERNEL, ...SYSTEM] };

/** A web server, its programs and its database. */
export const WEB: SimulatedHost = {
  name: 'web and database',
  processes: [
    ...KERNEL,
    ...SYSTEM,
    {
      pid: 400,
      name: 'kubelet',
      path: '/usr/bin/kubelet',
      residentMiB: 110,
      userTicks: 2,
      systemTicks: 1,
      readBytes: 20_000,
      threads: 24,
      openFiles: 90,
    },
    {
      pid: 410,
      name: 'containerd',
      path: '/usr/bin/containerd',
      residentMiB: 60,
      userTicks: 1,
      threads: 18,
      openFiles: 70,
    },
    ...several(8, (index) => ({
      pid: 420 + index,
      parent: 410,
      name: 'containerd-shim-runc-v2',
      path: '/usr/bin/containerd-shim-runc-v2',
      residentMiB: 12,
      userTicks: 0.05,
      threads: 10,
      openFiles: 12,
    })),
    { pid: 500, name: 'nginx', path: '/usr/sbin/nginx', residentMiB: 8, openFiles: 20 },
    ...several(8, (index) => ({
      pid: 501 + index,
      parent: 500,
      name: 'nginx',
      path: '/usr/sbin/nginx',
      user: 1,
      residentMiB: 14 + index,
      userTicks: 2 + index / 8,
      systemTicks: 1,
      readBytes: 50_000,
      writtenBytes: 200_000,
      openFiles: 120,
    })),
    {
      pid: 600,
      name: 'postgres',
      path: '/usr/lib/postgresql/17/bin/postgres',
      user: 2,
      residentMiB: 160,
      userTicks: 1,
      openFiles: 40,
    },
    ...several(20, (index) => ({
      pid: 601 + index,
      parent: 600,
      name: 'postgres',
      path: '/usr/lib/postgresql/17/bin/postgres',
      user: 2,
      residentMiB: 40 + 10 * index,
      userTicks: index === 0 ? 60 : 0.5,
      waitTicks: index === 0 ? 8 : 0,
      readBytes: 100_000 + index,
      writtenBytes: 30_000,
      openFiles: 50,
    })),
    // not the database, though it begins like it
    {
      pid: 640,
      name: 'postgres_exporter',
      path: '/usr/bin/postgres_exporter',
      user: 65_534,
      residentMiB: 24,
      userTicks: 0.2,
      threads: 8,
      openFiles: 14,
    },
    {
      pid: 700,
      name: 'redis-server',
      path: '/usr/bin/redis-server',
      user: 1,
      residentMiB: 300,
      userTicks: 4,
      threads: 5,
      openFiles: 60,
    },
    ...several(2, (index) => ({
      pid: 710 + index,
      name: 'java',
      path: '/usr/lib/jvm/bin/java',
      user: 1,
      residentMiB: index === 0 ? 1500 : 90,
      userTicks: index === 0 ? 70 : 1,
      threads: 120,
      openFiles: 300,
    })),
    // Node calls its main thread so
    ...several(3, (index) => ({
      pid: 720 + index,
      name: 'MainThread',
      path: '/usr/bin/node',
      user: 65_534,
      residentMiB: 85 + 20 * index,
      userTicks: 3,
      threads: 11,
      openFiles: 40,
    })),
    ...several(6, (index) => ({
      pid: 740 + index,
      name: 'php-fpm',
      path: '/usr/sbin/php-fpm',
      user: 1,
      residentMiB: 30,
      userTicks: 0.3,
      openFiles: 9,
    })),
    {
      pid: 760,
      name: 'python3',
      path: '/usr/bin/python3.13',
      user: 65_534,
      residentMiB: 140,
      userTicks: 0.2,
      openFiles: 12,
    },
    // a program that nobody put on a list takes a core
    {
      pid: 770,
      name: 'crypto-miner',
      path: '/tmp/crypto-miner',
      user: 65_534,
      residentMiB: 12,
      userTicks: 95,
      openFiles: 3,
    },
  ],
};

const BUILD_SECONDS = 15;

/** A host that builds: compilers come and go by the second. */
export const CHURN: SimulatedHost = {
  name: 'high churn',
  processes: [
    ...KERNEL,
    ...SYSTEM,
    {
      pid: 400,
      name: 'containerd',
      path: '/usr/bin/containerd',
      residentMiB: 60,
      userTicks: 1,
      threads: 18,
      openFiles: 70,
    },
    { pid: 800, name: 'make', path: '/usr/bin/make', user: 1, residentMiB: 6, userTicks: 1, openFiles: 6 },
    {
      pid: 810,
      name: 'java',
      path: '/usr/lib/jvm/bin/java',
      user: 1,
      residentMiB: 700,
      userTicks: 70,
      threads: 60,
      openFiles: 200,
    },
    ...several(BUILD_SECONDS * 3, (index) => {
      const bornAt = index / 3;
      return {
        pid: 1000 + index,
        parent: 800,
        name: 'cc1plus',
        path: '/usr/libexec/gcc/cc1plus',
        user: 1,
        bornAt,
        diesAt: bornAt + 2 + (index % 4),
        userTicks: 80,
        systemTicks: 10,
        residentMiB: 60 + (index % 5) * 70,
        readBytes: 400_000,
        writtenBytes: 90_000,
        openFiles: 6,
      };
    }),
    ...several(BUILD_SECONDS, (index) => ({
      pid: 2000 + index,
      parent: 800,
      name: 'sh',
      path: '/usr/bin/dash',
      user: 1,
      bornAt: index,
      diesAt: index + 3,
      userTicks: 1,
      residentMiB: 2,
      openFiles: 3,
    })),
  ],
};

export const HOSTS: readonly SimulatedHost[] = [QUIET, WEB, CHURN];
