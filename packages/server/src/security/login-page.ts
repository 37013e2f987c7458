import type { Site } from '../app/site.ts';

const TEXTS = {
  en: {
    title: 'Open Calque',
    say: 'Calque printed an address when it started. Open that address, or paste the token at its end here.',
    wrong: 'This token is not the right one.',
    label: 'Access token',
    go: 'Open',
  },
  fr: {
    title: 'Ouvrir Calque',
    say: 'Calque a affiché une adresse à son démarrage. Ouvrez cette adresse, ou collez ici le jeton qui la termine.',
    wrong: "Ce jeton n'est pas le bon.",
    label: "Jeton d'accès",
    go: 'Ouvrir',
  },
} as const;

/** A page of its own, without a script or a file: nothing else is served to somebody who is not known. */
export function loginPage(language: 'en' | 'fr', { basePath }: Site, { wasWrong = false } = {}): string {
  const text = TEXTS[language];
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text.title}</title>
<style>
:root { color-scheme: light dark; font: 15px/1.4 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { width: min(400px, calc(100vw - 32px)); }
h1 { font-size: 20px; margin: 0 0 8px; }
p { margin: 0 0 16px; }
label { display: block; font-size: 13px; margin-bottom: 4px; }
form { display: flex; gap: 8px; flex-wrap: wrap; }
input { flex: 1; min-width: 200px; font: inherit; padding: 8px; border: 1px solid GrayText; border-radius: 6px; }
button { font: inherit; padding: 8px 16px; border: 1px solid GrayText; border-radius: 6px; cursor: pointer; }
.wrong { font-weight: 600; }
</style>
</head>
<body>
<main>
<h1>${text.title}</h1>
${wasWrong ? `<p class="wrong" role="alert">${text.wrong}</p>` : ''}
<p>${text.say}</p>
<label for="token">${text.label}</label>
<form method="get" action="${basePath}/">
<input id="token" name="token" type="password" autocomplete="off" required autofocus>
<button>${text.go}</button>
</form>
</main>
</body>
</html>
`;
}

/** Goes on to an address of this server by itself. @param address a path with an encoded query. */
export function enteringPage(address: string): string {
  const escaped = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${escaped}"><title>Calque</title>`;
}
