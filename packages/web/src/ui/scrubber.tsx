/** A slider over a series of images that can also play. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icons.tsx';

interface ScrubberProps {
  readonly label: string;
  /** Number of positions. */
  readonly count: number;
  readonly position: number;
  /** The position as text. */
  readonly valueText: string;
  readonly framesPerSecond: number;
  /** Whether playing reverses at the ends; otherwise it stops at the last position. */
  readonly thereAndBack?: boolean;
  /** @param settled false while the user drags the slider or it plays */
  readonly onMove: (position: number, settled: boolean) => void;
}

export function Scrubber(props: ScrubberProps) {
  const { label, count, position, valueText, onMove } = props;
  const [playing, setPlaying] = usePlayer(props);
  return (
    <div class="scrubber">
      <button
        type="button"
        class="icon-button play"
        aria-label={playing ? 'Pause' : 'Play'}
        disabled={count < 2}
        onClick={() => setPlaying(!playing)}
      >
        <Icon name={playing ? 'pause' : 'play'} />
      </button>
      <input
        type="range"
        min={0}
        max={Math.max(0, count - 1)}
        step={1}
        value={position}
        disabled={count < 2}
        aria-label={label}
        aria-valuetext={valueText}
        onInput={(event) => {
          setPlaying(false);
          onMove(event.currentTarget.valueAsNumber, false);
        }}
        onChange={(event) => onMove(event.currentTarget.valueAsNumber, true)}
      />
    </div>
  );
}

function usePlayer(props: ScrubberProps): [playing: boolean, setPlaying: (playing: boolean) => void] {
  const [playing, setPlaying] = useState(false);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    if (!playing) return;
    let direction = 1;
    const timer = setInterval(() => {
      const { count, position, thereAndBack = false, onMove } = latest.current;
      if (position === 0) direction = 1;
      const atEnd = position + direction > count - 1;
      if (atEnd && !thereAndBack) return setPlaying(false);
      if (atEnd) direction = -1;
      onMove(position + direction, false);
    }, 1000 / latest.current.framesPerSecond);
    return () => {
      clearInterval(timer);
      latest.current.onMove(latest.current.position, true);
    };
  }, [playing]);
  const begin = (wanted: boolean) => {
    const { count, position, onMove, thereAndBack } = latest.current;
    if (wanted && !thereAndBack && position === count - 1) onMove(0, false); // restart
    setPlaying(wanted);
  };
  return [playing, begin];
}
