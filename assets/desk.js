// The desk's keys. Every key presses a button or follows a link that is on the page: without this file everything
// still works by hand.
"use strict";

(() => {
  const keys = document.getElementById("keys");
  // after r: the next number refuses
  let refusing = false;
  // The second half of a double press is meant for the comment before. Nobody has read a comment so soon.
  const READING_MS = 700;
  let appearedAt = performance.now();
  // a decision is on its way
  let sent = false;

  const isTyping = (target) =>
    target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;

  const press = (key) => {
    const target = document.querySelector(`[data-key="${key}"]`);
    if (!target || target.disabled) return false;
    if (key === "o") {
      window.open(target.href, "_blank", "noopener");
    } else {
      target.click();
    }
    return true;
  };

  const toggleKeys = () => {
    if (keys.open) keys.close();
    else keys.showModal();
  };

  const refuse = () => {
    const first = document.querySelector('[data-key="1"]');
    if (!first) return;
    refusing = true;
    first.focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target)) return;
    if (event.key === "?") {
      event.preventDefault();
      toggleKeys();
      return;
    }
    if (keys.open || sent) return;
    if (event.key === "r") {
      event.preventDefault();
      refuse();
      return;
    }
    if (event.key === "Escape" && refusing) {
      refusing = false;
      document.activeElement.blur();
      return;
    }
    refusing = false;
    if (/^[1-9abcjkoz]$/.test(event.key)) {
      if (press(event.key)) event.preventDefault();
      else if (event.key === "z") document.querySelector("#not-undone p").hidden = false;
    }
  });

  // By key or by click: one decision is one request, and none is about a comment that has only just appeared. Taking back
  // is about what was seen before, but for the second of two in a row; what is outside main, such as signing out,
  // decides nothing.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post" || !event.target.closest("main")) return;
    const isAnother = new URLSearchParams(location.search).has("undone");
    const takesBack = event.target.getAttribute("action").endsWith("/undo") && !isAnother;
    if (sent || (!takesBack && performance.now() - appearedAt < READING_MS)) {
      event.preventDefault();
    } else {
      sent = true;
    }
  });
  // the back button brings a page back as it was left
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    sent = false;
    appearedAt = performance.now();
  });

  // What has come to wait since, once a minute while somebody is at the desk: asking for whoever has left would keep
  // them signed in. It is said, and nothing else on the page changes.
  const more = document.getElementById("more");
  let somebody = false;

  const look = async () => {
    if (!somebody || document.hidden) return;
    somebody = false;
    const answer = await fetch(more.dataset.newer).catch(() => null);
    if (!answer?.ok) return;
    const { comments, next } = await answer.json();
    const link = more.querySelector("a");
    const one = comments.length === 1;
    const said = `${comments.length}${next ? "+" : ""} more ${one ? "is" : "are"} waiting: show ${one ? "it" : "them"}`;
    if (link.textContent !== said) link.textContent = said;
    link.hidden = comments.length === 0;
  };

  if (more) {
    for (const sign of ["keydown", "pointermove", "pointerdown", "visibilitychange"]) {
      document.addEventListener(sign, () => { somebody = true; }, { passive: true });
    }
    document.addEventListener("visibilitychange", look);
    setInterval(look, 60_000);
  }

  const open = document.querySelector('.desk-queue [aria-current="true"]');
  if (open && getComputedStyle(open.closest(".desk-queue")).overflowY === "auto") {
    open.scrollIntoView({ block: "nearest" });
  }
})();
