import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { failureLine } from '../api/failures.ts';
import { settingsQuery } from '../api/queries.ts';
import { LocalProgressPanel, useLocalProgress } from '../local/progress.tsx';
import { Button } from '../ui/button.tsx';
import { Broken, Skeleton } from '../ui/states.tsx';
import { signIn } from './session.ts';
import { useSession } from './use-session.ts';

/** Where the stage says how to sign in; locally it also shows how far the environment is. */
export const SignInPage = () => {
  const settings = useQuery(settingsQuery);
  const progress = useLocalProgress();
  const session = useSession();
  const because = session.state === 'signed-out' ? session.because : null;
  return (
    <main className="sign-in">
      <h1>
        <img src="/favicon.svg" alt="" width="32" height="32" /> Phoenix
      </h1>
      <p className="quiet">Is the cheaper pipeline still telling the truth? Measured, with the interval.</p>
      {because === null ? null : (
        <p className="notice" role="status">
          {because}
        </p>
      )}
      {settings.data !== undefined ? (
        settings.data.passwordSignIn ? (
          <PasswordForm stage={settings.data.stage} />
        ) : (
          <ManagedSignIn signInUrl={settings.data.signInUrl} />
        )
      ) : progress !== null ? null : settings.error === null ? (
        <Skeleton lines={4} />
      ) : (
        <Broken
          what="The sign-in"
          failure={settings.error}
          onRetry={() => void settings.refetch()}
          stillWorks="Running experiments are not touched by this."
        />
      )}
      <LocalProgressPanel isApiReady={settings.data !== undefined} />
    </main>
  );
};

const PasswordForm = ({ stage }: { readonly stage: string }) => {
  const { to } = useSearch({ from: '/sign-in' });
  const navigate = useNavigate();
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setFailure(null);
    try {
      await signIn(String(form.get('email')), String(form.get('password')));
      await navigate({ href: to ?? '/experiments', replace: true });
    } catch (cause) {
      setFailure(failureLine(cause));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className="sign-in-form" onSubmit={(event) => void submit(event)}>
      <label>
        E-mail
        {/* biome-ignore lint/a11y/noAutofocus: the page has one purpose */}
        <input name="email" type="email" autoComplete="username" required autoFocus />
      </label>
      <label>
        Password
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
      {failure === null ? null : (
        <p className="field-finding" role="alert">
          {failure}
        </p>
      )}
      <Button type="submit" look="primary" isBusy={isBusy}>
        {isBusy ? 'Signing in…' : 'Sign in'}
      </Button>
      <p className="quiet">
        Stage <code>{stage}</code>. On a local environment the terminal shows the users and their passwords.
      </p>
    </form>
  );
};

const ManagedSignIn = ({ signInUrl }: { readonly signInUrl: string | null }) => (
  <div className="state-text">
    <p>This stage does not accept passwords here; sign in at its own page.</p>
    {signInUrl === null ? (
      <p>The stage names no sign-in page. An operator of this installation can say why.</p>
    ) : (
      <a className="button button-primary" href={signInUrl}>
        Go to the sign-in page
      </a>
    )}
  </div>
);
