import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useText } from '../i18n/use-text.ts';
import { LanguageSwitch, ThemeSwitch } from '../panels/language-and-theme.tsx';
import styles from './login-page.module.css';
import { useSession } from './server-lists.ts';
import { useServices } from './services.tsx';

/** Asks for name and password where people have accounts, else for the access token that the terminal printed. */
export function LoginPage() {
  const session = useSession();
  return (
    <main className={styles['page']}>
      <div className={styles['corner']}>
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      {session === undefined ? null : session.accounts ? <AccountForm /> : <TokenForm />}
    </main>
  );
}

type Credentials = { readonly token: string } | { readonly name: string; readonly password: string };
type LoginState = 'asking' | 'sending' | 'wrong' | 'busy' | 'unreachable';

function useLogIn() {
  const { client } = useServices();
  const queries = useQueryClient();
  const [state, setState] = useState<LoginState>('asking');
  const logIn = async (body: Credentials) => {
    setState('sending');
    try {
      await client.call('logIn', { body });
      await queries.invalidateQueries();
      setState('asking');
    } catch (error) {
      const status = statusOf(error);
      setState(status === undefined ? 'unreachable' : status === 429 ? 'busy' : 'wrong');
    }
  };
  return { state, logIn };
}

function AccountForm() {
  const text = useText();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const { state, logIn } = useLogIn();
  return (
    <form
      className={styles['card']}
      onSubmit={(event) => {
        event.preventDefault();
        void logIn({ name: name.trim(), password });
      }}
    >
      <h1 className={styles['title']}>{text('login.title')}</h1>
      <p className={styles['say']}>{text('login.account.say')}</p>
      <TextInput
        label={text('login.name')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        size="sm"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        data-autofocus
      />
      <PasswordInput
        label={text('login.password')}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={
          state === 'wrong'
            ? text('login.account.wrong')
            : state === 'busy' || state === 'unreachable'
              ? text(`login.${state}`)
              : null
        }
        size="sm"
        autoComplete="current-password"
        visibilityToggleButtonProps={{ 'aria-label': text('login.show-password') }}
      />
      <Button
        type="submit"
        size="sm"
        loading={state === 'sending'}
        disabled={name.trim() === '' || password === ''}
      >
        {text('login.sign-in')}
      </Button>
    </form>
  );
}

function TokenForm() {
  const text = useText();
  const [token, setToken] = useState('');
  const { state, logIn } = useLogIn();
  const error =
    state === 'wrong' || state === 'busy' || state === 'unreachable' ? text(`login.${state}`) : null;
  return (
    <form
      className={styles['card']}
      onSubmit={(event) => {
        event.preventDefault();
        void logIn({ token: tokenIn(token) });
      }}
    >
      <h1 className={styles['title']}>{text('login.title')}</h1>
      <p className={styles['say']}>{text('login.say')}</p>
      <PasswordInput
        label={text('login.token')}
        value={token}
        onChange={(event) => setToken(event.currentTarget.value)}
        error={error}
        size="sm"
        autoComplete="current-password"
        data-autofocus
        visibilityToggleButtonProps={{ 'aria-label': text('login.show') }}
      />
      <Button type="submit" size="sm" loading={state === 'sending'} disabled={token.trim() === ''}>
        {text('login.enter')}
      </Button>
      <p className={styles['how']}>{text('login.how')}</p>
    </form>
  );
}

/** People paste the whole line as often as the token alone. */
function tokenIn(pasted: string): string {
  return /[?&]token=([^&\s]+)/.exec(pasted)?.[1] ?? pasted.trim();
}

/** The HTTP status of an error of the server; undefined where none answered. */
export function statusOf(error: unknown): number | undefined {
  const details = (error as { readonly details?: { readonly status?: unknown } } | null)?.details;
  return typeof details?.status === 'number' ? details.status : undefined;
}
