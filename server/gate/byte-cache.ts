/** Values by key, the least recently used forgotten when what is said of their sizes passes `mostBytes`. */
export class ByteCache<V> {
  private readonly kept = new Map<string, { value: V; bytes: number }>();
  private total = 0;

  constructor(private readonly mostBytes: number) {}

  get bytes(): number {
    return this.total;
  }

  get(key: string): V | undefined {
    const found = this.kept.get(key);
    if (found === undefined) return undefined;
    // What is in use is put back at the end.
    this.kept.delete(key);
    this.kept.set(key, found);
    return found.value;
  }

  set(key: string, value: V, bytes: number): void {
    this.forget(key);
    this.kept.set(key, { value, bytes });
    this.total += bytes;
    for (const oldest of this.kept.keys()) {
      if (this.total <= this.mostBytes) break;
      this.forget(oldest);
    }
  }

  clear(): void {
    this.kept.clear();
    this.total = 0;
  }

  private forget(key: string): void {
    this.total -= this.kept.get(key)?.bytes ?? 0;
    this.kept.delete(key);
  }
}
