/** Maps each item, some of them at a time; the results stand in the items' order. Rejects with the first rejection. */
export async function several<T, R>(items: readonly T[], map: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await map(items[index] as T, index);
  };
  await Promise.all(Array.from({length: 4}, work));
  return results;
}
