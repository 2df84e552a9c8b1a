/** What the three training commands share in their flags. */

/** Flags of the trainer's settings that are shorter than the settings' names. */
export const TRAINER_FLAGS = {
  'trainer.checkpointEveryEpochs': '--checkpoint-every <epochs>',
  'trainer.maxMinutes': '--max-minutes <n>',
} as const;

export const HEADINGS = { model: 'Model:', batches: 'Batches:', trainer: 'Training:' } as const;
