/** `t2i film RUN`: the samples of every epoch as a moving picture. */

import { join } from 'node:path';
import { writeFileAtomic } from '@t2i/core/node';
import { makeFilm } from '@t2i/trainer';
import { Command, Option } from 'commander';
import { examples } from '../examples.ts';
import { integer } from '../flags.ts';
import type { Output } from '../output.ts';

interface FilmFlags {
  format: 'webp' | 'gif';
  fps: number;
  maxFrames: number;
  width: number;
  out?: string;
}

export function filmCommand(output: Output): Command {
  return new Command('film')
    .description('turn the sample sheets of a run into an animated picture')
    .argument('<run>', 'run folder')
    .addOption(new Option('--format <format>', 'file format').choices(['webp', 'gif']).default('webp'))
    .option('--fps <n>', 'frames a second', integer(1, 50), 8)
    .option('--max-frames <n>', 'at most so many epochs, evenly spaced', integer(2), 200)
    .option('--width <pixels>', 'frames wider than this are scaled down to it', integer(16, 4096), 800)
    .option('--out <file>', 'file to write (default: film.webp or film.gif in the run)')
    .addHelpText('after', examples('t2i film runs/flowers', 't2i film runs/flowers --format gif --fps 4 --width 400'))
    .action(async (run: string, flags: FilmFlags) => {
      const film = await makeFilm(run, flags);
      for (const { path, reason } of film.damaged) output.warn(`${path} is left out: ${reason}`);
      const path = flags.out ?? join(run, `film.${flags.format}`);
      await writeFileAtomic(path, film.data);
      output.write(`${path}: epochs ${film.epochs[0]} to ${film.epochs.at(-1)}, ${film.epochs.length} frames\n`);
    });
}
