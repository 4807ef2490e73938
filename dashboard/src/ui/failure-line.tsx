import type { ReactNode } from 'react';
import { failureLine } from '../api/failures.ts';

/** Why something did not happen, told at once; nothing while it has not failed. */
export const FailureLine = ({ failure, children }: { readonly failure: unknown; readonly children?: ReactNode }) =>
  failure === null ? null : (
    <p className="field-finding" role="alert">
      {failureLine(failure)}
      {children}
    </p>
  );
