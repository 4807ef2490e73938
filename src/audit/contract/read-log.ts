import type { AuditEntry } from '../domain/entry.ts';
import type { AuditVerification } from './routes.ts';

type Ask<Q, A> = (request: { readonly query: Q }) => Promise<{ readonly body: A }>;

interface Page {
  readonly items: readonly AuditEntry[];
  readonly metadata: { readonly nextToken: string | null };
}

/** Every entry, oldest first, asked page by page; `onProgress` hears how many were read. */
export const readWholeLog = async (
  listAudit: Ask<{ limit: number; nextToken?: string }, Page>,
  onProgress: (count: number) => void = () => undefined,
): Promise<readonly AuditEntry[]> => {
  const newestFirst: AuditEntry[] = [];
  for (let nextToken: string | null = ''; nextToken !== null; ) {
    const { body }: { readonly body: Page } = await listAudit({
      query: { limit: 100, ...(nextToken === '' ? {} : { nextToken }) },
    });
    newestFirst.push(...body.items);
    nextToken = body.metadata.nextToken;
    onProgress(newestFirst.length);
  }
  return newestFirst.toReversed();
};

/** The whole chain, checked in stretches that the API can answer; the last answer with the number of all. */
export const verifyWholeLog = async (
  verifyAudit: Ask<{ after: number }, AuditVerification>,
  onProgress: (count: number) => void = () => undefined,
): Promise<AuditVerification> => {
  let checked = 0;
  for (let after = 0; ; ) {
    const { body } = await verifyAudit({ query: { after } });
    checked += body.checked;
    if (body.complete) return { ...body, checked };
    after = body.after;
    onProgress(checked);
  }
};
