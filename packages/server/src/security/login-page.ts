import type { FastifyReply, FastifyRequest } from 'fastify';
import { singlePagePolicy } from './content-policy.ts';
import type { GuardOptions } from './guard.ts';

const TEXTS = {
  en: {
    title: 'Sign in to Calque',
    token: {
      say: 'Calque printed an address when it started. Open that address, or paste the token at its end here.',
      wrong: 'This is not the token of this server.',
    },
    account: {
      say: 'With the name and the password that you were given.',
      wrong: 'Name or password is not right.',
    },
    busy: 'Too many attempts. Try again in a while.',
    tokenLabel: 'Access token',
    name: 'Name',
    password: 'Password',
    go: 'Sign in',
    other: { lang: 'fr', label: 'Français' },
  },
  fr: {
    title: 'Se connecter à Calque',
    token: {
      say: 'Calque a affiché une adresse à son démarrage. Ouvrez cette adresse, ou collez ici le jeton qui la termine.',
      wrong: 'Ce n’est pas le jeton de ce serveur.',
    },
    account: {
      say: 'Avec le nom et le mot de passe qui vous ont été donnés.',
      wrong: 'Le nom ou le mot de passe est faux.',
    },
    busy: 'Trop de tentatives. Réessayez dans un moment.',
    tokenLabel: 'Jeton d’accès',
    name: 'Nom',
    password: 'Mot de passe',
    go: 'Se connecter',
    other: { lang: 'en', label: 'English' },
  },
} as const;

/** The colours of the page's own `tokens.css`: nothing of it is served to somebody who is not known. */
const CSS = `
:root { color-scheme: light dark; --ground: #eceef1; --card: #fafbfc; --field: #ffffff; --line: #dde1e6; --edge: #858e9b; --text: #1a1e24; --soft: #49515d; --accent: #2656cf; --solid: #2f5fdb; --solid-hover: #2553cb; --bad: #b93a1d; --shadow: 0 1px 2px rgb(0 0 0 / 0.16), 0 8px 24px rgb(0 0 0 / 0.2); }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14161a; --card: #1b1e23; --field: #23272d; --line: #2d323a; --edge: #6b7482; --text: #e8ebf0; --soft: #b3bbc7; --accent: #7ea6ff; --solid: #3766e0; --solid-hover: #4373ea; --bad: #ff8a70; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; place-items: center; padding: 16px; background: var(--ground); color: var(--text); font: 0.8125rem/1.4 "Inter Variable", Inter, system-ui, sans-serif; }
main { display: grid; gap: 16px; width: min(400px, 100%); padding: 24px; border: 1px solid var(--line); border-radius: 10px; background: var(--card); box-shadow: var(--shadow); }
header { display: flex; align-items: center; gap: 8px; font-weight: 600; font-size: 0.9375rem; }
header a { margin-left: auto; font-weight: 400; font-size: 0.8125rem; padding: 6px; }
h1 { margin: 0; font-size: 1.25rem; font-weight: 600; }
p { margin: 0; color: var(--soft); }
form { display: grid; gap: 12px; }
label { display: grid; gap: 4px; font-weight: 500; }
input { width: 100%; height: 36px; padding: 0 10px; font: inherit; font-size: 1rem; color: inherit; background: var(--field); border: 1px solid var(--edge); border-radius: 6px; }
button { height: 36px; font: inherit; font-weight: 600; color: #ffffff; background: var(--solid); border: 0; border-radius: 6px; cursor: pointer; }
button:hover { background: var(--solid-hover); }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.wrong { color: var(--bad); font-weight: 600; }
`;
const POLICY = singlePagePolicy(CSS);

const MARK = `<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d="M12.200 3c5.200 0 8.800 3.300 8.800 8.100 0 5.600-4.700 9.900-9.900 9.900C6.300 21 3 17.700 3 13.200 3 7.300 7.200 3 12.200 3Z" fill="#5b8bf5" fill-opacity="0.28" stroke="#5b8bf5" stroke-width="2"/><circle cx="12" cy="12" r="2.600" fill="currentColor"/></svg>`;

export interface LoginPageOptions {
  readonly problem?: 'wrong' | 'busy';
  /** What was typed before. */
  readonly name?: string;
}

/** A page of its own, without a script or a file: nothing else is served to somebody who is not known. */
export function sendLoginPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { language, accounts, site }: Pick<GuardOptions, 'language' | 'accounts' | 'site'>,
  options: LoginPageOptions = {},
): FastifyReply {
  const kind = accounts === null ? 'token' : 'account';
  return (
    reply
      .header('content-security-policy', POLICY)
      // Without it browsers would send a form from here under the origin "null".
      .header('referrer-policy', 'same-origin')
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(loginPage(wantedLanguage(request, language), kind, { ...options, basePath: site.basePath }))
  );
}

/** Chosen on the page, else set on this server, else asked for by the browser. */
function wantedLanguage(request: FastifyRequest, language: 'en' | 'fr' | null): 'en' | 'fr' {
  const chosen = new URL(request.url, 'http://local').searchParams.get('lang');
  if (chosen === 'en' || chosen === 'fr') return chosen;
  if (language !== null) return language;
  const first = /\b(en|fr)\b/i.exec(request.headers['accept-language'] ?? '')?.[1]?.toLowerCase();
  return first === 'fr' ? 'fr' : 'en';
}

function loginPage(
  language: 'en' | 'fr',
  kind: 'token' | 'account',
  { basePath, ...options }: LoginPageOptions & { readonly basePath: string },
): string {
  const text = TEXTS[language];
  const said = problemText(text, kind, options.problem);
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${text.title}</title>
<style>${CSS}</style>
</head>
<body>
<main>
<header>${MARK}<span>Calque</span><a href="${basePath}/login?lang=${text.other.lang}" lang="${text.other.lang}" hreflang="${text.other.lang}">${text.other.label}</a></header>
<h1>${text.title}</h1>
<p id="say">${text[kind].say}</p>
${said === null ? '' : `<p class="wrong" role="alert">${said}</p>`}
<form method="post" action="${basePath}/login?lang=${language}">
${kind === 'token' ? tokenField(text.tokenLabel) : accountFields(text, options.name ?? '')}
<button>${text.go}</button>
</form>
</main>
</body>
</html>
`;
}

type Texts = (typeof TEXTS)['en' | 'fr'];

function problemText(
  text: Texts,
  kind: 'token' | 'account',
  problem: LoginPageOptions['problem'],
): string | null {
  if (problem === undefined) return null;
  return problem === 'busy' ? text.busy : text[kind].wrong;
}

function tokenField(label: string): string {
  return `<label>${label}<input name="token" type="password" autocomplete="off" aria-describedby="say" required autofocus></label>`;
}

function accountFields(text: Texts, name: string): string {
  const focus = (isEmpty: boolean): string => (isEmpty ? ' autofocus' : '');
  return `<label>${text.name}<input name="name" value="${escaped(name)}" autocomplete="username" autocapitalize="none" spellcheck="false" required${focus(name === '')}></label>
<label>${text.password}<input name="password" type="password" autocomplete="current-password" required${focus(name !== '')}></label>`;
}

/** Goes on to an address of this server by itself. @param address a path with an encoded query. */
export function enteringPage(address: string): string {
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${escaped(address)}"><title>Calque</title>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
