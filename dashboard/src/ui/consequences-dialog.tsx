import { type ReactNode, useId, useState } from 'react';
import { Button, type ButtonProps } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { FailureLine } from './failure-line.tsx';
import type { IconName } from './icon.tsx';

/** What is asked for, in words. */
export interface Asked {
  readonly title: string;
  readonly verb: string;
  readonly busy: string;
  readonly icon: IconName;
  readonly look: NonNullable<ButtonProps['look']>;
  /** what will happen, sentence by sentence */
  readonly consequences: readonly string[];
  /** what a reason is for; null where none is asked for */
  readonly reasonFor: string | null;
}

/** Says what will happen, asks once, for a reason where one is kept, and shows why it did not happen. */
export const ConsequencesDialog = ({
  asked: { title, verb, busy, icon, look, consequences, reasonFor },
  isBusy,
  error,
  onConfirm,
  onClose,
  children,
}: {
  readonly asked: Asked;
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly onConfirm: (reason: string) => void;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}) => {
  const [reason, setReason] = useState('');
  const reasonId = useId();
  const isReasonMissing = reasonFor !== null && reason.trim().length < 3;
  return (
    <Dialog title={title} onClose={onClose}>
      <ul className="consequences">
        {consequences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {children}
      {reasonFor === null ? null : (
        <label htmlFor={reasonId} className="field">
          {reasonFor}
          <input
            id={reasonId}
            value={reason}
            maxLength={500}
            placeholder="at least 3 characters"
            onChange={({ target }) => setReason(target.value)}
          />
        </label>
      )}
      <FailureLine failure={error} />
      <div className="dialog-actions">
        <Button onClick={onClose}>Leave it as it is</Button>
        <Button
          look={look}
          icon={icon}
          isBusy={isBusy}
          disabledBecause={isReasonMissing ? 'write down why, in a few words' : null}
          onClick={() => onConfirm(reason.trim())}
        >
          {isBusy ? busy : verb}
        </Button>
      </div>
    </Dialog>
  );
};
