import * as z from 'zod';

/** How far one part of the local environment is: the same line that the terminal shows. */
const PartProgress = z.object({
  key: z.string(),
  label: z.string(),
  state: z.enum(['waiting', 'working', 'ready', 'failed']),
  detail: z.string(),
  elapsedSeconds: z.number().nullable(),
  /** an honest guess of the whole, null when nobody knows */
  expectedSeconds: z.number().nullable(),
});
type PartProgress = z.infer<typeof PartProgress>;

/** What `GET /local/progress` answers. */
export const LocalProgress = z.object({ parts: z.array(PartProgress) });
export type LocalProgress = z.infer<typeof LocalProgress>;

export type PartReport = Pick<PartProgress, 'label' | 'state' | 'detail'> & {
  readonly elapsedSeconds?: number;
  readonly expectedSeconds?: number;
};

/** Takes what the launcher reports and keeps the newest of each part, in the order in which parts first came. */
export interface ProgressBoard {
  set(key: string, report: PartReport): void;
  snapshot(): LocalProgress;
}

export const makeProgressBoard = (): ProgressBoard => {
  const parts = new Map<string, PartProgress>();
  return {
    set: (key, { label, state, detail, elapsedSeconds = null, expectedSeconds = null }) => {
      parts.set(key, { key, label, state, detail, elapsedSeconds, expectedSeconds });
    },
    snapshot: () => ({ parts: [...parts.values()] }),
  };
};
