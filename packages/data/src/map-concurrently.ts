/** Maps items with at most `limit` calls under way; results keep the items' order. The first failure rejects. */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  limit: number,
  call: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  // Shared: each entry goes to one of the loops
  const entries = items.entries();
  const loop = async (): Promise<void> => {
    for (const [index, item] of entries) results[index] = await call(item, index);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, loop));
  return results;
}
