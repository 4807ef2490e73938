import * as z from 'zod';

/** Words of people by which they find things again: keys as Kubernetes has them, without capitals. */
export const Labels = z.record(z.string().regex(/^[a-z0-9][a-z0-9._/-]{0,62}$/), z.string().max(63));
