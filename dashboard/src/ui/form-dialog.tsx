import type { ReactNode } from 'react';
import { ApiProblem } from '../../../src/client/problem.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { FailureLine } from './failure-line.tsx';
import { FindingsProvider } from './field.tsx';

/** Fields in a dialog, sent together; what the API finds wrong stands at its field. */
export const FormDialog = ({
  title,
  verb,
  isBusy,
  error,
  onSubmit,
  onClose,
  children,
}: {
  readonly title: string;
  readonly verb: string;
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) => (
  <Dialog title={title} onClose={onClose}>
    <FindingsProvider findings={error instanceof ApiProblem ? error.errors : []}>
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        <FailureLine failure={error} />
        <div className="dialog-actions">
          <Button onClick={onClose}>Leave it as it is</Button>
          <Button type="submit" look="primary" isBusy={isBusy}>
            {verb}
          </Button>
        </div>
      </form>
    </FindingsProvider>
  </Dialog>
);
