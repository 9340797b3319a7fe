// Times: relative beside facts, exact on focus, UTC to the millisecond beside records.

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** "09:41:07.135" */
export function clockUtc(time: string): string {
  return new Date(time).toISOString().slice(11, 23);
}

/** "2026-11-24 09:41:07.135 UTC" */
export function exactUtc(time: string): string {
  const iso = new Date(time).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)} UTC`;
}

/** "24 Nov 2026" */
export function day(time: string): string {
  const date = new Date(time);
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** For tips: "Tue 24 Nov 2026, 09:41:07.214 UTC" and the reader's own clock with its zone. */
export function exact(time: string): string {
  const date = new Date(time);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const utc = `${weekdays[date.getUTCDay()]} ${day(time)}, ${clockUtc(time)} UTC`;
  return zone === 'UTC' ? utc : `${utc}\n${date.toLocaleTimeString('en-GB')} in your time, ${zone}`;
}
