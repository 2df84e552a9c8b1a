export type { GoogLeNetArchitecture, InceptionBlock, InceptionWidths } from './googlenet/architecture.ts';
export { GOOGLENET } from './googlenet/architecture.ts';
export type { GoogLeNetOptions } from './googlenet/googlenet.ts';
export { GoogLeNet } from './googlenet/googlenet.ts';
export type { Resize } from './views.ts';
export { CROP_VIEWS, cutView, VIEWS, WHOLE_VIEW } from './views.ts';
