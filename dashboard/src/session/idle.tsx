import { useEffect, useState } from 'react';
import { describeDuration } from '../../../src/kernel/duration.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { idleStateAt } from './idle-state.ts';
import { signOut } from './session.ts';

const TOUCHES = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

/** Signs out after half an hour without a touch: an abandoned screen must not be a way to stop experiments. */
export const IdleGuard = () => {
  const [leftMs, setLeftMs] = useState<number | null>(null);

  useEffect(() => {
    let touchedAtMs = Date.now();
    const touch = (): void => {
      touchedAtMs = Date.now();
      setLeftMs(null);
    };
    // by the clock and not by one long timer: a laptop that slept through the half hour must not wake up signed in
    const timer = setInterval(() => {
      const idle = idleStateAt(Date.now(), touchedAtMs);
      if (idle.state === 'over') void signOut('Nobody was here for 30 minutes, so we signed you out.');
      else setLeftMs(idle.state === 'warning' ? idle.leftMs : null);
    }, 1000);
    for (const kind of TOUCHES) addEventListener(kind, touch, { passive: true });
    return () => {
      clearInterval(timer);
      for (const kind of TOUCHES) removeEventListener(kind, touch);
    };
  }, []);

  if (leftMs === null) return null;
  return (
    <Dialog title="Are you still here?" onClose={() => setLeftMs(null)}>
      <p>
        Nothing was touched for a while. We sign you out in{' '}
        <span className="num">{describeDuration(Math.ceil(leftMs / 1000))}</span>. Experiments go on without you.
      </p>
      <form method="dialog" className="dialog-actions">
        <Button type="submit" look="primary">
          I am here
        </Button>
      </form>
    </Dialog>
  );
};
