import * as z from 'zod';

/** A question that somebody asks of the series: an alert, a recording, or a curve of a panel. */
export const CheckId = z
  .string()
  .regex(/^chk-[0-9a-z]{12}$/, 'expected an id such as chk-0123456789ab')
  .brand<'CheckId'>();
export type CheckId = z.infer<typeof CheckId>;

export const CHECK_KINDS = ['alert', 'recording', 'panel'] as const;

const Labels = z.record(z.string(), z.string());

export const Check = z.object({
  /** the same for the same place and name, whatever the query: found again in the next revision */
  id: CheckId,
  kind: z.enum(CHECK_KINDS),
  name: z.string(),
  /** where it stands, for people: `node.yaml › cpu`, `Hosts › CPU › A` */
  place: z.string(),
  /** as it was written */
  query: z.string(),
  /** as it is evaluated: values in place of a dashboard's variables */
  evaluated: z.string(),
  /** labels that a rule adds */
  labels: Labels,
  forSeconds: z.number(),
  keepFiringForSeconds: z.number(),
  /** how often its group is evaluated */
  intervalSeconds: z.number(),
  /** why it can never be evaluated; null: it can be read */
  fault: z.string().nullable(),
});
export type Check = z.infer<typeof Check>;

/** A check before it has an id. */
export type FoundCheck = Omit<Check, 'id'>;

/** Values of a dashboard's variables by name, without the `$`. */
export type Variables = Readonly<Record<string, string>>;
