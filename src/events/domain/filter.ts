/** Which events a reader wants; what is absent takes everything. */
export interface EventFilter {
  /** types, or families such as `experiment.*` */
  readonly types?: readonly string[] | undefined;
  readonly source?: string | undefined;
  readonly subject?: string | undefined;
}

interface Named {
  readonly type: string;
  readonly source: string;
  readonly subject: string;
}

export const isWanted = ({ types, source, subject }: EventFilter, event: Named): boolean =>
  (types === undefined || types.some((type) => isOfType(type, event.type))) &&
  (source === undefined || event.source === source) &&
  (subject === undefined || event.subject === subject);

export const isOfType = (wanted: string, type: string): boolean =>
  wanted.endsWith('.*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
