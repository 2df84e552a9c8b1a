/** Path of the folder with the built page and its `index.html`. In a checkout it is there only after `pnpm build`. */
export declare const pageFolder: string;
