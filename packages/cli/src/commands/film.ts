/** `t2i film RUN`: the sample sheets of every epoch as an animation. */

import { join } from 'node:path';
import { ConfigError } from '@t2i/core';
import { makeFilm } from '@t2i/trainer';
import { Command, Option } from 'commander';
import { examples } from '../examples.ts';
import { animationFormat, integer } from '../flags.ts';
import { assertFree, forceOption, writeOut } from '../out-file.ts';
import type { Output } from '../output.ts';

interface FilmFlags {
  format?: 'webp' | 'gif';
  fps: number;
  maxFrames: number;
  width: number;
  out?: string;
  force: boolean;
}

export function filmCommand(output: Output): Command {
  return new Command('film')
    .description('turn the sample sheets of a run into an animation')
    .argument('<run>', 'run directory')
    .addOption(
      new Option('--format <format>', 'file format (default: the ending of --out, or webp)').choices(['webp', 'gif']),
    )
    .option('--fps <n>', 'frames per second', integer(1, 50), 8)
    .option('--max-frames <n>', 'at most this many epochs, evenly spaced', integer(2), 200)
    .option('--width <pixels>', 'scale wider frames down to this width', integer(16, 4096), 800)
    .option('--out <file>', 'file to write: .webp or .gif (default: film.webp or film.gif in the run)')
    .addOption(forceOption())
    .addHelpText('after', examples('t2i film runs/flowers', 't2i film runs/flowers --format gif --fps 4 --width 400'))
    .action(async (run: string, flags: FilmFlags) => {
      const { out: named, force, fps, maxFrames, width } = flags;
      const format = named === undefined ? (flags.format ?? 'webp') : animationFormat(named);
      if (flags.format !== undefined && flags.format !== format) {
        throw new ConfigError(`${named} does not end in .${flags.format}.`, { hint: 'Leave out --format, or --out.' });
      }
      assertFree({ named, force });
      const film = await makeFilm(run, { format, fps, maxFrames, width });
      for (const { path, reason } of film.damaged) output.warn(`Left out ${path}: ${reason}`);
      const path = await writeOut({ named, usual: join(run, `film.${format}`), force }, film.data);
      output.write(`${path}: epochs ${film.epochs[0]} to ${film.epochs.at(-1)}, ${film.epochs.length} frames\n`);
    });
}
