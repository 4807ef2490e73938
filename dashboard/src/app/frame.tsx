import { useQuery } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { describeDuration } from '../../../src/kernel/duration.ts';
import { meQuery, settingsQuery } from '../api/queries.ts';
import { formatClock } from '../format/times.ts';
import { LocalProgressLine } from '../local/progress.tsx';
import { IdleGuard } from '../session/idle.tsx';
import { signOut } from '../session/session.ts';
import { useConnection, useStore } from '../session/use-session.ts';
import { Icon } from '../ui/icon.tsx';
import { useNow } from '../ui/time.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { applyTheme, nextTheme, theme } from './theme.ts';

/** What exists, who is here, how fresh it is; the page goes in the middle. */
export const Frame = () => (
  <div className="frame">
    <a className="skip-link" href="#page">
      Skip to the page
    </a>
    <Rail />
    <Top />
    <div className="notices">
      <LostConnection />
      <LocalProgressLine />
    </div>
    <main id="page" className="page" tabIndex={-1}>
      <Outlet />
    </main>
    <Shortcuts />
    <IdleGuard />
  </div>
);

const Rail = () => (
  <nav className="rail" aria-label="Main">
    <Link to="/experiments" className="brand" aria-label="Phoenix, to the experiments">
      <img src="/favicon.svg" alt="" width="24" height="24" />
      <span>Phoenix</span>
    </Link>
    <Link to="/experiments" className="rail-link">
      <Icon name="experiment" />
      <span>Experiments</span>
    </Link>
    <Link to="/pipelines" className="rail-link">
      <Icon name="template" />
      <span>Pipelines</span>
    </Link>
    <Link to="/costs" className="rail-link">
      <Icon name="cost" />
      <span>Costs</span>
    </Link>
    <Link to="/clusters" className="rail-link">
      <Icon name="cluster" />
      <span>Clusters</span>
    </Link>
    <Link to="/audit" className="rail-link">
      <Icon name="audit" />
      <span>Audit</span>
    </Link>
  </nav>
);

const Top = () => {
  const me = useQuery(meQuery).data;
  const settings = useQuery(settingsQuery).data;
  return (
    <header className="top">
      <div className="top-where">
        <strong>{me?.tenantName ?? '\u00a0'}</strong>
        {settings === undefined ? null : (
          <span className="stage" title="Stage of this installation">
            {settings.stage}
          </span>
        )}
      </div>
      <ConnectionAge />
      <span className="top-person" title={me === undefined ? '' : `${me.roles.join(', ')} in ${me.tenantId}`}>
        <span className="top-email">{me?.email ?? '\u00a0'}</span>
        <span className="quiet">{me?.roles.at(-1) ?? ''}</span>
      </span>
      <ThemeSwitch />
      <button type="button" className="button button-quiet" onClick={() => void signOut()}>
        Sign out
      </button>
    </header>
  );
};

const ConnectionAge = () => {
  const { answeredAtMs, lostAtMs } = useConnection();
  const now = useNow();
  const age = answeredAtMs === null ? null : Math.max(0, Math.round((now - answeredAtMs) / 1000));
  const isLost = lostAtMs !== null;
  return (
    <span className={`connection num ${isLost ? 'connection-lost' : ''}`} title="Age of the newest answer of the API">
      <span className="connection-mark" aria-hidden="true" />
      {isLost ? 'no answer' : age === null ? 'connecting' : age < 10 ? 'live' : `${describeDuration(age)} old`}
    </span>
  );
};

const LostConnection = () => {
  const { answeredAtMs, lostAtMs } = useConnection();
  const now = useNow();
  if (lostAtMs === null) return null;
  return (
    <p className="notice" role="status">
      The API has not answered since <span className="num">{formatClock(lostAtMs)}</span>.{' '}
      {answeredAtMs === null
        ? 'Nothing is known yet.'
        : `What you see is ${describeDuration((now - answeredAtMs) / 1000)} old.`}{' '}
      We keep asking.
    </p>
  );
};

const THEME_ICON = { auto: 'auto', light: 'sun', dark: 'moon' } as const;

const ThemeSwitch = () => {
  const current = useStore(theme);
  return (
    <button
      type="button"
      className="button button-quiet button-icon"
      aria-label={`Theme: ${current}. Change to ${nextTheme(current)}`}
      title={`Theme: ${current}`}
      onClick={() => applyTheme(nextTheme(current))}
    >
      <Icon name={THEME_ICON[current]} />
    </button>
  );
};
