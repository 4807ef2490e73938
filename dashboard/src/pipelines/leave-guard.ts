import { useBlocker } from '@tanstack/react-router';

/** Whoever leaves the page, or closes the window, with settings that are not saved is asked first. */
export const useLeaveGuard = (isUnsaved: boolean): void => {
  useBlocker({
    disabled: !isUnsaved,
    enableBeforeUnload: () => isUnsaved,
    shouldBlockFn: ({ current, next }) =>
      current.pathname !== next.pathname && !confirm('Leave without saving? What you wrote here is lost.'),
  });
};
