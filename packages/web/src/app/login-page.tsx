import { Button, PasswordInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useText } from '../i18n/use-text.ts';
import { LanguageSwitch, ThemeSwitch } from '../panels/language-and-theme.tsx';
import styles from './login-page.module.css';
import { useServices } from './services.tsx';

/** Asks for the access token that the terminal printed. */
export function LoginPage() {
  const text = useText();
  const { client } = useServices();
  const queries = useQueryClient();
  const [token, setToken] = useState('');
  const [state, setState] = useState<'asking' | 'sending' | 'wrong' | 'unreachable'>('asking');
  const logIn = async () => {
    setState('sending');
    try {
      await client.call('logIn', { body: { token: tokenIn(token) } });
      await queries.invalidateQueries();
      setState('asking');
    } catch (error) {
      setState(statusOf(error) === undefined ? 'unreachable' : 'wrong');
    }
  };
  const error = state === 'wrong' || state === 'unreachable' ? text(`login.${state}`) : null;
  return (
    <main className={styles['page']}>
      <div className={styles['corner']}>
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      <form
        className={styles['card']}
        onSubmit={(event) => {
          event.preventDefault();
          void logIn();
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
    </main>
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
