import type { SecurityContext } from './pod.ts';

/** A directory or file of the node that a container sees at another place. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly isFile: boolean;
}

export interface ContainerRoot {
  /** Empty folder on the node that becomes the container's root, inside a mount namespace of its own. */
  readonly root: string;
  /** Path of the program in the container: `/<container name>`, so that it shows under this name among the processes. */
  readonly program: string;
  readonly mounts: readonly Mount[];
  readonly security: SecurityContext;
}

/**
 * A shell script that builds the container's root and becomes the program. Run by `unshare -m`: every step is an exec,
 * so the process keeps its id, and all mounts vanish with it. The program's arguments are those of the script.
 */
export const rootScript = ({ root, program, mounts, security }: ContainerRoot): string =>
  [
    'set -eu',
    // a program of the container's name, and nothing else of the node: no shell, no /etc, no home
    `mount -t tmpfs -o size=64m,mode=0755,nosuid,nodev phoenix ${quote(root)}`,
    `mkdir ${['proc', 'sys', 'dev', 'tmp', 'etc'].map((name) => quote(`${root}/${name}`)).join(' ')}`,
    `chmod 1777 ${quote(`${root}/tmp`)}`,
    `printf '127.0.0.1 localhost\\n' > ${quote(`${root}/etc/hosts`)}`,
    ...kernelFolder(root, '/proc'),
    ...kernelFolder(root, '/sys'),
    ...['null', 'zero', 'random', 'urandom'].flatMap((device) => bindFile(`/dev/${device}`, `${root}/dev/${device}`)),
    ...[...mounts].sort(outerFirst).flatMap((mount) => bind(mount, root)),
    ...(security.readOnlyRootFilesystem === true ? [remountReadOnly(root)] : []),
    `exec setpriv ${privilegeFlags(security).join(' ')} -- chroot ${userFlags(security)}${quote(root)} ${quote(program)} "$@"`,
    '',
  ].join('\n');

/** What containerd gives a container that asks for nothing. */
const DEFAULT_CAPABILITIES = [
  'audit_write',
  'chown',
  'dac_override',
  'fowner',
  'fsetid',
  'kill',
  'mknod',
  'net_bind_service',
  'net_raw',
  'setfcap',
  'setgid',
  'setpcap',
  'setuid',
  'sys_chroot',
] as const;

/** Capabilities of the container, as Kubernetes computes them: the default, less `drop`, plus `add`. */
export const capabilitiesOf = ({ privileged, capabilities }: SecurityContext): 'all' | readonly string[] => {
  if (privileged === true) return 'all';
  const named = (list: readonly string[] = []): readonly string[] =>
    list.map((name) => name.toLowerCase().replace(/^cap_/, ''));
  const [drop, add] = [named(capabilities?.drop), named(capabilities?.add)];
  if (add.includes('all')) return 'all';
  const kept = drop.includes('all') ? [] : DEFAULT_CAPABILITIES.filter((name) => !drop.includes(name));
  return [...new Set([...kept, ...add])].sort();
};

const privilegeFlags = (security: SecurityContext): readonly string[] => {
  const capabilities = capabilitiesOf(security);
  // chroot itself, and the change of user, still need these; a change of user drops them
  const needed = ['sys_chroot', ...(security.runAsUser === undefined ? [] : ['setuid', 'setgid'])];
  const kept = capabilities === 'all' ? 'all' : [...new Set([...capabilities, ...needed])];
  return [
    '--pdeathsig KILL',
    ...(kept === 'all' ? [] : [`--bounding-set=-all${kept.map((name) => `,+${name}`).join('')}`]),
    ...(security.allowPrivilegeEscalation === false ? ['--no-new-privs'] : []),
  ];
};

const userFlags = ({ runAsUser, runAsGroup }: SecurityContext): string =>
  runAsUser === undefined || runAsUser === 0 ? '' : `--userspec=${runAsUser}:${runAsGroup ?? 0} `;

const kernelFolder = (root: string, folder: string): readonly string[] => [
  `mount --rbind ${folder} ${quote(`${root}${folder}`)}`,
  `mount -o remount,bind,ro,nosuid,nodev,noexec ${quote(`${root}${folder}`)}`,
];

const bind = ({ source, target, readOnly, isFile }: Mount, root: string): readonly string[] => {
  const at = `${root}${target}`;
  return [
    ...(isFile ? bindFile(source, at) : [`mkdir -p ${quote(at)}`, `mount --rbind ${quote(source)} ${quote(at)}`]),
    ...(readOnly ? [remountReadOnly(at)] : []),
  ];
};

const bindFile = (source: string, at: string): readonly string[] => [
  `mkdir -p ${quote(at.slice(0, at.lastIndexOf('/')))}`,
  `: > ${quote(at)}`,
  `mount --bind ${quote(source)} ${quote(at)}`,
];

const remountReadOnly = (at: string): string => `mount -o remount,bind,ro,nosuid,nodev ${quote(at)}`;

const outerFirst = (one: Mount, other: Mount): number => one.target.length - other.target.length;

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
