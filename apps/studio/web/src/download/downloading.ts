/** How a panel hands a file over. */
export interface Downloading {
  busy: boolean;
  /** Makes a file and hands it to the person under that name. */
  write: (name: string, make: () => Promise<Blob>) => Promise<void>;
}
