/** How the help of commands is written. */

import type { HelpConfiguration, Option } from 'commander';

/** Notes on an option in one pair of brackets, without defaults that say nothing (`false`, an empty list). */
export const HELP: HelpConfiguration = {
  optionDescription(option: Option): string {
    const { description, argChoices, defaultValue, defaultValueDescription } = option;
    const says = defaultValue !== undefined && defaultValue !== false && String(defaultValue) !== '';
    const usual = defaultValueDescription ?? (says ? String(defaultValue) : undefined);
    const notes = [
      ...(argChoices === undefined ? [] : [argChoices.join(', ')]),
      ...(usual === undefined ? [] : [`default: ${usual}`]),
    ];
    return notes.length === 0 ? description : `${description} (${notes.join('; ')})`.trimStart();
  },
};
