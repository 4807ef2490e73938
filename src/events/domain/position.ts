import { Ulid } from '../../kernel/identity.ts';
import { epochMsOf, type Instant } from '../../kernel/instant.ts';

/** Before every event: a reader that starts here gets all that is kept. */
export const BEGINNING = Ulid.parse('0'.repeat(26));

/**
 * Events of the last two seconds are held back: an id is made before its transaction commits, and a row that becomes
 * visible late must not be behind a reader's position.
 */
export const HOLD_BACK_SECONDS = 2;

/** The largest id that could have been made at this moment. */
export const lastPositionAt = (instant: Instant): Ulid =>
  Ulid.parse(`${timePart(epochMsOf(instant))}${'Z'.repeat(16)}`);

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const timePart = (ms: number): string =>
  Array.from({ length: 10 }, (_, index) => CROCKFORD[Math.floor(ms / 32 ** (9 - index)) % 32]).join('');
