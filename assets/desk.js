// The desk's keys. Every key presses a button or follows a link that is on the page: without this file everything
// still works by hand.
"use strict";

(() => {
  const keys = document.getElementById("keys");
  // after r: the next number refuses
  let refusing = false;

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
    if (keys.open) return;
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
    if (/^[1-9abcjkoz]$/.test(event.key) && press(event.key)) event.preventDefault();
  });

  // one decision is one request, however often the key is struck
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    if (event.target.dataset.sent) {
      event.preventDefault();
    } else {
      event.target.dataset.sent = "yes";
    }
  });
  // the back button brings a page back as it was left
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  const open = document.querySelector('.desk-queue [aria-current="true"]');
  if (open && getComputedStyle(open.closest(".desk-queue")).overflowY === "auto") {
    open.scrollIntoView({ block: "nearest" });
  }
})();
