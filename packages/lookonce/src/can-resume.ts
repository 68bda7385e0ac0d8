/**
 * Whether `YOLO.train` can resume a checkpoint: it is the `last.safetensors` of a training that did not come to its end.
 *
 * @throws LookonceError when the file cannot be read
 */
export async function canResume(file: string): Promise<boolean> {
  const { readCheckpoint } = await import("@lookonce/checkpoint");
  return readCheckpoint(file).training !== undefined;
}
