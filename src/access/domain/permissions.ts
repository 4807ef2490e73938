import * as z from 'zod';

/** Roles inside a tenant; each contains the one before. */
export const ROLES = ['viewer', 'operator', 'experimenter', 'admin'] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/** What each role adds to the one before: the one table that API, CLI and dashboard ask. */
const ADDED = {
  viewer: ['experiment:read', 'pipeline:read', 'pipeline:validate', 'metrics:read', 'cost:read', 'cluster:read'],
  operator: [
    'experiment:start',
    'experiment:stop',
    'pipeline:deploy',
    'control:signal',
    'loadsim:manage',
    'alert:acknowledge',
  ],
  experimenter: ['experiment:create', 'experiment:update', 'experiment:promote', 'pipeline:write', 'alert:write'],
  admin: [
    'experiment:delete',
    'experiment:approve',
    'template:write',
    'cost:manage',
    'cluster:manage',
    'integration:manage',
    'key:manage',
    'tenant:manage',
    'audit:read',
  ],
} as const satisfies Record<Role, readonly string[]>;

export type Permission = (typeof ADDED)[Role][number];

export const PERMISSIONS: readonly Permission[] = ROLES.flatMap((role) => ADDED[role]);

/** Everything that a role may do, its lower roles' permissions included. */
export const permissionsOf = (role: Role): ReadonlySet<Permission> =>
  new Set(ROLES.slice(0, ROLES.indexOf(role) + 1).flatMap((each): readonly Permission[] => ADDED[each]));

/** The lowest role that may do it: what a refusal tells the person to ask for. */
export const lowestRoleFor = (permission: Permission): Role =>
  ROLES.find((role) => permissionsOf(role).has(permission)) ?? 'admin';

/** Whether a person may do something now, and if not, the sentence that says why. */
export type May = { readonly may: true } | { readonly may: false; readonly because: string };

/** The first of what every button asks: whether the person has the permission. */
export const mayWith = (permission: Permission, permissions: ReadonlySet<string>): May =>
  permissions.has(permission)
    ? { may: true }
    : { may: false, because: `needs the permission ${permission}; the role ${lowestRoleFor(permission)} has it` };

/** Marks a route's permission and checks at compile time that the table has it. */
export const may = <const P extends Permission>(permission: P): P => permission;
