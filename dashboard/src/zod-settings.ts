import * as z from 'zod';

// Zod compiles parsers with `new Function`, which the policy of the page forbids; asking for it would log a violation
// at every start. Has to run before the first schema is made, so it is the first import of main.tsx.
z.config({ jitless: true });
