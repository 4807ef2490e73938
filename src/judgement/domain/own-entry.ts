/** A record's own entry: names come from outside, and `toString` or `__proto__` are names like any other. */
export const ownEntry = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
