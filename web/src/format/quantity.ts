// Quantities as the UI writes them: short, with a unit, the same width from second to second.

const thousands = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 48330942 → "48,330,942" */
export function count(value: number): string {
  return thousands.format(value);
}

/** Records per second: 1240.3 → "1,240/s", 9.61 → "9.6/s", 0.02 → "1.2/min". */
export function rate(perSecond: number): string {
  if (perSecond <= 0) return '0/s';
  if (perSecond < 0.1) {
    const perMinute = perSecond * 60;
    return perMinute < 0.1 ? `${trim(perMinute * 60)}/h` : `${trim(perMinute)}/min`;
  }
  return perSecond < 99.5 ? `${trim(perSecond)}/s` : `${thousands.format(perSecond)}/s`;
}

/** 1840000000000 → "1.84 TB" */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  let scaled = value;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || scaled >= 99.5 ? 0 : scaled >= 9.95 ? 1 : 2;
  return `${Number(scaled.toFixed(digits))} ${units[unit]}`;
}

/** How long, in at most two units: 400 → "0.4 s", 94000 → "94 s", 11520000 → "3 h 12 m", 604800000 → "7 days". */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 119.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} m`;
  return `${Math.round(hours / 24)} days`;
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

function trim(value: number): string {
  return value < 9.95 ? String(Number(value.toFixed(1))) : String(Math.round(value));
}
