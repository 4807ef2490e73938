/** What a member must be allowed to see the events of a context: the permission that reads its things. */
const NEEDED: Readonly<Record<string, string>> = {
  experiments: 'experiment:read',
  pipelines: 'pipeline:read',
  clusters: 'cluster:read',
  cost: 'cost:read',
};

/** Who was enrolled and who signed out, and whatever is not listed above, is for those who read the audit log. */
const OTHERS = 'audit:read';

export const maySee = (permissions: ReadonlySet<string>, { source }: { readonly source: string }): boolean =>
  permissions.has(NEEDED[source] ?? OTHERS);
