// Theme, session and print; and the beginning of all.

const THEMES = { auto: "system", light: "light", dark: "dark" };

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  byId("theme").textContent = `Theme: ${THEMES[name]}`;
}

function nextTheme() {
  setTheme(nextOf(Object.keys(THEMES), document.documentElement.dataset.theme, 1));
}

/** Hand the session out as a file, which the window opens; nothing is fetched. */
function saveSession(block) {
  const session = JSON.parse(block.textContent);
  const text = JSON.stringify(session, null, 2);
  const link = make("a", { download: `${document.querySelector("h1").textContent.replace(/\.[^.]*$/, "") || "report"}.mvitlens` });
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  byId("live").textContent = "The session was saved. Open it in MViT Lens, or drop this page itself on its window.";
}

function copyCommand() {
  const selection = getSelection();
  selection.selectAllChildren(byId("command"));
  document.execCommand("copy");
  byId("copy-command").textContent = "Copied";
  setTimeout(() => { byId("copy-command").textContent = "Copy command"; }, 1500);
}

function beginActions() {
  const block = byId("mvitlens-session");
  byId("open-session").hidden = !block;
  byId("open-session").title = "Save the session, which MViT Lens opens; the page itself can be dropped on its window too";
  byId("open-session").addEventListener("click", () => saveSession(block));
  byId("print-page").addEventListener("click", () => window.print());
  byId("theme").addEventListener("click", nextTheme);
  byId("copy-command").addEventListener("click", copyCommand);
  byId("command-box").hidden = !byId("command").textContent;
  setTheme("auto");
}

/** Pictures that are data still take a moment to be decoded. */
Promise.all(images.map((image) => image.decode().catch(() => {}))).then(() => {
  beginActions();
  beginPredictions();
  beginViewer();
  beginControls();
  beginKeys();
  beginHeads();
  beginWhy();
  beginSheet();
  showPicture();
  showControls();
  document.documentElement.dataset.ready = "yes";
});
