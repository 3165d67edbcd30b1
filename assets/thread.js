// What a script adds to a thread: replies without reloading, drafts, new comments without jumping.
// Everything works without it. It makes no markup from strings: nodes come from the server's own pages.
"use strict";

(() => {
  const $ = (id) => document.getElementById(id);
  const thread = $("thread");
  const form = $("form");
  const path = thread ? thread.dataset.path : "";

  // Storage may be forbidden or full; then nothing is remembered.
  const memory = {
    get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* see above */ } },
    drop(key) { try { localStorage.removeItem(key); } catch { /* see above */ } },
  };

  // the page's language, in the form that the reader's browser prefers of it
  const lang = document.documentElement.lang || "en";
  const locale = navigator.languages.find((own) => own.split("-")[0] === lang.split("-")[0]) || lang;
  const counted = (n, one, many) => `${n.toLocaleString(locale)} ${n === 1 ? one : many}`;

  function make(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    return node;
  }

  function focus(node) {
    node.focus({ preventScroll: true });
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    node.scrollIntoView({ block: "center", behavior: calm ? "instant" : "smooth" });
  }

  // ─ times in the reader's own zone

  function localTimes(within) {
    const words = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" });
    for (const time of within.querySelectorAll(".when time")) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.getTime())) time.textContent = words.format(at);
    }
  }

  // ─ the form

  function newKey() {
    if (crypto.randomUUID) return crypto.randomUUID();
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function startForm() {
    const { text, parent, key, name, email } = form.elements;
    const title = $("form-title");
    const quoted = $("quoted");
    const cancel = $("cancel");
    const submit = form.querySelector("button.primary");
    const draftKey = `belowline.draft.${path}`;
    const guestKey = "belowline.guest";
    // where the form lives when it answers nobody
    const home = document.createComment("form");
    form.before(home);
    let sending = false;
    // the Reply link to go back to
    let origin = null;

    const keep = () => {
      if (text.value.trim()) memory.set(draftKey, { text: text.value, parent: parent.disabled ? "" : parent.value });
      else memory.drop(draftKey);
    };

    function answer(id) {
      const article = $(`comment-${id}`);
      // gone, or closed to answers since
      if (!article || !article.querySelector("a[data-reply]")) return false;
      const author = make("bdi", "", article.querySelector(".author").textContent);
      title.replaceChildren("Replying to ", author);
      const words = Array.from(article.querySelectorAll(".comment-body > p"), (p) => p.textContent).join(" ");
      const cut = Array.from(words.replace(/\s+/g, " ").trim());
      quoted.firstElementChild.textContent = cut.length > 280 ? `${cut.slice(0, 280).join("")} …` : cut.join("");
      quoted.hidden = false;
      parent.value = id;
      parent.disabled = false;
      cancel.hidden = false;
      article.append(form);
      return true;
    }

    function leave() {
      home.after(form);
      title.textContent = "Write a comment";
      quoted.hidden = true;
      parent.value = "";
      parent.disabled = true;
      cancel.hidden = true;
      const back = origin;
      origin = null;
      keep();
      if (back && back.isConnected) focus(back);
      else focus(text);
    }

    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-reply]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      if (!answer(link.dataset.reply)) return;
      event.preventDefault();
      origin = link;
      keep();
      focus(text);
    });
    cancel.addEventListener("click", (event) => {
      event.preventDefault();
      leave();
    });
    form.addEventListener("keydown", (event) => {
      // Escape also closes an input method's list of words
      if (event.key !== "Escape" || event.isComposing || parent.disabled) return;
      event.preventDefault();
      leave();
    });

    const limit = Number(form.dataset.limit);
    const counter = $("counter");
    let said = "";
    function count() {
      // as the server counts: code points of the trimmed text, a line break being one
      const left = limit - Array.from(text.value.trim().normalize("NFC")).length;
      const near = left < limit / 10;
      const words = !near ? "" : left < 0 ? `${counted(-left, "character", "characters")} too many` : `${counted(left, "character", "characters")} left`;
      if (words !== said) counter.textContent = said = words;
      counter.classList.toggle("is-over", left < 0);
      text.setAttribute("aria-invalid", String(left < 0));
    }

    text.addEventListener("input", () => { keep(); count(); });
    form.addEventListener("submit", (event) => {
      if (sending) { event.preventDefault(); return; }
      keep();
      if (name) memory.set(guestKey, { name: name.value, email: email.value });
      sending = true;
      submit.setAttribute("aria-disabled", "true");
    });
    // back from the next page: a new attempt, which must not pass for the old one
    addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      sending = false;
      submit.removeAttribute("aria-disabled");
      key.value = newKey();
    });

    const problem = $("problem");
    const posted = new URLSearchParams(location.search).get("posted");
    if (posted && $(`comment-${posted}`)) {
      memory.drop(draftKey);
      const url = new URL(location.href);
      url.searchParams.delete("posted");
      history.replaceState(null, "", url);
      focus($(`comment-${posted}`));
    } else if (!text.value) {
      const draft = memory.get(draftKey);
      if (draft && typeof draft.text === "string") {
        text.value = draft.text;
        // an address that names a comment to answer goes before what was answered when the text was begun
        const asked = new URLSearchParams(location.search).has("reply");
        const restored = draft.parent && !asked && parent.disabled && answer(draft.parent);
        if (draft.parent && !restored && parent.value !== draft.parent) {
          title.after(make("p", "problem", "You began this as an answer to another comment."));
        }
      }
    }
    const guest = memory.get(guestKey);
    if (name && guest) {
      name.value ||= guest.name || "";
      email.value ||= guest.email || "";
    }
    key.value ||= newKey();
    count();
    if (problem) focus(problem);
    else if (location.hash === "#form" && !parent.disabled) focus(text);
  }

  // ─ comments that come and go while the page is open

  function startEvents() {
    const count = $("live-count");
    const bar = make("div", "arrivals");
    const button = make("button");
    button.type = "button";
    button.hidden = true;
    const status = make("p", "visually-hidden");
    status.setAttribute("role", "status");
    bar.append(button);
    thread.before(status, bar);

    // ids that have come in and are not shown yet, oldest first
    const waiting = new Set();
    let last = Number(thread.dataset.last);
    let live = Number(count.textContent.replace(/\D/g, ""));
    let stale = false;

    const say = (words) => { if (status.textContent !== words) status.textContent = words; };

    function tally(step) {
      live = Math.max(0, live + step);
      count.textContent = live.toLocaleString(locale);
    }

    function offer() {
      const words = stale ? "The conversation has moved on. Show it" : counted(waiting.size, "new comment", "new comments");
      button.textContent = words;
      button.hidden = !stale && waiting.size === 0;
      say(button.hidden ? "" : words);
    }

    // XMLHttpRequest gives a document without a markup string ever passing through this script
    function fetchComments(ids) {
      return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open("GET", `${path}/fragment?ids=${ids.join(",")}`);
        request.responseType = "document";
        request.timeout = 15000;
        request.onload = () => (request.status === 200 && request.response ? resolve(request.response) : reject(new Error(String(request.status))));
        request.onerror = request.ontimeout = () => reject(new Error("network"));
        request.send();
      });
    }

    function describe(replies) {
      const more = replies.querySelector(".more");
      const hidden = more ? Number((more.textContent.match(/[\d,]+/) || ["0"])[0].replace(/\D/g, "")) : 0;
      const shown = replies.querySelectorAll(".comment-body").length;
      replies.querySelector("summary").textContent = counted(shown + hidden, "reply", "replies");
      replies.hidden = shown + hidden === 0;
    }

    // after the last answer to `parent`, among answers in reading order
    function placeReply(item, parent) {
      const above = $(`comment-${parent}`);
      if (!above) return false;
      const replies = above.closest(".conversation").querySelector(".replies");
      const list = replies.querySelector("ol");
      let after = above.closest(".replies li");
      if (!after) list.append(item);
      else {
        const below = new Set([parent]);
        for (let next = after.nextElementSibling; next; next = next.nextElementSibling) {
          const comment = next.querySelector(".comment");
          if (!below.has(comment.dataset.parent)) break;
          below.add(comment.dataset.id);
          after = next;
        }
        after.after(item);
      }
      replies.open = true;
      describe(replies);
      return true;
    }

    function placeRoot(item) {
      if (thread.dataset.order === "newest" && "first" in thread.dataset) thread.prepend(item);
      else if (thread.dataset.order === "oldest" && !("more" in thread.dataset)) thread.append(item);
      else return false;
      const none = $("no-comments");
      if (none) none.remove();
      return true;
    }

    // returns the article now on the page; null when its place is on another page
    function place(node) {
      const comment = document.importNode(node, true);
      localTimes(comment);
      const fresh = comment.querySelector(".comment");
      const old = $(fresh.id);
      if (old) {
        const within = form && old.contains(form) ? form : null;
        const focused = old.contains(document.activeElement) && !within;
        old.replaceWith(fresh);
        if (within) fresh.append(within);
        if (focused) fresh.focus({ preventScroll: true });
        return null;
      }
      const { parent } = fresh.dataset;
      const done = parent ? placeReply(fresh.closest("li"), parent) : placeRoot(comment);
      return done ? fresh : undefined;
    }

    async function show() {
      if (stale) { location.reload(); return; }
      const ids = Array.from(waiting).slice(0, 100);
      let page;
      try { page = await fetchComments(ids); } catch {
        say("The new comments could not be loaded. Please try again.");
        return;
      }
      for (const id of ids) waiting.delete(id);
      for (const old of thread.querySelectorAll(".is-new")) old.classList.remove("is-new");
      const placed = [];
      let elsewhere = 0;
      // the server sends them oldest first, so that an answer comes after what it answers
      for (const node of page.querySelectorAll(".conversation")) {
        const fresh = place(node);
        if (fresh) placed.push(fresh);
        else if (fresh === undefined) elsewhere += 1;
      }
      for (const fresh of placed) {
        fresh.classList.add("is-new");
        fresh.querySelector(".author").after(make("span", "tag new", "New"));
      }
      offer();
      if (placed.length > 0) focus(placed.sort((a, b) => (a.compareDocumentPosition(b) & 4 ? -1 : 1))[0]);
      if (elsewhere > 0) {
        bar.querySelector("a")?.remove();
        const link = make("a", "", `${counted(elsewhere, "new comment is", "new comments are")} on other pages: start from the newest`);
        link.href = `${path}#comments`;
        if (location.pathname === path && location.search === "") link.addEventListener("click", () => location.reload());
        bar.append(link);
      }
    }
    button.addEventListener("click", show);

    async function refresh(id) {
      try {
        const page = await fetchComments([id]);
        const node = page.querySelector(".conversation");
        if (node) place(node);
      } catch { /* it is right again after the next reload */ }
    }

    function gone(id) {
      waiting.delete(id);
      const comment = $(`comment-${id}`);
      if (!comment) return;
      if (form && comment.contains(form)) $("cancel").click();
      // its writer still reads it, as what it is now
      if ("own" in comment.dataset) { refresh(id); return; }
      comment.classList.remove("is-new");
      comment.replaceChildren(make("p", "tombstone", "This comment was removed."));
    }

    function heard(event) {
      if (event.number <= last) return;
      last = event.number;
      if (event.kind === "shown") {
        tally(1);
        if ($(`comment-${event.id}`)) refresh(event.id);
        else waiting.add(event.id);
      } else if (event.kind === "gone") {
        tally(-1);
        gone(event.id);
      }
      offer();
    }

    const source = new EventSource(`/api/v1${path}/events?after=${last}`);
    source.addEventListener("message", (message) => {
      try { heard(JSON.parse(message.data)); } catch { /* not for this version of the script */ }
    });
    source.addEventListener("resync", () => {
      stale = true;
      source.close();
      offer();
    });
    addEventListener("pagehide", () => source.close());
    addEventListener("pageshow", (event) => { if (event.persisted) { stale = true; offer(); } });
  }

  localTimes(document);
  if (form) startForm();
  if (thread && path && "EventSource" in window) startEvents();
})();
