// The search page: entries of the glossary that match the question, with or without Vietnamese diacritics.
// From a folder no page may be fetched, so results come without excerpts; elsewhere excerpts leave the bar of a chapter out.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
const whole = Search.htmlToText;
Search.htmlToText = (html, anchor) => whole(html.replace(/<div class="gn-bar">.*?<\/div>/s, " "), anchor);
document.addEventListener("DOMContentLoaded", () => {
  const asked = new URLSearchParams(location.search).get("q");
  const results = document.getElementById("search-results");
  if (!asked || !results || !window.gnTerms) return;
  const folded = (text) => text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/\p{Mn}/gu, "").trim();
  const question = folded(asked);
  const found = window.gnTerms.filter((row) => row.keys.some((key) => key.includes(question)));
  if (!found.length || question.length < 3) return;
  const box = Object.assign(document.createElement("section"), { className: "gn-found" });
  box.setAttribute("aria-label", "From the glossary");
  for (const row of found.slice(0, 8)) {
    const line = document.createElement("p");
    const link = Object.assign(document.createElement("a"), { href: `book/glossary.html#${row.anchor}`, textContent: row.term });
    line.append(link, `: ${row.text}`);
    box.append(line);
  }
  results.before(box);
});
