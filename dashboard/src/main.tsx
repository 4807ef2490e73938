import './zod-settings.ts';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/query-client.ts';
import { router } from './app/router.tsx';
import { session } from './session/session.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no element with the id root');

// whoever signs out, or is signed out, sees nothing of what was there before
session.subscribe(() => {
  if (session.get().state === 'signed-out') queryClient.clear();
  void router.invalidate();
});

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
