import { MantineProvider } from '@mantine/core';
import { QueryClientProvider, useQueryClient } from '@tanstack/react-query';
import type { i18n } from 'i18next';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { I18nextProvider } from 'react-i18next';
import { useText } from '../i18n/use-text.ts';
import { CommandPalette } from '../keyboard/command-palette.tsx';
import { createCommandRegistry } from '../keyboard/command-registry.ts';
import { ShortcutsSheet } from '../keyboard/shortcuts-sheet.tsx';
import { CommandsProvider } from '../keyboard/use-commands.tsx';
import { LiveRegion } from '../panels/live-region.tsx';
import { theme } from '../theme/theme.ts';
import { DatasetPage } from './dataset-page.tsx';
import { MonitoringPlace, TablePlace } from './late-panels.tsx';
import { Boundary, fetchLateParts } from './late-part.tsx';
import { LoginPage, statusOf } from './login-page.tsx';
import { usePlace } from './route.ts';
import { createQueryClient, followEvents, useDatasets } from './server-lists.ts';
import { type Services, ServicesProvider, usePreference, useServices } from './services.tsx';
import { whenSignedOut } from './signed-out.ts';
import { Situation } from './situation.tsx';
import { StartPage } from './start-page.tsx';
import { Workbench } from './workbench.tsx';

interface AppProps {
  readonly services: Services;
  readonly translation: i18n;
}

export function App({ services, translation }: AppProps) {
  const [queries] = useState(createQueryClient);
  return (
    <I18nextProvider i18n={translation}>
      <QueryClientProvider client={queries}>
        <ServicesProvider services={services}>
          <Appearance translation={translation}>
            <Commands>
              <Boundary fallback={(error) => <Broken error={error} />}>
                <Pages />
              </Boundary>
            </Commands>
          </Appearance>
        </ServicesProvider>
      </QueryClientProvider>
    </I18nextProvider>
  );
}

/** A fault of the page itself: nothing that was shown as done is only here, so loading it again loses nothing. */
function Broken({ error }: { readonly error: Error }) {
  const text = useText();
  return (
    <Situation
      name="broken"
      details={error.message}
      action={text('state.reload')}
      onAction={() => window.location.reload()}
    />
  );
}

/** Theme and language follow the preferences at once. */
function Appearance({ translation, children }: { translation: i18n; children: ReactNode }) {
  const wanted = usePreference('theme');
  const language = usePreference('language');
  useEffect(() => {
    document.documentElement.lang = language;
    void translation.changeLanguage(language);
  }, [translation, language]);
  const scheme = useColorScheme(wanted);
  return (
    // Its variables come from adoptVariables: its own style elements would need a weaker content security policy.
    <MantineProvider
      theme={theme}
      forceColorScheme={scheme}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      {children}
    </MantineProvider>
  );
}

function useColorScheme(wanted: 'system' | 'light' | 'dark'): 'light' | 'dark' {
  const media = useMemo(() => window.matchMedia('(prefers-color-scheme: light)'), []);
  const [light, setLight] = useState(media.matches);
  useEffect(() => {
    const listen = () => setLight(media.matches);
    media.addEventListener('change', listen);
    return () => media.removeEventListener('change', listen);
  }, [media]);
  if (wanted !== 'system') return wanted;
  return light ? 'light' : 'dark';
}

function Commands({ children }: { children: ReactNode }) {
  const [registry] = useState(createCommandRegistry);
  const keys = usePreference('keys');
  useEffect(() => registry.setKeys(keys), [registry, keys]);
  return <CommandsProvider registry={registry}>{children}</CommandsProvider>;
}

function Pages() {
  const text = useText();
  const services = useServices();
  const queries = useQueryClient();
  const place = usePlace();
  const datasets = useDatasets();
  const allowed = datasets.isSuccess;
  useEffect(() => (allowed ? followEvents(queries, services) : undefined), [allowed, queries, services]);
  useEffect(() => {
    if (!allowed) return;
    // Settings that cannot be read leave those that this browser remembers.
    services.client.call('readSettings', {}).then(services.preferences.take, () => undefined);
  }, [allowed, services]);

  useEffect(() => (allowed ? fetchLateParts() : undefined), [allowed]);
  // The list is asked for again and answered in the same way, so that the form shows; work that was not sent is kept.
  useEffect(
    () => (allowed ? whenSignedOut(() => void queries.resetQueries({ queryKey: ['datasets'] })) : undefined),
    [allowed, queries],
  );

  if (statusOf(datasets.error) === 401) return <LoginPage />;
  if (datasets.error !== null && datasets.data === undefined) {
    return (
      <Situation
        name="server-gone"
        details={datasets.error.message}
        action={text('state.again')}
        onAction={() => void datasets.refetch()}
      />
    );
  }
  return (
    <>
      {place.page === 'start' && datasets.data !== undefined ? <StartPage datasets={datasets.data} /> : null}
      {place.page === 'monitoring' ? <MonitoringPlace /> : null}
      {place.page === 'dataset' ? <DatasetPage datasetId={place.datasetId} /> : null}
      {place.page === 'table' ? <TablePlace datasetId={place.datasetId} /> : null}
      {place.page === 'image' ? <Workbench datasetId={place.datasetId} imageId={place.imageId} /> : null}
      <ShortcutsSheet />
      <CommandPalette />
      <LiveRegion />
    </>
  );
}
