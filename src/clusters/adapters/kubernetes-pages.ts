import type { KubernetesContext } from './kubernetes-context.ts';
import { statusOf } from './kubernetes-errors.ts';

const PAGE_SIZE = 500;

interface Page<T> {
  readonly items: readonly T[];
  readonly metadata?: { readonly _continue?: string };
}

/** Everything of a list that comes in pages; one that expires half way (410) is begun anew, once. */
export const everyPage = async <T>(
  { persist }: Pick<KubernetesContext, 'persist'>,
  list: (page: { readonly limit: number; readonly _continue?: string }) => Promise<Page<T>>,
): Promise<readonly T[]> => {
  const listAll = async (): Promise<readonly T[]> => {
    const found: T[] = [];
    let next: string | undefined;
    do {
      const page = await persist(() => list({ limit: PAGE_SIZE, ...(next === undefined ? {} : { _continue: next }) }));
      found.push(...page.items);
      next = page.metadata?._continue || undefined;
    } while (next !== undefined);
    return found;
  };
  return listAll().catch((error: unknown) => {
    if (statusOf(error) === 410) return listAll();
    throw error;
  });
};
