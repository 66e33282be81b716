// Where the annexes stand in the whole document.

export type AnnexPlace = {
  /** Of the listing. */
  id: string;
  letter: string;
  /** The pages, in words, behind that many pages of the document's body. */
  pagesFrom(bodyPages: number): string;
};

export function annexPlace(id: string, letter: string, pagesBefore: number, pages: number): AnnexPlace {
  return {
    id,
    letter,
    pagesFrom(bodyPages) {
      const first = bodyPages + pagesBefore + 1;
      return pages === 1 ? `page ${first}` : `pages ${first}–${first + pages - 1}`;
    },
  };
}
