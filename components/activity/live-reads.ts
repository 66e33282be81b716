// What the strips of the Activity pages read: the same for the server's prefetch and the browser.

export const liveStripTopic = "activity/live";
export const completedStripTopic = "activity/completed";
/** The runs that the live strip itself counts: all of them, page by page. */
export const liveStripRuns = { query: { sort: "-started_at" } } as const;
export const timeRules = { query: { rule_type: "time_limit", status: "active", page_size: 100 } } as const;
