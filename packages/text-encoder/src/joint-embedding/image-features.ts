export interface ImageFeatures {
  readonly encoderId: string;
  readonly datasetFingerprint: string;
  readonly dim: number;
  readonly size: number;
  readonly views: readonly string[];
  read(items: readonly number[], view: string): Promise<Float32Array>;
}
