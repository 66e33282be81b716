// What `server-only` becomes outside Next: its marker throws in plain Node.
export {};
