import { useQuery } from '@tanstack/react-query';
import { settingsQuery } from '../api/queries';
import { Switch } from '../design/Field';
import { Segments } from '../design/parts';
import { setPreference, usePreference } from '../design/settings';
import tableStyles from '../design/table.module.css';
import styles from './Settings.module.css';
import { ErrorNote } from './errors';
import { Page, Section } from './Page';

/** What this browser prefers, and what the server runs with. */
export default function Settings() {
  const theme = usePreference('theme');
  const density = usePreference('density');
  const keys = usePreference('keys');
  const server = useQuery(settingsQuery);
  return (
    <Page title="Settings">
      <Section title="This browser" note="kept here only">
        <div className={styles.rows}>
          <div>
            <span>Theme</span>
            <Segments label="Theme" value={theme} onChange={(value) => setPreference('theme', value)} options={[{ value: 'system', label: 'System' }, { value: 'light', label: 'Light' }, { value: 'dark', label: 'Dark' }]} />
          </div>
          <div>
            <span>Density</span>
            <Segments label="Density" value={density} onChange={(value) => setPreference('density', value)} options={[{ value: 'comfortable', label: 'Comfortable' }, { value: 'compact', label: 'Compact' }]} />
          </div>
          <div>
            <span>Keys</span>
            <Switch checked={keys !== 'off'} onChange={(event) => setPreference('keys', event.target.checked ? 'on' : 'off')}>
              Single-letter keys, such as j and k
            </Switch>
          </div>
        </div>
      </Section>
      <Section title="This server" note="changed in its settings file, by environment or flags: weft serve --help">
        {server.isError && <ErrorNote error={server.error} retry={() => void server.refetch()} />}
        {server.data && (
          <section className={`${tableStyles.card} ${tableStyles.scroll}`} aria-label="Settings of the server" tabIndex={0}>
            <table className={tableStyles.table}>
              <thead>
                <tr>
                  <th scope="col">Setting</th>
                  <th scope="col">Value</th>
                  <th scope="col">From</th>
                  <th scope="col">What it does</th>
                </tr>
              </thead>
              <tbody>
                {server.data.settings.map((setting) => (
                  <tr key={setting.name}>
                    <td className="mono nowrap">{setting.name}</td>
                    <td className="mono">{setting.value ?? <span className="muted">secret</span>}</td>
                    <td className={setting.source === 'default' ? 'muted' : ''}>{setting.source}</td>
                    <td>
                      {setting.help}
                      {setting.restart_needed && <span className="muted small"> Needs a restart.</span>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )}
      </Section>
    </Page>
  );
}
