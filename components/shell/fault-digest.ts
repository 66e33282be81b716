/** How a page's error says to the browser, to whom nothing else of it is told, that the database is away. */
export const awayDigest = "database-away";
