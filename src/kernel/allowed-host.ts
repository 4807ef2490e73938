import * as z from 'zod';

/** A host that data may be sent to, with its port or with any. */
export const AllowedHost = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/, 'expected a host in small letters, with a port or without');
