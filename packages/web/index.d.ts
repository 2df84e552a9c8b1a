/** Path of the directory with the built page and its `index.html`. In a checkout it exists only after `pnpm build`. */
export declare const pageDirectory: string;
