import type { ComponentType, SVGProps } from 'react';

/** What draws an icon on the 24 grid: one of lucide's, or one of ours in icons.tsx. */
export type IconShape = ComponentType<SVGProps<SVGSVGElement> & { size?: number | string; strokeWidth?: number | string }>;

const strokes = { 11: 2.5, 12: 2.25, 14: 2, 16: 1.75, 20: 1.6 } as const;

/** A decoration: the word beside it carries the meaning, so assistive technology does not see it. */
export function Icon({ of: Shape, size = 16, className }: { of: IconShape; size?: keyof typeof strokes; className?: string }) {
  return <Shape size={size} strokeWidth={strokes[size]} className={className} aria-hidden="true" focusable="false" />;
}
