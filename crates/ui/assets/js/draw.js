// Computes a published draw again from docs/draw.md alone: seal, order, seats and waitlists.
"use strict";
(() => {
  const bytes = (text) => new TextEncoder().encode(text);
  const hex = (array) => Array.from(array, (byte) => byte.toString(16).padStart(2, "0")).join("");
  // Texts are ordered by their bytes in UTF-8.
  const compare = (a, b) => {
    for (let at = 0; at < a.length && at < b.length; at += 1) if (a[at] !== b[at]) return a[at] - b[at];
    return a.length - b.length;
  };
  const byText = (key) => (a, b) => compare(bytes(key(a)), bytes(key(b)));
  const sha256 = async (subtle, data) => new Uint8Array(await subtle.digest("SHA-256", data));

  const listText = (file) => {
    let text = "xuequan-draw/1\n";
    for (const one of [...file.classes].sort(byText((item) => item.id))) {
      const pools = Object.keys(one.seats).sort(byText((name) => name));
      text += `class\t${one.id}\t${pools.map((name) => `${name}=${one.seats[name]}`).join(",")}\n`;
    }
    for (const one of [...file.entrants].sort(byText((item) => item.receipt))) {
      text += `entrant\t${one.receipt}\t${one.tickets}\t${one.size}\t${one.wishes.join(",")}\t${one.pools.join(",")}\n`;
    }
    return text;
  };

  const seal = async (subtle, file) => hex(await sha256(subtle, bytes(listText(file))));

  const smallest = async (subtle, key, one) => {
    let best = null;
    for (let ticket = 0; ticket < one.tickets; ticket += 1) {
      const value = new Uint8Array(await subtle.sign("HMAC", key, bytes(`${one.receipt}\n${ticket}`)));
      if (!best || compare(value, best) < 0) best = value;
    }
    return best;
  };

  const draw = async (subtle, file) => {
    const secret = await sha256(subtle, bytes(file.randomness.text));
    const key = await subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const keyed = [];
    for (let at = 0; at < file.entrants.length; at += 500) {
      const some = file.entrants.slice(at, at + 500);
      keyed.push(...(await Promise.all(some.map(async (one) => ({ one, key: await smallest(subtle, key, one) })))));
    }
    keyed.sort((a, b) => compare(a.key, b.key) || compare(bytes(a.one.receipt), bytes(b.one.receipt)));
    const left = new Map(file.classes.map((one) => [one.id, new Map(Object.entries(one.seats))]));
    const result = { order: [], seated: [], waitlists: {} };
    keyed.forEach(({ one, key: value }, at) => {
      result.order.push({ receipt: one.receipt, rank: at + 1, key: hex(value) });
      for (const wish of one.wishes) {
        const pools = left.get(wish);
        const pool = one.pools.find((name) => pools && (pools.get(name) ?? -1) >= one.size);
        if (pool === undefined) continue;
        pools.set(pool, pools.get(pool) - one.size);
        result.seated.push({ receipt: one.receipt, class: wish, pool });
        return;
      }
      for (const wish of one.wishes) (result.waitlists[wish] ??= []).push(one.receipt);
    });
    return result;
  };

  const difference = (claimed, own) => {
    const most = Math.max(claimed.order.length, own.order.length);
    for (let at = 0; at < most; at += 1) {
      const [a, b] = [claimed.order[at], own.order[at]];
      if (a?.receipt !== b?.receipt || a?.key !== b?.key || a?.rank !== b?.rank) {
        return `第 ${at + 1} 名：文件里是 ${a?.receipt ?? "空"}，算出来是 ${b?.receipt ?? "空"}。`;
      }
    }
    const places = (result) => new Map(result.seated.map((seat) => [seat.receipt, `${seat.class} ${seat.pool}`]));
    const [a, b] = [places(claimed), places(own)];
    for (const receipt of [...a.keys(), ...b.keys()]) {
      if (a.get(receipt) !== b.get(receipt)) {
        return `回执号 ${receipt}：文件里是 ${a.get(receipt) ?? "没有中签"}，算出来是 ${b.get(receipt) ?? "没有中签"}。`;
      }
    }
    if (claimed.seated.length !== own.seated.length) {
      return `中签名单里有 ${claimed.seated.length} 个名额，算出来是 ${own.seated.length} 个。`;
    }
    if (own.seated.some((seat, at) => seat.receipt !== claimed.seated[at].receipt)) {
      return "中签名单的次序和算出来的不一样。";
    }
    for (const id of new Set([...Object.keys(claimed.waitlists), ...Object.keys(own.waitlists)])) {
      if ((claimed.waitlists[id] ?? []).join() !== (own.waitlists[id] ?? []).join()) {
        return `班级 ${id} 的候补名单和算出来的不一样。`;
      }
    }
    return null;
  };

  // The fields of a draw file, no more and no fewer, as docs/draw.md names them and `xuequan draw verify` reads them: what
  // neither knows could say anything beside a result that is right.
  const text = { named: "文字", is: (value) => typeof value === "string" };
  const number = { named: "整数", is: (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32 };
  const list = (of) => ({ named: "列表", is: Array.isArray, of });
  const table = (of) => ({ named: "对照表", is: isObject, of });
  const record = (fields, optional = {}) => ({ named: "对象", is: isObject, fields, optional });
  function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
  }
  const FILE = record(
    {
      format: text,
      round: record({ id: text, name: text, org: text, term: text }),
      seal: record({ hash: text, at: text }),
      entrants: list(record({ receipt: text, tickets: number, size: number, wishes: list(text), pools: list(text) })),
      classes: list(record({ id: text, name: text, seats: table(number) })),
    },
    {
      randomness: record({ text, source: text, at: text }),
      result: record({
        order: list(record({ receipt: text, rank: number, key: text })),
        seated: list(record({ receipt: text, class: text, pool: text })),
        waitlists: table(list(text)),
      }),
    },
  );

  // Says what of a value is not as its shape asks; null when all is.
  const misshapen = (value, shape, at) => {
    if (!shape.is(value)) return `${at}应当是${shape.named}。`;
    if (shape.of) {
      for (const [key, inner] of Object.entries(value)) {
        const wrong = misshapen(inner, shape.of, `${at}里的“${key}”`);
        if (wrong) return wrong;
      }
    }
    if (!shape.fields) return null;
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(shape.fields, key) && !Object.hasOwn(shape.optional, key)) return `${at}多了不认识的字段“${key}”。`;
    }
    for (const [key, inner] of Object.entries(shape.fields)) {
      if (!Object.hasOwn(value, key)) return `${at}少了字段“${key}”。`;
      const wrong = misshapen(value[key], inner, `${at}里的“${key}”`);
      if (wrong) return wrong;
    }
    for (const [key, inner] of Object.entries(shape.optional)) {
      if (!Object.hasOwn(value, key) || value[key] === null) continue;
      const wrong = misshapen(value[key], inner, `${at}里的“${key}”`);
      if (wrong) return wrong;
    }
    return null;
  };

  // Says what a file comes to: "" and whether it is drawn, or the first difference. `published` is the hash on the page.
  const check = async (subtle, file, published) => {
    if (file?.format !== "xuequan-draw/1" || !Array.isArray(file.entrants) || !Array.isArray(file.classes)) {
      return { wrong: "这不是摇号文件。" };
    }
    const odd = misshapen(file, FILE, "文件");
    if (odd) return { wrong: odd };
    const hash = await seal(subtle, file);
    if (hash !== file.seal?.hash) return { wrong: `名单和封存时不一样：封存的指纹是 ${file.seal?.hash}，现在算出来是 ${hash}。` };
    if (published && hash !== published) return { wrong: `指纹和这一页公布的不一样：这一页是 ${published}，文件算出来是 ${hash}。` };
    if (!file.randomness) return { wrong: "", drawn: false };
    if (!file.result) return { wrong: "文件里没有摇号结果。" };
    return { wrong: difference(file.result, await draw(subtle, file)) ?? "", drawn: true };
  };

  if (typeof module !== "undefined") {
    module.exports = { check };
    return;
  }
  const box = document.querySelector("[data-draw]");
  if (!box) return;
  const say = box.querySelector("[data-draw-say]");
  if (!globalThis.crypto?.subtle) {
    say.textContent = box.dataset.sayUnable;
    return;
  }
  const tell = async (read) => {
    say.textContent = box.dataset.sayBusy;
    try {
      const { wrong, drawn } = await check(crypto.subtle, await read(), box.dataset.hash);
      say.textContent = wrong ? box.dataset.sayDiffers + wrong : drawn ? box.dataset.saySame : box.dataset.saySealed;
    } catch (error) {
      say.textContent = `${box.dataset.sayDiffers}${error.message}`;
    }
  };
  const run = box.querySelector("[data-draw-run]");
  run.hidden = false;
  run.addEventListener("click", () => tell(async () => (await fetch(box.dataset.draw)).json()));
  const own = box.querySelector("[data-draw-file]");
  box.querySelector("[data-draw-own]").hidden = false;
  own.addEventListener("change", () => own.files[0] && tell(async () => JSON.parse(await own.files[0].text())));
})();
