import styles from './Sparkline.module.css';

/** Sparkline of a rate, in the same box whatever it shows: nothing beside it ever moves. `values` are oldest first. */
export function Sparkline({ values, state = 'fresh', width = 82, height = 18, label }: {
  values: readonly number[];
  state?: 'fresh' | 'late' | 'silent';
  width?: number;
  height?: number;
  label: string;
}) {
  const tone = `${styles.spark} ${styles[state]}`;
  if (values.length < 2) {
    return (
      <svg className={tone} width={width} height={height} role="img" aria-label={label}>
        <path className={styles.none} d={`M2 ${height - 2.5}H${width - 2}`} />
      </svg>
    );
  }
  const { line, area, end } = sparkPath(values, width, height);
  return (
    <svg className={tone} width={width} height={height} role="img" aria-label={label}>
      <path className={styles.area} d={area} />
      <path className={styles.line} d={line} />
      <circle className={styles.end} cx={end[0]} cy={end[1]} r="2" />
    </svg>
  );
}

/** The highest value touches the top, zero the bottom: shapes can be compared, heights cannot. */
export function sparkPath(values: readonly number[], width: number, height: number) {
  const top = 2.5;
  const bottom = height - 2;
  const right = width - 3;
  const most = Math.max(...values, Number.MIN_VALUE);
  const points = values.map((value, index): [number, number] => [
    round((index / (values.length - 1)) * right),
    round(bottom - (Math.max(0, value) / most) * (bottom - top)),
  ]);
  const line = `M${points.map((point) => point.join(' ')).join('L')}`;
  const end = points[points.length - 1] as [number, number];
  return { line, area: `${line}V${height}H0Z`, end };
}

function round(value: number) {
  return Math.round(value * 10) / 10;
}
