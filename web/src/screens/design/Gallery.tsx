import { Bell, Copy, Ellipsis, Key, Link as LinkIcon, Sunset, Terminal, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Badge, Chip, State } from '../../design/Badge';
import { Button, type ButtonKind } from '../../design/Button';
import { Checkbox, Radio, Switch, TextArea, TextField } from '../../design/Field';
import { HistoryThread } from '../../design/HistoryThread';
import { Icon } from '../../design/Icon';
import { Weave } from '../../design/icons';
import { ConfirmDialog, SelectField } from '../../design/overlays';
import { Avatar, Bone, Kbd, partStyles, Segments, Tip, ToastCard, toast } from '../../design/parts';
import { Sparkline } from '../../design/Sparkline';
import type { StatusWord } from '../../design/status';
import tableStyles from '../../design/table.module.css';
import { Page } from '../Page';
import styles from './Gallery.module.css';

/** Every component in every state, for those who build screens. It shows the parts themselves, not copies. */
export default function Gallery() {
  return (
    <Page title="Components" lead="What screens are built of. Change a token or a part and look here, in both themes.">
      <div className={styles.columns}>
        <div>
          <Buttons />
          <Inputs />
          <Small />
          <Overlays />
        </div>
        <div>
          <Badges />
          <Rows />
          <Lines />
          <Colours />
          <TypeScale />
        </div>
      </div>
    </Page>
  );
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.card}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

const kinds: { name: string; kind: ButtonKind; small?: boolean; icon: typeof Key; word: string }[] = [
  { name: 'primary', kind: 'primary', icon: Key, word: 'Ask' },
  { name: 'secondary', kind: 'secondary', icon: Bell, word: 'Remind' },
  { name: 'quiet', kind: 'quiet', icon: Terminal, word: 'API' },
  { name: 'danger', kind: 'danger', icon: X, word: 'Retire' },
  { name: 'small 26', kind: 'secondary', small: true, icon: Copy, word: 'Copy' },
];

function Buttons() {
  return (
    <Card title="Buttons, 32 high; 26 in bars and rows">
      {kinds.map(({ name, kind, small = false, icon, word }) => (
        <div key={name} className={styles.row}>
          <span>{name}</span>
          <Button kind={kind} small={small} icon={icon}>
            {word}
          </Button>
          <Button kind={kind} small={small} icon={icon} disabled>
            {word}, disabled
          </Button>
          <Button kind={kind} small={small} busy>
            {word}, busy
          </Button>
        </div>
      ))}
      <div className={styles.row}>
        <span>icon only</span>
        <Button icon={Ellipsis} aria-label="More" />
        <Button small icon={LinkIcon} aria-label="Copy a link" />
      </div>
    </Card>
  );
}

const teams = ['analytics-team', 'execution-team', 'membership-team', 'edge-team'];

function Inputs() {
  const [owner, setOwner] = useState<string | undefined>('analytics-team');
  const [text, setText] = useState('Large trades by region');
  return (
    <Card title="Inputs, checks, switches, select">
      <div className={styles.grid}>
        <TextField label="Name" placeholder="stocktrades" hint="Lower case, digits and _" />
        <TextField label="Topic" value="exec.stocktrades.v1" readOnly className="mono" hint="read only: set at publish" />
        <TextField label="Partitions" defaultValue="0" finding={{ severity: 'blocks', message: 'At least 1. Tier 1 wants 6 or more.' }} />
        <TextField label="Name with its domain" prefix="analytics/" className="mono" defaultValue="regional_block_trades" finding={{ severity: 'warns', message: 'A product of that meaning exists.' }} />
        <SelectField
          label="Owner"
          placeholder="Choose a team"
          value={owner}
          onChange={setOwner}
          options={teams.map((team) => ({
            value: team,
            text: `@${team}`,
            label: (
              <>
                <Avatar name={team} /> @{team}
              </>
            ),
            ...(team === 'edge-team' ? { refused: 'not yours' } : {}),
          }))}
        />
        <TextArea label="What one event means" value={text} onChange={(event) => setText(event.target.value)} count={`${text.length} / 80`} finding={{ severity: 'blocks', message: 'Add who, what and when.' }} />
      </div>
      <div className={styles.row}>
        <Checkbox>off</Checkbox>
        <Checkbox defaultChecked>on</Checkbox>
        <Checkbox some>some</Checkbox>
        <Radio name="gallery">off</Radio>
        <Radio name="gallery" defaultChecked>
          on
        </Radio>
        <Switch>off</Switch>
        <Switch defaultChecked>on</Switch>
      </div>
    </Card>
  );
}

function Small() {
  const [shown, setShown] = useState<'meaning' | 'text'>('meaning');
  return (
    <Card title="Segments, chips, keys">
      <div className={styles.row}>
        <Segments label="Show" value={shown} onChange={setShown} options={[{ value: 'meaning', label: 'Meaning' }, { value: 'text', label: 'Text' }]} />
        <Chip icon={Weave}>chip</Chip>
        <Kbd>Ctrl K</Kbd>
        <Kbd>/</Kbd>
        <Kbd>Esc</Kbd>
        <Tip text={'Tue 24 Nov 2026, 09:41:07.214 UTC\n10:41:07 in your time, Zurich'}>0.4 s ago</Tip>
      </div>
    </Card>
  );
}

const families: [string, StatusWord[]][] = [
  ['quality', ['authoritative', 'curated', 'raw']],
  ['SLA tier', ['tier1', 'tier2', 'tier3']],
  ['lifecycle', ['draft', 'in_review', 'live', 'deprecated', 'retired']],
  ['promise', ['kept', 'at_risk', 'broken', 'no_data']],
  ['finding', ['blocks', 'warns', 'info', 'excepted']],
  ['sensitivity', ['public', 'internal', 'confidential', 'personal']],
  ['stream', ['live', 'reconnecting', 'paused', 'offline']],
  ['change', ['added', 'changed', 'removed']],
  ['answer', ['agreed', 'needs_time', 'objects', 'no_answer']],
  ['access', ['can_read', 'waiting', 'none']],
];

function Badges() {
  return (
    <Card title="Badges: always icon, word, colour">
      {families.map(([family, words]) => (
        <div key={family} className={styles.row}>
          <span>{family}</span>
          {words.map((word) => (
            <Badge key={word} of={word} />
          ))}
        </div>
      ))}
      <div className={styles.row}>
        <span>history</span>
        <HistoryThread kind="everything" /> everything
        <HistoryThread kind="recent" /> recent
        <HistoryThread kind="latest_per_key" /> latest per key
      </div>
    </Card>
  );
}

function Rows() {
  return (
    <Card title="Table rows">
      <section className={tableStyles.scroll} aria-label="Example rows" tabIndex={0}>
        <table className={tableStyles.table}>
          <tbody>
            <tr>
              <td className="mono">stocktrades</td>
              <td>Every fill, once.</td>
              <td>
                <State of="authoritative" />
              </td>
              <td className={tableStyles.number}>1,240/s</td>
            </tr>
            <tr>
              <td>
                <Bone width={96} />
              </td>
              <td>
                <Bone width={150} />
              </td>
              <td>
                <Bone width={80} />
              </td>
              <td>
                <Bone width={44} />
              </td>
            </tr>
            <tr>
              <td className="mono">orders</td>
              <td>Orders accepted by checkout.</td>
              <td>
                <State of="curated" />
              </td>
              <td className={tableStyles.number}>–</td>
            </tr>
          </tbody>
        </table>
      </section>
    </Card>
  );
}

const wave = Array.from({ length: 30 }, (_, index) => 1200 + 60 * Math.sin(index * 1.7) - index * 4);
const bursts = wave.map((_, index) => (index === 12 || index === 22 ? 188 : 40 + (index % 3)));

function Lines() {
  return (
    <Card title="Sparklines: same box, same 15 min">
      {(
        [
          ['steady', wave, 'fresh', '1,240/s, usual'],
          ['bursts', bursts, 'fresh', '42/s, peak 188'],
          ['late', wave, 'late', '18/s, 94 s late'],
          ['silent', wave.map((value, index) => (index < 18 ? value : 0)), 'silent', '0/s for 3 h'],
          ['no data', [], 'silent', 'since 09:30'],
        ] as const
      ).map(([name, values, state, said]) => (
        <div key={name} className={styles.row}>
          <span>{name}</span>
          <Sparkline values={values} state={state} width={118} height={22} label={said} />
          {said}
        </div>
      ))}
    </Card>
  );
}

function Overlays() {
  const [open, setOpen] = useState(false);
  return (
    <Card title="Toasts, dialog">
      <div className={styles.stack}>
        <ToastCard tone="ok" title="analytics/trades is published" text="Anybody in the mesh can find it now." action={{ label: 'Use it', run: () => undefined }} onClose={() => undefined} />
        <ToastCard tone="bad" title="Not saved: v12 is newer" text="Lea Brandt changed it 1 min ago. Audit 01JDG7R4-95" onClose={() => undefined} />
      </div>
      <div className={styles.row}>
        <Button onClick={() => toast({ tone: 'info', title: 'A message', text: 'It goes away by itself.' })}>Show a toast</Button>
        <Button onClick={() => setOpen(true)}>Open a dialog…</Button>
      </div>
      <ConfirmDialog open={open} onOpenChange={setOpen} icon={Sunset} title="Deprecate fills_legacy?" note="Can be taken back" action="Deprecate" onConfirm={() => setOpen(false)}>
        2 consumers still read it. They are told today and can read until the end date.
      </ConfirmDialog>
    </Card>
  );
}

const roles = 'bg surface sunken hover selected press line line-2 control text text-2 muted accent accent-text accent-soft accent-line ok ok-soft ok-line warn warn-soft warn-line bad bad-soft bad-line info info-soft info-line mark focus'.split(' ');

function Colours() {
  return (
    <Card title="Colour roles">
      <ul className={styles.colours}>
        {roles.map((role) => (
          <li key={role}>
            <span style={{ background: `var(--${role})` }} />
            {role}
          </li>
        ))}
      </ul>
      <ul className={styles.colours}>
        {[1, 2, 3, 4, 5, 6, 7, 8].map((series) => (
          <li key={series}>
            <span style={{ background: `var(--series-${series})` }} />
            series {series}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function TypeScale() {
  return (
    <Card title="Type">
      <p style={{ font: '600 24px/32px var(--sans)' }}>No data products yet</p>
      <p style={{ font: '500 20px/28px var(--mono)' }}>stocktrades</p>
      <p style={{ font: '600 16px/24px var(--sans)' }}>Describe</p>
      <p style={{ font: '400 14px/20px var(--sans)' }}>One event is one fill.</p>
      <p>Base, tables, controls</p>
      <p className="small muted">Facts about facts; smallest size</p>
      <p className={partStyles.ok}>
        <Icon of={Weave} size={20} />
      </p>
    </Card>
  );
}
