// What the controls here rely on and cannot do themselves (complementary user-entity controls).

export const userEntityControls: { id: string; text: string }[] = [
  {
    id: "CUEC-1",
    text: "Every agent that is to be governed posts its steps to the gate, asks before each step, and ends when it is told to.",
  },
  {
    id: "CUEC-2",
    text: "Runners report true usage. Self-reported tokens and costs are compared with providers' invoices by the customer.",
  },
  {
    id: "CUEC-3",
    text: "Policies, limits and prices are set, reviewed and approved by people with the authority to do so.",
  },
  {
    id: "CUEC-4",
    text: "API keys are bound to agents, kept secret, rotated, and revoked when a person or system leaves.",
  },
  {
    id: "CUEC-5",
    text: "Members and their roles are reviewed; privileged roles are given to as few people as can be.",
  },
  {
    id: "CUEC-6",
    text: "Incidents are acknowledged, analysed and resolved by people, and alerts are routed to somebody who is there.",
  },
  {
    id: "CUEC-7",
    text: "Copies of checkpoints and receipts are kept outside the server, and the public key is taken over a channel that its operator does not control.",
  },
  {
    id: "CUEC-8",
    text: "The server's clock is synchronised, its database backed up, and its signing key kept where the database's administrators cannot read it.",
  },
];
