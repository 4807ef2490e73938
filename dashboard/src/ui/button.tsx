import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export interface ButtonProps {
  readonly children: ReactNode;
  readonly onClick?: () => void;
  readonly icon?: IconName;
  readonly look?: 'plain' | 'primary' | 'danger' | 'quiet';
  readonly type?: 'button' | 'submit';
  readonly isBusy?: boolean;
  /** a sentence: the button stays reachable by keyboard and says why it does nothing */
  readonly disabledBecause?: string | null | undefined;
  readonly label?: string;
}

export const Button = ({
  children,
  onClick,
  icon,
  look = 'plain',
  type = 'button',
  isBusy = false,
  disabledBecause,
  label,
}: ButtonProps) => {
  const isOff = isBusy || (disabledBecause !== undefined && disabledBecause !== null);
  return (
    <button
      type={type}
      className={`button button-${look}`}
      aria-disabled={isOff}
      aria-busy={isBusy}
      aria-label={label}
      title={disabledBecause ?? undefined}
      onClick={(event) => {
        if (isOff) event.preventDefault();
        else onClick?.();
      }}
    >
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
    </button>
  );
};
