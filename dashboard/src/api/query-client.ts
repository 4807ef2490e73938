import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiProblem } from '../../../src/client/problem.ts';
import { endSession, session } from '../session/session.ts';

const leaveWhenSignedOut = (failure: unknown): void => {
  if (failure instanceof ApiProblem && failure.status === 401 && session.get().state === 'signed-in') {
    endSession('Your session has ended. Sign in again.');
  }
};

/** Refusals are final; what broke by itself may mend by itself. */
const mayMend = (failure: unknown): boolean =>
  failure instanceof TypeError || (failure instanceof ApiProblem && failure.status >= 500);

// Polling rides on the browser's own cache: the API answers `no-cache` with an ETag, so an unchanged thing costs a 304
// without a body, and structural sharing keeps the object, so nothing is drawn again.
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
  mutationCache: new MutationCache({ onError: leaveWhenSignedOut }),
  defaultOptions: {
    queries: {
      retry: (count, failure) => count < 1 && mayMend(failure),
      retryDelay: 800,
      staleTime: 1000,
      // a lost network shows as a failed request, with its reason; `online` would leave the page silent
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});
